-- Codes that are sent to people: what an address was last sent, so that there are pauses and an end to it, and the templates
-- of short messages.

CREATE TABLE sendings (
    channel   TEXT COLLATE "C" NOT NULL,
    address   TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    last      BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    day_count BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);

CREATE TABLE sms_templates (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    template     TEXT   NOT NULL,
    translations TEXT   NOT NULL,
    created      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL
);

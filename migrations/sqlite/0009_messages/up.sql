-- Codes that are sent to people: what an address was last sent, so that there are pauses and an end to it, and the templates
-- of short messages.

CREATE TABLE sendings (
    channel   TEXT    NOT NULL,
    address   TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    day       INTEGER NOT NULL,
    day_count INTEGER NOT NULL,
    PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE sms_templates (
    id           TEXT    NOT NULL PRIMARY KEY,
    version      INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    template     TEXT    NOT NULL,
    translations TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    last_updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

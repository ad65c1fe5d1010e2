-- Which kinds of factor the organization uses, how its custom tokens make their codes, and its YubiKeys. The seeds of these
-- are sealed with a key that is not in the database.

CREATE TABLE factor_switches (
    kind  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    is_on BOOLEAN NOT NULL
);

CREATE TABLE hotp_profiles (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name               TEXT COLLATE "C" NOT NULL,
    is_default         BOOLEAN NOT NULL,
    time_based         BOOLEAN NOT NULL,
    digits             BIGINT NOT NULL,
    step_seconds       BIGINT NOT NULL,
    adjacent_intervals BIGINT NOT NULL,
    encoding           TEXT COLLATE "C" NOT NULL,
    hash               TEXT COLLATE "C" NOT NULL
);

-- Only one YubiKey of a name is live: uploaded and free, or in use. Moments that have not come are zero.
CREATE TABLE yubikeys (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version       BIGINT NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    public_id     TEXT COLLATE "C" NOT NULL,
    live_name     TEXT COLLATE "C" UNIQUE,
    serial        TEXT COLLATE "C" NOT NULL,
    sealed        BYTEA NOT NULL,
    uses          BIGINT,
    user_id       TEXT COLLATE "C" REFERENCES users (id),
    factor_id     TEXT COLLATE "C",
    created       BIGINT NOT NULL,
    activated     BIGINT NOT NULL,
    last_verified BIGINT NOT NULL,
    last_updated  BIGINT NOT NULL
);
CREATE INDEX yubikeys_user_id ON yubikeys (user_id);
CREATE INDEX yubikeys_serial ON yubikeys (serial, id);

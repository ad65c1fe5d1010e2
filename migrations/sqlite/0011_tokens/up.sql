-- Which kinds of factor the organization uses, how its custom tokens make their codes, and its YubiKeys. The seeds of these
-- are sealed with a key that is not in the database.

CREATE TABLE factor_switches (
    kind  TEXT    NOT NULL PRIMARY KEY,
    is_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hotp_profiles (
    id                 TEXT    NOT NULL PRIMARY KEY,
    name               TEXT    NOT NULL,
    is_default         INTEGER NOT NULL,
    time_based         INTEGER NOT NULL,
    digits             INTEGER NOT NULL,
    step_seconds       INTEGER NOT NULL,
    adjacent_intervals INTEGER NOT NULL,
    encoding           TEXT    NOT NULL,
    hash               TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Only one YubiKey of a name is live: uploaded and free, or in use. Moments that have not come are zero.
CREATE TABLE yubikeys (
    id            TEXT    NOT NULL PRIMARY KEY,
    version       INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    public_id     TEXT    NOT NULL,
    live_name     TEXT UNIQUE,
    serial        TEXT    NOT NULL,
    sealed        BLOB    NOT NULL,
    uses          INTEGER,
    user_id       TEXT REFERENCES users (id),
    factor_id     TEXT,
    created       INTEGER NOT NULL,
    activated     INTEGER NOT NULL,
    last_verified INTEGER NOT NULL,
    last_updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX yubikeys_user_id ON yubikeys (user_id);
CREATE INDEX yubikeys_serial ON yubikeys (serial, id);

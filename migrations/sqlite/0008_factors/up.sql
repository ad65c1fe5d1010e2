-- Factors of users. Secrets in the details are sealed with a key that is not in the database.

ALTER TABLE users ADD COLUMN factors TEXT NOT NULL DEFAULT '{}';

CREATE TABLE factors (
    seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    version      INTEGER NOT NULL,
    status       TEXT NOT NULL,
    created      INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    unique_key   TEXT UNIQUE,
    device       TEXT NOT NULL
) STRICT;
CREATE INDEX factors_user_id ON factors (user_id);

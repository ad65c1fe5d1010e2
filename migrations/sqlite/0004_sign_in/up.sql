-- Sessions, and the transactions that lead to them. The digests are those of secrets that only the clients have.

CREATE TABLE sessions (
    digest   BLOB NOT NULL PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created  INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    ends     INTEGER NOT NULL,
    evidence TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE sign_ins (
    digest  BLOB NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    expires INTEGER NOT NULL,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires);

-- Sessions, and the transactions that lead to them. The digests are those of secrets that only the clients have.

CREATE TABLE sessions (
    digest   BYTEA NOT NULL PRIMARY KEY,
    id       TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created  BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    ends     BIGINT NOT NULL,
    evidence TEXT NOT NULL
);
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE sign_ins (
    digest  BYTEA NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    expires BIGINT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires);

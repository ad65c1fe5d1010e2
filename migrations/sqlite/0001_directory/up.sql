-- The first schema: the organization, its users with an index over their attributes, tokens, the system log, the outbox.
-- `seq` is the order of creation, the key of pages. Times are milliseconds since 1970. Digests are SHA-256.

CREATE TABLE organization (
    singleton  INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    cursor_key TEXT    NOT NULL
) STRICT;

CREATE TABLE groups (
    id                      TEXT    NOT NULL PRIMARY KEY,
    kind                    TEXT    NOT NULL,
    name                    TEXT    NOT NULL,
    description             TEXT,
    created                 INTEGER NOT NULL,
    last_updated            INTEGER NOT NULL,
    last_membership_updated INTEGER NOT NULL
) STRICT;

CREATE TABLE user_types (
    id              TEXT    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    display_name    TEXT    NOT NULL,
    description     TEXT,
    created_by      TEXT    NOT NULL,
    last_updated_by TEXT    NOT NULL,
    created         INTEGER NOT NULL,
    last_updated    INTEGER NOT NULL,
    is_default      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_types_default ON user_types (is_default) WHERE is_default;

-- The schema of a user type by its id, and that of groups under the id `group`.
CREATE TABLE schemas (
    id       TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    seq               INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id                TEXT    NOT NULL UNIQUE,
    version           INTEGER NOT NULL,
    type_id           TEXT    NOT NULL REFERENCES user_types (id),
    status            TEXT    NOT NULL,
    resumes_to        TEXT    NOT NULL,
    created           INTEGER NOT NULL,
    activated         INTEGER,
    status_changed    INTEGER,
    last_login        INTEGER,
    last_updated      INTEGER NOT NULL,
    password_changed  INTEGER,
    login             TEXT    NOT NULL,
    login_key         TEXT    NOT NULL UNIQUE,
    short_name        TEXT    NOT NULL,
    display_name      TEXT    NOT NULL,
    profile           TEXT    NOT NULL,
    password          TEXT,
    password_history  TEXT    NOT NULL,
    recovery_question TEXT,
    recovery_answer   TEXT,
    provider_type     TEXT    NOT NULL,
    provider_name     TEXT    NOT NULL,
    failed_attempts   INTEGER NOT NULL
) STRICT;
CREATE INDEX users_short_name ON users (short_name);
-- SQLite ends every index with the row's `seq`, which orders users of equal keys.
CREATE INDEX users_status ON users (status);
CREATE INDEX users_created ON users (created);
CREATE INDEX users_last_updated ON users (last_updated);

-- One row for each text attribute of a profile, by its folded value. No foreign key: a removal would have to find the rows
-- by `seq`, for which there is no index; the store knows the keys and removes them itself.
CREATE TABLE user_attr (
    attr TEXT    NOT NULL,
    val  TEXT    NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (attr, val, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE role_assignments (
    id      TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role    TEXT NOT NULL,
    UNIQUE (user_id, role)
) STRICT;

CREATE TABLE api_tokens (
    id        TEXT    NOT NULL PRIMARY KEY,
    name      TEXT    NOT NULL,
    digest    BLOB    NOT NULL UNIQUE,
    owner     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created   INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    expires   INTEGER NOT NULL
) STRICT;
CREATE INDEX api_tokens_owner ON api_tokens (owner);

CREATE TABLE one_time_tokens (
    digest  BLOB    NOT NULL PRIMARY KEY,
    user_id TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT    NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX one_time_tokens_user_id ON one_time_tokens (user_id);

-- No foreign key to users: what happened stays on record when a user is gone.
CREATE TABLE events (
    seq        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid       TEXT    NOT NULL,
    published  INTEGER NOT NULL,
    event_type TEXT    NOT NULL,
    payload    TEXT    NOT NULL
) STRICT;
CREATE INDEX events_published ON events (published);

-- A message without a next attempt is dead: it waits for the operator, not for delivery.
CREATE TABLE messages (
    id           TEXT    NOT NULL PRIMARY KEY,
    template     TEXT    NOT NULL,
    sealed       BLOB    NOT NULL,
    attempts     INTEGER NOT NULL,
    next_attempt INTEGER,
    created      INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_due ON messages (next_attempt, id) WHERE next_attempt IS NOT NULL;

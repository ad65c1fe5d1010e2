-- The first schema: the organization, its users with an index over their attributes, tokens, the system log, the outbox.
-- `seq` is the order of creation, the key of pages. Times are milliseconds since 1970. Digests are SHA-256.
-- Texts that order lists compare by their bytes (COLLATE "C"), so that lists are the same on every database.

CREATE TABLE organization (
    singleton  BIGINT NOT NULL PRIMARY KEY CHECK (singleton = 1),
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    cursor_key TEXT   NOT NULL
);

CREATE TABLE groups (
    id                      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind                    TEXT   NOT NULL,
    name                    TEXT   NOT NULL,
    description             TEXT,
    created                 BIGINT NOT NULL,
    last_updated            BIGINT NOT NULL,
    last_membership_updated BIGINT NOT NULL
);

CREATE TABLE user_types (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    display_name    TEXT    NOT NULL,
    description     TEXT,
    created_by      TEXT    NOT NULL,
    last_updated_by TEXT    NOT NULL,
    created         BIGINT  NOT NULL,
    last_updated    BIGINT  NOT NULL,
    is_default      BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX user_types_default ON user_types (is_default) WHERE is_default;

-- The schema of a user type by its id, and that of groups under the id `group`.
CREATE TABLE schemas (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
);

CREATE TABLE users (
    seq               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                TEXT COLLATE "C" NOT NULL CONSTRAINT users_id UNIQUE,
    version           BIGINT NOT NULL,
    type_id           TEXT COLLATE "C" NOT NULL REFERENCES user_types (id),
    status            TEXT COLLATE "C" NOT NULL,
    resumes_to        TEXT COLLATE "C" NOT NULL,
    created           BIGINT NOT NULL,
    activated         BIGINT,
    status_changed    BIGINT,
    last_login        BIGINT,
    last_updated      BIGINT NOT NULL,
    password_changed  BIGINT,
    login             TEXT COLLATE "C" NOT NULL,
    login_key         TEXT COLLATE "C" NOT NULL CONSTRAINT users_login_key UNIQUE,
    short_name        TEXT COLLATE "C" NOT NULL,
    display_name      TEXT   NOT NULL,
    profile           TEXT   NOT NULL,
    password          TEXT,
    password_history  TEXT   NOT NULL,
    recovery_question TEXT,
    recovery_answer   TEXT,
    provider_type     TEXT   NOT NULL,
    provider_name     TEXT   NOT NULL,
    failed_attempts   BIGINT NOT NULL
);
CREATE INDEX users_short_name ON users (short_name, seq);
CREATE INDEX users_status ON users (status, seq);
CREATE INDEX users_created ON users (created, seq);
CREATE INDEX users_last_updated ON users (last_updated, seq);

-- One row for each text attribute of a profile, by its folded value. No foreign key: a removal would have to find the rows
-- by `seq`, for which there is no index; the store knows the keys and removes them itself.
CREATE TABLE user_attr (
    attr TEXT COLLATE "C" NOT NULL,
    val  TEXT COLLATE "C" NOT NULL,
    seq  BIGINT NOT NULL,
    PRIMARY KEY (attr, val, seq)
);

CREATE TABLE role_assignments (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role    TEXT COLLATE "C" NOT NULL,
    UNIQUE (user_id, role)
);

CREATE TABLE api_tokens (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    digest    BYTEA  NOT NULL UNIQUE,
    owner     TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created   BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    expires   BIGINT NOT NULL
);
CREATE INDEX api_tokens_owner ON api_tokens (owner);

CREATE TABLE one_time_tokens (
    digest  BYTEA  NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT   NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX one_time_tokens_user_id ON one_time_tokens (user_id);

-- No foreign key to users: what happened stays on record when a user is gone.
CREATE TABLE events (
    seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid       TEXT   NOT NULL,
    published  BIGINT NOT NULL,
    event_type TEXT   NOT NULL,
    payload    TEXT   NOT NULL
);
CREATE INDEX events_published ON events (published, seq);

-- A message without a next attempt is dead: it waits for the operator, not for delivery.
CREATE TABLE messages (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    template     TEXT   NOT NULL,
    sealed       BYTEA  NOT NULL,
    attempts     BIGINT NOT NULL,
    next_attempt BIGINT,
    created      BIGINT NOT NULL
);
CREATE INDEX messages_due ON messages (next_attempt, id) WHERE next_attempt IS NOT NULL;

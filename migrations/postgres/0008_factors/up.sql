-- Factors of users. Secrets in the details are sealed with a key that is not in the database.

ALTER TABLE users ADD COLUMN factors TEXT NOT NULL DEFAULT '{}';

CREATE TABLE factors (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    version      BIGINT NOT NULL,
    status       TEXT NOT NULL,
    created      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    unique_key   TEXT COLLATE "C" UNIQUE,
    device       TEXT NOT NULL
);
CREATE INDEX factors_user_id ON factors (user_id);

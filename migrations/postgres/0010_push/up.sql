-- Pushes to the devices of users.

CREATE TABLE push_transactions (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    factor_id TEXT COLLATE "C" NOT NULL REFERENCES factors (id) ON DELETE CASCADE,
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    version   BIGINT NOT NULL,
    state     TEXT NOT NULL,
    created   BIGINT NOT NULL,
    expires   BIGINT NOT NULL,
    details   TEXT NOT NULL
);
CREATE INDEX push_transactions_factor_id ON push_transactions (factor_id, created);
CREATE INDEX push_transactions_user_id ON push_transactions (user_id);
CREATE INDEX push_transactions_expires ON push_transactions (expires);
-- One push to a device waits at most.
CREATE UNIQUE INDEX push_transactions_waiting ON push_transactions (factor_id) WHERE state = 'WAITING';

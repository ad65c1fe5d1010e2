-- OAuth 2.0 for services: apps are clients, scopes are granted to them, and they get access tokens. Of a token only the digest
-- is kept. What belongs to an app or a user goes with it.

-- The name that an app goes by as a client, once for all.
CREATE TABLE oauth_clients (
    client_id TEXT NOT NULL PRIMARY KEY,
    app_id    TEXT NOT NULL UNIQUE REFERENCES apps (id) ON DELETE CASCADE
) STRICT;
INSERT OR IGNORE INTO oauth_clients (client_id, app_id)
SELECT coalesce(document ->> '$.credentials.oauthClient.client_id', id), id
FROM apps WHERE sign_on_mode = 'OPENID_CONNECT' ORDER BY seq;

CREATE TABLE scope_grants (
    id         TEXT    NOT NULL PRIMARY KEY,
    app_id     TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    scope      TEXT    NOT NULL,
    created_by TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    UNIQUE (app_id, scope)
) STRICT;

-- `grants` are the ids of the grants whose scopes the token carries; those that are gone count no more.
CREATE TABLE access_tokens (
    id      TEXT    NOT NULL PRIMARY KEY,
    digest  BLOB    NOT NULL UNIQUE,
    app_id  TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id TEXT    REFERENCES users (id) ON DELETE CASCADE,
    grants  TEXT    NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX access_tokens_app_id ON access_tokens (app_id);
CREATE INDEX access_tokens_user_id ON access_tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX access_tokens_expires ON access_tokens (expires);

-- Assertions that are good for one use, until they end by themselves.
CREATE TABLE used_assertions (
    app_id  TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    id      BLOB    NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (app_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_assertions_expires ON used_assertions (expires);

-- The directory's own keys. The private half is sealed; one key is in use.
CREATE TABLE signing_keys (
    kid     TEXT    NOT NULL PRIMARY KEY,
    public  TEXT    NOT NULL,
    sealed  BLOB    NOT NULL,
    created INTEGER NOT NULL,
    retired INTEGER
) STRICT;
CREATE UNIQUE INDEX signing_keys_in_use ON signing_keys (retired IS NULL) WHERE retired IS NULL;

-- OAuth 2.0 for services: apps are clients, scopes are granted to them, and they get access tokens. Of a token only the digest
-- is kept. What belongs to an app or a user goes with it.

-- The name that an app goes by as a client, once for all.
CREATE TABLE oauth_clients (
    client_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app_id    TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES apps (id) ON DELETE CASCADE
);
INSERT INTO oauth_clients (client_id, app_id)
SELECT coalesce(CAST(document AS json) #>> '{credentials,oauthClient,client_id}', id), id
FROM apps WHERE sign_on_mode = 'OPENID_CONNECT' ORDER BY seq
ON CONFLICT DO NOTHING;

CREATE TABLE scope_grants (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app_id     TEXT COLLATE "C" NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    scope      TEXT COLLATE "C" NOT NULL,
    created_by TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    UNIQUE (app_id, scope)
);

-- `grants` are the ids of the grants whose scopes the token carries; those that are gone count no more.
CREATE TABLE access_tokens (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    digest  BYTEA  NOT NULL UNIQUE,
    app_id  TEXT COLLATE "C" NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
    grants  TEXT   NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX access_tokens_app_id ON access_tokens (app_id);
CREATE INDEX access_tokens_user_id ON access_tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX access_tokens_expires ON access_tokens (expires);

-- Assertions that are good for one use, until they end by themselves.
CREATE TABLE used_assertions (
    app_id  TEXT COLLATE "C" NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    id      BYTEA  NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (app_id, id)
);
CREATE INDEX used_assertions_expires ON used_assertions (expires);

-- The directory's own keys. The private half is sealed; one key is in use.
CREATE TABLE signing_keys (
    kid     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    public  TEXT   NOT NULL,
    sealed  BYTEA  NOT NULL,
    created BIGINT NOT NULL,
    retired BIGINT
);
CREATE UNIQUE INDEX signing_keys_in_use ON signing_keys ((retired IS NULL)) WHERE retired IS NULL;

DROP TABLE signing_keys;
DROP TABLE used_assertions;
DROP TABLE access_tokens;
DROP TABLE scope_grants;
DROP TABLE oauth_clients;

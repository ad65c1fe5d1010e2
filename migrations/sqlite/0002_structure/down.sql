DROP TABLE app_groups;
DROP TABLE app_users;
DROP TABLE apps;
DROP TABLE links;
DROP TABLE linked_objects;
DROP TABLE unique_claims;
DROP TABLE group_members;

CREATE TABLE old_groups (
    id                      TEXT    NOT NULL PRIMARY KEY,
    kind                    TEXT    NOT NULL,
    name                    TEXT    NOT NULL,
    description             TEXT,
    created                 INTEGER NOT NULL,
    last_updated            INTEGER NOT NULL,
    last_membership_updated INTEGER NOT NULL
) STRICT;
INSERT INTO old_groups
SELECT id, kind, profile ->> '$.name', profile ->> '$.description', created, last_updated, last_membership_updated
FROM groups;
DROP TABLE groups;
ALTER TABLE old_groups RENAME TO groups;

DROP INDEX users_type_id;
UPDATE schemas SET document = json_remove(document, '$.kind');
ALTER TABLE user_types DROP COLUMN seq;
ALTER TABLE organization DROP COLUMN structure_version;

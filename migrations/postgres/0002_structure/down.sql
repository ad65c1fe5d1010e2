DROP TABLE app_groups;
DROP TABLE app_users;
DROP TABLE apps;
DROP TABLE links;
DROP TABLE linked_objects;
DROP TABLE unique_claims;
DROP TABLE group_members;

CREATE TABLE old_groups (
    id                      TEXT COLLATE "C" NOT NULL CONSTRAINT old_groups_id PRIMARY KEY,
    kind                    TEXT   NOT NULL,
    name                    TEXT   NOT NULL,
    description             TEXT,
    created                 BIGINT NOT NULL,
    last_updated            BIGINT NOT NULL,
    last_membership_updated BIGINT NOT NULL
);
INSERT INTO old_groups
SELECT id, kind, CAST(profile AS json) ->> 'name', CAST(profile AS json) ->> 'description', created, last_updated, last_membership_updated
FROM groups;
DROP TABLE groups;
ALTER TABLE old_groups RENAME TO groups;
ALTER TABLE groups RENAME CONSTRAINT old_groups_id TO groups_pkey;

DROP INDEX users_type_id;
UPDATE schemas SET document = CAST(CAST(document AS jsonb) - 'kind' AS text);
ALTER TABLE user_types DROP COLUMN seq;
ALTER TABLE organization DROP COLUMN structure_version;

-- The shape of the directory can change: types of users, schemas, relations between users. Groups have members, and apps are
-- assigned. What belongs to a user, a group, an app or a relation goes with it.

-- Grows by one with each change of the shape.
ALTER TABLE organization ADD COLUMN structure_version INTEGER NOT NULL DEFAULT 1;

-- The order of creation. A new type gets the next number: only one change of the shape happens at a time.
ALTER TABLE user_types ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;

UPDATE schemas SET document = json_set(document, '$.kind', iif(id = 'group', 'group', 'user'));

CREATE INDEX users_type_id ON users (type_id);

-- `name_key` is the folded name. `Everyone` is the only group that there was, and comes first.
CREATE TABLE new_groups (
    seq                     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id                      TEXT    NOT NULL UNIQUE,
    version                 INTEGER NOT NULL,
    kind                    TEXT    NOT NULL,
    name_key                TEXT    NOT NULL UNIQUE,
    profile                 TEXT    NOT NULL,
    created                 INTEGER NOT NULL,
    last_updated            INTEGER NOT NULL,
    last_membership_updated INTEGER NOT NULL
) STRICT;
INSERT INTO new_groups (id, version, kind, name_key, profile, created, last_updated, last_membership_updated)
SELECT id, 1, kind, lower(name), json_object('description', description, 'name', name),
       created, last_updated, last_membership_updated
FROM groups ORDER BY created, id;
DROP TABLE groups;
ALTER TABLE new_groups RENAME TO groups;

CREATE TABLE group_members (
    group_seq INTEGER NOT NULL REFERENCES groups (seq) ON DELETE CASCADE,
    user_seq  INTEGER NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    PRIMARY KEY (group_seq, user_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_user_seq ON group_members (user_seq);

-- Who has which value of which unique attribute.
CREATE TABLE unique_claims (
    attribute TEXT NOT NULL,
    value     TEXT NOT NULL,
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (attribute, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX unique_claims_user_id ON unique_claims (user_id, attribute);

CREATE TABLE linked_objects (
    seq                    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    primary_name           TEXT    NOT NULL UNIQUE,
    primary_title          TEXT    NOT NULL,
    primary_description    TEXT,
    associated_name        TEXT    NOT NULL UNIQUE,
    associated_title       TEXT    NOT NULL,
    associated_description TEXT
) STRICT;

CREATE TABLE links (
    relation      TEXT NOT NULL REFERENCES linked_objects (primary_name) ON DELETE CASCADE,
    associated_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    primary_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (associated_id, relation)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_primary_id ON links (primary_id, relation, associated_id);
CREATE INDEX links_relation ON links (relation);

-- The keys are the folded name and label.
CREATE TABLE apps (
    seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    version      INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    label_key    TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    sign_on_mode TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    document     TEXT    NOT NULL,
    user_schema  TEXT    NOT NULL
) STRICT;

CREATE TABLE app_users (
    seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    app_id       TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_name    TEXT    NOT NULL,
    profile      TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    UNIQUE (user_id, app_id)
) STRICT;
CREATE INDEX app_users_app_id ON app_users (app_id);

CREATE TABLE app_groups (
    app_id       TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    group_id     TEXT    NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    priority     INTEGER NOT NULL,
    profile      TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    PRIMARY KEY (app_id, group_id)
) STRICT;
CREATE INDEX app_groups_group_id ON app_groups (group_id);

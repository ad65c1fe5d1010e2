-- The shape of the directory can change: types of users, schemas, relations between users. Groups have members, and apps are
-- assigned. What belongs to a user, a group, an app or a relation goes with it.

-- Grows by one with each change of the shape.
ALTER TABLE organization ADD COLUMN structure_version BIGINT NOT NULL DEFAULT 1;

-- The order of creation. A new type gets the next number: only one change of the shape happens at a time.
ALTER TABLE user_types ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;

UPDATE schemas
SET document = CAST(CAST(document AS jsonb) || jsonb_build_object('kind', CASE id WHEN 'group' THEN 'group' ELSE 'user' END) AS text);

CREATE INDEX users_type_id ON users (type_id, seq);

-- `name_key` is the folded name. `Everyone` is the only group that there was, and comes first.
CREATE TABLE new_groups (
    seq                     BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT groups_seq PRIMARY KEY,
    id                      TEXT COLLATE "C" NOT NULL CONSTRAINT groups_id UNIQUE,
    version                 BIGINT NOT NULL,
    kind                    TEXT   NOT NULL,
    name_key                TEXT COLLATE "C" NOT NULL CONSTRAINT groups_name_key UNIQUE,
    profile                 TEXT   NOT NULL,
    created                 BIGINT NOT NULL,
    last_updated            BIGINT NOT NULL,
    last_membership_updated BIGINT NOT NULL
);
INSERT INTO new_groups (id, version, kind, name_key, profile, created, last_updated, last_membership_updated)
SELECT id, 1, kind, lower(name),
       '{"description":' || coalesce(CAST(to_json(description) AS text), 'null') || ',"name":' || CAST(to_json(name) AS text) || '}',
       created, last_updated, last_membership_updated
FROM groups ORDER BY created, id;
DROP TABLE groups;
ALTER TABLE new_groups RENAME TO groups;

CREATE TABLE group_members (
    group_seq BIGINT NOT NULL REFERENCES groups (seq) ON DELETE CASCADE,
    user_seq  BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    PRIMARY KEY (group_seq, user_seq)
);
CREATE INDEX group_members_user_seq ON group_members (user_seq, group_seq);

-- Who has which value of which unique attribute.
CREATE TABLE unique_claims (
    attribute TEXT COLLATE "C" NOT NULL,
    value     TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (attribute, value)
);
CREATE INDEX unique_claims_user_id ON unique_claims (user_id, attribute);

CREATE TABLE linked_objects (
    seq                    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    primary_name           TEXT COLLATE "C" NOT NULL UNIQUE,
    primary_title          TEXT NOT NULL,
    primary_description    TEXT,
    associated_name        TEXT COLLATE "C" NOT NULL UNIQUE,
    associated_title       TEXT NOT NULL,
    associated_description TEXT
);

CREATE TABLE links (
    relation      TEXT COLLATE "C" NOT NULL REFERENCES linked_objects (primary_name) ON DELETE CASCADE,
    associated_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    primary_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (associated_id, relation)
);
CREATE INDEX links_primary_id ON links (primary_id, relation, associated_id);
CREATE INDEX links_relation ON links (relation);

-- The keys are the folded name and label.
CREATE TABLE apps (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    version      BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    name_key     TEXT COLLATE "C" NOT NULL,
    label        TEXT NOT NULL,
    label_key    TEXT COLLATE "C" NOT NULL,
    status       TEXT COLLATE "C" NOT NULL,
    sign_on_mode TEXT NOT NULL,
    created      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    document     TEXT NOT NULL,
    user_schema  TEXT NOT NULL
);

CREATE TABLE app_users (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    app_id       TEXT COLLATE "C" NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_name    TEXT NOT NULL,
    profile      TEXT NOT NULL,
    created      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    UNIQUE (user_id, app_id)
);
CREATE INDEX app_users_app_id ON app_users (app_id, seq);

CREATE TABLE app_groups (
    app_id       TEXT COLLATE "C" NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    group_id     TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    priority     BIGINT NOT NULL,
    profile      TEXT NOT NULL,
    created      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    PRIMARY KEY (app_id, group_id)
);
CREATE INDEX app_groups_group_id ON app_groups (group_id);

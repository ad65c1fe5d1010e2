-- Roles are assigned to users, groups and clients, and can be narrowed to targets.

-- Grows by one with each change of who may do what.
CREATE TABLE authority (
    singleton BIGINT NOT NULL PRIMARY KEY CHECK (singleton = 1),
    version   BIGINT NOT NULL
);
INSERT INTO authority (singleton, version) VALUES (1, 1);

CREATE TEMPORARY TABLE kept_assignments AS SELECT * FROM role_assignments;
DROP TABLE role_assignments;

-- Whether a role is narrowed stands beside its targets: a target that is removed with its object must not widen the role.
CREATE TABLE role_assignments (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    assignee     TEXT COLLATE "C" NOT NULL,
    user_id      TEXT COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
    group_id     TEXT COLLATE "C" REFERENCES groups (id) ON DELETE CASCADE,
    client_id    TEXT COLLATE "C" REFERENCES apps (id) ON DELETE CASCADE,
    role         TEXT COLLATE "C" NOT NULL,
    is_scoped    BOOLEAN NOT NULL,
    third_party  BOOLEAN NOT NULL,
    created      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    UNIQUE (assignee, role),
    CHECK (assignee = coalesce(user_id, group_id, client_id))
);
CREATE INDEX role_assignments_user_id ON role_assignments (user_id);
CREATE INDEX role_assignments_group_id ON role_assignments (group_id);
CREATE INDEX role_assignments_client_id ON role_assignments (client_id);
CREATE INDEX role_assignments_role ON role_assignments (role);

INSERT INTO role_assignments (id, version, assignee, user_id, role, is_scoped, third_party, created, last_updated)
SELECT kept.id, 1, users.id, users.id, kept.role, false, false, users.created, users.created
FROM kept_assignments AS kept INNER JOIN users ON users.id = kept.user_id ORDER BY users.seq;
DROP TABLE kept_assignments;

-- A target is a group, an app of the catalog by its name, or one app with the name that it has for good.
CREATE TABLE role_targets (
    seq            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    assignment_seq BIGINT NOT NULL REFERENCES role_assignments (seq) ON DELETE CASCADE,
    group_id       TEXT COLLATE "C" REFERENCES groups (id) ON DELETE CASCADE,
    app_name       TEXT COLLATE "C",
    app_id         TEXT COLLATE "C" REFERENCES apps (id) ON DELETE CASCADE,
    CHECK ((group_id IS NULL) <> (app_name IS NULL)),
    CHECK (app_id IS NULL OR app_name IS NOT NULL)
);
CREATE INDEX role_targets_assignment_seq ON role_targets (assignment_seq, seq);
CREATE INDEX role_targets_group_id ON role_targets (group_id);
CREATE INDEX role_targets_app_id ON role_targets (app_id);

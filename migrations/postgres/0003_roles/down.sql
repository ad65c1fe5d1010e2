-- Only what the older program knows is kept: super administrators.
CREATE TEMPORARY TABLE kept_assignments AS
SELECT id, user_id, role FROM role_assignments WHERE user_id IS NOT NULL AND role = 'SUPER_ADMIN';
DROP TABLE role_targets;
DROP TABLE role_assignments;
DROP TABLE authority;

CREATE TABLE role_assignments (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role    TEXT COLLATE "C" NOT NULL,
    UNIQUE (user_id, role)
);
INSERT INTO role_assignments SELECT id, user_id, role FROM kept_assignments;
DROP TABLE kept_assignments;

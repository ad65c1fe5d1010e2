\set number random(1, 100000)
BEGIN;
UPDATE users SET version = version + 1, status = 'SUSPENDED', status_changed = 1735689600000, last_updated = 1735689600000 WHERE id = :'prefix' || lpad(:number::text, 9, '0');
INSERT INTO events (uuid, published, event_type, payload) VALUES ('u', 1735689600000, 'user.lifecycle.suspend', '{}');
COMMIT;

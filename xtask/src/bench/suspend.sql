-- What the store sends to suspend a user; pgbench fills in the names with a colon.
\set number random(1, 100000)
BEGIN;
UPDATE users SET version = version + 1, status = 'SUSPENDED', resumes_to = 'ACTIVE', activated = :at, status_changed = :at, last_login = NULL, last_updated = :at::bigint + :number::bigint, password_changed = NULL, failed_attempts = 0 WHERE id = :prefix::text || lpad(:number::text, 9, '0');
DELETE FROM one_time_tokens WHERE user_id = :prefix::text || lpad(:number::text, 9, '0');
INSERT INTO events (uuid, published, event_type, payload) VALUES (:uuid, :at, 'user.lifecycle.suspend', :payload);
COMMIT;

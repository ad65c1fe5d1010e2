-- Takes the first schema away, and everything in it.

DROP TABLE messages;
DROP TABLE events;
DROP TABLE one_time_tokens;
DROP TABLE api_tokens;
DROP TABLE role_assignments;
DROP TABLE user_attr;
DROP TABLE users;
DROP TABLE schemas;
DROP TABLE user_types;
DROP TABLE groups;
DROP TABLE organization;

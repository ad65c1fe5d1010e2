DROP TABLE factors;
ALTER TABLE users DROP COLUMN factors;

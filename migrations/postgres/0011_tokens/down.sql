DROP TABLE yubikeys;
DROP TABLE hotp_profiles;
DROP TABLE factor_switches;

DROP TABLE sms_templates;
DROP TABLE sendings;

DROP TABLE user_subscriptions;
DROP TABLE role_subscriptions;

-- Which mails administrators get, as far as somebody said something about it: for a role, or for themself.

CREATE TABLE role_subscriptions (
    role          TEXT    NOT NULL,
    notification  TEXT    NOT NULL,
    is_subscribed INTEGER NOT NULL,
    PRIMARY KEY (role, notification)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_subscriptions (
    user_id       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    notification  TEXT    NOT NULL,
    is_subscribed INTEGER NOT NULL,
    PRIMARY KEY (user_id, notification)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_subscriptions_notification ON user_subscriptions (notification);

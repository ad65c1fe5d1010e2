-- Which mails administrators get, as far as somebody said something about it: for a role, or for themself.

CREATE TABLE role_subscriptions (
    role          TEXT COLLATE "C" NOT NULL,
    notification  TEXT COLLATE "C" NOT NULL,
    is_subscribed BOOLEAN NOT NULL,
    PRIMARY KEY (role, notification)
);

CREATE TABLE user_subscriptions (
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    notification  TEXT COLLATE "C" NOT NULL,
    is_subscribed BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, notification)
);
CREATE INDEX user_subscriptions_notification ON user_subscriptions (notification, user_id);

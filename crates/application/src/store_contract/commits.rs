//! What is committed is there, all of it; what is refused leaves nothing.

use denizen_domain::authority::{Grant, Role};
use denizen_domain::event::EventType;
use denizen_domain::id::{ApiTokenId, UserId};
use denizen_domain::login::LoginKey;
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::{Changes, LogSelection, RoleWrite, StoreError, UniqueField, Write};
use denizen_domain::profile::Profile;
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::token::{ApiToken, OneTimeToken, TokenPurpose};
use denizen_domain::user::{Provider, RecoveryQuestion, Status, User};
use serde_json::json;

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    users_read_back_as_written(sample).await;
    logins_are_unique(sample).await;
    stale_writes_change_nothing(sample).await;
    all_or_nothing(sample).await;
    api_tokens_follow_their_owner(sample).await;
    one_time_tokens_are_used_once(sample).await;
    removal_takes_everything_but_the_log(sample).await;
}

async fn users_read_back_as_written(sample: &Sample) {
    let mut user = sample.user(
        "Isáac@Example.com",
        &json!({"city": "Zürich", "title": "it's \"quoted\" \\ 100%"}),
    );
    user.status = Status::Suspended;
    user.resumes_to = Status::PasswordExpired;
    user.activated = Some(dawn());
    user.last_login = Some(dawn().plus_millis(1));
    user.failed_attempts = 3;
    user.factors.failures = 2;
    user.factors.enrolled = 1;
    let hash = |n: u32| StoredPassword::from_stored(&format!("$argon2id${n}")).expect("it is a PHC string");
    user.credentials.password = Some(hash(1));
    user.credentials.password_history = vec![hash(2), hash(3)];
    user.credentials.recovery_question = Some(RecoveryQuestion {
        question: "Why?".to_owned(),
        answer: hash(4),
    });
    user.credentials.provider = Provider::import();
    sample.write(vec![Write::InsertUser(Box::new(user.clone()))]).await;
    assert_eq!(sample.store.user(&user.id).await.expect("reads"), Some(user.clone()));
    let key = LoginKey::of("ISAAC@example.com");
    assert_eq!(
        sample.store.user_by_login(&key).await.expect("reads"),
        Some(user.clone())
    );
    let short = LoginKey::of("isaac");
    assert_eq!(
        sample.store.users_by_short_name(&short).await.expect("reads"),
        vec![user.clone()]
    );
    sample.stored("isaac@other.example", &json!({})).await;
    sample.stored("isaac@third.example", &json!({})).await;
    sample.stored("isaac.b@third.example", &json!({})).await;
    assert_eq!(sample.store.users_by_short_name(&short).await.expect("reads").len(), 2);
    assert_eq!(
        sample.store.user(&UserId::generate(dawn(), 0)).await.expect("reads"),
        None
    );
    assert_eq!(
        sample
            .store
            .user_by_login(&LoginKey::of("nobody"))
            .await
            .expect("reads"),
        None
    );
    sample.store.ready().await.expect("the store is ready");
}

async fn logins_are_unique(sample: &Sample) {
    let first = sample.stored("unique@example.com", &json!({})).await;
    let again = sample.user("ÚNIQUE@example.com", &json!({}));
    let refused = sample.store.commit(insert(&again)).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::Login))),
        "{refused:?}"
    );
    let mut same_id = sample.user("other@example.com", &json!({}));
    same_id.id = first.id.clone();
    let refused = sample.store.commit(insert(&same_id)).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::Id))),
        "{refused:?}"
    );
    let other = sample.stored("renamed@example.com", &json!({})).await;
    let mut taken = other.clone();
    taken.login = first.login.clone();
    let refused = sample.store.commit(update(&other, &taken)).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::Login))),
        "{refused:?}"
    );
}

async fn stale_writes_change_nothing(sample: &Sample) {
    let user = sample.stored("stale@example.com", &json!({})).await;
    let mut changed = user.clone();
    changed.status = Status::Active;
    changed.profile = Profile::from_attributes(
        json!({"login": "stale@example.com", "email": "new@example.com", "firstName": "N", "lastName": "M"})
            .as_object()
            .expect("it is an object"),
    );
    sample
        .store
        .commit(update(&user, &changed))
        .await
        .expect("the first wins");
    let found = sample.store.user(&user.id).await.expect("reads").expect("it is there");
    assert_eq!(
        found,
        User {
            version: user.version + 1,
            ..changed
        }
    );
    let refused = sample.store.commit(update(&user, &user)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let refused = sample
        .store
        .commit(one(Write::DeleteUser(Box::new(user.clone()))))
        .await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_eq!(sample.store.user(&user.id).await.expect("reads"), Some(found.clone()));
    sample
        .store
        .commit(update(&found, &found))
        .await
        .expect("a write that changes nothing");
    let counted = User {
        version: found.version + 1,
        ..found.clone()
    };
    assert_eq!(sample.store.user(&user.id).await.expect("reads"), Some(counted));
    let refused = sample.store.commit(update(&found, &found)).await;
    assert!(
        matches!(refused, Err(StoreError::Stale)),
        "it counts all the same: {refused:?}"
    );
}

/// C8: state, event and message are committed together or not at all.
async fn all_or_nothing(sample: &Sample) {
    let user = sample.stored("whole@example.com", &json!({})).await;
    let at = dawn().plus_millis(5_000_000);
    let mut changed = user.clone();
    changed.status = Status::Active;
    let whole = Changes {
        writes: vec![
            Write::UpdateUser {
                from: Box::new(user.clone()),
                to: Box::new(changed),
            },
            Write::ConsumeOneTimeToken(Secret::new("never made").digest()),
        ],
        events: vec![sample.event(EventType::UserActivate, &user, at)],
        messages: vec![sample.message(at)],
    };
    let waiting = sample.store.next_message_due().await.expect("reads");
    let refused = sample.store.commit(whole.clone()).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_eq!(sample.store.user(&user.id).await.expect("reads"), Some(user.clone()));
    assert_eq!(sample.store.next_message_due().await.expect("reads"), waiting);
    let told = LogSelection {
        since: at,
        until: Some(at.plus_millis(1)),
        query: None,
        keywords: Vec::new(),
        descending: false,
        after: None,
        limit: 10,
    };
    assert!(sample.store.list_events(&told).await.expect("reads").items.is_empty());
    let accepted = Changes {
        writes: whole.writes[..1].to_vec(),
        messages: Vec::new(),
        ..whole.clone()
    };
    sample.store.commit(accepted).await.expect("nothing stands against it");
    assert_eq!(
        sample.store.list_events(&told).await.expect("reads").items,
        whole.events
    );
}

async fn api_tokens_follow_their_owner(sample: &Sample) {
    let owner = sample.stored("owner@example.com", &json!({})).await;
    let token = api_token(sample, &owner, "secret one");
    let other = api_token(sample, &owner, "secret two");
    let role = RoleAssignment::assign(Assignee::User(owner.id.clone()), Role::SuperAdmin, false, 1, dawn());
    let role = Write::Role(RoleWrite::Assign(Box::new(role)));
    sample
        .write(vec![
            Write::InsertApiToken(token.clone()),
            Write::InsertApiToken(other.clone()),
            role,
        ])
        .await;
    let owner = sample.store.user(&owner.id).await.expect("reads").expect("it is there");
    let bearer = sample
        .store
        .token_bearer(&token.digest)
        .await
        .expect("reads")
        .expect("it was made");
    assert_eq!(
        (&bearer.token, bearer.status, &*bearer.grants),
        (&token, Status::Staged, &[Grant::of(Role::SuperAdmin)][..])
    );
    assert_eq!(
        (bearer.login.as_str(), bearer.display_name.as_str()),
        ("owner@example.com", "Isaac Brock")
    );
    let both = sample.store.token_bearer_and_user(&token.digest, &owner.id).await;
    assert_eq!(both.expect("reads"), (Some(bearer), Some(owner.clone())));
    let (used, expires) = (dawn().plus_minutes(60), dawn().plus_minutes(120));
    sample
        .write(vec![Write::TouchApiToken {
            id: token.id.clone(),
            last_used: used,
            expires,
        }])
        .await;
    let mut changed = owner.clone();
    changed.status = Status::Suspended;
    sample
        .store
        .commit(update(&owner, &changed))
        .await
        .expect("nothing stands against it");
    let bearer = sample
        .store
        .token_bearer(&token.digest)
        .await
        .expect("reads")
        .expect("it is there");
    assert_eq!(
        (bearer.token.last_used, bearer.token.expires, bearer.status),
        (used, expires, Status::Suspended)
    );
    sample.write(vec![Write::DeleteApiToken(token.id.clone())]).await;
    assert_eq!(sample.store.token_bearer(&token.digest).await.expect("reads"), None);
    let refused = sample.store.commit(one(Write::DeleteApiToken(token.id))).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert!(sample.store.api_tokens().await.expect("reads").contains(&other));
    sample.write(vec![Write::DeleteApiTokensOf(owner.id.clone())]).await;
    assert_eq!(sample.store.token_bearer(&other.digest).await.expect("reads"), None);
}

pub(super) fn api_token(sample: &Sample, owner: &User, secret: &str) -> ApiToken {
    ApiToken {
        id: ApiTokenId::generate(dawn(), sample.number()),
        name: "ci".to_owned(),
        digest: Secret::new(secret).digest(),
        owner: owner.id.clone(),
        created: dawn(),
        last_used: dawn(),
        expires: dawn().plus_minutes(1),
    }
}

fn one_time_token(owner: &User, secret: &str, purpose: TokenPurpose) -> OneTimeToken {
    let expires: Timestamp = dawn().plus_minutes(60);
    OneTimeToken {
        digest: Secret::new(secret).digest(),
        user_id: owner.id.clone(),
        purpose,
        created: dawn(),
        expires,
    }
}

/// T3, T6: a token is used once, and voiding voids what it says.
async fn one_time_tokens_are_used_once(sample: &Sample) {
    let owner = sample.stored("tokens@example.com", &json!({})).await;
    let activation = one_time_token(&owner, "activation", TokenPurpose::Activation);
    let reset = one_time_token(&owner, "reset", TokenPurpose::PasswordReset);
    sample
        .write(vec![
            Write::InsertOneTimeToken(activation.clone()),
            Write::InsertOneTimeToken(reset.clone()),
        ])
        .await;
    let find = async |token: &OneTimeToken| sample.store.one_time_token(&token.digest).await.expect("reads");
    assert_eq!(find(&activation).await, Some(activation.clone()));
    let user_id = owner.id.clone();
    sample
        .write(vec![Write::VoidOneTimeTokens {
            user_id,
            purpose: Some(TokenPurpose::Activation),
        }])
        .await;
    assert_eq!(
        (find(&activation).await, find(&reset).await),
        (None, Some(reset.clone()))
    );
    sample.write(vec![Write::ConsumeOneTimeToken(reset.digest)]).await;
    let refused = sample.store.commit(one(Write::ConsumeOneTimeToken(reset.digest))).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    sample.write(vec![Write::InsertOneTimeToken(activation.clone())]).await;
    sample
        .write(vec![Write::VoidOneTimeTokens {
            user_id: owner.id.clone(),
            purpose: None,
        }])
        .await;
    assert_eq!(find(&activation).await, None);
}

/// C5: a removed user leaves nothing but the log, and the login is free again.
async fn removal_takes_everything_but_the_log(sample: &Sample) {
    let user = sample.stored("gone@example.com", &json!({"city": "Nowhere"})).await;
    let token = api_token(sample, &user, "gone's token");
    let reset = one_time_token(&user, "gone's reset", TokenPurpose::PasswordReset);
    sample
        .write(vec![
            Write::InsertApiToken(token.clone()),
            Write::InsertOneTimeToken(reset.clone()),
        ])
        .await;
    let at = dawn().plus_millis(6_000_000);
    let removal = Changes {
        events: vec![sample.event(EventType::UserDeleteCompleted, &user, at)],
        ..one(Write::DeleteUser(Box::new(user.clone())))
    };
    sample.store.commit(removal).await.expect("nothing stands against it");
    assert_eq!(sample.store.user(&user.id).await.expect("reads"), None);
    assert_eq!(sample.store.token_bearer(&token.digest).await.expect("reads"), None);
    assert_eq!(sample.store.one_time_token(&reset.digest).await.expect("reads"), None);
    sample.stored("gone@example.com", &json!({})).await;
}

fn one(write: Write) -> Changes {
    Changes {
        writes: vec![write],
        ..Changes::default()
    }
}

fn insert(user: &User) -> Changes {
    one(Write::InsertUser(Box::new(user.clone())))
}

fn update(from: &User, to: &User) -> Changes {
    one(Write::UpdateUser {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    })
}

//! Many at once: one order explains what is left.

use denizen_domain::ports::{Changes, StoreError, UniqueField, Write};
use denizen_domain::profile::Profile;
use denizen_domain::secret::Secret;
use denizen_domain::token::{OneTimeToken, TokenPurpose};
use denizen_domain::user::User;
use serde_json::json;

use super::sample::{Sample, dawn};

const CALLERS: usize = 40;

pub(super) async fn run(sample: &Sample) {
    no_update_is_lost(sample).await;
    one_of_many_gets_a_login(sample).await;
    one_of_many_uses_a_token(sample).await;
}

/// Commits many changes at once and gives back what became of each.
pub(super) async fn together(sample: &Sample, changes: Vec<Changes>) -> Vec<Result<(), StoreError>> {
    let mut pending: Vec<_> = changes
        .into_iter()
        .map(|changes| sample.store.commit(changes))
        .collect();
    let mut done: Vec<Option<Result<(), StoreError>>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut all = true;
        for (future, slot) in pending.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(result) => *slot = Some(result),
                    std::task::Poll::Pending => all = false,
                }
            }
        }
        if all {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// D1: everybody who reads, decides and writes again on `Stale` gets through.
async fn no_update_is_lost(sample: &Sample) {
    let user = sample.stored("race@example.com", &json!({})).await;
    let names: Vec<String> = ["city", "state", "title", "division", "department", "nickName"]
        .map(str::to_owned)
        .into();
    let mut waiting = names.clone();
    let mut rounds = 0;
    while !waiting.is_empty() {
        rounds += 1;
        assert!(rounds <= names.len(), "each round lets one through");
        let read = sample.store.user(&user.id).await.expect("reads").expect("it is there");
        let changes = waiting.iter().map(|name| update(&read, name)).collect();
        let results = together(sample, changes).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert!(
            results
                .iter()
                .all(|result| matches!(result, Ok(()) | Err(StoreError::Stale))),
            "{results:?}"
        );
        waiting = waiting
            .into_iter()
            .zip(results)
            .filter(|(_, result)| result.is_err())
            .map(|(name, _)| name)
            .collect();
    }
    let left = sample.store.user(&user.id).await.expect("reads").expect("it is there");
    let attributes = left.profile.attributes();
    assert!(
        names.iter().all(|name| attributes.get(name) == Some(&json!("set"))),
        "{attributes:?}"
    );
    assert_eq!(left.version, user.version + i64::try_from(names.len()).unwrap_or(0));
}

fn update(read: &User, name: &str) -> Changes {
    let mut attributes = read.profile.attributes();
    attributes.insert(name.to_owned(), json!("set"));
    let to = User {
        profile: Profile::from_attributes(&attributes),
        ..read.clone()
    };
    Changes {
        writes: vec![Write::UpdateUser {
            from: Box::new(read.clone()),
            to: Box::new(to),
        }],
        ..Changes::default()
    }
}

/// D3: a login has one owner, however many ask at once.
async fn one_of_many_gets_a_login(sample: &Sample) {
    let inserts = (0..CALLERS).map(|_| {
        let user = sample.user("wanted@example.com", &json!({}));
        Changes {
            writes: vec![Write::InsertUser(Box::new(user))],
            ..Changes::default()
        }
    });
    let results = together(sample, inserts.collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let refused = results
        .iter()
        .filter(|r| matches!(r, Err(StoreError::Duplicate(UniqueField::Login))))
        .count();
    assert_eq!(refused, CALLERS - 1, "{results:?}");
}

/// T3: a one-time token is used by one, however many hold it.
async fn one_of_many_uses_a_token(sample: &Sample) {
    let owner = sample.stored("one-time@example.com", &json!({})).await;
    let token = OneTimeToken {
        digest: Secret::new("used once").digest(),
        user_id: owner.id,
        purpose: TokenPurpose::Activation,
        created: dawn(),
        expires: dawn().plus_minutes(1),
    };
    sample.write(vec![Write::InsertOneTimeToken(token.clone())]).await;
    let use_it = Changes {
        writes: vec![Write::ConsumeOneTimeToken(token.digest)],
        ..Changes::default()
    };
    let results = together(sample, vec![use_it; CALLERS]).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
}

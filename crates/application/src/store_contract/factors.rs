//! Factors of users (O3, O9, C5, W3).

use denizen_domain::factor::{Device, Factor, FactorId, FactorKind, FactorStatus, Question, QuestionKey, Totp};
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::{Changes, FactorWrite, StoreError, UniqueField, Write};
use denizen_domain::sealed::Sealed;
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;
use serde_json::json;

use super::races::together;
use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    factors_come_and_go(sample).await;
    a_factor_is_its_owners(sample).await;
    keys_are_unique(sample).await;
    a_removed_user_leaves_no_factors(sample).await;
    all_factors_are_walked_through(sample).await;
    one_of_many_changes_a_version(sample).await;
}

fn totp(sample: &Sample, user: &User) -> Factor {
    let totp = Totp {
        secret: Sealed::from_bytes(vec![1, 0, 255]),
        last_step: None,
        picture: Some(SecretDigest::from_bytes([9; 32])),
    };
    Factor {
        id: FactorId::generate(FactorKind::OktaTotp, dawn(), sample.number()),
        version: 1,
        user_id: user.id.clone(),
        status: FactorStatus::PendingActivation,
        created: dawn(),
        last_updated: dawn().plus_minutes(1),
        key: None,
        device: Device::OktaTotp(totp),
    }
}

fn question(sample: &Sample, user: &User) -> Factor {
    let question = Question {
        question: QuestionKey::DislikedFood,
        answer: StoredPassword::Phc("$argon2id$it's".to_owned()),
    };
    Factor {
        id: FactorId::generate(FactorKind::Question, dawn(), sample.number()),
        status: FactorStatus::Active,
        device: Device::Question(question),
        ..totp(sample, user)
    }
}

impl Sample {
    async fn change_factor(&self, write: FactorWrite) -> Result<(), StoreError> {
        let writes = vec![Write::Factor(write)];
        self.store
            .commit(Changes {
                writes,
                ..Changes::default()
            })
            .await
    }

    async fn enrolled(&self, factor: Factor) -> Factor {
        let insert = FactorWrite::Insert(Box::new(factor.clone()));
        self.change_factor(insert).await.expect("it is enrolled");
        factor
    }

    async fn factors_of(&self, user: &User) -> Vec<Factor> {
        let read = self.store.user_with_factors(&user.id).await.expect("reads");
        read.map(|(_, factors)| factors).unwrap_or_default()
    }
}

fn update(from: &Factor, to: Factor) -> FactorWrite {
    FactorWrite::Update {
        from: Box::new(from.clone()),
        to: Box::new(to),
    }
}

async fn factors_come_and_go(sample: &Sample) {
    let user = sample.stored("factor-factors@example.com", &json!({})).await;
    assert_eq!(sample.factors_of(&user).await, []);
    let (second, first) = (totp(sample, &user), question(sample, &user));
    sample.enrolled(first.clone()).await;
    sample.enrolled(second.clone()).await;
    assert_eq!(sample.factors_of(&user).await, [first.clone(), second.clone()]);
    let (read, owner) = sample
        .store
        .factor(&user.id, &second.id)
        .await
        .expect("reads")
        .expect("it is there");
    assert_eq!((read, owner), (second.clone(), user.clone()));

    let Device::OktaTotp(code) = &second.device else {
        panic!("it was made so");
    };
    let active = second.activated(Device::OktaTotp(code.used(7)), dawn().plus_minutes(2));
    sample
        .change_factor(update(&second, active.clone()))
        .await
        .expect("it is changed");
    let wanted = Factor { version: 2, ..active };
    assert_eq!(sample.factors_of(&user).await, [first.clone(), wanted.clone()]);
    let late = sample.change_factor(update(&second, second.clone())).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
    let late = sample.change_factor(FactorWrite::Delete(Box::new(second))).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");

    let delete = FactorWrite::Delete(Box::new(wanted.clone()));
    sample.change_factor(delete).await.expect("it is removed");
    assert_eq!(sample.factors_of(&user).await, [first]);
    let late = sample.change_factor(update(&wanted, wanted.clone())).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
    let all = FactorWrite::DeleteAllOf(user.id.clone());
    sample.change_factor(all).await.expect("they are removed");
    assert_eq!(sample.factors_of(&user).await, []);
}

/// O9: a factor is found under its owner alone.
async fn a_factor_is_its_owners(sample: &Sample) {
    let owner = sample.stored("factor-owner@example.com", &json!({})).await;
    let other = sample.stored("factor-other@example.com", &json!({})).await;
    let factor = sample.enrolled(totp(sample, &owner)).await;
    let found = sample.store.factor(&other.id, &factor.id).await.expect("reads");
    assert_eq!(found, None);
    assert_eq!(sample.factors_of(&other).await, []);
}

/// W3: what names a credential names one in the whole directory.
async fn keys_are_unique(sample: &Sample) {
    let one = sample.stored("factor-key-one@example.com", &json!({})).await;
    let two = sample.stored("factor-key-two@example.com", &json!({})).await;
    let keyed = |user: &User, key: &str| Factor {
        key: Some(key.to_owned()),
        ..totp(sample, user)
    };
    let first = sample.enrolled(keyed(&one, "credential")).await;
    let taken = FactorWrite::Insert(Box::new(keyed(&two, "credential")));
    let taken = sample.change_factor(taken).await;
    assert!(
        matches!(taken, Err(StoreError::Duplicate(UniqueField::FactorKey))),
        "{taken:?}"
    );
    let second = sample.enrolled(keyed(&two, "another")).await;
    let moved = Factor {
        key: Some("credential".to_owned()),
        ..second.clone()
    };
    let taken = sample.change_factor(update(&second, moved)).await;
    assert!(
        matches!(taken, Err(StoreError::Duplicate(UniqueField::FactorKey))),
        "{taken:?}"
    );
    let found = sample.store.factor_by_key("credential").await.expect("reads");
    assert_eq!(found, Some(first));
    assert_eq!(sample.store.factor_by_key("nobody's").await.expect("reads"), None);
}

/// C5.
async fn a_removed_user_leaves_no_factors(sample: &Sample) {
    let user = sample.stored("factor-leaves@example.com", &json!({})).await;
    let factor = Factor {
        key: Some("left".to_owned()),
        ..totp(sample, &user)
    };
    sample.enrolled(factor.clone()).await;
    sample.write(vec![Write::DeleteUser(Box::new(user.clone()))]).await;
    assert_eq!(sample.store.factor_by_key("left").await.expect("reads"), None);
    let late = sample.change_factor(FactorWrite::Insert(Box::new(factor))).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}

async fn all_factors_are_walked_through(sample: &Sample) {
    let user = sample.stored("factor-walked@example.com", &json!({})).await;
    for _ in 0..5 {
        sample.enrolled(totp(sample, &user)).await;
    }
    let all = sample.store.factors_after(None, 1000).await.expect("reads");
    let mut walked: Vec<Factor> = Vec::new();
    loop {
        let after = walked.last().map(|factor| factor.id.clone());
        let next = sample.store.factors_after(after.as_ref(), 2).await.expect("reads");
        if next.is_empty() {
            break;
        }
        walked.extend(next);
    }
    assert!(all.len() >= 5 && walked == all);
    assert!(all.is_sorted_by_key(|factor| factor.id.clone()));
}

/// O3: of many who change one version of a factor, one comes through.
async fn one_of_many_changes_a_version(sample: &Sample) {
    const CALLERS: usize = 50;
    let user = sample.stored("factor-raced@example.com", &json!({})).await;
    let factor = sample.enrolled(totp(sample, &user)).await;
    let changes = (0..CALLERS).map(|_| Changes {
        writes: vec![Write::Factor(update(&factor, factor.clone()))],
        ..Changes::default()
    });
    let results = together(sample, changes.collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
}

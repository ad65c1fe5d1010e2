//! Pushes to the devices of users (U1, U3, U4, C5).

use denizen_domain::factor::{Device, Factor, FactorId, FactorKind, FactorStatus};
use denizen_domain::id::PushTransactionId;
use denizen_domain::ports::{Changes, FactorWrite, PushWrite, StoreError, UniqueField, Write};
use denizen_domain::push::{Activation, NewPush, NumberChallenge, Push, PushContext, PushState, PushTransaction};
use denizen_domain::sealed::Sealed;
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;
use serde_json::json;

use super::races::together;
use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    a_push_is_found_under_its_factor(sample).await;
    one_push_waits_at_most(sample).await;
    the_newest_and_the_waiting_are_listed(sample).await;
    what_is_over_is_forgotten(sample).await;
    a_removed_factor_leaves_no_pushes(sample).await;
    one_of_many_answers(sample).await;
    one_of_many_sends(sample).await;
}

fn factor(sample: &Sample, user: &User) -> Factor {
    let digest = SecretDigest::from_bytes([9; 32]);
    let activation = Activation::begin(Sealed::from_bytes(vec![1, 0, 255]), digest, dawn());
    Factor {
        id: FactorId::generate(FactorKind::Push, dawn(), sample.number()),
        version: 1,
        user_id: user.id.clone(),
        status: FactorStatus::PendingActivation,
        created: dawn(),
        last_updated: dawn(),
        key: None,
        device: Device::Push(Push::Waiting(activation)),
    }
}

fn push(sample: &Sample, factor: &Factor, minutes: i64) -> PushTransaction {
    let at = dawn().plus_minutes(minutes);
    let context = PushContext {
        nonce: "nonce".to_owned(),
        number: Some(NumberChallenge {
            correct: 72,
            decoys: [4, 99],
        }),
        ip_address: Some("192.0.2.7".to_owned()),
        user_agent: None,
    };
    let new = NewPush {
        id: PushTransactionId::generate(at, sample.number()),
        factor_id: factor.id.clone(),
        user_id: factor.user_id.clone(),
        sign_in: Some(SecretDigest::from_bytes([3; 32])),
        context,
    };
    PushTransaction::begin(new, at)
}

fn moved(from: &PushTransaction, state: PushState) -> PushWrite {
    PushWrite::Move {
        from: Box::new(from.clone()),
        to: Box::new(PushTransaction { state, ..from.clone() }),
    }
}

fn send(push: &PushTransaction) -> PushWrite {
    PushWrite::Send(Box::new(push.clone()))
}

fn alone(write: PushWrite) -> Changes {
    Changes {
        writes: vec![Write::Push(write)],
        ..Changes::default()
    }
}

impl Sample {
    async fn enrolled_device(&self, login: &str) -> (User, Factor) {
        let user = self.stored(login, &json!({})).await;
        let factor = factor(self, &user);
        let insert = FactorWrite::Insert(Box::new(factor.clone()));
        self.write(vec![Write::Factor(insert)]).await;
        (user, factor)
    }

    async fn sent(&self, factor: &Factor, minutes: i64) -> PushTransaction {
        let push = push(self, factor, minutes);
        self.store.commit(alone(send(&push))).await.expect("it is sent");
        push
    }

    async fn change_push(&self, write: PushWrite) -> Result<(), StoreError> {
        self.store.commit(alone(write)).await
    }

    async fn pushed(&self, push: &PushTransaction) -> Option<PushTransaction> {
        self.store.push(&push.factor_id, &push.id).await.expect("reads")
    }
}

/// U3, U4
async fn a_push_is_found_under_its_factor(sample: &Sample) {
    let (_, own) = sample.enrolled_device("pushed@example.com").await;
    let (_, other) = sample.enrolled_device("not-pushed@example.com").await;
    let push = sample.sent(&own, 0).await;
    assert_eq!(sample.pushed(&push).await, Some(push.clone()));
    assert_eq!(sample.store.push(&other.id, &push.id).await.expect("reads"), None);
    let used = PushTransaction {
        state: PushState::Approved,
        is_used: true,
        ..push.clone()
    };
    let write = PushWrite::Move {
        from: Box::new(push.clone()),
        to: Box::new(used.clone()),
    };
    sample.change_push(write).await.expect("it moves");
    let wanted = PushTransaction { version: 2, ..used };
    assert_eq!(sample.pushed(&push).await, Some(wanted));
    let late = sample.change_push(moved(&push, PushState::Rejected)).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}

/// U1
async fn one_push_waits_at_most(sample: &Sample) {
    let (_, factor) = sample.enrolled_device("one-push@example.com").await;
    let first = sample.sent(&factor, 0).await;
    let second = push(sample, &factor, 1);
    let refused = sample.change_push(send(&second)).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::Id))),
        "{refused:?}"
    );
    let both = Changes {
        writes: vec![
            Write::Push(moved(&first, PushState::Cancelled)),
            Write::Push(send(&second)),
        ],
        ..Changes::default()
    };
    sample.store.commit(both).await.expect("the first gives way");
    let again = sample
        .change_push(moved(&PushTransaction { version: 2, ..first }, PushState::Waiting))
        .await;
    assert!(
        matches!(again, Err(StoreError::Duplicate(UniqueField::Id))),
        "{again:?}"
    );
}

async fn the_newest_and_the_waiting_are_listed(sample: &Sample) {
    let (_, factor) = sample.enrolled_device("listed-pushes@example.com").await;
    let mut pushes = Vec::new();
    for minute in 0..3 {
        let push = sample.sent(&factor, minute).await;
        sample
            .change_push(moved(&push, PushState::Cancelled))
            .await
            .expect("it moves");
        pushes.push(push.id);
    }
    let listed = |minutes| {
        let factor = factor.id.clone();
        async move {
            let pushes = sample.store.pushes_of(&factor, dawn().plus_minutes(minutes)).await;
            let pushes = pushes.expect("reads").into_iter();
            pushes.map(|push| push.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(-1).await, pushes);
    assert_eq!(listed(1).await, pushes[2..]);
    let waiting = sample.sent(&factor, 0).await;
    assert_eq!(listed(60).await, [waiting.id]);
}

async fn what_is_over_is_forgotten(sample: &Sample) {
    let (_, factor) = sample.enrolled_device("forgotten@example.com").await;
    let push = sample.sent(&factor, 0).await;
    sample
        .change_push(PushWrite::Forget(push.expires))
        .await
        .expect("it runs");
    assert!(sample.pushed(&push).await.is_some());
    let later = push.expires.plus_millis(1);
    sample.change_push(PushWrite::Forget(later)).await.expect("it runs");
    assert_eq!(sample.pushed(&push).await, None);
    let late = sample.change_push(moved(&push, PushState::Approved)).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}

/// C5
async fn a_removed_factor_leaves_no_pushes(sample: &Sample) {
    let (_, factor) = sample.enrolled_device("unenrolled@example.com").await;
    let push = sample.sent(&factor, 0).await;
    let delete = FactorWrite::Delete(Box::new(factor.clone()));
    sample.write(vec![Write::Factor(delete)]).await;
    assert_eq!(sample.pushed(&push).await, None);
    let late = sample.change_push(send(&push)).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");

    let (user, factor) = sample.enrolled_device("pushed-and-gone@example.com").await;
    let push = sample.sent(&factor, 0).await;
    sample.write(vec![Write::DeleteUser(Box::new(user))]).await;
    assert_eq!(sample.pushed(&push).await, None);
}

/// U4: of many who answer, or take it back, one comes through.
async fn one_of_many_answers(sample: &Sample) {
    const CALLERS: usize = 40;
    let states = [PushState::Approved, PushState::Rejected, PushState::Cancelled];
    let (_, factor) = sample.enrolled_device("answered@example.com").await;
    let push = sample.sent(&factor, 0).await;
    let changes = (0..CALLERS).map(|n| alone(moved(&push, states[n % states.len()])));
    let results = together(sample, changes.collect()).await;
    let won: Vec<usize> = (0..CALLERS).filter(|n| results[*n].is_ok()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    let left = sample.pushed(&push).await.expect("it is there");
    assert_eq!((left.state, left.version), (states[won[0] % states.len()], 2));
}

/// U1: of many who send at once, one comes through.
async fn one_of_many_sends(sample: &Sample) {
    const CALLERS: usize = 40;
    let (_, factor) = sample.enrolled_device("besieged@example.com").await;
    let changes = (0..CALLERS).map(|_| alone(send(&push(sample, &factor, 0))));
    let results = together(sample, changes.collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let sent = sample.store.pushes_of(&factor.id, dawn()).await.expect("reads");
    assert_eq!(sent.len(), 1);
}

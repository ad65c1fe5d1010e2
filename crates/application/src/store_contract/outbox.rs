//! Messages wait, are claimed once, and are settled.

use denizen_domain::ports::{Changes, Delivery};

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    let store = &sample.store;
    let start = dawn().plus_millis(9_000_000);
    assert_eq!(store.next_message_due().await.expect("reads"), None);
    let messages: Vec<_> = (0..3).map(|n| sample.message(start.plus_millis(n))).collect();
    store
        .commit(Changes {
            messages: messages.clone(),
            ..Changes::default()
        })
        .await
        .expect("messages are taken");
    assert_eq!(store.next_message_due().await.expect("reads"), Some(start));
    let lease = start.plus_minutes(5);
    assert!(
        store
            .claim_messages(start.plus_millis(-1), lease, 10)
            .await
            .expect("reads")
            .is_empty()
    );

    let claimed = store
        .claim_messages(start.plus_millis(10), lease, 2)
        .await
        .expect("reads");
    assert_eq!(
        claimed.iter().map(|m| &m.id).collect::<Vec<_>>(),
        [&messages[0].id, &messages[1].id]
    );
    let first = &claimed[0];
    assert_eq!(
        (first.attempts, first.next_attempt, first.sealed.as_slice()),
        (1, lease, &[0, 1, 255][..])
    );
    let rest = store
        .claim_messages(start.plus_millis(10), lease, 10)
        .await
        .expect("reads");
    assert_eq!(rest.iter().map(|m| &m.id).collect::<Vec<_>>(), [&messages[2].id]);
    assert!(
        store
            .claim_messages(start.plus_millis(10), lease, 10)
            .await
            .expect("reads")
            .is_empty()
    );

    store
        .settle_message(&messages[0].id, Delivery::Sent)
        .await
        .expect("settles");
    let later = start.plus_minutes(1);
    store
        .settle_message(&messages[1].id, Delivery::Retry(later))
        .await
        .expect("settles");
    store
        .settle_message(&messages[2].id, Delivery::Dead)
        .await
        .expect("settles");
    assert_eq!(store.next_message_due().await.expect("reads"), Some(later));
    let again = store.claim_messages(later, lease, 10).await.expect("reads");
    assert_eq!(
        again.iter().map(|m| (&m.id, m.attempts)).collect::<Vec<_>>(),
        [(&messages[1].id, 2)]
    );
    // Whoever claimed it died: after the lease it is due again.
    let claimed = store
        .claim_messages(lease, lease.plus_minutes(5), 10)
        .await
        .expect("reads");
    assert_eq!(claimed.len(), 1);
    store
        .settle_message(&messages[1].id, Delivery::Sent)
        .await
        .expect("settles");
    assert_eq!(store.next_message_due().await.expect("reads"), None);
}

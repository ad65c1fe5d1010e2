//! Delivery: once, again after a pause, again when the sender died, and never for ever.

use std::sync::Mutex;

use async_trait::async_trait;
use denizen_application::Delivered;
use denizen_domain::id::MessageId;
use denizen_domain::message::{MailTemplate, Message, MessageSender, SendError, retry_after};
use denizen_domain::ports::Outbox;
use mockall::mock;

use crate::world::{World, somebody};

mock! {
    Sender {}
    #[async_trait]
    impl MessageSender for Sender {
        async fn send(&self, id: &MessageId, message: &Message) -> Result<(), SendError>;
    }
}

const MINUTE: i64 = 60_000;

fn done(sent: usize, postponed: usize, dead: usize) -> Delivered {
    Delivered { sent, postponed, dead }
}

/// A message goes out once, and never again.
#[tokio::test]
async fn a_message_is_delivered_once() {
    let world = World::new().await;
    world.create(somebody("isaac.brock")).await.unwrap();
    let mut sender = MockSender::new();
    let wanted = |_: &MessageId, message: &Message| match message {
        Message::Mail(mail) => mail.template == MailTemplate::UserActivation && mail.link.is_some(),
        _ => false,
    };
    sender.expect_send().withf(wanted).times(1).returning(|_, _| Ok(()));
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(1, 0, 0));
    world.clock.pass(7 * 24 * 60 * MINUTE);
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(0, 0, 0));
    assert_eq!(world.store.next_message_due().await.unwrap(), None);
}

/// A failure for now is tried again after growing pauses, under the same id, until the message is given up.
#[tokio::test]
async fn a_failing_message_is_retried_and_given_up() {
    let world = World::new().await;
    world.create(somebody("isaac.brock")).await.unwrap();
    let ids = std::sync::Arc::new(Mutex::new(Vec::new()));
    let (mut sender, seen) = (MockSender::new(), ids.clone());
    sender.expect_send().returning(move |id, _| {
        seen.lock().unwrap().push(id.clone());
        Err(SendError::Temporary("no route".to_owned()))
    });
    for attempt in 1.. {
        let Some(pause) = retry_after(attempt) else { break };
        assert_eq!(
            world.directory.deliver_due(&sender).await.unwrap(),
            done(0, 1, 0),
            "attempt {attempt}"
        );
        assert_eq!(
            world.store.next_message_due().await.unwrap(),
            Some(world.now().plus_millis(pause))
        );
        world.clock.pass(pause - 1);
        assert_eq!(
            world.directory.deliver_due(&sender).await.unwrap(),
            done(0, 0, 0),
            "too early"
        );
        world.clock.pass(1);
    }
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(0, 0, 1));
    world.clock.pass(24 * 60 * MINUTE);
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(0, 0, 0));
    let ids = ids.lock().unwrap();
    assert!(ids.len() > 10 && ids.windows(2).all(|pair| pair[0] == pair[1]));
}

/// A failure for good ends it at once.
#[tokio::test]
async fn an_unsendable_message_is_given_up_at_once() {
    let world = World::new().await;
    world.create(somebody("isaac.brock")).await.unwrap();
    let mut sender = MockSender::new();
    let refuse = |_: &MessageId, _: &Message| Err(SendError::Permanent("no such mailbox".to_owned()));
    sender.expect_send().times(1).returning(refuse);
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(0, 0, 1));
    assert_eq!(world.store.next_message_due().await.unwrap(), None);
}

/// A message whose sender died comes back when its lease is over, not sooner.
#[tokio::test]
async fn a_message_of_a_dead_sender_comes_back() {
    let world = World::new().await;
    world.create(somebody("isaac.brock")).await.unwrap();
    let lease = world.now().plus_minutes(5);
    assert_eq!(
        world.store.claim_messages(world.now(), lease, 20).await.unwrap().len(),
        1
    );
    let mut sender = MockSender::new();
    sender.expect_send().times(1).returning(|_, _| Ok(()));
    world.clock.pass(5 * MINUTE - 1);
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(0, 0, 0));
    world.clock.pass(1);
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(1, 0, 0));
}

/// A slow sender does not begin a message whose lease may end before it is out: another server could have it by then.
#[tokio::test]
async fn a_slow_sender_stays_within_its_lease() {
    let world = World::new().await;
    for name in ["first", "second", "third"] {
        world.create(somebody(name)).await.unwrap();
    }
    let (mut sender, clock) = (MockSender::new(), world.clock.clone());
    sender.expect_send().times(3).returning(move |_, _| {
        clock.pass(2 * MINUTE);
        Ok(())
    });
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(2, 0, 0));
    world.clock.pass(2 * MINUTE);
    assert_eq!(world.directory.deliver_due(&sender).await.unwrap(), done(1, 0, 0));
}

/// Whoever waits for messages is woken by a commit that leaves one, and by the time of the next.
#[tokio::test]
async fn waiting_ends_when_a_message_is_due() {
    let world = std::sync::Arc::new(World::new().await);
    let waiting = {
        let world = world.clone();
        tokio::spawn(async move { world.directory.message_due(|_| std::future::pending::<()>()).await })
    };
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "nothing is due");
    world.create(somebody("isaac.brock")).await.unwrap();
    waiting.await.unwrap().unwrap();
    let pause = std::sync::Arc::new(Mutex::new(0));
    let told = pause.clone();
    world
        .store
        .claim_messages(world.now(), world.now().plus_minutes(5), 1)
        .await
        .unwrap();
    let wait = move |millis| {
        *told.lock().unwrap() = millis;
        std::future::ready(())
    };
    world.directory.message_due(wait).await.unwrap();
    let waited = *pause.lock().unwrap();
    assert!(waited == 0 || waited == 5 * 60_000, "{waited}");
}

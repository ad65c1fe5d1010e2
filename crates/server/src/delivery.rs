//! Delivers waiting messages, in a task of its own, until it is told to finish.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt;
use async_trait::async_trait;
use denizen_application::{Delivered, Directory, Error};
use denizen_domain::id::MessageId;
use denizen_domain::message::{MailSender, Message, MessageSender, PhoneSender, SendError};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Sends each message in its way.
pub struct Senders {
    /// Mails.
    pub mail: Box<dyn MailSender>,
    /// Short messages and calls.
    pub phone: Box<dyn PhoneSender>,
}

#[async_trait]
impl MessageSender for Senders {
    async fn send(&self, id: &MessageId, message: &Message) -> Result<(), SendError> {
        match message {
            Message::Mail(mail) => self.mail.send_mail(id, mail).await,
            Message::Sms(sms) => self.phone.send_sms(id, sms).await,
            Message::Call(call) => self.phone.call(id, call).await,
        }
    }
}

/// The task.
pub struct Delivery {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Delivery {
    /// Starts delivering.
    pub fn start(directory: Arc<Directory>, sender: Senders) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = rt::spawn(deliver(directory, sender, stopped));
        Self { stop, task }
    }

    /// Sends what is due now, but for no longer than this. What is left waits in the database for the next start.
    pub async fn finish(mut self, limit: Duration) {
        // The task is told so in any case: it ends when this is dropped.
        let _ = self.stop.send(true);
        if timeout(limit, &mut self.task).await.is_err() {
            tracing::warn!("some messages are left for the next start");
            self.task.abort();
        }
    }
}

/// Waits until something is due, sends it, and so on. A store that fails is asked again after a pause that grows.
async fn deliver(directory: Arc<Directory>, sender: Senders, mut stopped: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    while !*stopped.borrow() {
        let due = tokio::select! {
            due = directory.message_due(|millis| sleep(Duration::from_millis(millis))) => due,
            _ = stopped.changed() => break,
        };
        let round = match due {
            Ok(()) => directory.deliver_due(&sender).await,
            Err(error) => Err(error),
        };
        match round {
            Ok(delivered) => {
                tell(delivered);
                pause = FIRST_PAUSE;
            }
            Err(error) => {
                complain(&error);
                tokio::select! {
                    () = sleep(pause) => {}
                    _ = stopped.changed() => break,
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    match directory.deliver_due(&sender).await {
        Ok(delivered) => tell(delivered),
        Err(error) => complain(&error),
    }
}

fn tell(Delivered { sent, postponed, dead }: Delivered) {
    if sent + postponed + dead > 0 {
        tracing::info!(sent, postponed, dead, "messages");
    }
}

fn complain(error: &Error) {
    tracing::error!(%error, "messages cannot be delivered for now");
}

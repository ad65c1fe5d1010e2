//! Sessions, and the transactions that lead to them (C3, C6, T3).

use denizen_domain::id::SessionId;
use denizen_domain::ports::{Changes, SessionWrite, StoreError, Write};
use denizen_domain::secret::{Secret, SecretDigest};
use denizen_domain::session::{Evidence, Method, Session, SessionLimits};
use denizen_domain::sign_in::{Details, Purpose, Stage, Transaction};
use denizen_domain::user::User;
use serde_json::json;

use super::races::together;
use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    sessions_begin_and_end(sample).await;
    sessions_end_together(sample).await;
    transactions_move_on(sample).await;
    transactions_outlive_what_began_like_them(sample).await;
    transactions_are_voided_by_purpose(sample).await;
    a_removed_user_leaves_none(sample).await;
    what_is_over_is_swept_away(sample).await;
    one_of_many_uses_a_transaction(sample).await;
}

fn session(sample: &Sample, user: &User) -> Session {
    let number = sample.number();
    let mut evidence = Evidence::password(dawn());
    evidence.methods.push(Method::Otp);
    evidence.factor_verified = Some(dawn().plus_minutes(1));
    Session::begin(
        SessionId::generate(dawn(), number),
        Secret::new(format!("session {number}")).digest(),
        user.id.clone(),
        evidence,
        SessionLimits::default(),
        dawn(),
    )
}

fn transaction(sample: &Sample, user: &User, stage: Stage) -> Transaction {
    let details = Details {
        relay_state: Some("it's \"here\"".to_owned()),
        ..Details::begin(stage, Some(Evidence::password(dawn())), dawn())
    };
    let digest = Secret::new(format!("transaction {}", sample.number())).digest();
    Transaction::begin(digest, user.id.clone(), details, dawn())
}

impl Sample {
    async fn change(&self, write: SessionWrite) -> Result<(), StoreError> {
        let writes = vec![Write::Session(write)];
        self.store
            .commit(Changes {
                writes,
                ..Changes::default()
            })
            .await
    }

    async fn begun(&self, user: &User) -> Session {
        let session = session(self, user);
        self.change(SessionWrite::Begin(session.clone()))
            .await
            .expect("it begins");
        session
    }

    async fn opened(&self, user: &User, stage: Stage) -> Transaction {
        let transaction = transaction(self, user, stage);
        self.change(SessionWrite::Open(Box::new(transaction.clone())))
            .await
            .expect("it opens");
        transaction
    }

    async fn is_on(&self, session: &Session) -> bool {
        self.store.session(&session.digest).await.expect("reads").is_some()
    }

    async fn is_open(&self, transaction: &Transaction) -> bool {
        self.store
            .transaction(&transaction.digest)
            .await
            .expect("reads")
            .is_some()
    }
}

async fn sessions_begin_and_end(sample: &Sample) {
    let user = sample.stored("session@example.com", &json!({})).await;
    let mut session = sample.begun(&user).await;
    let found = sample.store.session(&session.digest).await.expect("reads");
    assert_eq!(found, Some((session.clone(), user.clone())));
    let nobody = SecretDigest::from_bytes([9; 32]);
    assert_eq!(sample.store.session(&nobody).await.expect("reads"), None);
    let refused = sample.change(SessionWrite::Begin(session.clone())).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    let later = dawn().plus_minutes(200);
    for expires in [later, dawn().plus_minutes(150)] {
        let prolong = SessionWrite::Prolong {
            digest: session.digest,
            expires,
        };
        sample.change(prolong).await.expect("it is prolonged");
        // The end never moves back.
        session.expires = later;
        let found = sample.store.session(&session.digest).await.expect("reads");
        assert_eq!(found.map(|(session, _)| session), Some(session.clone()));
    }
    sample.change(SessionWrite::End(session.digest)).await.expect("it ends");
    assert!(!sample.is_on(&session).await);
    let again = sample.change(SessionWrite::End(session.digest)).await;
    assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
    let prolong = SessionWrite::Prolong {
        digest: session.digest,
        expires: later,
    };
    sample.change(prolong).await.expect("nothing happens");
    assert!(!sample.is_on(&session).await);
}

async fn sessions_end_together(sample: &Sample) {
    let (user, other) = (
        sample.stored("sessions@example.com", &json!({})).await,
        sample.stored("sessions-2@example.com", &json!({})).await,
    );
    let (kept, ended, foreign) = (
        sample.begun(&user).await,
        sample.begun(&user).await,
        sample.begun(&other).await,
    );
    let end = |except| SessionWrite::EndAllOf {
        user_id: user.id.clone(),
        except,
    };
    sample.change(end(Some(kept.digest))).await.expect("they end");
    assert!(sample.is_on(&kept).await && !sample.is_on(&ended).await);
    sample.change(end(None)).await.expect("they end");
    assert!(!sample.is_on(&kept).await && sample.is_on(&foreign).await);
}

async fn transactions_move_on(sample: &Sample) {
    let user = sample.stored("transaction@example.com", &json!({})).await;
    let first = sample.opened(&user, Stage::PasswordWarn).await;
    let found = sample.store.transaction(&first.digest).await.expect("reads");
    assert_eq!(found, Some((first.clone(), user.clone())));
    let mut second = first.clone();
    second.expires = dawn().plus_minutes(9);
    second.details.stage = Stage::Question;
    second.details.failures = 2;
    let step = |from: &Transaction, to: &Transaction| SessionWrite::Move {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    };
    sample.change(step(&first, &second)).await.expect("it moves");
    second.version = 2;
    let found = sample.store.transaction(&first.digest).await.expect("reads");
    assert_eq!(found.map(|(transaction, _)| transaction), Some(second.clone()));
    let stale = sample.change(step(&first, &second)).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    sample
        .change(SessionWrite::Close(first.digest))
        .await
        .expect("it closes");
    assert!(!sample.is_open(&first).await);
    for write in [SessionWrite::Close(first.digest), step(&second, &second)] {
        let stale = sample.change(write).await;
        assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    }
}

/// A transaction goes on under its secret while all others of its purpose are voided; whoever has read it before learns.
async fn transactions_outlive_what_began_like_them(sample: &Sample) {
    let user = sample.stored("transaction-2@example.com", &json!({})).await;
    let first = sample.opened(&user, Stage::NewPassword).await;
    let other = sample.opened(&user, Stage::NewPassword).await;
    let mut second = first.clone();
    second.version = 2;
    second.details.stage = Stage::MfaRequired;
    let void = SessionWrite::VoidAllOf {
        user_id: user.id.clone(),
        purpose: None,
    };
    let writes = [
        SessionWrite::Close(first.digest),
        void,
        SessionWrite::Open(Box::new(second.clone())),
    ];
    let changes = Changes {
        writes: writes.into_iter().map(Write::Session).collect(),
        ..Changes::default()
    };
    sample.store.commit(changes).await.expect("it goes on");
    assert!(!sample.is_open(&other).await);
    let found = sample.store.transaction(&first.digest).await.expect("reads");
    assert_eq!(found.map(|(transaction, _)| transaction), Some(second.clone()));
    let step = SessionWrite::Move {
        from: Box::new(first.clone()),
        to: Box::new(first),
    };
    let stale = sample.change(step).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
}

async fn transactions_are_voided_by_purpose(sample: &Sample) {
    let user = sample.stored("void@example.com", &json!({})).await;
    let other = sample.stored("void-2@example.com", &json!({})).await;
    let signing_in = sample.opened(&user, Stage::PasswordExpired).await;
    let recovering = sample.opened(&user, Stage::NewPassword).await;
    let done = sample.opened(&user, Stage::Done).await;
    let foreign = sample.opened(&other, Stage::NewPassword).await;
    let void = |purpose| SessionWrite::VoidAllOf {
        user_id: user.id.clone(),
        purpose,
    };
    sample
        .change(void(Some(Purpose::Recovery)))
        .await
        .expect("it is voided");
    assert!(!sample.is_open(&recovering).await);
    assert!(sample.is_open(&signing_in).await && sample.is_open(&done).await);
    // A transaction that moved is found under its new purpose.
    let mut moved = signing_in.clone();
    moved.details.stage = Stage::Question;
    let step = SessionWrite::Move {
        from: Box::new(signing_in.clone()),
        to: Box::new(moved),
    };
    sample.change(step).await.expect("it moves");
    sample
        .change(void(Some(Purpose::Recovery)))
        .await
        .expect("it is voided");
    assert!(!sample.is_open(&signing_in).await && sample.is_open(&done).await);
    sample.change(void(None)).await.expect("all are voided");
    assert!(!sample.is_open(&done).await && sample.is_open(&foreign).await);
}

async fn a_removed_user_leaves_none(sample: &Sample) {
    let user = sample.stored("leaves@example.com", &json!({})).await;
    let (session, transaction) = (sample.begun(&user).await, sample.opened(&user, Stage::Done).await);
    sample.write(vec![Write::DeleteUser(Box::new(user.clone()))]).await;
    assert!(!sample.is_on(&session).await && !sample.is_open(&transaction).await);
    let late = sample.change(SessionWrite::Begin(session)).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
    let late = sample.change(SessionWrite::Open(Box::new(transaction))).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}

async fn what_is_over_is_swept_away(sample: &Sample) {
    let user = sample.stored("swept@example.com", &json!({})).await;
    let (session, transaction) = (sample.begun(&user).await, sample.opened(&user, Stage::Done).await);
    let sweep = |at| SessionWrite::Sweep(at);
    sample
        .change(sweep(transaction.expires.plus_millis(-1)))
        .await
        .expect("it sweeps");
    assert!(sample.is_on(&session).await && sample.is_open(&transaction).await);
    sample.change(sweep(transaction.expires)).await.expect("it sweeps");
    assert!(sample.is_on(&session).await && !sample.is_open(&transaction).await);
    sample.change(sweep(session.expires)).await.expect("it sweeps");
    assert!(!sample.is_on(&session).await);
}

/// T3: a transaction is used up by one, however many hold its token; each would begin a session.
async fn one_of_many_uses_a_transaction(sample: &Sample) {
    const CALLERS: usize = 40;
    let user = sample.stored("many@example.com", &json!({})).await;
    let done = sample.opened(&user, Stage::Done).await;
    let sessions: Vec<Session> = (0..CALLERS).map(|_| session(sample, &user)).collect();
    let uses = sessions.iter().map(|session| Changes {
        writes: vec![
            Write::Session(SessionWrite::Close(done.digest)),
            Write::Session(SessionWrite::Begin(session.clone())),
        ],
        ..Changes::default()
    });
    let results = together(sample, uses.collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    for (session, result) in sessions.iter().zip(&results) {
        assert_eq!(sample.is_on(session).await, result.is_ok());
    }
}

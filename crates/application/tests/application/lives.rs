//! Random lives through the use cases, against the reference model: statuses, passwords, tokens, events and mails (C1, T6, P6).

use denizen_application::{
    AnswerRecoveryQuestion, ChangePassword, ChangeRecoveryQuestion, CreateUser, Error, RecoveryQuestionInput,
    RequestContext, ResetPassword, TokenLink, UpdateUser,
};
use denizen_domain::event::EventType as E;
use denizen_domain::message::MailTemplate as M;
use denizen_domain::secret::Secret;
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::lifecycle::{Action, Refusal};
use denizen_domain::user::lifecycle_model::{Model, expected};
use denizen_domain::user::{Status, User};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{ANSWER, QUESTION, World, attributes, credentials, somebody, token_in};

/// One thing that is tried.
#[derive(Clone, Copy, Debug)]
struct Step {
    action: Action,
    send_email: bool,
    /// The right password, answer or token is given; otherwise one that was right once, or never.
    right: bool,
}

fn any_step() -> impl Strategy<Value = Step> {
    let actions: Vec<Action> = Action::all().filter(|action| *action != Action::Federate).collect();
    (
        proptest::sample::select(actions),
        any::<bool>(),
        proptest::bool::weighted(0.8),
    )
        .prop_map(|(action, send_email, right)| Step {
            action,
            send_email,
            right,
        })
}

/// What the test knows of the user.
struct Life<'a> {
    world: &'a World,
    user: User,
    model: Model,
    password: Option<String>,
    spent: Vec<String>,
    /// Every token that was ever handed out, and whether it should still be good.
    tokens: Vec<(Secret, TokenPurpose, bool)>,
    number: usize,
}

impl Life<'_> {
    fn new_password(&mut self) -> String {
        self.number += 1;
        format!("Lantern-Winter-{}", self.number)
    }

    /// Does the step. Gives back the link that was answered, and the password that would be new.
    async fn perform(&mut self, step: Step) -> (Result<Option<TokenLink>, Error>, String) {
        let (directory, call, key) = (&self.world.directory, &self.world.admin, self.user.id.to_string());
        let key = key.as_str();
        let old = Secret::new(match (&self.password, step.right) {
            (Some(password), true) => password.clone(),
            _ => self.spent.last().cloned().unwrap_or_else(|| "Never-Ever-1".to_owned()),
        });
        let new = self.new_password();
        let (none, secret) = (|()| None, Secret::new(new.clone()));
        let answer = Secret::new(if step.right { "ANNIE oakley " } else { "Calamity Jane" });
        let done = match step.action {
            Action::Activate => directory.activate_user(call, key, step.send_email).await,
            Action::Reactivate => directory.reactivate_user(call, key, step.send_email).await,
            Action::Deactivate => directory.deactivate_user(call, key, step.send_email).await.map(none),
            Action::Delete => directory.delete_user(call, key, step.send_email).await.map(none),
            Action::Suspend => directory.suspend_user(call, key).await.map(none),
            Action::Unsuspend => directory.unsuspend_user(call, key).await.map(none),
            Action::Unlock => directory.unlock_user(call, key).await.map(none),
            Action::ResetPassword => {
                let request = ResetPassword {
                    send_email: step.send_email,
                    ..ResetPassword::default()
                };
                directory.reset_password(call, key, request).await
            }
            Action::ExpirePassword => directory.expire_password(call, key).await.map(|_| None),
            Action::ExpirePasswordWithTempPassword => {
                let temporary = directory.expire_password_with_temp_password(call, key, false).await;
                return match temporary {
                    Ok(secret) => (Ok(None), secret.expose().to_owned()),
                    Err(error) => (Err(error), new),
                };
            }
            Action::ResetFactors => directory.reset_factors(call, key).await.map(none),
            Action::ChangePassword => {
                let request = ChangePassword {
                    old,
                    new: secret,
                    strict: false,
                    revoke_sessions: false,
                };
                directory.change_password(call, key, request).await.map(|_| None)
            }
            Action::ChangeRecoveryQuestion => {
                let question = RecoveryQuestionInput {
                    question: Some(QUESTION.to_owned()),
                    answer: Some(Secret::new(ANSWER)),
                };
                let request = ChangeRecoveryQuestion {
                    password: old,
                    question,
                };
                directory
                    .change_recovery_question(call, key, request)
                    .await
                    .map(|_| None)
            }
            Action::ForgotPassword => directory.forgot_password(call, key, step.send_email).await,
            Action::ForgotPasswordRecoveryQuestion => {
                let request = AnswerRecoveryQuestion {
                    password: secret,
                    answer,
                };
                let done = directory.forgot_password_recovery_question(call, key, request).await;
                done.map(|_| None)
            }
            Action::UpdateProfile | Action::SetPassword | Action::SetRecoveryQuestion => {
                let request = self.update(step.action, &new);
                directory.update_user(call, key, request).await.map(|_| None)
            }
            Action::CompleteActivation => self.complete(TokenPurpose::Activation, step.right, &secret).await,
            Action::CompleteReset => self.complete(TokenPurpose::PasswordReset, step.right, &secret).await,
            Action::Federate => unreachable!("it is not drawn"),
        };
        (done, new)
    }

    fn update(&self, action: Action, new: &str) -> UpdateUser {
        let city = json!({"city": format!("City {}", self.number)});
        UpdateUser {
            profile: (action == Action::UpdateProfile).then(|| attributes(&city)),
            credentials: match action {
                Action::SetPassword => Some(credentials(Some(new), None)),
                Action::SetRecoveryQuestion => Some(credentials(None, Some((QUESTION, ANSWER)))),
                _ => None,
            },
            ..UpdateUser::default()
        }
    }

    /// The latest token for the purpose that is still good, or else any that is not.
    fn token(&self, purpose: TokenPurpose, right: bool) -> Option<&Secret> {
        let fits = |(_, its, alive): &&(Secret, TokenPurpose, bool)| (*its == purpose && *alive) == right;
        self.tokens.iter().rev().find(fits).map(|(token, _, _)| token)
    }

    async fn complete(&self, purpose: TokenPurpose, right: bool, new: &Secret) -> Result<Option<TokenLink>, Error> {
        let token = self
            .token(purpose, right)
            .cloned()
            .unwrap_or_else(|| Secret::new("no-such-token"));
        let request = RequestContext::default();
        let done = self
            .world
            .directory
            .complete_with_token(&request, &token, purpose, new, false)
            .await;
        done.map(|_| None)
    }

    /// What must come of the step: the model afterwards, or a refusal.
    fn wanted(&self, step: Step) -> Result<Model, Wanted> {
        let token_for = |purpose| step.right && self.token(purpose, true).is_some();
        let known = match step.action {
            Action::CompleteActivation if !token_for(TokenPurpose::Activation) => return Err(Wanted::Code(None)),
            Action::CompleteReset if !token_for(TokenPurpose::PasswordReset) => return Err(Wanted::Code(None)),
            Action::ChangePassword | Action::ChangeRecoveryQuestion | Action::ForgotPasswordRecoveryQuestion => {
                step.right
            }
            _ => true,
        };
        let model = expected(self.model, step.action).map_err(Wanted::Code)?;
        if known { Ok(model) } else { Err(Wanted::Unknown) }
    }

    /// T6: what the contract says of older tokens once an action is done.
    fn void_tokens(&mut self, action: Action) {
        let keeps = matches!(
            action,
            Action::Activate
                | Action::Unsuspend
                | Action::Unlock
                | Action::ExpirePassword
                | Action::ResetFactors
                | Action::ChangeRecoveryQuestion
                | Action::UpdateProfile
                | Action::SetRecoveryQuestion
        );
        if !keeps {
            self.tokens.iter_mut().for_each(|(_, _, alive)| *alive = false);
        }
    }
}

/// A refusal that the test waits for.
#[derive(Debug)]
enum Wanted {
    /// By the user's state; the code as in the model.
    Code(Option<&'static str>),
    /// A wrong password or answer, which the log tells of.
    Unknown,
}

fn code(error: &Error) -> Option<&'static str> {
    match error {
        Error::NotFound { .. } | Error::Refused(Refusal::AlreadyDeactivated) => Some("E0000007"),
        Error::Refused(Refusal::AlreadyActive) => Some("E0000016"),
        Error::Refused(Refusal::NotActive | Refusal::NotSuspended) => Some("E0000001"),
        Error::Refused(Refusal::NotLockedOut) => Some("E0000032"),
        Error::Refused(
            Refusal::PasswordResetNotAllowed | Refusal::ForgotPasswordNotAllowed | Refusal::ForgotPasswordNotSupported,
        ) => Some("E0000017"),
        Error::Refused(Refusal::RecoveryQuestionNotSet) => Some("E0000034"),
        Error::Refused(Refusal::ChangePasswordNotAllowed) => Some("E0000035"),
        Error::Refused(Refusal::ChangeRecoveryQuestionNotAllowed) => Some("E0000036"),
        Error::Refused(Refusal::NotAllowedInStatus) => Some("E0000038"),
        Error::InvalidToken => None,
        other => panic!("no refusal by the lifecycle: {other:?}"),
    }
}

/// The events that an action leaves (contract: conventions §14).
fn told(step: Step, before: Model) -> Vec<E> {
    match step.action {
        Action::Activate => vec![E::UserActivate],
        Action::Reactivate => vec![E::UserReactivate],
        Action::Delete if before.status == Status::Deprovisioned => {
            vec![E::UserDeleteInitiated, E::UserDeleteCompleted]
        }
        Action::Deactivate | Action::Delete => vec![E::UserDeactivate],
        Action::Suspend => vec![E::UserSuspend],
        Action::Unsuspend => vec![E::UserUnsuspend],
        Action::Unlock => vec![E::UserUnlockByAdmin],
        Action::ForgotPassword if step.send_email => vec![E::UserResetPassword, E::PasswordResetMail],
        Action::ResetPassword | Action::ForgotPassword | Action::Federate => vec![E::UserResetPassword],
        Action::ExpirePassword | Action::ExpirePasswordWithTempPassword => vec![E::UserExpirePassword],
        Action::ResetFactors => vec![E::UserResetFactors],
        Action::ChangePassword
        | Action::ForgotPasswordRecoveryQuestion
        | Action::SetPassword
        | Action::CompleteActivation
        | Action::CompleteReset => vec![E::UserUpdatePassword],
        Action::ChangeRecoveryQuestion | Action::UpdateProfile | Action::SetRecoveryQuestion => {
            vec![E::UserUpdateProfile]
        }
    }
}

/// The mails that an action sends (contract: users §7.2; T10).
fn mailed(step: Step, before: Model, after: Model) -> Vec<M> {
    match step.action {
        Action::ChangePassword
        | Action::ForgotPasswordRecoveryQuestion
        | Action::CompleteActivation
        | Action::CompleteReset => vec![M::PasswordChanged],
        _ if !step.send_email => vec![],
        Action::Activate | Action::Reactivate if after.status == Status::Provisioned => vec![M::UserActivation],
        Action::Reactivate | Action::ResetPassword => vec![M::PasswordResetByAdmin],
        Action::ForgotPassword => vec![M::ForgotPassword],
        Action::Deactivate | Action::Delete if before.status != Status::Deprovisioned => vec![M::UserDeactivated],
        _ => vec![],
    }
}

/// What the token of an action is good for, where it hands one out.
fn purpose(action: Action, before: Model) -> Option<TokenPurpose> {
    match action {
        Action::Reactivate if before.status == Status::Recovery => Some(TokenPurpose::PasswordReset),
        Action::Activate | Action::Reactivate => Some(TokenPurpose::Activation),
        Action::ResetPassword | Action::ForgotPassword => Some(TokenPurpose::PasswordReset),
        _ => None,
    }
}

/// Does one step and compares everything with what must have come of it. Gives back whether life goes on.
async fn live(life: &mut Life<'_>, step: Step) -> bool {
    let (world, before) = (life.world, life.model);
    world.clock.pass(1500);
    let (wanted, seen) = (life.wanted(step), world.events().await.len());
    let (found, new) = life.perform(step).await;
    let (events, mails) = (world.told_since(seen).await, world.mails().await);
    let templates: Vec<M> = mails.iter().map(|mail| mail.template).collect();
    match (found, wanted) {
        (Ok(link), Ok(after)) => {
            assert_eq!(events, told(step, before), "{step:?} on {before:?}");
            assert_eq!(templates, mailed(step, before, after), "{step:?} on {before:?}");
            life.void_tokens(step.action);
            let sent = mails.iter().find(|mail| mail.link.is_some()).map(token_in);
            if let Some(token) = link.map(|link| link.token).or(sent) {
                let purpose = purpose(step.action, before).expect("the action hands out no token");
                life.tokens.push((token, purpose, true));
            }
            if events.contains(&E::UserUpdatePassword) || step.action == Action::ExpirePasswordWithTempPassword {
                life.spent.extend(life.password.replace(new));
            }
            if !after.password {
                life.spent.extend(life.password.take());
            }
            life.model = after;
        }
        (Err(Error::WrongPassword | Error::WrongAnswer), Err(Wanted::Unknown)) => {
            // G2: the log tells who failed.
            assert_eq!(events.len(), 1, "{step:?} on {before:?}");
            assert!(world.events().await[seen].outcome.reason().is_some());
            assert_eq!(templates, []);
        }
        (Err(error), Err(Wanted::Code(wanted))) => {
            assert_eq!(code(&error), wanted, "{step:?} on {before:?}: {error:?}");
            assert_eq!((events, templates), (vec![], vec![]), "{step:?} on {before:?}");
        }
        (found, wanted) => panic!("{step:?} on {before:?}: {found:?}, not {wanted:?}"),
    }
    check(life, step).await;
    !life.model.gone
}

async fn check(life: &Life<'_>, step: Step) {
    let (world, model) = (life.world, life.model);
    for (token, _, alive) in &life.tokens {
        assert_eq!(world.is_token_alive(token).await, *alive, "a token after {step:?}");
    }
    let key = life.user.id.as_str();
    if model.gone {
        let found = world.directory.get_user(&world.admin, key).await;
        assert!(matches!(found, Err(Error::NotFound { .. })), "{found:?}");
        return;
    }
    let user = world.directory.get_user(&world.admin, key).await.unwrap();
    assert_eq!(user.status, model.status, "{step:?}");
    assert_eq!(user.credentials.password.is_some(), model.password, "{step:?}");
    assert_eq!(user.credentials.recovery_question.is_some(), model.question, "{step:?}");
    if let Some(password) = &life.password {
        assert!(world.is_password(&user, password).await, "{step:?}");
    }
    if let Some(spent) = life.spent.last() {
        assert!(!world.is_password(&user, spent).await, "{step:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// C1, P6, T6, G2: whatever is done in whatever order, the directory tells, sends and keeps what the model says.
    #[test]
    fn a_random_life_follows_the_model(
        seed: u64,
        activate: bool,
        password: bool,
        question: bool,
        steps in proptest::collection::vec(any_step(), 1..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            // A life may fail often; the lock-out has tests of its own.
            let world = World::with(Some(seed), |settings| settings.password_policy.max_attempts = 0).await;
            let first = "Lantern-Winter-0".to_owned();
            let request = CreateUser {
                activate,
                credentials: credentials(password.then_some(first.as_str()), question.then_some((QUESTION, ANSWER))),
                ..somebody("isaac.brock")
            };
            let user = world.create(request).await.unwrap();
            let tokens = world.mails().await.iter().map(|mail| (token_in(mail), TokenPurpose::Activation, true)).collect();
            let model = Model::newborn(activate, password, question);
            let mut life = Life {
                world: &world,
                user,
                model,
                password: password.then_some(first),
                spent: Vec::new(),
                tokens,
                number: 0,
            };
            for step in steps {
                if !live(&mut life, step).await {
                    break;
                }
            }
        });
    }
}

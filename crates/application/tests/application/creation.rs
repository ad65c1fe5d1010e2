//! Creating users: every variant, what it refuses, what it leaves (contract: users §2, §4).

use denizen_application::{CreateUser, CredentialsInput, Error, PasswordInput, RecoveryQuestionInput, ResourceKind};
use denizen_domain::event::EventType::{UserActivate, UserCreate};
use denizen_domain::message::MailTemplate::UserActivation;
use denizen_domain::user::creation::CreationRefusal;
use denizen_domain::user::{Provider, ProviderKind, Status};
use serde_json::json;

use crate::world::{ANSWER, PASSWORD, QUESTION, World, credentials, hashed_with, somebody};

/// Each variant ends in its status, with its stamps, events and mails.
#[tokio::test]
async fn each_variant_of_creation() {
    let world = World::new().await;
    let hashed = || CredentialsInput {
        password: Some(hashed_with("BCRYPT")),
        ..CredentialsInput::default()
    };
    let variants: [(&str, CredentialsInput, bool, bool, Status); 9] = [
        ("profile", credentials(None, None), true, false, Status::Provisioned),
        ("profile-staged", credentials(None, None), false, false, Status::Staged),
        (
            "question",
            credentials(None, Some((QUESTION, ANSWER))),
            true,
            false,
            Status::Provisioned,
        ),
        (
            "password",
            credentials(Some(PASSWORD), None),
            true,
            false,
            Status::Active,
        ),
        (
            "password-staged",
            credentials(Some(PASSWORD), None),
            false,
            false,
            Status::Staged,
        ),
        (
            "both",
            credentials(Some(PASSWORD), Some((QUESTION, ANSWER))),
            true,
            false,
            Status::Active,
        ),
        (
            "expired",
            credentials(Some(PASSWORD), None),
            true,
            true,
            Status::PasswordExpired,
        ),
        ("hash", hashed(), true, false, Status::Active),
        ("hash-staged", hashed(), false, false, Status::Staged),
    ];
    for (name, credentials, activate, next_login_change_password, status) in variants {
        let seen = world.events().await.len();
        let has_password = credentials.password.is_some();
        let request = CreateUser {
            credentials,
            activate,
            next_login_change_password,
            ..somebody(name)
        };
        let user = world.create(request).await.unwrap();
        let now = world.now().whole_seconds();
        assert_eq!(user, world.read(&user).await, "{name}");
        assert_eq!(
            (user.status, user.created, user.last_updated),
            (status, now, now),
            "{name}"
        );
        assert_eq!(user.activated, activate.then_some(now), "{name}");
        assert_eq!(user.status_changed, (activate || has_password).then_some(now), "{name}");
        assert_eq!(user.password_changed, has_password.then_some(now), "{name}");
        assert_eq!(user.last_login, None);
        let provider = if name.starts_with("hash") {
            Provider::import()
        } else {
            Provider::okta()
        };
        assert_eq!(user.credentials.provider, provider, "{name}");
        let told = if activate {
            vec![UserCreate, UserActivate]
        } else {
            vec![UserCreate]
        };
        assert_eq!(world.told_since(seen).await, told, "{name}");
        let mailed = if status == Status::Provisioned {
            vec![UserActivation]
        } else {
            vec![]
        };
        assert_eq!(world.mailed().await, mailed, "{name}");
    }
}

/// Users of another identity provider are active at once and have no credentials here.
#[tokio::test]
async fn users_of_another_provider() {
    let world = World::new().await;
    let provider = |kind| {
        Some(Provider {
            kind,
            name: "Elsewhere".to_owned(),
        })
    };
    for kind in [ProviderKind::Federation, ProviderKind::Social] {
        let request = |name: &str, announced, password| {
            let mut request = somebody(&format!("{name}-{kind:?}"));
            request.credentials = credentials(password, None);
            request.credentials.provider = provider(kind);
            request.provider = announced;
            request
        };
        let user = world.create(request("plain", true, None)).await.unwrap();
        assert_eq!(user.status, Status::Active);
        assert_eq!(Some(user.credentials.provider), provider(kind));
        assert_eq!(world.mailed().await, []);
        let unannounced = world.create(request("unannounced", false, None)).await;
        assert!(
            matches!(unannounced, Err(Error::Creation(CreationRefusal::ProviderMismatch))),
            "{unannounced:?}"
        );
        let password = world.create(request("password", true, Some(PASSWORD))).await;
        assert!(
            matches!(password, Err(Error::Creation(CreationRefusal::ForeignCredentials))),
            "{password:?}"
        );
    }
}

/// What is refused leaves nobody behind, no event and no mail.
#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let world = World::new().await;
    let (seen, everyone) = (
        world.events().await.len(),
        world.directory.list_user_groups(&world.admin, "me").await.unwrap(),
    );
    let everyone = everyone[0].id.to_string();
    let base = || somebody("isaac.brock");
    let unknown = "00g000000000000000zz".to_owned();
    let found = world
        .create(CreateUser {
            group_ids: vec![everyone.clone(), unknown.clone()],
            ..base()
        })
        .await;
    match found {
        Err(Error::NotFound { kind, given }) => assert_eq!((kind, given), (ResourceKind::UserGroup, unknown)),
        other => panic!("{other:?}"),
    }
    let found = world
        .create(CreateUser {
            group_ids: vec![everyone.clone(); 21],
            ..base()
        })
        .await;
    assert!(matches!(found, Err(Error::TooManyGroups)), "{found:?}");
    let found = world
        .create(CreateUser {
            type_id: Some("oty00000000000000000".to_owned()),
            ..base()
        })
        .await;
    assert!(
        matches!(
            found,
            Err(Error::NotFound {
                kind: ResourceKind::UserType,
                ..
            })
        ),
        "{found:?}"
    );
    let found = world
        .create(CreateUser {
            next_login_change_password: true,
            ..base()
        })
        .await;
    assert!(
        matches!(found, Err(Error::Creation(CreationRefusal::ExpiryNeedsPassword))),
        "{found:?}"
    );
    let late = CreateUser {
        next_login_change_password: true,
        activate: false,
        credentials: credentials(Some(PASSWORD), None),
        ..base()
    };
    let found = world.create(late).await;
    assert!(
        matches!(found, Err(Error::Creation(CreationRefusal::ExpiryNeedsActivation))),
        "{found:?}"
    );
    let hook = CredentialsInput {
        password: Some(PasswordInput::Hook),
        ..CredentialsInput::default()
    };
    let found = world
        .create(CreateUser {
            credentials: hook,
            ..base()
        })
        .await;
    assert!(matches!(found, Err(Error::FeatureNotAvailable)), "{found:?}");
    let half = CredentialsInput {
        recovery_question: Some(RecoveryQuestionInput {
            question: Some(QUESTION.to_owned()),
            answer: None,
        }),
        ..CredentialsInput::default()
    };
    let found = world
        .create(CreateUser {
            credentials: half,
            ..base()
        })
        .await;
    assert!(matches!(found, Err(Error::Validation(_))), "{found:?}");
    let mut unknown = base();
    unknown.profile.insert("notValid".to_owned(), json!("x"));
    match world.create(unknown).await {
        Err(Error::Validation(refused)) => {
            assert_eq!(refused.subject, "newUser");
            assert_eq!(refused.causes, ["Property name 'notValid' is not defined in profile"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((world.told_since(seen).await, world.mailed().await), (vec![], vec![]));
    world
        .create(CreateUser {
            group_ids: vec![everyone; 20],
            ..base()
        })
        .await
        .unwrap();
}

/// P10: a hash of each of the six algorithms is taken as it is; the policy is not asked.
#[tokio::test]
async fn a_hash_of_each_algorithm_is_taken() {
    let world = World::new().await;
    for algorithm in ["BCRYPT", "PBKDF2", "SHA-512", "SHA-256", "SHA-1", "MD5"] {
        let mut request = somebody(&format!("user-{algorithm}"));
        request.credentials.password = Some(hashed_with(algorithm));
        let user = world.create(request).await.unwrap();
        assert_eq!(
            (user.status, user.credentials.provider),
            (Status::Active, Provider::import()),
            "{algorithm}"
        );
        assert!(user.credentials.password.unwrap().is_imported());
    }
}

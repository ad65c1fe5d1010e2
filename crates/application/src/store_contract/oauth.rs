//! Clients, what is granted to them, tokens and keys.

use std::sync::Arc;

use denizen_domain::app::{App, AppDescription, AppStatus};
use denizen_domain::id::{AccessTokenId, AppId, ScopeGrantId, UserId};
use denizen_domain::oauth::{AccessToken, ScopeGrant, SigningKey};
use denizen_domain::ports::{AppWrite, Changes, OAuthWrite, StoreError, UniqueField, Write};
use denizen_domain::secret::{Secret, SecretDigest};
use serde_json::json;

use super::sample::{Sample, dawn};

/// Runs this part of the suite.
pub(super) async fn run(sample: &Sample) {
    clients_are_found_by_their_names(sample).await;
    a_grant_counts_while_it_stands(sample).await;
    tokens_end_with_what_they_belong_to(sample).await;
    an_assertion_is_used_once(sample).await;
    what_has_ended_is_forgotten(sample).await;
    one_key_is_in_use(sample).await;
}

impl Sample {
    fn client(&self, client_id: Option<&str>) -> App {
        let document =
            json!({"credentials": {"oauthClient": {"client_id": client_id}}, "settings": {"oauthClient": {}}});
        let description = AppDescription {
            label: Some("Robot".to_owned()),
            sign_on_mode: Some("OPENID_CONNECT".to_owned()),
            document: document.as_object().cloned().unwrap_or_default(),
            ..AppDescription::default()
        };
        App::create(AppId::generate(dawn(), self.number()), description, true, 1, dawn()).expect("it is sound")
    }

    async fn stored_client(&self) -> App {
        let app = self.client(None);
        self.write(vec![insert(&app)]).await;
        app
    }

    fn grant(&self, app: &App, scope: &str) -> ScopeGrant {
        ScopeGrant {
            id: ScopeGrantId::generate(dawn(), self.number()),
            app_id: app.id.clone(),
            scope: scope.to_owned(),
            created_by: "00uactor".to_owned(),
            created: dawn(),
        }
    }

    fn access_token(&self, app: &App, user_id: Option<&UserId>, grants: &[&ScopeGrant]) -> AccessToken {
        let number = self.number();
        AccessToken {
            id: AccessTokenId::generate(dawn(), number),
            digest: Secret::new(format!("token {number}")).digest(),
            app_id: app.id.clone(),
            user_id: user_id.cloned(),
            grants: grants.iter().map(|grant| grant.id.clone()).collect(),
            created: dawn(),
            expires: dawn().plus_minutes(60),
        }
    }

    async fn refused(&self, writes: Vec<Write>) -> StoreError {
        let changes = Changes {
            writes,
            ..Changes::default()
        };
        self.store.commit(changes).await.expect_err("it is refused")
    }

    async fn scopes_of(&self, digest: &SecretDigest) -> Option<Vec<String>> {
        let bearer = self.store.access_token_bearer(digest).await.expect("reads")?;
        let mut scopes = bearer.scopes;
        scopes.sort();
        Some(scopes)
    }
}

fn insert(app: &App) -> Write {
    Write::App(AppWrite::Insert(Box::new(app.clone()), Box::new(app.first_schema())))
}

fn grant_write(grant: &ScopeGrant) -> Write {
    Write::OAuth(OAuthWrite::InsertGrant(grant.clone()))
}

fn token_write(token: &AccessToken) -> Write {
    Write::OAuth(OAuthWrite::InsertToken(token.clone()))
}

async fn clients_are_found_by_their_names(sample: &Sample) {
    let (usual, named) = (sample.client(None), sample.client(Some("nightly-import")));
    sample.write(vec![insert(&usual), insert(&named)]).await;
    for (name, wanted) in [
        (usual.id.as_str(), Some(&usual.id)),
        ("nightly-import", Some(&named.id)),
        (named.id.as_str(), None),
        ("NIGHTLY-IMPORT", None),
    ] {
        let found = sample.store.client(name).await.expect("reads");
        assert_eq!(found.map(|app| app.id).as_ref(), wanted, "{name}");
    }
    let second = sample
        .refused(vec![insert(&sample.client(Some("nightly-import")))])
        .await;
    assert!(
        matches!(second, StoreError::Duplicate(UniqueField::ClientId)),
        "{second}"
    );
    let gone = vec![Write::App(AppWrite::Delete(Box::new(named)))];
    sample.write(gone).await;
    assert_eq!(sample.store.client("nightly-import").await.expect("reads"), None);
    sample.write(vec![insert(&sample.client(Some("nightly-import")))]).await;
}

async fn a_grant_counts_while_it_stands(sample: &Sample) {
    let (app, other) = (sample.stored_client().await, sample.stored_client().await);
    let (read, manage) = (
        sample.grant(&app, "okta.users.read"),
        sample.grant(&app, "okta.groups.manage"),
    );
    let foreign = sample.grant(&other, "okta.users.read");
    sample.write([&read, &manage, &foreign].map(grant_write).to_vec()).await;
    let twice = sample
        .refused(vec![grant_write(&sample.grant(&app, "okta.users.read"))])
        .await;
    assert!(matches!(twice, StoreError::Duplicate(UniqueField::Scope)), "{twice}");
    let nobody = sample.grant(&sample.client(None), "okta.users.read");
    assert!(matches!(
        sample.refused(vec![grant_write(&nobody)]).await,
        StoreError::Stale
    ));
    assert_eq!(
        sample.store.scope_grants(&app.id).await.expect("reads"),
        [manage.clone(), read.clone()]
    );
    let token = sample.access_token(&app, None, &[&read, &manage, &foreign]);
    sample.write(vec![token_write(&token)]).await;
    let bearer = sample.store.access_token_bearer(&token.digest).await.expect("reads");
    let bearer = bearer.expect("it is there");
    assert_eq!((&bearer.token, bearer.status), (&token, AppStatus::Active));
    assert_eq!(
        (bearer.label.as_str(), bearer.client_id.as_str()),
        ("Robot", app.id.as_str())
    );
    // A grant of another app gives nothing, whoever wrote it there.
    let both = ["okta.groups.manage", "okta.users.read"].map(str::to_owned);
    assert_eq!(sample.scopes_of(&token.digest).await.as_deref(), Some(&both[..]));
    let delete = || vec![Write::OAuth(OAuthWrite::DeleteGrant(read.id.clone()))];
    sample.write(delete()).await;
    assert!(matches!(sample.refused(delete()).await, StoreError::Stale));
    assert_eq!(sample.scopes_of(&token.digest).await.as_deref(), Some(&both[..1]));
    // R9: what is granted again is another grant.
    sample
        .write(vec![grant_write(&sample.grant(&app, "okta.users.read"))])
        .await;
    assert_eq!(sample.scopes_of(&token.digest).await.as_deref(), Some(&both[..1]));
    sample
        .write(vec![Write::OAuth(OAuthWrite::DeleteGrant(manage.id.clone()))])
        .await;
    assert_eq!(sample.scopes_of(&token.digest).await.as_deref(), Some(&[][..]));
}

/// C3, C4: tokens end with their app and their user, and all at once when they are revoked.
async fn tokens_end_with_what_they_belong_to(sample: &Sample) {
    let (app, other) = (sample.stored_client().await, sample.stored_client().await);
    let user = sample.stored("token.owner@example.com", &json!({})).await;
    let own = sample.access_token(&app, None, &[]);
    let [first, second] = [&app, &other].map(|app| sample.access_token(app, Some(&user.id), &[]));
    let [third, fourth] = [(); 2].map(|()| sample.access_token(&other, None, &[]));
    let every = [&own, &first, &second, &third, &fourth];
    sample.write(every.map(token_write).to_vec()).await;
    let again = AccessToken {
        id: AccessTokenId::generate(dawn(), sample.number()),
        ..own.clone()
    };
    let again = sample.refused(vec![token_write(&again)]).await;
    assert!(matches!(again, StoreError::Duplicate(UniqueField::Id)), "{again}");
    let lives = async |wanted: [bool; 5]| {
        for (token, wanted) in every.into_iter().zip(wanted) {
            assert_eq!(
                sample.scopes_of(&token.digest).await.is_some(),
                wanted,
                "{:?}",
                token.id
            );
        }
    };
    let delete = || vec![Write::OAuth(OAuthWrite::DeleteToken(third.digest))];
    sample.write(delete()).await;
    sample.write(delete()).await;
    lives([true, true, true, false, true]).await;
    sample
        .write(vec![Write::OAuth(OAuthWrite::DeleteTokensOfUser(user.id.clone()))])
        .await;
    lives([true, false, false, false, true]).await;
    sample
        .write(vec![Write::OAuth(OAuthWrite::DeleteTokensOfApp(app.id.clone()))])
        .await;
    lives([false, false, false, false, true]).await;
    sample.write(vec![token_write(&first)]).await;
    sample.write(vec![Write::DeleteUser(Box::new(user.clone()))]).await;
    lives([false, false, false, false, true]).await;
    assert!(matches!(
        sample.refused(vec![token_write(&first)]).await,
        StoreError::Stale
    ));
    sample
        .write(vec![Write::App(AppWrite::Delete(Box::new(other.clone())))])
        .await;
    lives([false; 5]).await;
    assert!(matches!(
        sample.refused(vec![token_write(&fourth)]).await,
        StoreError::Stale
    ));
}

/// T3: of many uses at once, one counts.
async fn an_assertion_is_used_once(sample: &Sample) {
    let (app, other) = (sample.stored_client().await, sample.stored_client().await);
    let use_of = |app: &App, name: &str| {
        Write::OAuth(OAuthWrite::UseAssertion {
            app_id: app.id.clone(),
            id: Secret::new(name).digest(),
            expires: dawn().plus_minutes(5),
        })
    };
    let uses: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&sample.store);
            let changes = Changes {
                writes: vec![use_of(&app, "one")],
                ..Changes::default()
            };
            tokio::spawn(async move { store.commit(changes).await })
        })
        .collect();
    let mut counted = 0;
    for one in uses {
        match one.await.expect("it ends") {
            Ok(()) => counted += 1,
            Err(error) => assert!(
                matches!(error, StoreError::Duplicate(UniqueField::Assertion)),
                "{error}"
            ),
        }
    }
    assert_eq!(counted, 1);
    sample.write(vec![use_of(&app, "two"), use_of(&other, "one")]).await;
}

async fn what_has_ended_is_forgotten(sample: &Sample) {
    let app = sample.stored_client().await;
    let token = sample.access_token(&app, None, &[]);
    let use_once = || {
        Write::OAuth(OAuthWrite::UseAssertion {
            app_id: app.id.clone(),
            id: Secret::new("ending").digest(),
            expires: dawn().plus_minutes(60),
        })
    };
    let forget = |millis| {
        vec![Write::OAuth(OAuthWrite::ForgetEnded(
            dawn().plus_minutes(60).plus_millis(millis),
        ))]
    };
    sample.write(vec![token_write(&token), use_once()]).await;
    sample.write(forget(-1)).await;
    assert!(sample.scopes_of(&token.digest).await.is_some());
    sample.refused(vec![use_once()]).await;
    sample.write(forget(0)).await;
    assert!(sample.scopes_of(&token.digest).await.is_none());
    sample.write(vec![use_once()]).await;
}

/// K1: keys are rotated one after the other, whoever else tries.
async fn one_key_is_in_use(sample: &Sample) {
    let key = |kid: &str, minutes| SigningKey {
        kid: kid.to_owned(),
        public: r#"{"kty":"EC"}"#.to_owned(),
        sealed: vec![0, 1, 255],
        created: dawn().plus_minutes(minutes),
        retired: None,
    };
    let at = dawn().plus_minutes(90);
    let insert = |kid| Write::OAuth(OAuthWrite::InsertKey(key(kid, 0)));
    let replace = |from: &str, to: &str, minutes| {
        Write::OAuth(OAuthWrite::ReplaceKey {
            from: from.to_owned(),
            to: key(to, minutes),
            at,
        })
    };
    sample.write(vec![insert("first")]).await;
    assert!(matches!(sample.refused(vec![insert("other")]).await, StoreError::Stale));
    sample.write(vec![replace("first", "second", 90)]).await;
    assert!(matches!(
        sample.refused(vec![replace("first", "third", 90)]).await,
        StoreError::Stale
    ));
    let retired = SigningKey {
        retired: Some(at),
        ..key("first", 0)
    };
    assert_eq!(
        sample.store.signing_keys().await.expect("reads"),
        [retired, key("second", 90)]
    );
    sample.write(vec![Write::OAuth(OAuthWrite::ForgetKeys(at))]).await;
    assert_eq!(sample.store.signing_keys().await.expect("reads").len(), 2);
    sample
        .write(vec![Write::OAuth(OAuthWrite::ForgetKeys(at.plus_millis(1)))])
        .await;
    assert_eq!(sample.store.signing_keys().await.expect("reads"), [key("second", 90)]);
    let reseal = |kid: &str| {
        Write::OAuth(OAuthWrite::ResealKey {
            kid: kid.to_owned(),
            sealed: vec![5, 0],
        })
    };
    sample.write(vec![reseal("second"), reseal("first")]).await;
    let resealed = SigningKey {
        sealed: vec![5, 0],
        ..key("second", 90)
    };
    assert_eq!(sample.store.signing_keys().await.expect("reads"), [resealed]);
}

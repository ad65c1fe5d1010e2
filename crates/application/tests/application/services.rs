//! Services that get tokens while what they may do changes: nothing that was taken comes back (R9, C3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use denizen_application::{ClientProof, GrantScope, OAuthError, RequestContext, TokenRequest};
use denizen_domain::app::{App, AppDescription};
use denizen_domain::authority::Permission;
use denizen_domain::event::EventType;
use denizen_domain::id::{AccessTokenId, UserId};
use denizen_domain::oauth::AccessToken;
use denizen_domain::ports::{Changes, Commit, OAuth, OAuthWrite, Write};
use denizen_domain::secret::Secret;
use serde_json::json;

use crate::world::World;

const SCOPE: &str = "okta.users.read";
const SEEDS: u64 = 40;

/// An app whose key has a name that stands for its signature.
async fn service(world: &World) -> App {
    let number = "A".repeat(42) + "A";
    let key = json!({"kty": "EC", "crv": "P-256", "x": number, "y": number, "kid": "own"});
    let document = json!({
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}},
        "settings": {"oauthClient": {"grant_types": ["client_credentials"], "jwks": {"keys": [key]}}},
    });
    let description = AppDescription {
        label: Some("Robot".to_owned()),
        sign_on_mode: Some("OPENID_CONNECT".to_owned()),
        document: document.as_object().unwrap().clone(),
        ..AppDescription::default()
    };
    world
        .directory
        .create_app(&world.admin, description, true)
        .await
        .unwrap()
}

async fn grant(world: &World, app: &App) -> String {
    let request = GrantScope {
        scope_id: SCOPE.to_owned(),
        issuer: Some("https://id.example.com".to_owned()),
    };
    let (_, grant) = world
        .directory
        .grant_scope(&world.admin, app.id.as_str(), &request)
        .await
        .unwrap();
    grant.id.to_string()
}

fn request(world: &World, app: &App, id: &str) -> TokenRequest {
    let claims = json!({
        "iss": app.id, "sub": app.id, "aud": "https://id.example.com/oauth2/v1/token",
        "exp": world.now().as_millis() / 1000 + 300, "jti": id,
    });
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    TokenRequest {
        grant_type: Some("client_credentials".to_owned()),
        scope: Some(SCOPE.to_owned()),
        proof: ClientProof {
            assertion_type: Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
            assertion: Some(Secret::new(format!("head.{payload}.own"))),
            ..ClientProof::default()
        },
    }
}

/// Gets a token; `None` when the service is refused.
async fn token(world: &World, app: &App, id: &str) -> Option<Secret> {
    let wanted = request(world, app, id);
    match world
        .directory
        .issue_access_token(&RequestContext::default(), &wanted)
        .await
    {
        Ok(issued) => Some(issued.token),
        Err(OAuthError::Refused(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Whether the scope of a token still counts.
async fn counts(world: &World, token: &Secret) -> bool {
    let caller = world.directory.authenticate_access_token(token).await;
    caller.is_ok_and(|caller| caller.scopes.is_some_and(|scopes| scopes.cover(Permission::UsersRead)))
}

#[tokio::test]
async fn a_token_issued_while_its_grant_is_taken_back_is_worth_nothing() {
    let mut issued = 0;
    for seed in 0..SEEDS {
        let world = World::restless(seed).await;
        let app = service(&world).await;
        let id = grant(&world, &app).await;
        let revoke = world.directory.revoke_scope_grant(&world.admin, app.id.as_str(), &id);
        let (token, revoked) = tokio::join!(token(&world, &app, "one"), revoke);
        revoked.unwrap();
        if let Some(token) = token {
            issued += 1;
            assert!(!counts(&world, &token).await, "seed {seed}");
            grant(&world, &app).await;
            assert!(!counts(&world, &token).await, "seed {seed}");
        }
    }
    assert!(0 < issued && issued < SEEDS, "{issued}: both come first sometimes");
}

#[tokio::test]
async fn a_token_issued_while_its_app_goes_out_of_use_is_dead() {
    for seed in 0..SEEDS {
        let world = World::restless(seed).await;
        let app = service(&world).await;
        grant(&world, &app).await;
        let id = app.id.as_str();
        let (token, stopped) = tokio::join!(
            token(&world, &app, "one"),
            world.directory.deactivate_app(&world.admin, id)
        );
        stopped.unwrap();
        if let Some(token) = token {
            assert!(
                world.directory.authenticate_access_token(&token).await.is_err(),
                "seed {seed}"
            );
            world.directory.activate_app(&world.admin, id).await.unwrap();
            assert!(
                world.directory.authenticate_access_token(&token).await.is_err(),
                "seed {seed}"
            );
        }
    }
}

/// T3: one of two uses counts, whoever overtakes whom.
#[tokio::test]
async fn an_assertion_counts_once() {
    for seed in 0..SEEDS {
        let world = World::restless(seed).await;
        let app = service(&world).await;
        grant(&world, &app).await;
        let (one, other) = tokio::join!(token(&world, &app, "same"), token(&world, &app, "same"));
        assert!(one.is_some() != other.is_some(), "seed {seed}");
    }
}

/// K1: whoever asks first makes the key, and rotations come one after the other.
#[tokio::test]
async fn one_key_signs_at_a_time() {
    for seed in 0..SEEDS {
        let world = World::restless(seed).await;
        let directory = &world.directory;
        let (one, other) = tokio::join!(directory.ensure_signing_key(), directory.ensure_signing_key());
        one.unwrap();
        other.unwrap();
        let (one, other) = tokio::join!(directory.rotate_signing_key(), directory.rotate_signing_key());
        let keys = world.store.signing_keys().await.unwrap();
        let in_use: Vec<_> = keys.iter().filter(|key| key.retired.is_none()).collect();
        assert_eq!((keys.len(), in_use.len()), (3, 1), "seed {seed}");
        assert!([one.unwrap(), other.unwrap()].contains(&in_use[0].kid), "seed {seed}");
    }
}

/// H5: a key that cannot be opened signs nothing, and says so inside only.
#[tokio::test]
async fn a_key_that_does_not_open_signs_nothing() {
    use denizen_domain::oauth::SigningKey;
    use denizen_domain::ports::{Changes, Commit, OAuthWrite, Write};
    let world = World::new().await;
    let app = service(&world).await;
    grant(&world, &app).await;
    let key = SigningKey {
        kid: "foreign".to_owned(),
        public: "{}".to_owned(),
        sealed: b"sealed by another key".to_vec(),
        created: world.now(),
        retired: None,
    };
    let changes = Changes {
        writes: vec![Write::OAuth(OAuthWrite::InsertKey(key))],
        ..Changes::default()
    };
    world.store.commit(changes).await.unwrap();
    let wanted = request(&world, &app, "one");
    let failed = world
        .directory
        .issue_access_token(&RequestContext::default(), &wanted)
        .await;
    let Err(OAuthError::Failed(denizen_application::Error::Internal(text))) = failed else {
        panic!("{failed:?}");
    };
    assert!(text.contains("foreign"), "{text}");
    // The operator rotates the key, which asks for no old one, and the assertion was not used up.
    world.directory.rotate_signing_key().await.unwrap();
    assert!(token(&world, &app, "one").await.is_some());
}

/// C4: the tokens of a user go with the sessions when that is asked for, and only theirs.
#[tokio::test]
async fn the_tokens_of_a_user_are_revoked_with_the_sessions_when_asked() {
    let world = World::new().await;
    let (app, user) = (service(&world).await, world.active("isaac.brock").await);
    let token = |name: &str, user_id: Option<&UserId>| AccessToken {
        id: AccessTokenId::generate(world.now(), name.len() as u64),
        digest: Secret::new(name).digest(),
        app_id: app.id.clone(),
        user_id: user_id.cloned(),
        grants: Vec::new(),
        created: world.now(),
        expires: world.now().plus_minutes(60),
    };
    let (theirs, own) = (token("theirs", Some(&user.id)), token("the service's", None));
    let writes = [&theirs, &own].map(|token| Write::OAuth(OAuthWrite::InsertToken(token.clone())));
    world
        .store
        .commit(Changes {
            writes: writes.into(),
            ..Changes::default()
        })
        .await
        .unwrap();
    let lives = async |token: &AccessToken| world.store.access_token_bearer(&token.digest).await.unwrap().is_some();
    for (oauth_tokens, kept) in [(false, true), (true, false)] {
        let cleared = world
            .directory
            .clear_user_sessions(&world.admin, user.id.as_str(), oauth_tokens)
            .await;
        cleared.unwrap();
        assert_eq!((lives(&theirs).await, lives(&own).await), (kept, true));
    }
    let told = world.events().await;
    let revoked = told
        .iter()
        .filter(|event| event.event_type == EventType::OAuthTokenRevokeOfUser);
    assert_eq!(revoked.count(), 1);
}

//! Only a client's own key, used as that key is meant, proves anything.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use denizen_domain::id::AccessTokenId;
use denizen_domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A key of RSA for tests, PKCS #1 in base64.
const RSA: &str = include_str!("test_rsa_key.b64");

/// A key pair of a client.
struct Pair {
    key: EncodingKey,
    public: Value,
}

fn rsa() -> Pair {
    let key = EncodingKey::from_rsa_der(&STANDARD.decode(RSA.trim()).unwrap());
    let public = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
    Pair { key, public }
}

fn p256(seed: u8) -> Pair {
    let made = JsonWebTokens.make_key(&format!("key {seed}"), &[seed; 32]).unwrap();
    Pair {
        key: EncodingKey::from_ec_der(&made.private),
        public: serde_json::from_str(&made.public).unwrap(),
    }
}

fn client_key(public: &Value) -> ClientKey {
    ClientKey::parse(public).unwrap()
}

fn claims() -> Value {
    json!({"iss": "0oa1", "sub": "0oa1", "aud": "token", "exp": 5, "jti": "a"})
}

fn signed(header: &Header, key: &EncodingKey) -> Secret {
    Secret::new(encode(header, &claims(), key).unwrap())
}

fn verify(assertion: &Secret, keys: &[ClientKey]) -> Result<AssertionClaims, AssertionRefusal> {
    JsonWebTokens.verify_assertion(assertion, keys)
}

/// The three parts, put together by hand.
fn forged(header: &Value, signature: &str) -> Secret {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    Secret::new(format!("{}.{}.{signature}", part(header), part(&claims())))
}

#[test]
fn a_clients_own_key_proves_who_it_is() {
    let (rsa, ec) = (rsa(), p256(1));
    let keys = [client_key(&rsa.public), client_key(&ec.public)];
    for (algorithm, key) in [(Algorithm::RS256, &rsa.key), (Algorithm::ES256, &ec.key)] {
        let read = verify(&signed(&Header::new(algorithm), key), &keys).unwrap();
        // The claims are read as they are: whether they have ended is not asked here.
        assert_eq!((read.iss.as_str(), read.exp), ("0oa1", Some(5)));
    }
}

#[test]
fn a_key_signs_with_its_own_algorithm_only() {
    let rsa = rsa();
    let mut pinned = rsa.public.clone();
    pinned["alg"] = json!("RS256");
    let stronger = signed(&Header::new(Algorithm::RS512), &rsa.key);
    assert_eq!(
        verify(&stronger, &[client_key(&pinned)]),
        Err(AssertionRefusal::Signature)
    );
    pinned.as_object_mut().unwrap().remove("alg");
    assert!(verify(&stronger, &[client_key(&pinned)]).is_ok());
}

#[test]
fn the_name_of_a_key_is_heeded() {
    let (one, two) = (p256(1), p256(2));
    let keys = [client_key(&one.public), client_key(&two.public)];
    let named = |kid: &str| Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    assert!(verify(&signed(&named("key 2"), &two.key), &keys).is_ok());
    for kid in ["key 1", "key 3"] {
        assert_eq!(
            verify(&signed(&named(kid), &two.key), &keys),
            Err(AssertionRefusal::Signature),
            "{kid}"
        );
    }
    let mut nameless = two.public.clone();
    nameless.as_object_mut().unwrap().remove("kid");
    assert!(verify(&signed(&named("key 3"), &two.key), &[client_key(&nameless)]).is_ok());
}

#[test]
fn what_is_not_signed_or_signed_by_others_is_refused() {
    let (rsa, ec, foreign) = (rsa(), p256(1), p256(9));
    let keys = [client_key(&rsa.public), client_key(&ec.public)];
    let refused = |assertion: &Secret| verify(assertion, &keys).unwrap_err();
    assert_eq!(
        refused(&signed(&Header::new(Algorithm::ES256), &foreign.key)),
        AssertionRefusal::Signature
    );
    for none in ["none", "None", "NONE", "nOnE"] {
        assert_eq!(
            refused(&forged(&json!({"alg": none}), "")),
            AssertionRefusal::Malformed,
            "{none}"
        );
    }
    // The public key is no secret: neither its text nor its numbers may sign as one.
    let numbers = URL_SAFE_NO_PAD.decode(rsa.public["n"].as_str().unwrap()).unwrap();
    for secret in [rsa.public.to_string().into_bytes(), numbers] {
        let assertion = signed(&Header::new(Algorithm::HS256), &EncodingKey::from_secret(&secret));
        assert_eq!(refused(&assertion), AssertionRefusal::Signature);
    }
    // Neither a key nor a reason to look elsewhere is taken from what is to be proved.
    let own: Jwk = serde_json::from_value(foreign.public.clone()).unwrap();
    let brought = Header {
        jwk: Some(own),
        jku: Some("https://evil.example.com/keys".to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    assert_eq!(refused(&signed(&brought, &foreign.key)), AssertionRefusal::Signature);
    let critical = Header {
        crit: Some(vec!["exp".to_owned()]),
        ..Header::new(Algorithm::ES256)
    };
    assert_eq!(refused(&signed(&critical, &ec.key)), AssertionRefusal::Malformed);
    assert_eq!(
        verify(&signed(&Header::new(Algorithm::ES256), &ec.key), &[]),
        Err(AssertionRefusal::Signature)
    );
}

#[test]
fn a_point_on_no_curve_proves_nothing() {
    let ec = p256(1);
    let mut public = ec.public.clone();
    public["y"] = public["x"].clone();
    let assertion = signed(&Header::new(Algorithm::ES256), &ec.key);
    assert!(verify(&assertion, &[client_key(&public)]).is_err());
}

#[test]
fn what_is_longer_than_any_assertion_is_not_looked_at() {
    let ec = p256(1);
    let long = json!({"iss": "x".repeat(LONGEST_ASSERTION)});
    let assertion = Secret::new(encode(&Header::new(Algorithm::ES256), &long, &ec.key).unwrap());
    assert_eq!(
        verify(&assertion, &[client_key(&ec.public)]),
        Err(AssertionRefusal::Malformed)
    );
}

/// The directory's own tokens can be checked with the key that it shows.
#[test]
fn own_tokens_carry_the_name_of_their_key() {
    let made = JsonWebTokens.make_key("own", &[3; 32]).unwrap();
    let id = AccessTokenId::generate(Timestamp::from_millis(0), 1);
    let at = Timestamp::from_millis(1_759_117_790_999);
    let claims = AccessClaims::of_service(
        &id,
        "https://id.example.com",
        "0oa1",
        &["okta.users.read".to_owned()],
        at,
    );
    let token = JsonWebTokens.sign("own", &made.private, &claims).unwrap();
    let public: Value = serde_json::from_str(&made.public).unwrap();
    assert_eq!(
        (&public["kid"], &public["use"], &public["alg"]),
        (&json!("own"), &json!("sig"), &json!("ES256"))
    );
    assert_eq!(public.get("d"), None);
    let shown: Jwk = serde_json::from_value(public).unwrap();
    let key = DecodingKey::from_jwk(&shown).unwrap();
    let read = decode::<Value>(token.expose(), &key, &signature_alone(OWN)).unwrap();
    assert_eq!(read.header.kid.as_deref(), Some("own"));
    assert_eq!(read.claims["scp"], json!(["okta.users.read"]));
    assert_eq!(
        (&read.claims["iat"], &read.claims["exp"]),
        (&json!(1_759_117_790), &json!(1_759_121_390))
    );
}

#[test]
fn numbers_that_are_no_key_are_told() {
    for number in [[0; 32], [0xff; 32]] {
        assert_eq!(JsonWebTokens.make_key("none", &number).err(), Some(SignatureError));
    }
    let id = AccessTokenId::generate(Timestamp::from_millis(0), 1);
    let claims = AccessClaims::of_service(&id, "", "", &[], Timestamp::from_millis(0));
    assert_eq!(JsonWebTokens.sign("none", b"no key", &claims), Err(SignatureError));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Nothing of an assertion can be changed or cut off.
    #[test]
    fn a_changed_assertion_proves_nothing(at: prop::sample::Index, to in "[A-Za-z0-9_.-]", cut: bool) {
        let ec = p256(1);
        let keys = [client_key(&ec.public)];
        let sound = encode(&Header::new(Algorithm::ES256), &claims(), &ec.key).unwrap();
        let place = at.index(sound.len());
        let changed = if cut {
            sound[..place].to_owned()
        } else {
            format!("{}{to}{}", &sound[..place], &sound[place + 1..])
        };
        prop_assume!(changed != sound);
        prop_assert!(verify(&Secret::new(changed), &keys).is_err());
    }

    #[test]
    fn any_text_is_refused(text in ".{0,200}") {
        prop_assert!(verify(&Secret::new(text), &[client_key(&p256(1).public)]).is_err());
    }
}

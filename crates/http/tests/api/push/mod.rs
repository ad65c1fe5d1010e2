//! Devices that approve (contract: factors §6.8, §6.11, §7.6).

mod answers;
mod at_sign_in;
mod registration;
mod transactions;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::code_factors::id_of;
use crate::server::{PUBLIC_URL, Person, Server};
use crate::service::key_pair;
use crate::wire::Answer;

const REGISTRATIONS: &str = "/device/v1/registrations";
const CHALLENGES: &str = "/device/v1/challenges";
const ANSWERS: &str = "/device/v1/answers";

/// A device: nothing but a key.
pub struct SoftDevice {
    key: EncodingKey,
    jwk: Value,
    thumbprint: String,
}

impl SoftDevice {
    pub fn new(seed: u8) -> Self {
        let (key, public) = key_pair(seed);
        let read: jsonwebtoken::jwk::Jwk = serde_json::from_value(public.clone()).unwrap();
        let thumbprint = read.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap();
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": public["x"], "y": public["y"]});
        Self { key, jwk, thumbprint }
    }

    /// Says something to an endpoint.
    pub fn say(&self, server: &Server, endpoint: &str, said: &Value) -> Answer {
        let now = server.seconds();
        let mut claims = json!({
            "iss": self.thumbprint, "aud": format!("{PUBLIC_URL}{endpoint}"), "iat": now, "exp": now + 60,
        });
        for (name, value) in said.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let statement = encode(&Header::new(Algorithm::ES256), &claims, &self.key).unwrap();
        let request = server.request("POST", endpoint).anonymous();
        request.json(&json!({"statement": statement})).send()
    }

    pub fn register(&self, server: &Server, token: &str) -> Answer {
        let said = json!({
            "token": token, "jwk": self.jwk, "name": "Gibson", "platform": "IOS", "version": "9.0",
        });
        self.say(server, REGISTRATIONS, &said)
    }

    /// What there is to approve.
    pub fn asked(&self, server: &Server) -> Vec<Value> {
        let told = self.say(server, CHALLENGES, &json!({})).ok();
        told["challenges"].as_array().unwrap().clone()
    }

    /// Answers the one challenge that there is.
    pub fn answer(&self, server: &Server, verdict: &str) -> Answer {
        let asked = self.asked(server);
        let [challenge] = &asked[..] else { panic!("{asked:?}") };
        self.answer_to(server, challenge, &json!({"verdict": verdict}))
    }

    pub fn answer_to(&self, server: &Server, challenge: &Value, said: &Value) -> Answer {
        let mut all = json!({"transaction": challenge["transaction"], "nonce": challenge["nonce"]});
        for (name, value) in said.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.say(server, ANSWERS, &all)
    }
}

/// A person with a device.
pub struct Owner {
    pub person: Person,
    pub device: SoftDevice,
    pub factor: String,
}

impl Owner {
    pub fn new(server: &Server, name: &str, seed: u8) -> Self {
        let person = server.active(name);
        let enrolled = enrol(server, &person);
        let device = SoftDevice::new(seed);
        device
            .register(server, &token_of(&enrolled["_embedded"]["activation"]))
            .ok();
        server.messages();
        Self {
            person,
            device,
            factor: id_of(&enrolled),
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/users/{}/factors/{}{rest}", self.person.id, self.factor)
    }

    /// Sends a push; the path of its transaction.
    pub fn ask(&self, server: &Server) -> String {
        let answer = server.act(&self.path("/verify"));
        assert_eq!(answer.status, 201, "{}", answer.told());
        below(&answer.json()["_links"]["poll"]["href"])
    }
}

/// A path of the API in a link.
pub fn below(href: &Value) -> String {
    let prefix = format!("{PUBLIC_URL}/api/v1");
    href.as_str().unwrap().strip_prefix(&prefix).unwrap().to_owned()
}

pub fn enrol(server: &Server, person: &Person) -> Value {
    let body = json!({"factorType": "push", "provider": "OKTA"});
    server.post(&format!("/users/{}/factors", person.id), &body).ok()
}

/// The activation token in the address of the picture.
pub fn token_of(activation: &Value) -> String {
    let href = activation["_links"]["qrcode"]["href"].as_str().unwrap();
    href.rsplit('/').next().unwrap().to_owned()
}

/// What became of the attempts of a person to show a factor.
fn outcomes(server: &Server, person: &Person) -> Vec<String> {
    let events = server.events(person).into_iter();
    let of_factor = events.filter(|event| event["eventType"] == "user.authentication.auth_via_mfa");
    of_factor
        .map(|event| event["outcome"]["result"].as_str().unwrap().to_owned())
        .collect()
}

//! A provider that speaks Twilio's API, against a small server.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use denizen_domain::message::{PhoneSender as _, SendError};
use denizen_domain::secret::Secret;

use crate::endpoint::Endpoint;
use crate::sample::{Provider, call, id, sms};
use crate::twilio::{TwilioAccount, TwilioAccountError, TwilioSender};

const CREATED: &str = "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}";

fn sender(endpoint: Endpoint, from: &str) -> TwilioSender {
    let account = TwilioAccount::new("AC123", Secret::new("canary"), from).unwrap();
    TwilioSender::new(endpoint, account, Duration::from_secs(5))
}

fn form(body: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[tokio::test]
async fn a_text_is_a_form_of_the_account() {
    for (from, name) in [("+15550100200", "From"), ("MG42", "MessagingServiceSid")] {
        let provider = Provider::answering(CREATED);
        let sent = sender(provider.endpoint("/twilio/"), from)
            .send_sms(&id(), &sms())
            .await;
        assert_eq!(sent, Ok(()));
        let (head, body) = provider.request();
        assert!(
            head.starts_with("post /twilio/2010-04-01/accounts/ac123/messages.json "),
            "{head}"
        );
        // AC123:canary
        assert!(head.contains("authorization: basic qumxmjm6y2fuyxj5"), "{head}");
        assert!(
            head.contains("content-type: application/x-www-form-urlencoded"),
            "{head}"
        );
        let wanted = pairs([("To", "+15554151337"), (name, from), ("Body", "Org: 495817")]);
        assert_eq!(form(&body), wanted);
    }
}

#[tokio::test]
async fn a_call_tells_the_code_and_dials_the_extension() {
    let provider = Provider::answering(CREATED);
    let sent = sender(provider.endpoint(""), "+15550100200").call(&id(), &call()).await;
    assert_eq!(sent, Ok(()));
    let (head, body) = provider.request();
    assert!(
        head.starts_with("post /2010-04-01/accounts/ac123/calls.json "),
        "{head}"
    );
    let form = form(&body);
    assert_eq!(
        (form["To"].as_str(), form["SendDigits"].as_str()),
        ("+15554151337", "12ww3")
    );
    assert_eq!(form["Twiml"].matches("4, 9, 5, 8, 1, 7").count(), 2, "{form:?}");
    assert!(!form["Twiml"].contains("<Org"), "{form:?}");
    let refused = sender("http://127.0.0.1:9".parse().unwrap(), "MG42")
        .call(&id(), &call())
        .await;
    assert!(matches!(refused, Err(SendError::Permanent(_))), "{refused:?}");
}

/// H6: what the provider says beside the status is not shown, and nobody follows where it points.
#[tokio::test]
async fn a_refusal_tells_its_status_alone() {
    let cases = [
        ("HTTP/1.1 400 Bad Request\r\ncontent-length: 6\r\n\r\ncanary", false),
        (
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:9/canary\r\ncontent-length: 0\r\n\r\n",
            false,
        ),
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 6\r\n\r\ncanary", true),
        ("HTTP/1.1 503 Busy\r\ncontent-length: 6\r\n\r\ncanary", true),
        ("nonsense\r\n\r\n", true),
    ];
    for (answer, again) in cases {
        let provider = Provider::answering(answer);
        let sent = sender(provider.endpoint(""), "+15550100200")
            .send_sms(&id(), &sms())
            .await;
        provider.request();
        let error = sent.unwrap_err();
        assert_eq!(matches!(error, SendError::Temporary(_)), again, "{error}");
        let text = error.to_string();
        assert!(
            !text.contains("canary") && !text.contains("495817") && !text.contains("127.0.0.1"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_is_away_or_silent_is_asked_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint: Endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let account = TwilioAccount::new("AC123", Secret::new("canary"), "+15550100200").unwrap();
    let hasty = TwilioSender::new(endpoint.clone(), account, Duration::from_millis(50));
    let silent = hasty.send_sms(&id(), &sms()).await;
    assert_eq!(
        silent,
        Err(SendError::Temporary("the provider does not answer in time".to_owned()))
    );
    drop(listener);
    let away = sender(endpoint, "+15550100200").send_sms(&id(), &sms()).await;
    assert_eq!(
        away,
        Err(SendError::Temporary("the provider cannot be reached".to_owned()))
    );
}

#[test]
fn an_account_stands_in_a_path() {
    let account = |id: &str, from: &str| TwilioAccount::new(id, Secret::new("x"), from).map(|_| ());
    assert_eq!(account("AC123", "+15550100200"), Ok(()));
    for id in ["", "AC/../..", "AC 1"] {
        assert_eq!(account(id, "+15550100200"), Err(TwilioAccountError::Id));
    }
    for from in ["", "+", "+1 555"] {
        assert_eq!(account("AC123", from), Err(TwilioAccountError::From));
    }
}

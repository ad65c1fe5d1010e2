//! The SMTP sender against a small server that follows a script.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use denizen_domain::message::{MailSender as _, MailTemplate, SendError};
use denizen_domain::secret::Secret;

use crate::sample::{LINK, id, mail};
use crate::smtp::{Security, SmtpSender, SmtpSettings};

/// A server's answers: the first whose beginning fits the client's line is given, `250 ok` to all other lines.
type Script = &'static [(&'static str, &'static str)];

/// What a server was told, connection by connection.
type Heard = Vec<Vec<String>>;

struct Server {
    port: u16,
    thread: JoinHandle<Heard>,
}

impl Server {
    /// Follows the script for so many connections.
    fn start(connections: usize, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = move || {
            (0..connections)
                .map(|_| converse(listener.accept().unwrap().0, script))
                .collect()
        };
        Self {
            port,
            thread: std::thread::spawn(serve),
        }
    }

    fn heard(self) -> Heard {
        self.thread.join().unwrap()
    }
}

fn converse(stream: TcpStream, script: Script) -> Vec<String> {
    let mut answers = stream.try_clone().unwrap();
    let answer = |line: &str, usual: &str| {
        let scripted = script.iter().find(|(start, _)| line.starts_with(start));
        format!("{}\r\n", scripted.map_or(usual, |(_, answer)| answer))
    };
    let mut heard = Vec::new();
    let mut in_message = false;
    answers.write_all(answer("greeting", "220 ready").as_bytes()).unwrap();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let reply = match (in_message, line.as_str()) {
            (true, ".") => {
                in_message = false;
                answer("message", "250 taken")
            }
            (true, _) => String::new(),
            (false, "DATA") => {
                let reply = answer("DATA", "354 go on");
                in_message = reply.starts_with("354");
                reply
            }
            (false, "QUIT") => answer("QUIT", "221 bye"),
            (false, line) if line.starts_with("EHLO") => answer("EHLO", "250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN"),
            (false, line) => answer(line, "250 ok"),
        };
        heard.push(line);
        // A client that has heard enough may be gone.
        let _ = answers.write_all(reply.as_bytes());
    }
    heard
}

fn sender(port: u16, change: impl FnOnce(&mut SmtpSettings)) -> SmtpSender {
    let mut settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        security: Security::None,
        account: None,
        from: "Denizen <no-reply@example.com>".parse().unwrap(),
        timeout: Duration::from_secs(20),
    };
    change(&mut settings);
    SmtpSender::new(settings).unwrap()
}

async fn send(port: u16, to: &[&str]) -> Result<(), SendError> {
    let mut mail = mail(MailTemplate::UserActivation);
    mail.to = to.iter().map(|text| (*text).to_owned()).collect();
    sender(port, |_| ()).send_mail(&id(1), &mail).await
}

const ISAAC: &[&str] = &["isaac@example.com"];
const BOTH: &[&str] = &["isaac@example.com", "second@example.net"];

#[tokio::test]
async fn a_message_is_handed_over_with_its_id() {
    let server = Server::start(1, &[]);
    assert_eq!(send(server.port, BOTH).await, Ok(()));
    let heard = server.heard().remove(0);
    let has = |start: &str| heard.iter().any(|line| line.starts_with(start));
    for start in [
        "MAIL FROM:<no-reply@example.com>",
        "RCPT TO:<isaac@example.com>",
        "RCPT TO:<second@example.net>",
        &format!("Message-ID: <{}@example.com>", id(1)),
    ] {
        assert!(has(start), "{start} is not in {heard:#?}");
    }
    assert!(heard.iter().any(|line| line.contains(LINK)), "{heard:#?}");
}

#[tokio::test]
async fn an_account_is_used() {
    let server = Server::start(1, &[("AUTH PLAIN", "235 welcome")]);
    let sender = sender(server.port, |settings| {
        settings.account = Some(("denizen".to_owned(), Secret::new("tlpWENT2m")));
    });
    assert_eq!(
        sender.send_mail(&id(1), &mail(MailTemplate::PasswordChanged)).await,
        Ok(())
    );
    assert!(server.heard()[0].iter().any(|line| line.starts_with("AUTH PLAIN ")));
}

/// What the server answers, and whether another attempt is worth it. G1: no word of the answer is repeated.
#[tokio::test]
async fn a_refusal_is_temporary_or_permanent() {
    let cases: &[(Script, bool, u16)] = &[
        (&[("RCPT", "450 isaac@example.com is busy")], true, 450),
        (&[("RCPT", "550 isaac@example.com is unknown")], false, 550),
        (&[("message", "451 canary")], true, 451),
        (&[("message", "554 canary")], false, 554),
        (&[("greeting", "421 not now")], true, 421),
        // A fault of the account or of the configuration is not the message's.
        (&[("MAIL", "530 sign in first")], true, 530),
    ];
    for (script, temporary, code) in cases {
        let server = Server::start(1, script);
        let error = send(server.port, ISAAC).await.unwrap_err();
        assert_eq!(
            matches!(error, SendError::Temporary(_)),
            *temporary,
            "{script:?}: {error}"
        );
        let text = error.to_string();
        assert!(text.ends_with(&format!("the mail server answered {code}")), "{text}");
        server.heard();
    }
}

#[tokio::test]
async fn a_recipient_who_is_refused_does_not_keep_the_mail_from_the_other() {
    let server = Server::start(3, &[("RCPT TO:<second", "550 unknown")]);
    assert_eq!(send(server.port, BOTH).await, Ok(()));
    let messages = server
        .heard()
        .iter()
        .filter(|heard| heard.iter().any(|line| line == "DATA"))
        .count();
    assert_eq!(messages, 1);
}

#[tokio::test]
async fn recipients_who_are_all_refused_have_no_mail() {
    let server = Server::start(3, &[("RCPT", "550 unknown")]);
    let error = send(server.port, BOTH).await.unwrap_err();
    assert_eq!(error.to_string(), "not sendable: the mail server answered 550");
    server.heard();
}

/// A mail that somebody has is not sent again for the sake of somebody else.
#[tokio::test]
async fn a_temporary_refusal_of_both_is_tried_again_as_a_whole() {
    let server = Server::start(1, &[("RCPT TO:<second", "450 later")]);
    let error = send(server.port, BOTH).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error}");
    assert!(!server.heard()[0].iter().any(|line| line == "DATA"));
}

#[tokio::test]
async fn without_a_server_it_is_tried_again() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = send(port, ISAAC).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "not sent for now: the mail server: connection refused"
    );
}

/// A server that says nothing holds up nothing for longer than allowed.
#[tokio::test]
async fn a_silent_server_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let sender = sender(port, |settings| settings.timeout = Duration::from_millis(50));
    let error = sender
        .send_mail(&id(1), &mail(MailTemplate::UserActivation))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "not sent for now: the mail server took too long");
}

/// The mail is never sent in clear when TLS was asked for.
#[tokio::test]
async fn a_server_without_tls_gets_nothing_when_tls_is_asked_for() {
    let server = Server::start(1, &[]);
    let sender = sender(server.port, |settings| settings.security = Security::StartTls);
    let error = sender
        .send_mail(&id(1), &mail(MailTemplate::UserActivation))
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error}");
    assert!(!server.heard()[0].iter().any(|line| line.starts_with("MAIL")));
}

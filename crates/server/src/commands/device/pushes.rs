//! What a device is asked, and what it says to that.

use anyhow::{Result, anyhow, bail};
use denizen_domain::push::{Answer, Verdict};
use denizen_oauth::DeviceKeyPair;
use serde::Deserialize;
use serde_json::json;

use super::connection::{Connection, Failure};
use super::keeping::Kept;
use crate::commands::print;
use crate::commands::token::one_line;

/// What a device is asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    transaction: String,
    nonce: String,
    expires_at: String,
    ip_address: Option<String>,
    user_agent: Option<String>,
    numbers: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Challenges {
    challenges: Vec<Challenge>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    factor_result: String,
}

/// A device and its directory.
struct Session {
    connection: Connection,
    key: DeviceKeyPair,
}

impl Session {
    fn of(kept: &Kept) -> Result<Self> {
        let key = kept.seed.key().ok_or(Failure::Key)?;
        let connection = Connection::to(&kept.server)?;
        Ok(Self { connection, key })
    }

    fn challenges(&self) -> Result<Vec<Challenge>, Failure> {
        let asked: Challenges = self.connection.ask("challenges", &self.key, &json!({}))?;
        Ok(asked.challenges)
    }

    fn challenge(&self, id: &str) -> Result<Challenge> {
        let mut all = self.challenges()?.into_iter();
        all.find(|challenge| challenge.transaction == id)
            .ok_or_else(|| over(id))
    }

    fn answer(&self, challenge: Challenge, verdict: Verdict, number: Option<u8>) -> Result<String> {
        let answer = Answer {
            transaction: challenge.transaction,
            nonce: challenge.nonce,
            verdict,
            number,
        };
        match self.connection.ask::<Outcome>("answers", &self.key, &answer) {
            Ok(outcome) => Ok(outcome.factor_result),
            Err(Failure::Refused { status: 404, .. }) => Err(over(&answer.transaction)),
            Err(failure) => Err(failure.into()),
        }
    }
}

fn over(id: &str) -> anyhow::Error {
    anyhow!(
        "nothing waits under the id {}: it was answered, or its time is over",
        one_line(id)
    )
}

/// Shows what waits.
pub(super) fn list(kept: &Kept) -> Result<()> {
    let waiting = Session::of(kept)?.challenges()?;
    if waiting.is_empty() {
        return print("nothing waits\n");
    }
    print(&waiting.iter().map(line).collect::<String>())
}

fn line(challenge: &Challenge) -> String {
    let text = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), one_line);
    let numbers = challenge.numbers.as_deref();
    let numbers = numbers.map_or_else(String::new, |numbers| format!("  number: {}", choices(numbers)));
    format!(
        "{}  until {}  from {}  {}{numbers}\n",
        one_line(&challenge.transaction),
        one_line(&challenge.expires_at),
        text(&challenge.ip_address),
        text(&challenge.user_agent),
    )
}

fn choices(numbers: &[u8]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u8::to_string).collect();
    numbers.join(" ")
}

/// Says yes. Where a number is asked for, it must be told: a yes by mistake is what it is there to prevent.
pub(super) fn approve(kept: &Kept, id: &str, number: Option<u8>) -> Result<()> {
    let session = Session::of(kept)?;
    let challenge = session.challenge(id)?;
    let number = chosen(challenge.numbers.as_deref(), number)?;
    match session.answer(challenge, Verdict::Approve, number)?.as_str() {
        "SUCCESS" => print("approved\n"),
        "REJECTED" => bail!("rejected: the number is not the one on the screen"),
        other => bail!("the directory says {}", one_line(other)),
    }
}

/// The number to send; `None` where none is asked for.
fn chosen(offered: Option<&[u8]>, number: Option<u8>) -> Result<Option<u8>> {
    match (offered, number) {
        (None, None) => Ok(None),
        (None, Some(_)) => bail!("no number is asked for; approve without --number if you are signing in right now"),
        (Some(offered), Some(number)) if offered.contains(&number) => Ok(Some(number)),
        (Some(offered), _) => bail!(
            "give the number on the screen where you sign in: --number with one of {}",
            choices(offered)
        ),
    }
}

/// Says no.
pub(super) fn reject(kept: &Kept, id: &str) -> Result<()> {
    let session = Session::of(kept)?;
    let challenge = session.challenge(id)?;
    session.answer(challenge, Verdict::Reject, None)?;
    print("rejected\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_chosen_among_those_offered() {
        let offered: Option<&[u8]> = Some(&[7, 42, 72]);
        assert_eq!(chosen(None, None).unwrap(), None);
        assert_eq!(chosen(offered, Some(42)).unwrap(), Some(42));
        assert!(chosen(offered, None).is_err() && chosen(offered, Some(8)).is_err());
        assert!(chosen(None, Some(7)).is_err());
    }

    /// What comes from whoever asks does not move the cursor.
    #[test]
    fn a_line_stays_a_line() {
        let shown = line(&Challenge {
            transaction: "mst1".to_owned(),
            nonce: "secret".to_owned(),
            expires_at: "2015-04-01T15:57:32.000Z".to_owned(),
            ip_address: None,
            user_agent: Some("a\u{1b}[2J\nb".to_owned()),
            numbers: Some(vec![7, 42]),
        });
        let expected = "mst1  until 2015-04-01T15:57:32.000Z  from -  a\u{fffd}[2J\u{fffd}b  number: 7 42\n";
        assert_eq!(shown, expected);
    }
}

//! Questions as factors (contract: factors §6.3, §7.1).

use serde::{Deserialize, Serialize};

use super::FactorRefusal;
use crate::password::StoredPassword;
use crate::recovery_question::{normalized_answer, repeats};
use crate::secret::Secret;

/// An answer has so many characters at least.
const SHORTEST_ANSWER: usize = 4;
const LONGEST_ANSWER: usize = 255;
/// What is told of a shorter one.
pub const ANSWER_TOO_SHORT: &str = "The security question answer must be at least 4 characters in length";

macro_rules! questions {
    ($($name:ident = $wire:literal, $text:literal;)*) => {
        /// A question that the directory offers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each is its own text")]
        pub enum QuestionKey {$(
            #[serde(rename = $wire)]
            $name,
        )*}

        impl QuestionKey {
            /// Every question.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }

            /// The question.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self {$(Self::$name => $text,)*}
            }
        }
    };
}

questions! {
    DislikedFood = "disliked_food", "What is the food you least liked as a child?";
    NameOfFirstPlushToy = "name_of_first_plush_toy", "What is the name of your first stuffed animal?";
    FirstAward = "first_award", "What did you earn your first medal or award for?";
    FavoriteSecurityQuestion = "favorite_security_question", "What is your favorite security question?";
    FavoriteToy = "favorite_toy", "What is the toy/stuffed animal you liked the most as a kid?";
    FirstComputerGame = "first_computer_game", "What was the first computer game you played?";
    FavoriteMovieQuote = "favorite_movie_quote", "What is your favorite movie quote?";
    FirstSportsTeamMascot = "first_sports_team_mascot", "What was the mascot of the first sports team you played on?";
    FirstMusicPurchase = "first_music_purchase", "What music album or song did you first purchase?";
    FavoriteArtPiece = "favorite_art_piece", "What is your favorite piece of art?";
    GrandmotherFavoriteDesert = "grandmother_favorite_desert", "What was your grandmother's favorite dessert?";
    FirstThingCooked = "first_thing_cooked", "What was the first thing you learned to cook?";
    ChildhoodDreamJob = "childhood_dream_job", "What was your dream job as a child?";
    FirstKissLocation = "first_kiss_location", "Where did you have your first kiss?";
    PlaceWhereSignificantOtherWasMet = "place_where_significant_other_was_met",
        "Where did you meet your spouse/significant other?";
    FavoriteVacationLocation = "favorite_vacation_location", "Where did you go for your favorite vacation?";
    NewYearsTwoThousand = "new_years_two_thousand", "Where were you on New Year's Eve in the year 2000?";
    FavoriteSpeakerActor = "favorite_speaker_actor", "Who is your favorite speaker/orator?";
    FavoriteBookMovieCharacter = "favorite_book_movie_character", "Who is your favorite book/movie character?";
    FavoriteSportsPlayer = "favorite_sports_player", "Who is your favorite sports player?";
}

impl QuestionKey {
    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.as_str() == text)
    }

    /// The questions that are offered. One more is accepted from those who know its name.
    pub fn offered() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|key| *key != Self::FirstKissLocation)
    }
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The question.
    pub question: QuestionKey,
    /// The answer, hashed like a password.
    #[serde(with = "stored_password")]
    pub answer: StoredPassword,
}

/// Whether an answer may be given to a question: it is no secret that others know.
///
/// # Errors
/// [`FactorRefusal::InvalidAnswer`].
pub fn check_answer(question: QuestionKey, answer: &Secret, login: &str) -> Result<(), FactorRefusal> {
    let refuse = |text: &str| Err(FactorRefusal::InvalidAnswer(text.to_owned()));
    let normalized = normalized_answer(answer);
    let length = normalized.expose().chars().count();
    if length < SHORTEST_ANSWER {
        return refuse(ANSWER_TOO_SHORT);
    }
    if length > LONGEST_ANSWER {
        return refuse("The security question answer is too long");
    }
    if normalized == normalized_answer(&Secret::new(login)) {
        return refuse("The security question answer must not be the same as the username");
    }
    if repeats(question.text(), normalized.expose()) {
        return refuse("The security question answer must not contain part of the question");
    }
    Ok(())
}

mod stored_password {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::password::StoredPassword;

    pub(super) fn serialize<S: Serializer>(stored: &StoredPassword, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&stored.to_stored())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StoredPassword, D::Error> {
        let text = String::deserialize(deserializer)?;
        StoredPassword::from_stored(&text).ok_or_else(|| D::Error::custom("not a stored answer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nineteen_questions_are_offered_and_twenty_accepted() {
        assert_eq!(QuestionKey::offered().count(), 19);
        for key in QuestionKey::ALL {
            assert_eq!(QuestionKey::parse(key.as_str()), Some(*key));
        }
        assert_eq!(QuestionKey::parse("custom"), None);
    }

    #[test]
    fn an_answer_that_others_know_is_refused() {
        let refused = |answer: &str| check_answer(QuestionKey::DislikedFood, &Secret::new(answer), "isaac@example.com");
        for answer in [
            "",
            " egg ",
            "ISAAC@example.com",
            "the FOOD",
            "least liked",
            &"x".repeat(256),
        ] {
            assert!(
                matches!(refused(answer), Err(FactorRefusal::InvalidAnswer(_))),
                "{answer}"
            );
        }
        for answer in ["mayonnaise", " Eggs ", "ジャガイモ"] {
            assert_eq!(refused(answer), Ok(()), "{answer}");
        }
    }
}

//! Rules for recovery questions and their answers (contract: users §8).

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::validation::Validation;

const LONGEST: usize = 100;
/// Words of a question shorter than this may occur in its answer.
const SHORTEST_EXCLUDED_WORD: usize = 4;

/// The form of an answer that is hashed: case, outer spaces and the way a keyboard composes letters do not count.
#[must_use]
pub fn normalized_answer(answer: &Secret) -> Secret {
    let composed: Zeroizing<String> = Zeroizing::new(answer.expose().nfkc().collect());
    Secret::new(composed.trim().to_lowercase())
}

/// Checks a question with its answer; `password` is the one that is set with it, if any.
///
/// # Errors
/// What is wrong, under the subject `recoveryQuestion`.
pub fn check(
    question: &str,
    answer: &Secret,
    password: Option<&Secret>,
    min_answer_length: usize,
) -> Result<(), Validation> {
    let refuse = |text: &str| Err(Validation::new("recoveryQuestion", text));
    let question_length = question.trim().chars().count();
    if question_length == 0 {
        return refuse("question: The field cannot be left blank");
    }
    if question_length > LONGEST {
        return refuse("question: The field is too long");
    }
    let normalized = normalized_answer(answer);
    let length = normalized.expose().chars().count();
    if length == 0 {
        return refuse("answer: The field cannot be left blank");
    }
    if length < min_answer_length {
        return refuse(&format!(
            "The security question answer must be at least {min_answer_length} characters in length"
        ));
    }
    if length > LONGEST {
        return refuse("answer: The field is too long");
    }
    if repeats(question, normalized.expose()) {
        return refuse("The security question answer must not contain part of the question");
    }
    if password.is_some_and(|password| normalized_answer(password) == normalized) {
        return refuse("The password must not be the answer to the security question");
    }
    Ok(())
}

/// Whether an answer in its normalized form is a part of the question, or holds one of its longer words.
pub(crate) fn repeats(question: &str, answer: &str) -> bool {
    let question = question.nfkc().collect::<String>().to_lowercase();
    let mut words = question.split(|c: char| !c.is_alphanumeric());
    question.contains(answer)
        || words.any(|word| word.chars().count() >= SHORTEST_EXCLUDED_WORD && answer.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_refuses() {
        let question = "Who's a major player in the cowboy scene?";
        let try_it = |question: &str, answer: &str, password: Option<&str>| {
            check(question, &Secret::new(answer), password.map(Secret::new).as_ref(), 4)
                .err()
                .map(|v| v.causes[0].clone())
        };
        assert_eq!(try_it(question, "Annie Oakley", Some("tlpWENT2m")), None);
        let long = "x".repeat(101);
        let cases = [
            (" ", "Annie Oakley", None, "question: The field cannot be left blank"),
            (long.as_str(), "Annie Oakley", None, "question: The field is too long"),
            (question, " ", None, "answer: The field cannot be left blank"),
            (
                question,
                "Ann",
                None,
                "The security question answer must be at least 4 characters in length",
            ),
            (question, long.as_str(), None, "answer: The field is too long"),
            (
                question,
                "the COWBOY",
                None,
                "The security question answer must not contain part of the question",
            ),
            (
                question,
                "cowboys2",
                None,
                "The security question answer must not contain part of the question",
            ),
            (
                "Who is he?",
                "who is",
                None,
                "The security question answer must not contain part of the question",
            ),
            (
                question,
                "tlpwent2m",
                Some("tlpWENT2m"),
                "The password must not be the answer to the security question",
            ),
        ];
        for (question, answer, password, wanted) in cases {
            assert_eq!(try_it(question, answer, password).as_deref(), Some(wanted), "{answer}");
        }
    }

    #[test]
    fn an_answer_may_share_short_words_with_its_question() {
        assert!(check("Who is in the picture?", &Secret::new("the in-laws"), None, 4).is_ok());
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_answer() {
        assert!(normalized_answer(&Secret::new("Zoe\u{308}")) == normalized_answer(&Secret::new("ZOË")));
        assert!(normalized_answer(&Secret::new("Zoe")) != normalized_answer(&Secret::new("ZOË")));
    }

    #[test]
    fn case_and_outer_spaces_of_an_answer_do_not_count() {
        assert!(normalized_answer(&Secret::new("  Annie OAKLEY ")) == Secret::new("annie oakley"));
    }
}

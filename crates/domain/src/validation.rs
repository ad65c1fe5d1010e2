//! What is wrong with a request, in the words that the API uses.

/// Fields that do not hold what they must (`E0000001`; contract: conventions §2.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("validation failed: {subject}")]
pub struct Validation {
    /// The first offending field, or the name of the object or operation.
    pub subject: String,
    /// One text for each violation.
    pub causes: Vec<String>,
}

impl Validation {
    /// One violation.
    #[must_use]
    pub fn new(subject: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            causes: vec![cause.into()],
        }
    }

    /// One violation of a field, told as `field: text`.
    #[must_use]
    pub fn field(field: &str, text: &str) -> Self {
        Self::new(field, format!("{field}: {text}"))
    }
}

/// Collects violations of fields; the first names the whole.
#[derive(Debug, Default)]
pub struct Violations {
    subject: Option<String>,
    causes: Vec<String>,
}

impl Violations {
    /// Notes a violation of a field.
    pub fn add(&mut self, field: &str, text: &str) {
        self.subject.get_or_insert_with(|| field.to_owned());
        self.causes.push(format!("{field}: {text}"));
    }

    /// The violations, if there were any.
    ///
    /// # Errors
    /// A [`Validation`] with every cause.
    pub fn into_result(self) -> Result<(), Validation> {
        match self.subject {
            None => Ok(()),
            Some(subject) => Err(Validation {
                subject,
                causes: self.causes,
            }),
        }
    }
}

//! The password hasher: argon2id for new passwords, every imported algorithm for old ones, within limits.

use async_trait::async_trait;
use denizen_domain::password::{HasherError, PasswordHasher, StoredPassword, Verdict};
use denizen_domain::secret::Secret;

use crate::argon2id::{self, Cost, CostError};
use crate::gate::{Gate, Limits};
use crate::imported;

/// Hashes with argon2id on the blocking pool of tokio, at most [`Limits::running`] at once.
pub struct Argon2Hasher {
    cost: Cost,
    gate: Gate,
}

impl Argon2Hasher {
    /// A hasher for real passwords.
    ///
    /// # Errors
    /// [`CostError::TooWeak`] for less than [`Cost::default`] (P8), [`CostError::OutOfRange`] for far more.
    pub fn new(cost: Cost, limits: Limits) -> Result<Self, CostError> {
        cost.check()?;
        Ok(Self {
            cost,
            gate: Gate::new(limits),
        })
    }

    /// A hasher whose hashes protect nothing, and take microseconds: for tests and throw-away data on the own machine.
    #[must_use]
    pub fn insecure_for_tests(limits: Limits) -> Self {
        Self {
            cost: Cost::FOR_TESTS,
            gate: Gate::new(limits),
        }
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &Secret) -> Result<StoredPassword, HasherError> {
        let (cost, password) = (self.cost, password.clone());
        let hashed = self.gate.run(move || argon2id::hash(password.expose(), cost)).await?;
        hashed.map(StoredPassword::Phc).map_err(HasherError::Failed)
    }

    async fn verify(&self, stored: &StoredPassword, password: &Secret) -> Result<Verdict, HasherError> {
        let (cost, stored, password) = (self.cost, stored.clone(), password.clone());
        let verdict = self.gate.run(move || match stored {
            StoredPassword::Phc(phc) => argon2id::verify(&phc, password.expose(), cost),
            StoredPassword::Imported(hash) => imported::verify(&hash, password.expose()).map(|right| match right {
                true => Verdict::RightButOutdated,
                false => Verdict::Wrong,
            }),
        });
        verdict.await?.map_err(HasherError::Failed)
    }
}

#[cfg(test)]
mod tests {
    use denizen_domain::password::ImportedHash;
    use denizen_domain::password::imported::PlainDigest;

    use super::*;

    fn hasher() -> Argon2Hasher {
        Argon2Hasher::insecure_for_tests(Limits::default())
    }

    #[tokio::test]
    async fn a_hashed_password_verifies_and_another_does_not() {
        let password = Secret::new("tlpWENT2m");
        let stored = hasher().hash(&password).await.unwrap();
        assert_eq!(hasher().verify(&stored, &password).await, Ok(Verdict::Right));
        let other = hasher().verify(&stored, &Secret::new("tlpWENT2n")).await;
        assert_eq!(other, Ok(Verdict::Wrong));
        let read_back = StoredPassword::from_stored(&stored.to_stored()).unwrap();
        assert_eq!(hasher().verify(&read_back, &password).await, Ok(Verdict::Right));
    }

    /// P2: after the first sign-in the hash is argon2id.
    #[tokio::test]
    async fn an_imported_hash_is_right_but_outdated() {
        let md5_of_abc = 0x9001_5098_3cd2_4fb0_d696_3f7d_28e1_7f72_u128;
        let stored = StoredPassword::Imported(ImportedHash::Digest {
            digest: PlainDigest::Md5,
            salt: None,
            value: md5_of_abc.to_be_bytes().to_vec(),
        });
        let verdict = hasher().verify(&stored, &Secret::new("abc")).await;
        assert_eq!(verdict, Ok(Verdict::RightButOutdated));
        assert_eq!(hasher().verify(&stored, &Secret::new("abd")).await, Ok(Verdict::Wrong));
    }

    /// P8
    #[test]
    fn a_weak_cost_makes_no_hasher() {
        let weak = Cost {
            memory_kib: 1024,
            ..Cost::default()
        };
        assert_eq!(
            Argon2Hasher::new(weak, Limits::default()).err(),
            Some(CostError::TooWeak)
        );
        assert!(Argon2Hasher::new(Cost::default(), Limits::default()).is_ok());
    }

    /// L7: an unknown login costs one hash, which is refused like any other when the queue is full.
    #[tokio::test]
    async fn an_absent_password_costs_a_hash() {
        assert_eq!(hasher().verify_absent(&Secret::new("tlpWENT2m")).await, Ok(()));
    }

    /// G1: errors name neither the password nor the stored text.
    #[tokio::test]
    async fn a_damaged_hash_is_an_error_that_shows_nothing() {
        let stored = StoredPassword::Phc("$argon2id$v=19$m=8$damaged".to_owned());
        let error = hasher().verify(&stored, &Secret::new("tlpWENT2m")).await.unwrap_err();
        let text = error.to_string();
        assert!(!text.contains("damaged") && !text.contains("tlpWENT2m"), "{text}");
    }
}

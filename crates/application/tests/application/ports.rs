//! Small ports: a clock that stands still until it is moved, entropy from a seed, a fast hasher, a sealer that hides nothing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use denizen_domain::entropy::Entropy;
use denizen_domain::factor::otp::{OtpParameters, OtpVerifier};
use denizen_domain::factor::yubikey_otp::BlockCipher;
use denizen_domain::fido::{
    AuthenticatorProofs, Bytes, CredentialKey, ProofRefusal, Registration, Report, Touch, U2fRegistration,
};
use denizen_domain::oauth::{
    AccessClaims, AssertionClaims, AssertionRefusal, ClientKey, MadeKey, SignatureError, TokenSignatures,
};
use denizen_domain::password::{HasherError, PasswordHasher, StoredPassword, Verdict};
use denizen_domain::ports::Clock;
use denizen_domain::push::{DeviceKey, StatementRefusal};
use denizen_domain::sealed::{SealError, Sealer};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use serde_json::Value;

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn new() -> Self {
        Self(AtomicI64::new(1_700_000_000_000))
    }

    /// Moves the clock.
    pub fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// SplitMix64: plain, and the same for the same seed.
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    pub fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Hashes fast, with a salt, and lets other tasks go first, as a real hasher does.
#[derive(Default)]
pub struct FastHasher(AtomicU64);

fn fast(salt: &str, password: &Secret) -> String {
    let digest = Secret::new(format!("{salt}{}", password.expose())).digest();
    let hex: String = digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("$fast${salt}${hex}")
}

#[async_trait]
impl PasswordHasher for FastHasher {
    async fn hash(&self, password: &Secret) -> Result<StoredPassword, HasherError> {
        tokio::task::yield_now().await;
        let salt = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        Ok(StoredPassword::Phc(fast(&salt, password)))
    }

    async fn verify(&self, stored: &StoredPassword, password: &Secret) -> Result<Verdict, HasherError> {
        tokio::task::yield_now().await;
        let StoredPassword::Phc(text) = stored else {
            return Ok(Verdict::Wrong);
        };
        let salt = text.split('$').nth(2).unwrap();
        let right = *text == fast(salt, password);
        Ok(if right { Verdict::Right } else { Verdict::Wrong })
    }
}

/// Writes the context in front, so that a value of another row does not open.
pub struct OpenSealer;

impl Sealer for OpenSealer {
    fn seal(&self, plain: &[u8], context: &str) -> Vec<u8> {
        [context.as_bytes(), plain].concat()
    }

    fn open(&self, sealed: &[u8], context: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, SealError> {
        let plain = sealed.strip_prefix(context.as_bytes()).ok_or(SealError)?;
        Ok(zeroize::Zeroizing::new(plain.to_vec()))
    }

    fn is_current(&self, _: &[u8]) -> bool {
        true
    }
}

/// Signs with the name of the key, so that everybody can read who did.
pub struct NumberedCodes;

/// A code is its step, whatever the secret.
impl OtpVerifier for NumberedCodes {
    fn is_code(&self, _: &[u8], _: &OtpParameters, number: u64, code: &str) -> bool {
        code == format!("{:06}", number % 1_000_000)
    }
}

/// Leaves blocks as they are.
pub struct NoCipher;

impl BlockCipher for NoCipher {
    fn decrypt(&self, _: &[u8; 16], block: [u8; 16]) -> [u8; 16] {
        block
    }
}

pub struct NoAuthenticators;

impl AuthenticatorProofs for NoAuthenticators {
    fn registration(&self, _: &[u8], _: &[u8]) -> Result<Registration, ProofRefusal> {
        Err(ProofRefusal::Malformed)
    }

    fn assertion(&self, _: &CredentialKey, _: &[u8], _: &[u8], _: &[u8]) -> Result<Report, ProofRefusal> {
        Err(ProofRefusal::Malformed)
    }

    fn u2f_registration(&self, _: &[u8], _: &[u8], _: &str) -> Result<U2fRegistration, ProofRefusal> {
        Err(ProofRefusal::Malformed)
    }

    fn u2f_assertion(&self, _: &Bytes, _: &[u8], _: &[u8], _: &str) -> Result<Touch, ProofRefusal> {
        Err(ProofRefusal::Malformed)
    }
}

pub struct PlainSignatures;

impl TokenSignatures for PlainSignatures {
    fn verify_assertion(&self, assertion: &Secret, keys: &[ClientKey]) -> Result<AssertionClaims, AssertionRefusal> {
        let signer = assertion.expose().rsplit('.').next().map(str::to_owned);
        if !keys.iter().any(|key| key.kid == signer) {
            return Err(AssertionRefusal::Signature);
        }
        AssertionClaims::unproved(assertion).ok_or(AssertionRefusal::Malformed)
    }

    fn verify_statement(&self, statement: &Secret, key: &DeviceKey) -> Result<Value, StatementRefusal> {
        let (said, signer) = statement.expose().rsplit_once('.').ok_or(StatementRefusal::Malformed)?;
        if signer != key.thumbprint() {
            return Err(StatementRefusal::Signature);
        }
        serde_json::from_str(said).map_err(|_| StatementRefusal::Malformed)
    }

    fn make_key(&self, kid: &str, _: &[u8; 32]) -> Result<MadeKey, SignatureError> {
        Ok(MadeKey {
            private: zeroize::Zeroizing::new(kid.as_bytes().to_vec()),
            public: format!(r#"{{"kid":"{kid}"}}"#),
        })
    }

    fn sign(&self, kid: &str, private: &[u8], claims: &AccessClaims) -> Result<Secret, SignatureError> {
        if private != kid.as_bytes() {
            return Err(SignatureError);
        }
        Ok(Secret::new(format!("{}.{kid}", serde_json::to_string(claims).unwrap())))
    }
}

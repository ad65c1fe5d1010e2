//! The codes of RFC 4226 and RFC 6238, on `totp-rs`.

use denizen_domain::factor::otp::{OtpDigits, OtpHash, OtpParameters, OtpVerifier};
use subtle::ConstantTimeEq as _;
use totp_rs::{Algorithm, Builder, Totp};

/// Knows the codes of secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct HmacOtp;

impl OtpVerifier for HmacOtp {
    fn is_code(&self, secret: &[u8], parameters: &OtpParameters, number: u64, code: &str) -> bool {
        if code.len() != parameters.digits.count() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let token = token(secret, parameters);
        match parameters.digits {
            OtpDigits::Six | OtpDigits::Eight => token.check(code, number).is_some(),
            OtpDigits::Ten => ten_digits(token.sign(number).as_ref())
                .as_bytes()
                .ct_eq(code.as_bytes())
                .into(),
        }
    }
}

/// A token whose steps last a second: its time is the number, so that one library serves counts and times alike. It looks at
/// one number a call, for where to look is a rule of the domain. Secrets that people bring may be shorter than the library
/// would have them.
fn token(secret: &[u8], parameters: &OtpParameters) -> Totp {
    let algorithm = match parameters.hash {
        OtpHash::Sha1 => Algorithm::SHA1,
        OtpHash::Sha256 => Algorithm::SHA256,
        OtpHash::Sha512 => Algorithm::SHA512,
    };
    let digits = match parameters.digits {
        OtpDigits::Six => 6,
        // The library's codes end at nine digits; longer ones are made of the signature.
        OtpDigits::Eight | OtpDigits::Ten => 8,
    };
    Builder::new()
        .with_algorithm(algorithm)
        .with_digits(digits)
        .with_step_duration(1)
        .with_skew(0)
        .with_secret(secret.to_vec())
        .build_noncompliant()
}

/// The truncation of RFC 4226 §5.3 with nothing cut off: 31 bits have up to ten digits.
fn ten_digits(signature: &[u8]) -> String {
    let offset = usize::from(signature.last().copied().unwrap_or_default() & 0xf);
    let four = signature.get(offset..offset + 4).and_then(|four| four.try_into().ok());
    let number = u32::from_be_bytes(four.unwrap_or_default()) & 0x7fff_ffff;
    format!("{number:010}")
}

#[cfg(test)]
#[path = "otp_tests.rs"]
mod tests;

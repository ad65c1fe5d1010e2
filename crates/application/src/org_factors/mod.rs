//! The organization's side of factors: which kinds are used, profiles of custom tokens, YubiKeys (contract: factors §16).

mod hotp_profiles;
mod switches;
mod yubikeys;

pub use self::hotp_profiles::DescribeHotpProfile;
pub use self::switches::OrgFactor;
pub(crate) use self::yubikeys::revoke_yubikeys;
pub use self::yubikeys::{ListYubikeys, UploadYubikey, YubikeyListing};

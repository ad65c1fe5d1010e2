//! What the pictures show that devices and authenticators read (contract: factors §7.5, §7.6).

use denizen_domain::factor::{Device, Factor, Totp, otpauth_uri, secret_to_base32};
use denizen_domain::id::UserId;
use denizen_domain::push::Push;
use denizen_domain::secret::Secret;
use denizen_domain::user::{Status, User};

use super::{factor_id, unknown_factor};
use crate::directory::Directory;
use crate::error::Error;

impl Directory {
    /// The text of a factor's picture, for whoever has the token of its address. Without it, and once the factor is active,
    /// there is none.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn factor_picture(&self, user: &str, id: &str, token: &Secret) -> Result<Secret, Error> {
        let unknown = || unknown_factor(id);
        let user = UserId::parse(user).ok_or_else(unknown)?;
        let found = self.ports.store.factor(&user, &factor_id(id)?).await?;
        let (factor, user) = found.ok_or_else(unknown)?;
        if factor.is_active() || user.status == Status::Deprovisioned {
            return Err(unknown());
        }
        let digest = token.digest();
        match &factor.device {
            Device::OktaTotp(totp) | Device::GoogleTotp(totp) if totp.picture == Some(digest) => {
                self.otpauth(&factor, &user, totp)
            }
            Device::Push(Push::Waiting(waiting)) if waiting.digest == digest && waiting.is_live(self.now()) => {
                Ok(self.activation_link(token))
            }
            _ => Err(unknown()),
        }
    }

    fn otpauth(&self, factor: &Factor, user: &User, totp: &Totp) -> Result<Secret, Error> {
        let secret = self.opened_for(&factor.id, &totp.secret)?;
        let secret = secret_to_base32(&secret);
        Ok(otpauth_uri(&self.organization.name, user.login.as_str(), &secret))
    }
}

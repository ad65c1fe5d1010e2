//! One-time passwords of YubiKeys (contract: factors §7.8, §11, §14).

use denizen_domain::factor::token::HeldYubikey;
use denizen_domain::factor::yubikey::{Yubikey, YubikeyHolder, YubikeyRefusal};
use denizen_domain::factor::yubikey_otp::{Seed, Uses, YubicoOtp};
use denizen_domain::factor::{Device, Factor, FactorStatus, WrongProof};
use denizen_domain::ports::{Changes, Write, YubikeyWrite};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::{Judged, New, Removal, needed, needed_code};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::enrol::Target;
use crate::factors::{EnrolFactor, Trial};

/// The change of a YubiKey: over the version that was read, so that of two who show one password, one is late (O3).
fn update(from: &Yubikey, to: Yubikey) -> Changes {
    let (from, to) = (Box::new(from.clone()), Box::new(to));
    Changes {
        writes: vec![Write::Yubikey(YubikeyWrite::Update { from, to })],
        ..Changes::default()
    }
}

impl Directory {
    /// A YubiKey is enrolled by a password of it. Somebody's, or one that nobody has uploaded, is refused alike.
    pub(super) async fn new_yubikey(
        &self,
        user: &User,
        target: &Target<'_>,
        request: &EnrolFactor,
    ) -> Result<New, Error> {
        let password = needed(request.proof.pass_code.as_ref(), "passCode")?;
        let password = YubicoOtp::parse(password.expose()).ok_or(WrongProof::Token)?;
        let found = self.ports.store.live_yubikey(&password.public_id).await?;
        let yubikey = found.ok_or(WrongProof::Token)?;
        let uses = self.read_password(&yubikey, &password)?.ok_or(WrongProof::Token)?;
        let holder = YubikeyHolder {
            user_id: user.id.clone(),
            factor_id: target.id.clone(),
        };
        let taken = yubikey.enrolled(holder, uses, target.at);
        let taken = taken.map_err(|_| WrongProof::Token)?;
        Ok(New {
            device: Device::Yubikey(HeldYubikey {
                yubikey: yubikey.id.clone(),
                credential_id: yubikey.public_id.serial(),
            }),
            status: FactorStatus::Active,
            key: None,
            activation: None,
            user: None,
            beside: update(&yubikey, taken),
        })
    }

    /// How often a YubiKey says that it was used; nothing when the password is not of it.
    fn read_password(&self, yubikey: &Yubikey, password: &YubicoOtp) -> Result<Option<Uses>, Error> {
        if password.public_id != yubikey.public_id {
            return Ok(None);
        }
        let context = Yubikey::seal_context(&yubikey.id);
        let opened = self.ports.sealer.open(yubikey.sealed.as_bytes(), &context);
        let opened = opened.map_err(|error| Error::Internal(format!("{context}: {error}")))?;
        let seed = Seed::from_bytes(&opened);
        let seed = seed.ok_or_else(|| Error::Internal(format!("{context}: the seed is not readable")))?;
        Ok(password.read(&seed, &*self.ports.cipher))
    }

    pub(super) async fn judge_yubikey(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        held: &HeldYubikey,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        let password = YubicoOtp::parse(needed_code(trial)?.expose());
        let wrong = |wrong| Ok(Judged::Wrong(wrong, factor.device.clone()));
        let yubikey = self.ports.store.yubikey(&held.yubikey).await?;
        let is_own = |yubikey: &Yubikey| yubikey.holder.as_ref().is_some_and(|own| own.factor_id == factor.id);
        let (Some(password), Some(yubikey)) = (password, yubikey.filter(is_own)) else {
            return wrong(WrongProof::Token);
        };
        let Some(uses) = self.read_password(&yubikey, &password)? else {
            return wrong(WrongProof::Token);
        };
        match yubikey.used(uses, at) {
            Ok(used) => Ok(Judged::RightWith(factor.device.clone(), update(&yubikey, used))),
            Err(YubikeyRefusal::Replayed) => wrong(WrongProof::Replayed),
            Err(YubikeyRefusal::Assigned | YubikeyRefusal::NotFree) => wrong(WrongProof::Token),
        }
    }

    /// Whoever gives up a YubiKey gives it up for good: its seed is nobody's from then on.
    pub(super) async fn give_up_yubikey(&self, held: &HeldYubikey, at: Timestamp) -> Result<Removal, Error> {
        let yubikey = self.ports.store.yubikey(&held.yubikey).await?;
        let changes = yubikey.map(|yubikey| update(&yubikey, yubikey.revoked(at)));
        Ok(Removal {
            user: None,
            changes: changes.unwrap_or_default(),
        })
    }
}

//! Sealing secrets anew, after another key was put in front (K1). Each is written over the version that was read, so servers
//! may go on meanwhile, as long as they know both keys.

use denizen_domain::factor::Factor;
use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::oauth::SigningKey;
use denizen_domain::ports::{Changes, OAuthWrite, Write, YubikeySelection, YubikeyWrite};
use denizen_domain::sealed::Sealed;

use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;
use crate::factors::update_factor;

/// So many are read at once.
const PAGE: usize = 200;

/// How many secrets were sealed anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Factors.
    pub factors: usize,
    /// YubiKeys.
    pub yubikeys: usize,
    /// Keys that tokens are signed with.
    pub signing_keys: usize,
}

impl Directory {
    /// Seals every stored secret with the newest key that is not sealed with it. Messages that wait are left: they are gone
    /// soon. For the operator's command line.
    ///
    /// # Errors
    /// `Internal` when a secret cannot be opened: its key is missing.
    pub async fn reseal(&self) -> Result<Resealed, Error> {
        Ok(Resealed {
            factors: self.reseal_factors().await?,
            yubikeys: self.reseal_yubikeys().await?,
            signing_keys: self.reseal_signing_keys().await?,
        })
    }

    async fn reseal_factors(&self) -> Result<usize, Error> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.ports.store.factors_after(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.id.clone());
            for factor in page {
                count += usize::from(self.reseal_factor(factor).await?);
            }
        }
    }

    async fn reseal_factor(&self, mut factor: Factor) -> Result<bool, Error> {
        for _ in 0..MOST_ROUNDS {
            let mut device = factor.device.clone();
            let mut changes_it = false;
            for sealed in device.sealed_mut() {
                changes_it |= self.reseal_one(sealed, factor.id.as_str())?;
            }
            if !changes_it {
                return Ok(false);
            }
            let write = update_factor(&factor, factor.with(device));
            if self.committed(only(write)).await? {
                return Ok(true);
            }
            match self.ports.store.factor(&factor.user_id, &factor.id).await? {
                Some((read, _)) => factor = read,
                None => return Ok(false),
            }
        }
        Err(Error::Conflict)
    }

    async fn reseal_yubikeys(&self) -> Result<usize, Error> {
        let mut selection = YubikeySelection {
            limit: PAGE,
            ..YubikeySelection::default()
        };
        let mut count = 0;
        loop {
            let page = self.ports.store.list_yubikeys(&selection).await?;
            for yubikey in page.items {
                count += usize::from(self.reseal_yubikey(yubikey).await?);
            }
            if page.next.is_none() {
                return Ok(count);
            }
            selection.after = page.next;
        }
    }

    async fn reseal_yubikey(&self, mut from: Yubikey) -> Result<bool, Error> {
        for _ in 0..MOST_ROUNDS {
            let mut to = from.clone();
            if !self.reseal_one(&mut to.sealed, &Yubikey::seal_context(&from.id))? {
                return Ok(false);
            }
            let write = Write::Yubikey(YubikeyWrite::Update {
                from: Box::new(from.clone()),
                to: Box::new(to),
            });
            if self.committed(only(write)).await? {
                return Ok(true);
            }
            match self.ports.store.yubikey(&from.id).await? {
                Some(read) => from = read,
                None => return Ok(false),
            }
        }
        Err(Error::Conflict)
    }

    async fn reseal_signing_keys(&self) -> Result<usize, Error> {
        let mut count = 0;
        for key in self.ports.store.signing_keys().await? {
            let mut sealed = Sealed::from_bytes(key.sealed.clone());
            if !self.reseal_one(&mut sealed, &SigningKey::seal_context(&key.kid))? {
                continue;
            }
            let write = OAuthWrite::ResealKey {
                kid: key.kid,
                sealed: sealed.as_bytes().to_vec(),
            };
            self.commit(only(Write::OAuth(write))).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Seals one secret anew; `false` when there is no need to.
    fn reseal_one(&self, sealed: &mut Sealed, context: &str) -> Result<bool, Error> {
        let sealer = &self.ports.sealer;
        if sealer.is_current(sealed.as_bytes()) {
            return Ok(false);
        }
        let plain = sealer.open(sealed.as_bytes(), context);
        let plain = plain.map_err(|error| Error::Internal(format!("{context}: {error}")))?;
        *sealed = Sealed::from_bytes(sealer.seal(&plain, context));
        Ok(true)
    }
}

fn only(write: Write) -> Changes {
    Changes {
        writes: vec![write],
        ..Changes::default()
    }
}

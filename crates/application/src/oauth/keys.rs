//! The keys that access tokens are signed with (K1).

use denizen_domain::entropy;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::oauth::{ACCESS_TOKEN_MINUTES, AccessClaims, SigningKey, current, published};
use denizen_domain::ports::{Changes, OAuthWrite, StoreError, Write};
use denizen_domain::secret::Secret;
use zeroize::Zeroizing;

use crate::account::Doer;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;

/// Characters of a key's name.
const KID_LENGTH: usize = 43;

impl Directory {
    /// Makes the first key that tokens are signed with, unless there is one.
    ///
    /// # Errors
    /// As the store says.
    pub async fn ensure_signing_key(&self) -> Result<(), Error> {
        if current(&self.ports.store.signing_keys().await?).is_some() {
            return Ok(());
        }
        let writes = vec![Write::OAuth(OAuthWrite::InsertKey(self.new_key()?))];
        match self
            .commit(Changes {
                writes,
                ..Changes::default()
            })
            .await
        {
            // Another server of the same database was first.
            Ok(()) | Err(StoreError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs with a new key from now on, and gives back its name. Tokens that the old one has signed stay good. For the
    /// operator's command line.
    ///
    /// # Errors
    /// As the store says.
    pub async fn rotate_signing_key(&self) -> Result<String, Error> {
        for _ in 0..MOST_ROUNDS {
            let keys = self.signing_keys().await?;
            let Some(old) = current(&keys) else { continue };
            let (new, at) = (self.new_key()?, self.now());
            let doer = Doer::system(self.organization.id.as_str());
            let events = vec![self.event(&doer, EventType::OAuthKeyRollover, vec![key_entity(&new)], at)];
            let kid = new.kid.clone();
            let writes = vec![
                Write::OAuth(OAuthWrite::ReplaceKey {
                    from: old.kid.clone(),
                    to: new,
                    at,
                }),
                Write::OAuth(OAuthWrite::ForgetKeys(at.plus_minutes(-ACCESS_TOKEN_MINUTES))),
            ];
            let changes = Changes {
                writes,
                events,
                messages: Vec::new(),
            };
            if self.committed(changes).await? {
                return Ok(kid);
            }
        }
        Err(Error::Conflict)
    }

    /// The keys that others check tokens with, each a JSON Web Key as JSON text.
    ///
    /// # Errors
    /// As the store says.
    pub async fn published_keys(&self) -> Result<Vec<String>, Error> {
        let keys = self.signing_keys().await?;
        Ok(published(&keys, self.now())
            .into_iter()
            .map(|key| key.public.clone())
            .collect())
    }

    /// Signs a token with the key in use.
    pub(super) async fn sign(&self, claims: &AccessClaims) -> Result<Secret, Error> {
        let keys = self.signing_keys().await?;
        let key = current(&keys).ok_or(Error::Conflict)?;
        let opened = self.ports.sealer.open(&key.sealed, &SigningKey::seal_context(&key.kid));
        let failed = |error: String| Error::Internal(format!("the signing key {}: {error}", key.kid));
        let private = opened.map_err(|error| failed(error.to_string()))?;
        let signed = self.ports.signatures.sign(&key.kid, &private, claims);
        signed.map_err(|error| failed(error.to_string()))
    }

    /// The keys, with one in use.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, Error> {
        let keys = self.ports.store.signing_keys().await?;
        if current(&keys).is_some() {
            return Ok(keys);
        }
        self.ensure_signing_key().await?;
        Ok(self.ports.store.signing_keys().await?)
    }

    fn new_key(&self) -> Result<SigningKey, Error> {
        let kid = entropy::url_safe(&*self.ports.entropy, KID_LENGTH);
        let mut random = Zeroizing::new([0; 32]);
        for _ in 0..MOST_ROUNDS {
            self.ports.entropy.fill(&mut *random);
            if let Ok(made) = self.ports.signatures.make_key(&kid, &random) {
                return Ok(SigningKey {
                    sealed: self.ports.sealer.seal(&made.private, &SigningKey::seal_context(&kid)),
                    public: made.public,
                    kid,
                    created: self.now(),
                    retired: None,
                });
            }
        }
        Err(Error::Internal(
            "no signing key can be made of the random numbers".to_owned(),
        ))
    }
}

fn key_entity(key: &SigningKey) -> Entity {
    Entity {
        id: key.kid.clone(),
        kind: "SigningKey".to_owned(),
        alternate_id: None,
        display_name: None,
    }
}

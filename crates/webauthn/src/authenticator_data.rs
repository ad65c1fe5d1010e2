//! Authenticator data (WebAuthn §6.1): what an authenticator tells of a use, and of a credential that it made.

use denizen_domain::fido::Report;

use crate::cbor::{self, Map};

/// Hash of the relying party's id, flags, counter.
const HEAD: usize = 37;
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// Authenticator data, taken apart.
pub(crate) struct AuthenticatorData {
    /// What it tells of the use.
    pub report: Report,
    /// The credential that was made.
    pub made: Option<MadeCredential>,
}

/// A credential that was made.
pub(crate) struct MadeCredential {
    /// The make of the authenticator.
    pub aaguid: [u8; 16],
    /// Its id.
    pub id: Vec<u8>,
    /// Its key, by COSE.
    pub key: Map,
}

impl AuthenticatorData {
    /// Takes the data apart; `None` unless it is exactly what its flags promise.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (relying_party, head) = head.split_first_chunk::<32>()?;
        let (&[flags], head) = head.split_first_chunk::<1>()?;
        let (counter, _) = head.split_first_chunk::<4>()?;
        let is_set = |flag: u8| flags & flag != 0;
        let report = Report {
            relying_party: *relying_party,
            user_present: is_set(USER_PRESENT),
            user_verified: is_set(USER_VERIFIED),
            backup_eligible: is_set(BACKUP_ELIGIBLE),
            backed_up: is_set(BACKED_UP),
            counter: u32::from_be_bytes(*counter),
        };
        let (made, rest) = if is_set(HAS_CREDENTIAL) {
            let (made, rest) = made_credential(rest)?;
            (Some(made), rest)
        } else {
            (None, rest)
        };
        let rest = if is_set(HAS_EXTENSIONS) {
            let (extensions, rest) = cbor::first(rest)?;
            Map::of(extensions)?;
            rest
        } else {
            rest
        };
        rest.is_empty().then_some(Self { report, made })
    }
}

fn made_credential(bytes: &[u8]) -> Option<(MadeCredential, &[u8])> {
    let (aaguid, rest) = bytes.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (key, rest) = cbor::first(rest)?;
    let made = MadeCredential {
        aaguid: *aaguid,
        id: id.to_vec(),
        key: Map::of(key)?,
    };
    Some((made, rest))
}

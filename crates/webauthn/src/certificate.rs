//! Certificates of authenticators' makers: their key, and what WebAuthn asks of them (§8.2.1).
//!
//! Nobody's authority is believed here, so neither dates nor issuers are looked at. Some makers write dates that strict readers
//! refuse; the key is found nevertheless.

use denizen_domain::fido::{Bytes, CredentialKey, ProofRefusal};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use crate::signature;

const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ORGANIZATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
/// The make that a certificate is for.
const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");
/// What the subject's unit must be called.
const UNIT: &[u8] = b"Authenticator Attestation";
/// X.509 counts its versions from zero.
const VERSION: TagNumber = TagNumber::N0;

/// The key in a certificate.
pub(crate) fn key(certificate: &[u8]) -> Result<CredentialKey, ProofRefusal> {
    let info = key_info(certificate).ok_or(ProofRefusal::Attestation)?;
    let key = read_key(&info).ok_or(ProofRefusal::Key)?;
    signature::check_key(&key)?;
    Ok(key)
}

/// How many bytes the certificate at the front takes.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let whole: AnyRef<'_> = reader.decode().ok()?;
    (whole.tag() == Tag::Sequence).then(|| usize::try_from(reader.position()).ok())?
}

/// The subject's key, found by its place. What comes before it is passed over unread.
fn key_info(certificate: &[u8]) -> Option<SubjectPublicKeyInfoRef<'_>> {
    let whole = AnyRef::from_der(certificate).ok()?;
    let mut outer = inside(&whole)?;
    let signed: AnyRef<'_> = outer.decode().ok()?;
    let mut fields = inside(&signed)?;
    let first: AnyRef<'_> = fields.decode().ok()?;
    let has_version = matches!(first.tag(), Tag::ContextSpecific { number, .. } if number == VERSION);
    // Serial number, algorithm, issuer, validity, subject; one is read already where no version is named.
    for _ in 0..if has_version { 5 } else { 4 } {
        let _: AnyRef<'_> = fields.decode().ok()?;
    }
    fields.decode().ok()
}

fn inside<'a>(value: &AnyRef<'a>) -> Option<SliceReader<'a>> {
    (value.tag() == Tag::Sequence).then(|| SliceReader::new(value.value()).ok())?
}

fn read_key(info: &SubjectPublicKeyInfoRef<'_>) -> Option<CredentialKey> {
    let bits = info.subject_public_key.as_bytes()?;
    if info.algorithm.oid == EC_KEY {
        let curve = info.algorithm.parameters_oid().ok()?;
        return (curve == P256).then(|| CredentialKey::P256(Bytes::new(bits.to_vec())));
    }
    if info.algorithm.oid == RSA_KEY {
        let key = rsa::RsaPublicKey::from_pkcs1_der(bits).ok()?;
        return Some(CredentialKey::Rsa {
            n: Bytes::new(key.n().to_bytes_be()),
            e: Bytes::new(key.e().to_bytes_be()),
        });
    }
    None
}

/// Whether a certificate is one for a packed attestation: of version 3, for authenticators, of no authority, and for this make
/// if it names one.
pub(crate) fn is_for_packed(certificate: &[u8], aaguid: &[u8; 16]) -> bool {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return false;
    };
    let body = &certificate.tbs_certificate;
    let is_unit = |oid: &ObjectIdentifier, value: &[u8]| *oid == ORGANIZATIONAL_UNIT && value == UNIT;
    let mut attributes = body.subject.0.iter().flat_map(|name| name.0.iter());
    let is_for_authenticators = attributes.any(|attribute| is_unit(&attribute.oid, attribute.value.value()));
    let extension = |oid: ObjectIdentifier| {
        let mut extensions = body.extensions.iter().flatten();
        extensions.find(|extension| extension.extn_id == oid)
    };
    let constraints = extension(BasicConstraints::OID);
    let constraints = constraints.and_then(|found| BasicConstraints::from_der(found.extn_value.as_bytes()).ok());
    let is_of_make = extension(AAGUID).is_none_or(|found| {
        let make = OctetStringRef::from_der(found.extn_value.as_bytes());
        !found.critical && make.is_ok_and(|make| make.as_bytes() == aaguid)
    });
    body.version == x509_cert::Version::V3
        && is_for_authenticators
        && constraints.is_some_and(|constraints| !constraints.ca)
        && is_of_make
}

//! Names of authenticators by the number of their make (contract: factors §7.11).

/// What an authenticator of an unknown make is called.
const UNKNOWN: &str = "Authenticator";

/// The makes that most people carry, by AAGUID.
const NAMES: &[(u128, &str)] = &[
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "iCloud Keychain"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain (managed)"),
    (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager"),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0xee882879_721c_4913_9775_3dfcce97072a, "YubiKey 5 Series"),
    (0xcb69481e_8ff7_4039_93ec_0a2729a154a8, "YubiKey 5 Series"),
    (0xfa2b99dc_9e39_4257_8f92_4a30d23c4118, "YubiKey 5 Series with NFC"),
    (0x2fc0579f_8113_47ea_b116_bb5a8db9202a, "YubiKey 5 Series with NFC"),
    (
        0xc5ef55ff_ad9a_4b9f_b580_adebafe026d0,
        "YubiKey 5 Series with Lightning",
    ),
    (0xf8a011f3_8c0a_4d15_8006_17111f9edc7d, "Security Key by Yubico"),
];

/// The name of an authenticator of a make.
#[must_use]
pub fn authenticator_name(aaguid: &[u8]) -> &'static str {
    let number = <[u8; 16]>::try_from(aaguid).map(u128::from_be_bytes).ok();
    let known = NAMES.iter().find(|(make, _)| number == Some(*make));
    known.map_or(UNKNOWN, |(_, name)| *name)
}

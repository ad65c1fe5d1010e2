//! The file with the sealing keys, which is kept outside the database (K1).
//!
//! Each line is an id from 0 to 255, a space, and 32 bytes in base64. New values are sealed with the first; a key is rotated
//! by putting a line with another id above it.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use denizen_domain::entropy::Entropy;
use denizen_otp::{KeyError, KeySealer, SealingKey};
use zeroize::Zeroizing;

const KEY_LENGTH: usize = 32;

/// Why there are no keys. The texts never hold anything of a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or made.
    #[error("the key file {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it.
    #[error("the key file {} can be read by others; `chmod 600` closes it", .0.display())]
    Loose(PathBuf),
    /// A line is not a key.
    #[error("the key file {}: line {line} is not an id from 0 to 255 and 32 bytes in base64", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line.
        line: usize,
    },
    /// There is no key in it.
    #[error("the key file {} is empty", .0.display())]
    Empty(PathBuf),
    /// Every id is taken.
    #[error("the key file {} has a key of every id; remove those that nothing is sealed with", .0.display())]
    Full(PathBuf),
    /// The keys do not go together.
    #[error("the key file {}: {source}", .path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
}

/// Reads the keys; makes a file with a new one when there is none.
///
/// # Errors
/// When the file cannot be read or made, may be read by others (K4), or holds something else.
pub fn open_or_create(path: &Path, entropy: &dyn Entropy) -> Result<KeySealer, KeyFileError> {
    let failed = |source| KeyFileError::Io {
        path: path.to_owned(),
        source,
    };
    match create(path, entropy) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Loose(path.to_owned()));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    parse(&text, path)
}

/// Makes the file under another name first, so that it is there whole or not at all.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    if path.try_exists()? {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    entropy.fill(&mut *key);
    let line = Zeroizing::new(format!("1 {}\n", STANDARD.encode(*key)));
    let unfinished = path.with_extension("new");
    write_new(&unfinished, &line)?;
    // Unlike a renaming, this never replaces the key of a server that starts at the same time.
    let linked = std::fs::hard_link(&unfinished, path);
    std::fs::remove_file(&unfinished)?;
    linked
}

/// Puts a new key in front of the present ones, and gives back its id. Servers must be started anew to know it.
///
/// # Errors
/// When the file cannot be read or written, or holds something else.
pub fn add(path: &Path, entropy: &dyn Entropy) -> Result<u8, KeyFileError> {
    open_or_create(path, entropy)?;
    let failed = |source| KeyFileError::Io {
        path: path.to_owned(),
        source,
    };
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    let taken = |id: u8| {
        text.lines()
            .any(|line| line.trim().split(' ').next() == Some(&id.to_string()))
    };
    let id = (1..=u8::MAX)
        .find(|id| !taken(*id))
        .ok_or_else(|| KeyFileError::Full(path.to_owned()))?;
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    entropy.fill(&mut *key);
    let text = Zeroizing::new(format!("{id} {}\n{}", STANDARD.encode(*key), *text));
    let unfinished = path.with_extension("new");
    write_new(&unfinished, &text).map_err(failed)?;
    std::fs::rename(&unfinished, path).map_err(failed)?;
    Ok(id)
}

/// Writes a file for its owner alone, down to the disk.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn parse(text: &str, path: &Path) -> Result<KeySealer, KeyFileError> {
    let mut keys = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let key = parse_line(line).ok_or_else(|| KeyFileError::Line {
            path: path.to_owned(),
            line: index + 1,
        })?;
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(KeyFileError::Empty(path.to_owned()));
    }
    let newest = keys.remove(0);
    KeySealer::new(newest, keys).map_err(|source| KeyFileError::Keys {
        path: path.to_owned(),
        source,
    })
}

fn parse_line(line: &str) -> Option<SealingKey> {
    let (id, key) = line.trim().split_once(' ')?;
    let bytes = Zeroizing::new(STANDARD.decode(key.trim()).ok()?);
    let key: Zeroizing<[u8; KEY_LENGTH]> = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(SealingKey::new(id.parse().ok()?, &key))
}

#[cfg(test)]
mod tests {
    use denizen_domain::sealed::Sealer as _;
    use denizen_otp::SystemEntropy;

    use super::*;

    fn open(path: &Path) -> Result<KeySealer, KeyFileError> {
        open_or_create(path, &SystemEntropy)
    }

    fn write(path: &Path, text: &str) {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// K1, K4: the key is made once, for its owner alone, and opens what it sealed after a restart.
    #[test]
    fn a_key_is_made_once() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let sealed = open(&path).unwrap().seal(b"plain", "msg1");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(open(&path).unwrap().open(&sealed, "msg1").unwrap().as_slice(), b"plain");
        assert_eq!(
            std::fs::read_dir(home.path()).unwrap().count(),
            1,
            "nothing else is left behind"
        );
        let another = tempfile::tempdir().unwrap();
        assert!(
            open(&another.path().join("key"))
                .unwrap()
                .open(&sealed, "msg1")
                .is_err()
        );
    }

    /// K1: a new key in front seals, the old one still opens.
    #[test]
    fn a_key_is_rotated_by_a_line() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let sealed = open(&path).unwrap().seal(b"plain", "msg1");
        let old = std::fs::read_to_string(&path).unwrap();
        let new = format!("2 {}", STANDARD.encode([7; KEY_LENGTH]));
        write(&path, &format!("{new}\n{old}"));
        let rotated = open(&path).unwrap();
        assert_eq!(rotated.open(&sealed, "msg1").unwrap().as_slice(), b"plain");
        let sealed_now = rotated.seal(b"plain", "msg2");
        write(&path, &new);
        let new_only = open(&path).unwrap();
        assert!(new_only.open(&sealed_now, "msg2").is_ok() && new_only.open(&sealed, "msg1").is_err());
    }

    /// K1: a key is added in front, with an id of its own.
    #[test]
    fn a_key_is_added_in_front() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let old = open(&path).unwrap().seal(b"plain", "msg1");
        assert_eq!(add(&path, &SystemEntropy).unwrap(), 2);
        let sealer = open(&path).unwrap();
        assert!(!sealer.is_current(&old) && sealer.open(&old, "msg1").is_ok());
        assert!(sealer.is_current(&sealer.seal(b"plain", "msg1")));
        assert_eq!(add(&path, &SystemEntropy).unwrap(), 3);
        assert!(!open(&path).unwrap().is_current(&sealer.seal(b"plain", "msg1")));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    /// K4
    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        open(&path).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o644] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = open(&path).err().unwrap();
            assert!(matches!(error, KeyFileError::Loose(_)), "{mode:o}: {error}");
        }
    }

    /// G1: what is wrong is told without the line.
    #[test]
    fn what_is_no_key_is_refused_and_not_shown() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let key = STANDARD.encode([7; KEY_LENGTH]);
        for (text, reason) in [
            (String::new(), "is empty"),
            (key.clone(), "line 1"),
            (format!("1 {key}\n256 {key}"), "line 2"),
            (format!("1 {}", STANDARD.encode([7; 31])), "line 1"),
            (format!("1 {key}\n1 {key}"), "have the id 1"),
        ] {
            write(&path, &text);
            let error = open(&path).err().unwrap().to_string();
            assert!(error.contains(reason), "{error}");
            assert!(!error.contains(&key[..8]), "{error}");
        }
    }
}

//! What a device keeps: where its directory is, and its key, in a file for its owner alone (K4).

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use denizen_domain::secret::Secret;
use denizen_oauth::DeviceKeyPair;
use serde::Deserialize;
use zeroize::Zeroizing;

const FILE: &str = "device.json";

/// The random number that a key is made of.
pub(super) struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    pub(super) fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    fn parse(text: &Secret) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.expose()).ok()?);
        bytes
            .as_slice()
            .try_into()
            .ok()
            .map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The key; `None` where the number is no key.
    pub(super) fn key(&self) -> Option<DeviceKeyPair> {
        DeviceKeyPair::make(&self.0).ok()
    }
}

/// What is kept.
pub(super) struct Kept {
    /// Where the directory is reached.
    pub(super) server: String,
    /// The factor that the device is.
    pub(super) factor_id: String,
    /// What its key is made of.
    pub(super) seed: Seed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    server: String,
    factor_id: String,
    key: Secret,
}

/// The folder of one device.
pub(super) struct Place<'a>(&'a Path);

/// The file of a device that is about to register; it goes again when the device does not.
pub(super) struct Reserved {
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl<'a> Place<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self(folder)
    }

    /// Makes the file, so that nobody else does.
    pub(super) fn reserve(&self) -> Result<Reserved> {
        let folder = self.0.display();
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(self.0);
        made.with_context(|| format!("the folder {folder} cannot be made"))?;
        let path = self.0.join(FILE);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => Ok(Reserved {
                path,
                file,
                is_kept: false,
            }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => bail!(
                "{folder} is the folder of another device; --device-dir names another folder, and removing this one \
                 forgets the device"
            ),
            Err(error) => Err(error).with_context(|| format!("the file {} cannot be made", path.display())),
        }
    }

    /// Reads what is kept. A file that others may read is refused: they may have the key.
    pub(super) fn read(&self) -> Result<Kept> {
        let path = self.0.join(FILE);
        let shown = path.display();
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "there is no device in {}: `denizen device enrol LINK` makes one",
                self.0.display()
            ),
            opened => opened.with_context(|| format!("the file {shown} cannot be read"))?,
        };
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            bail!("the file {shown} can be read by others; `chmod 600` closes it");
        }
        let mut text = Zeroizing::new(String::new());
        let read = file.read_to_string(&mut text);
        read.with_context(|| format!("the file {shown} cannot be read"))?;
        parse(&text).ok_or_else(|| anyhow!("the file {shown} does not hold a device"))
    }
}

fn parse(text: &str) -> Option<Kept> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    Some(Kept {
        server: stored.server,
        factor_id: stored.factor_id,
        seed: Seed::parse(&stored.key)?,
    })
}

impl Reserved {
    /// Writes the file, down to the disk.
    pub(super) fn keep(mut self, kept: &Kept) -> Result<()> {
        let key = Zeroizing::new(URL_SAFE_NO_PAD.encode(*kept.seed.0));
        let (server, factor_id) = (quoted(&kept.server), quoted(&kept.factor_id));
        let text = Zeroizing::new(format!(
            "{{\n  \"server\": {server},\n  \"factorId\": {factor_id},\n  \"key\": \"{}\"\n}}\n",
            *key
        ));
        self.write(&text)
            .with_context(|| format!("the file {} cannot be written", self.path.display()))?;
        self.is_kept = true;
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.sync_all()
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is told at the next attempt.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        Kept {
            server: "https://id.example.com".to_owned(),
            factor_id: "opf1".to_owned(),
            seed: Seed(Zeroizing::new([7; 32])),
        }
    }

    fn complaint<T>(result: Result<T>) -> String {
        result.err().unwrap().to_string()
    }

    /// K4: the file is for its owner alone, and refused when it is not.
    #[test]
    fn a_device_is_kept_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("device");
        let place = Place::new(&folder);
        assert!(complaint(place.read()).contains("enrol"));
        place.reserve().unwrap().keep(&kept()).unwrap();
        let read = place.read().unwrap();
        assert_eq!((read.server, read.factor_id), (kept().server, kept().factor_id));
        let thumbprint = |seed: &Seed| seed.key().unwrap().public().thumbprint();
        assert_eq!(thumbprint(&read.seed), thumbprint(&kept().seed));
        let file = folder.join(FILE);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        for open in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(open)).unwrap();
            assert!(complaint(place.read()).contains("chmod 600"));
        }
    }

    #[test]
    fn a_folder_has_one_device() {
        let home = tempfile::tempdir().unwrap();
        let place = Place::new(home.path());
        drop(place.reserve().unwrap());
        place.reserve().unwrap().keep(&kept()).unwrap();
        assert!(complaint(place.reserve()).contains("--device-dir"));
        assert!(place.read().is_ok());
    }

    #[test]
    fn what_is_no_device_is_told() {
        for text in [
            "",
            "{}",
            r#"{"server": "https://a", "factorId": "opf1", "key": "AAAA"}"#,
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}

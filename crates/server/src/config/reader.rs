//! Reads single settings out of the merged table.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use denizen_domain::secret::Secret;
use toml::{Table, Value};

use super::error::ConfigError;

/// The merged settings. The layers have seen to it that each exists and has its kind.
pub(super) struct Reader<'a> {
    table: &'a Table,
    warnings: RefCell<Vec<String>>,
    #[cfg(test)]
    pub(super) read: RefCell<std::collections::BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        Self {
            table,
            warnings: RefCell::default(),
            #[cfg(test)]
            read: RefCell::default(),
        }
    }

    /// What the operator should hear about.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    fn value(&self, key: &str) -> &'a Value {
        #[cfg(test)]
        self.read.borrow_mut().insert(key.to_owned());
        let found = match key.split_once('.') {
            Some((section, name)) => self.table.get(section).and_then(|section| section.get(name)),
            None => self.table.get(key),
        };
        found.expect("a test reads every key of the defaults, and no other")
    }

    /// A text; `None` when it is empty.
    pub(super) fn text(&self, key: &'static str) -> Option<&'a str> {
        self.value(key).as_str().filter(|text| !text.is_empty())
    }

    /// A text that there must be.
    pub(super) fn needed_text(&self, key: &'static str) -> Result<String, ConfigError> {
        let text = self.text(key).filter(|text| !text.trim().is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| ConfigError::value(key, "it is empty"))
    }

    /// A path; `None` when it is empty.
    pub(super) fn path(&self, key: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        Ok(self.text(key).map(PathBuf::from))
    }

    /// Yes or no.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        self.value(key).as_bool().unwrap_or_default()
    }

    /// A number within bounds.
    pub(super) fn number<N: TryFrom<i64>>(
        &self,
        key: &'static str,
        bounds: RangeInclusive<i64>,
    ) -> Result<N, ConfigError> {
        let number = self.value(key).as_integer().unwrap_or_default();
        let refused = || ConfigError::value(key, format!("it must be from {} to {}", bounds.start(), bounds.end()));
        if !bounds.contains(&number) {
            return Err(refused());
        }
        N::try_from(number).map_err(|_| refused())
    }

    /// A number for which 0 stands for "as usual".
    pub(super) fn number_or_usual<N: TryFrom<i64>>(
        &self,
        key: &'static str,
        most: i64,
    ) -> Result<Option<N>, ConfigError> {
        match self.value(key).as_integer() {
            Some(0) => Ok(None),
            _ => self.number(key, 0..=most).map(Some),
        }
    }

    /// A list, each item read by itself.
    pub(super) fn list<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, ConfigError> {
        let items = self.value(key).as_array().map(Vec::as_slice).unwrap_or_default();
        let texts = items.iter().filter_map(Value::as_str);
        texts
            .map(|text| parse(text).map_err(|reason| ConfigError::value(key, reason)))
            .collect()
    }

    /// A secret, from the setting itself or from the file that `…_file` names.
    pub(super) fn secret(&self, key: &'static str) -> Result<Option<Secret>, ConfigError> {
        let given = self.text(key);
        let file = self
            .value(&format!("{key}_file"))
            .as_str()
            .filter(|file| !file.is_empty());
        let path = match (given, file) {
            (Some(_), Some(_)) => return Err(ConfigError::GivenTwice { key }),
            (given, None) => return Ok(given.map(Secret::new)),
            (None, Some(file)) => Path::new(file),
        };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            kind: error.kind(),
        })?;
        self.warnings.borrow_mut().extend(loose(path));
        let text = Secret::new(text);
        let line = text.expose().trim();
        if line.is_empty() {
            return Err(ConfigError::value(key, format!("{} is empty", path.display())));
        }
        Ok(Some(Secret::new(line)))
    }
}

/// A word of warning when others can read a file with a secret (K4). It is no error: containers often hand secrets over so.
pub(super) fn loose(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| format!("{} holds a secret and can be read by others", path.display()))
}

//! Lays the sources of settings over one another: defaults, file, environment, flags.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use toml::{Table, Value};

use super::error::ConfigError;

const DEFAULTS: &str = include_str!("defaults.toml");
const PREFIX: &str = "DENIZEN_";
/// Names the configuration file; it is no setting, since it cannot be in the file.
const FILE_VARIABLE: &str = "DENIZEN_CONFIG";
/// Read when no file is named.
const FILE: &str = "denizen.toml";

/// What is given on the command line, before or after the command.
#[derive(Clone, Debug, Default, Args)]
pub struct Flags {
    /// The configuration file [default: denizen.toml in this folder, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The folder of database, key and mails [default: denizen-data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// postgres://… for PostgreSQL [default: SQLite in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Where people and programs reach the server [default: the address that it listens on]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
}

impl Flags {
    fn settings(&self) -> Vec<Text> {
        let folder = self.data_dir.as_ref().map(|path| path.to_string_lossy().into_owned());
        let given = [
            ("listen", "--listen", self.listen.clone()),
            ("data_dir", "--data-dir", folder),
            ("database_url", "--database-url", self.database_url.clone()),
            ("public_url", "--public-url", self.public_url.clone()),
        ];
        let text = |(key, name, text): (&str, &str, Option<String>)| {
            Some(Text {
                key: key.to_owned(),
                name: name.to_owned(),
                text: text?,
            })
        };
        given.into_iter().filter_map(text).collect()
    }
}

/// A setting that comes as a text, by its own name and by the name it has there.
struct Text {
    key: String,
    name: String,
    text: String,
}

/// Where settings come from.
pub struct Sources {
    /// The command line.
    pub flags: Flags,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
    /// Where `denizen.toml` is looked for.
    pub folder: PathBuf,
}

/// All settings, and the file that some of them come from.
pub(super) fn merge(sources: &Sources) -> Result<(Table, Option<PathBuf>), ConfigError> {
    let mut table = defaults();
    let file = file(sources);
    if let Some(path) = &file {
        lay_over(&mut table, read(path)?, "", &path.display().to_string())?;
    }
    let environment = environment(&sources.variables, &keys(&table))?;
    lay_texts_over(&mut table, &environment, "the environment")?;
    lay_texts_over(&mut table, &sources.flags.settings(), "the command line")?;
    Ok((table, file))
}

/// The settings in the environment.
fn environment(variables: &[(OsString, OsString)], known: &[String]) -> Result<Vec<Text>, ConfigError> {
    let origin = "the environment";
    let mut texts = Vec::new();
    for (name, value) in variables {
        let name = name.to_string_lossy().into_owned();
        if !name.starts_with(PREFIX) || name == FILE_VARIABLE {
            continue;
        }
        let Some(key) = known.iter().find(|key| variable(key) == name) else {
            return Err(ConfigError::Unknown {
                name,
                origin: origin.to_owned(),
            });
        };
        let Some(text) = value.to_str() else {
            return Err(kind(name, origin, "UTF-8"));
        };
        texts.push(Text {
            key: key.clone(),
            name,
            text: text.to_owned(),
        });
    }
    Ok(texts)
}

/// Puts texts over the present settings. A secret and the file that holds it are one setting: whichever is given here takes
/// the place of both.
fn lay_texts_over(table: &mut Table, texts: &[Text], origin: &str) -> Result<(), ConfigError> {
    let known = keys(table);
    for Text { key, name, .. } in texts {
        let twin = key
            .strip_suffix("_file")
            .map_or_else(|| format!("{key}_file"), str::to_owned);
        if known.contains(&twin) {
            set(table, &twin, "", name, origin)?;
        }
    }
    for Text { key, name, text } in texts {
        set(table, key, text, name, origin)?;
    }
    Ok(())
}

/// The defaults as a table.
pub(super) fn defaults() -> Table {
    DEFAULTS.parse().expect("a test parses what is built in")
}

/// The environment variable of a setting.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The names of all settings, with their section.
pub(super) fn keys(table: &Table) -> Vec<String> {
    let of = |(name, value): (&String, &Value)| match value {
        Value::Table(section) => keys(section).iter().map(|key| format!("{name}.{key}")).collect(),
        _ => vec![name.clone()],
    };
    table.iter().flat_map(of).collect()
}

/// The file that was named, or the usual one if it is there.
fn file(sources: &Sources) -> Option<PathBuf> {
    let variable = sources.variables.iter().find(|(name, _)| name == FILE_VARIABLE);
    let named = sources.flags.config.clone();
    let named = named.or_else(|| {
        variable
            .map(|(_, path)| PathBuf::from(path))
            .filter(|path| path != Path::new(""))
    });
    let usual = sources.folder.join(FILE);
    named
        .map(|path| sources.folder.join(path))
        .or_else(|| usual.is_file().then_some(usual))
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let unreadable = |kind: ErrorKind| ConfigError::Unreadable {
        path: path.to_owned(),
        kind,
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.kind()))?;
    text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        line: error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count()),
        message: error.message().to_owned(),
    })
}

/// Puts the settings of a file over the present ones. `section` ends with a dot, or is empty.
fn lay_over(table: &mut Table, file: Table, section: &str, origin: &str) -> Result<(), ConfigError> {
    for (name, value) in file {
        let full = format!("{section}{name}");
        match (table.get_mut(&name), value) {
            (None, _) => {
                return Err(ConfigError::Unknown {
                    name: full,
                    origin: origin.to_owned(),
                });
            }
            (Some(Value::Table(inner)), Value::Table(value)) => lay_over(inner, value, &format!("{full}."), origin)?,
            (Some(present), value) if fits(present, &value) => *present = value,
            (Some(present), _) => return Err(kind(full, origin, wanted(present))),
        }
    }
    Ok(())
}

fn fits(present: &Value, value: &Value) -> bool {
    match (present, value) {
        (Value::Array(_), Value::Array(items)) => items.iter().all(Value::is_str),
        (Value::Table(_), _) => false,
        (present, value) => present.same_type(value),
    }
}

/// Sets one setting to a text, read as what the setting is.
fn set(table: &mut Table, key: &str, text: &str, name: &str, origin: &str) -> Result<(), ConfigError> {
    let (section, name_in_section) = key
        .split_once('.')
        .map_or((None, key), |(section, name)| (Some(section), name));
    let table = match section {
        Some(section) => table.get_mut(section).and_then(Value::as_table_mut),
        None => Some(table),
    };
    let present = table.and_then(|table| table.get_mut(name_in_section));
    let present = present.expect("the key comes from the defaults, whose sections lie one deep");
    let text = text.trim();
    let value = match present {
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(_) => Some(Value::Array(list(text))),
        _ => Some(Value::String(text.to_owned())),
    };
    *present = value.ok_or_else(|| kind(name.to_owned(), origin, wanted(present)))?;
    Ok(())
}

fn list(text: &str) -> Vec<Value> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| Value::String(item.to_owned())).collect()
}

fn wanted(present: &Value) -> &'static str {
    match present {
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list of texts",
        Value::Table(_) => "a section",
        _ => "a text",
    }
}

fn kind(name: String, origin: &str, wanted: &'static str) -> ConfigError {
    ConfigError::Kind {
        name,
        origin: origin.to_owned(),
        wanted,
    }
}

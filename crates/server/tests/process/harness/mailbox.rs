//! The mails that the server has written to its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The ids of the mails to each address.
pub fn read(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut mails: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return mails;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (to, id) = (header(&text, "To"), header(&text, "Message-ID"));
        mails.entry(to).or_default().insert(id);
    }
    mails
}

/// A header's value.
fn header(mail: &str, name: &str) -> String {
    let lines = mail.lines().take_while(|line| !line.is_empty());
    let mut found = lines.filter_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)));
    let (_, value) = found.next().unwrap_or_else(|| panic!("no {name} in {mail}"));
    value.trim_matches(['<', '>']).to_owned()
}

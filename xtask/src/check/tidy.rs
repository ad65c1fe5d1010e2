//! Sizes and habits: short files, functions that fit a screen, described modules, no traces of a developer's machine.

use std::path::Path;

use anyhow::Result;

use super::source;

/// Longest file, in lines, not counting its tests.
const FILE_LINES: usize = 400;
/// Longest function, in lines, from its signature to its closing brace.
const FUNCTION_LINES: usize = 60;

/// Paths of a developer's machine and hosts that only a package manager has to know. They are put together here so that
/// this file does not contain them.
const TRACES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/", "wt"),
    concat!("registry.", "npmjs"),
    concat!("py", "pi.org"),
];
/// Written by tools, for tools.
const LOCK_FILES: &[&str] = &["Cargo.lock", "package-lock.json"];
/// Calls that must not be left in Rust code.
const UNFINISHED: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimplem", "ented!("),
    concat!("db", "g!("),
];

/// One line per untidy place in the files below a folder.
pub fn violations(root: &Path) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for (path, text) in source::text_files(root)? {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        violations.extend(
            untidy(&name, &text)
                .into_iter()
                .map(|reason| format!("tidy: {name}{reason}")),
        );
    }
    Ok(violations)
}

/// What is untidy about one file, each reason with its line.
fn untidy(name: &str, text: &str) -> Vec<String> {
    if LOCK_FILES.iter().any(|lock| name.ends_with(lock)) {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.ends_with([' ', '\t']) {
            reasons.push(format!(":{number}: space at the end of the line"));
        }
        for trace in TRACES.iter().filter(|trace| line.contains(*trace)) {
            reasons.push(format!(":{number}: names {trace}"));
        }
        if name.ends_with(".rs") && UNFINISHED.iter().any(|call| line.contains(call)) {
            reasons.push(format!(":{number}: unfinished code"));
        }
    }
    if name.ends_with(".rs") {
        reasons.extend(untidy_rust(name, text));
    }
    reasons
}

fn untidy_rust(name: &str, text: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    if !text.starts_with("//!") {
        reasons.push(":1: does not start with what the module is for".to_owned());
    }
    if is_test(name) {
        return reasons;
    }
    let code: Vec<&str> = text.lines().take_while(|line| *line != "#[cfg(test)]").collect();
    if code.len() > FILE_LINES {
        reasons.push(format!(": {} lines, at most {FILE_LINES}", code.len()));
    }
    for (index, line) in code.iter().enumerate() {
        if is_signature(line)
            && let Some(length) = function_length(&code[index..])
            && length > FUNCTION_LINES
        {
            reasons.push(format!(
                ":{}: function of {length} lines, at most {FUNCTION_LINES}",
                index + 1
            ));
        }
    }
    reasons
}

/// Test code, including suites that are shared between crates and therefore live among their sources.
fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs")
        || name
            .split('/')
            .any(|part| part == "tests" || part.ends_with("_contract"))
}

fn is_signature(line: &str) -> bool {
    let words = line.split_whitespace();
    let mut words =
        words.skip_while(|word| ["pub", "const", "async", "unsafe"].contains(word) || word.starts_with("pub("));
    words.next() == Some("fn")
}

/// Lines from a signature to the closing brace with the same indent, as rustfmt sets it; `None` without a body.
fn function_length(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    if first.ends_with(';') || first.ends_with('}') {
        return None;
    }
    let indent = &first[..first.len() - first.trim_start().len()];
    for (index, line) in lines.iter().enumerate().skip(1) {
        let Some(rest) = line.strip_prefix(indent) else {
            continue;
        };
        if rest == "}" {
            return Some(index + 1);
        }
        if rest.starts_with(')') && rest.ends_with(';') {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(lines: usize) -> String {
        format!(
            "//! About.\n\npub fn long() {{\n{}}}\n",
            "    step();\n".repeat(lines - 2)
        )
    }

    #[test]
    fn a_tidy_module_passes() {
        assert_eq!(
            untidy("crates/domain/src/a.rs", &function(FUNCTION_LINES)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_untidy_habit_fails() {
        let traced = format!("//! About.\n// see {}x\n", TRACES[0]);
        let unfinished = format!("//! About.\nfn a() {{ {}) }}\n", UNFINISHED[0]);
        let long_file = format!("//! About.\n{}", "const A: u8 = 1;\n".repeat(FILE_LINES));
        let long_function = function(FUNCTION_LINES + 1);
        let cases = [
            ("fn a() {}\n", "what the module is for"),
            ("//! About. \n", "space at the end"),
            (traced.as_str(), "names"),
            (unfinished.as_str(), "unfinished"),
            (long_file.as_str(), "401 lines"),
            (long_function.as_str(), ":3: function of 61 lines"),
        ];
        for (text, expected) in cases {
            let found = untidy("crates/domain/src/a.rs", text);
            assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
        }
    }

    #[test]
    fn tests_may_be_long() {
        let long = format!(
            "//! About.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
            "    // line\n".repeat(FILE_LINES)
        );
        assert_eq!(untidy("crates/domain/src/a.rs", &long), Vec::<String>::new());
        assert_eq!(
            untidy("crates/domain/tests/a.rs", &function(FUNCTION_LINES + 9)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_signature_without_a_body_has_no_length() {
        let lines = [
            "    fn load(",
            "        &self,",
            "    ) -> Result<()>;",
            "    fn other() {",
            "    }",
        ];
        assert_eq!(function_length(&lines), None);
        assert_eq!(function_length(&["fn a() {}"]), None);
        assert!(is_signature("    pub(crate) async fn a("));
        assert!(!is_signature("    let fn_name = 1;"));
    }
}

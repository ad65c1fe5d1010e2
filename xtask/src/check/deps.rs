//! The arrow of the crates points inwards: adapters know the use cases and the domain, never each other, and the domain
//! knows nobody.

use super::metadata::{Metadata, Package};

/// What one member of the workspace may be built with. Dependencies of its tests are free.
struct Rule {
    member: &'static str,
    /// Other members that it may name.
    knows: &'static [&'static str],
    /// The only external packages that it may name; `None` allows any.
    names_only: Option<&'static [&'static str]>,
    /// Packages that may not be reached at all, however indirectly. A `*` at the end stands for any ending.
    never: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        member: "denizen-domain",
        knows: &[],
        names_only: Some(&[
            "async-trait",
            "base32",
            "base64",
            "chrono",
            "hmac",
            "regex",
            "serde",
            "serde_json",
            "sha2",
            "subtle",
            "thiserror",
            "unicode-normalization",
            "zeroize",
        ]),
        never: &[
            "actix*",
            "diesel*",
            "getrandom",
            "hyper*",
            "lettre",
            "libsqlite3-sys",
            "mio",
            "rand",
            "rand_core",
            "reqwest",
            "tokio*",
            "tracing*",
        ],
    },
    Rule {
        member: "denizen-application",
        knows: &["denizen-domain"],
        names_only: None,
        never: &[
            "actix*",
            "diesel*",
            "hyper*",
            "lettre",
            "libsqlite3-sys",
            // Not `mio`: the graph unites the features of all members, and adapters switch on tokio's network.
            "reqwest",
        ],
    },
    Rule {
        member: "denizen-persistence",
        knows: INNER,
        names_only: None,
        never: &["actix*", "lettre"],
    },
    Rule {
        member: "denizen-http",
        knows: INNER,
        names_only: None,
        never: &["diesel*", "lettre", "libsqlite3-sys"],
    },
    Rule {
        member: "denizen-email",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "libsqlite3-sys"],
    },
    Rule {
        member: "denizen-telephony",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "lettre", "libsqlite3-sys"],
    },
    Rule {
        member: "denizen-connector",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "lettre", "libsqlite3-sys"],
    },
    Rule {
        member: "denizen-otp",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "lettre"],
    },
    Rule {
        member: "denizen-oauth",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "lettre", "tokio*"],
    },
    Rule {
        member: "denizen-webauthn",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "lettre", "tokio*"],
    },
    Rule {
        member: "denizen-server",
        knows: &[
            "denizen-domain",
            "denizen-application",
            "denizen-persistence",
            "denizen-http",
            "denizen-email",
            "denizen-telephony",
            "denizen-connector",
            "denizen-otp",
            "denizen-oauth",
            "denizen-webauthn",
        ],
        names_only: None,
        never: &[],
    },
    Rule {
        member: "xtask",
        knows: INNER,
        names_only: None,
        never: &["actix*", "diesel*", "lettre"],
    },
];

/// What every adapter may know.
const INNER: &[&str] = &["denizen-domain", "denizen-application"];

/// One line per forbidden edge, and per member that no rule speaks about.
pub fn violations(metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for (id, member) in metadata.members() {
        match RULES.iter().find(|rule| rule.member == member.name) {
            Some(rule) => {
                violations.extend(direct_violations(metadata, member, rule));
                violations.extend(indirect_violations(metadata, id, rule));
            }
            None => violations.push(format!("deps: {} has no rule in xtask/src/check/deps.rs", member.name)),
        }
    }
    violations
}

fn direct_violations(metadata: &Metadata, member: &Package, rule: &Rule) -> Vec<String> {
    let named = member.dependencies.iter().filter_map(|id| metadata.packages.get(id));
    named
        .filter(|package| match rule.names_only {
            _ if package.in_workspace => !rule.knows.contains(&package.name.as_str()),
            Some(allowed) => !allowed.contains(&package.name.as_str()),
            None => false,
        })
        .map(|package| format!("deps: {} may not depend on {}", rule.member, package.name))
        .collect()
}

fn indirect_violations(metadata: &Metadata, id: &str, rule: &Rule) -> Vec<String> {
    let reachable = metadata.reachable(id).into_iter();
    reachable
        .filter(|(package, _)| rule.never.iter().any(|pattern| matches(pattern, &package.name)))
        .map(|(_, path)| format!("deps: {} may not reach {path}", rule.member))
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph in which packages whose names start with `denizen-` are members; ids are names.
    fn graph(edges: &[(&str, &[&str])]) -> Metadata {
        let mut metadata = Metadata::default();
        let mentioned = edges
            .iter()
            .flat_map(|(from, to)| std::iter::once(from).chain(to.iter()));
        for name in mentioned {
            let package = metadata.packages.entry((*name).to_owned()).or_default();
            package.name = (*name).to_owned();
            package.in_workspace = name.starts_with("denizen-");
        }
        for (from, to) in edges {
            let package = metadata.packages.get_mut(*from).expect("it was just added");
            package.dependencies.extend(to.iter().map(|name| (*name).to_owned()));
        }
        metadata
    }

    #[test]
    fn the_intended_edges_pass() {
        let metadata = graph(&[
            ("denizen-domain", &["serde", "regex"]),
            ("denizen-application", &["denizen-domain", "tokio"]),
            (
                "denizen-persistence",
                &["denizen-domain", "denizen-application", "diesel"],
            ),
            ("denizen-http", &["denizen-application", "actix-web"]),
            ("denizen-server", &["denizen-http", "denizen-persistence", "actix-web"]),
        ]);
        assert_eq!(violations(&metadata), Vec::<String>::new());
    }

    #[test]
    fn a_wrong_edge_fails() {
        let wrong: &[(&str, &[&str], &str)] = &[
            (
                "denizen-domain",
                &["denizen-application"],
                "denizen-domain may not depend on denizen-application",
            ),
            ("denizen-domain", &["itoa"], "denizen-domain may not depend on itoa"),
            (
                "denizen-application",
                &["denizen-persistence"],
                "may not depend on denizen-persistence",
            ),
            (
                "denizen-application",
                &["diesel"],
                "denizen-application may not reach diesel",
            ),
            (
                "denizen-http",
                &["denizen-persistence"],
                "denizen-http may not depend on denizen-persistence",
            ),
            (
                "denizen-email",
                &["denizen-otp"],
                "denizen-email may not depend on denizen-otp",
            ),
            (
                "denizen-persistence",
                &["denizen-server"],
                "may not depend on denizen-server",
            ),
        ];
        for (from, to, expected) in wrong {
            let found = violations(&graph(&[(from, to)]));
            assert!(
                found.iter().any(|line| line.contains(expected)),
                "{from} -> {to:?}: {found:?}"
            );
        }
    }

    #[test]
    fn a_forbidden_package_is_found_however_deep() {
        let metadata = graph(&[
            ("denizen-domain", &["regex"]),
            ("regex", &["deep"]),
            ("deep", &["tokio-util"]),
        ]);
        assert_eq!(
            violations(&metadata),
            ["deps: denizen-domain may not reach regex -> deep -> tokio-util"]
        );
    }

    #[test]
    fn a_new_member_needs_a_rule() {
        let found = violations(&graph(&[("denizen-surprise", &[])]));
        assert!(found[0].contains("denizen-surprise has no rule"), "{found:?}");
    }
}

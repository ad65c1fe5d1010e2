//! What `cargo metadata` says, reduced to what the checks need.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;
use crate::workspace::Workspace;

/// The packages of the resolved graph.
#[derive(Default)]
pub struct Metadata {
    pub packages: BTreeMap<String, Package>,
}

/// One package. The key in [`Metadata::packages`] is its id.
#[derive(Default)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// SPDX expression, when the package declares one.
    pub licence: Option<String>,
    pub in_workspace: bool,
    /// Ids of the packages that this one is built with or from, without those for its tests only.
    pub dependencies: BTreeSet<String>,
}

impl Metadata {
    /// Asks cargo about the workspace, on the platform of this machine.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let rustc = process::output(Command::new("rustc").current_dir(workspace.root()).arg("-vV"))?;
        let host = rustc
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .context("rustc names no host")?;
        let mut command = workspace.cargo();
        command.args(["metadata", "--format-version", "1", "--filter-platform", host]);
        Self::parse(&serde_json::from_str(&process::output(&mut command)?)?)
            .context("cargo metadata has an unknown form")
    }

    fn parse(document: &Value) -> Option<Self> {
        let members: BTreeSet<&str> = document["workspace_members"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let mut packages = BTreeMap::new();
        for package in document["packages"].as_array()? {
            let id = package["id"].as_str()?;
            let described = Package {
                name: package["name"].as_str()?.to_owned(),
                version: package["version"].as_str()?.to_owned(),
                licence: package["license"].as_str().map(str::to_owned),
                in_workspace: members.contains(id),
                dependencies: BTreeSet::new(),
            };
            packages.insert(id.to_owned(), described);
        }
        for node in document["resolve"]["nodes"].as_array()? {
            let package = packages.get_mut(node["id"].as_str()?)?;
            for edge in node["deps"].as_array()? {
                let kinds = edge["dep_kinds"].as_array()?;
                if kinds.iter().any(|kind| kind["kind"].as_str() != Some("dev")) {
                    package.dependencies.insert(edge["pkg"].as_str()?.to_owned());
                }
            }
        }
        Some(Self { packages })
    }

    /// The members of the workspace.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Package)> {
        self.packages
            .iter()
            .filter(|(_, package)| package.in_workspace)
            .map(|(id, package)| (id.as_str(), package))
    }

    /// Everything that a package is built with, however indirectly, each with the path of names that leads to it.
    pub fn reachable(&self, id: &str) -> Vec<(&Package, String)> {
        let mut seen = BTreeSet::from([id]);
        let mut waiting = vec![(id, String::new())];
        let mut found = Vec::new();
        while let Some((id, path)) = waiting.pop() {
            for next in self
                .packages
                .get(id)
                .into_iter()
                .flat_map(|package| &package.dependencies)
            {
                let Some(package) = self.packages.get(next) else {
                    continue;
                };
                if seen.insert(next) {
                    let path = if path.is_empty() {
                        package.name.clone()
                    } else {
                        format!("{path} -> {}", package.name)
                    };
                    found.push((package, path.clone()));
                    waiting.push((next, path));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edges_for_tests_only_are_left_out() {
        let document = json!({
            "workspace_members": ["a"],
            "packages": [
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT"},
                {"id": "b", "name": "b", "version": "1.0.0", "license": null},
                {"id": "c", "name": "c", "version": "1.0.0", "license": null},
            ],
            "resolve": {"nodes": [
                {"id": "a", "deps": [
                    {"pkg": "b", "dep_kinds": [{"kind": "dev"}, {"kind": null}]},
                    {"pkg": "c", "dep_kinds": [{"kind": "dev"}]},
                ]},
                {"id": "b", "deps": []},
                {"id": "c", "deps": []},
            ]},
        });
        let metadata = Metadata::parse(&document).expect("the form is that of cargo");
        let names: Vec<&str> = metadata
            .reachable("a")
            .iter()
            .map(|(package, _)| package.name.as_str())
            .collect();
        assert_eq!(names, ["b"]);
        assert_eq!(metadata.members().count(), 1);
    }
}

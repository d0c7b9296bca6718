//! The layers of the workspace: crates use only crates below them, and the modules of a crate do
//! not use each other in a cycle, neither as single files nor as folders.

use crate::source::cycles::{cycles, siblings};
use crate::source::modules::Crate;
use crate::source::packages::{Package, packages};
use std::collections::BTreeSet;

/// The packages, from the bottom up. Packages of the same layer do not use each other.
const LAYERS: &[&[&str]] = &[
    &["wengert-files", "wengert-kernels"],
    &["wengert-settings"],
    &["wengert-ad", "wengert-figures", "wengert-minimize", "wengert-optim"],
    &["wengert-data", "wengert-formula", "wengert-nn"],
    &["wengert-linear", "wengert-train"],
    &["wengert-formats", "wengert-lab"],
    &["wengert", "wengert-playground"],
    &["wengert-commands"],
    &["wengert-cli"],
    &["wengert-book", "wengert-gradbench", "wengert-step-bench"],
    &["wengert-ad-tests", "wengert-nn-tests", "wengert-train-tests"],
];

fn layer(package: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| layer.contains(&package));
    layer
        .unwrap_or_else(|| panic!("{package} has no place among the layers of tests/integration/layering.rs"))
}

/// The modules of all sources of a package.
fn modules(package: &Package) -> impl Iterator<Item = Crate> {
    package.sources.iter().map(|folder| Crate::read(folder))
}

#[test]
fn the_layers_contain_every_package_once() {
    let listed: Vec<&str> = LAYERS.concat();
    let packages = packages();
    let found: BTreeSet<&str> = packages.iter().map(|package| &*package.name).collect();
    assert_eq!(found, listed.iter().copied().collect());
    assert_eq!(found.len(), listed.len(), "a package is listed twice");
}

#[test]
fn a_package_uses_only_packages_of_lower_layers() {
    for package in packages() {
        let ours = package.dependencies.iter().filter(|name| name.starts_with("wengert"));
        let declared: BTreeSet<String> = ours.cloned().collect();
        let used: BTreeSet<String> = modules(&package)
            .flat_map(|modules| modules.crates())
            .map(|name| name.replace('_', "-"))
            .collect();
        for other in declared.union(&used).filter(|&other| *other != package.name) {
            assert!(layer(other) < layer(&package.name), "{} uses {other}", package.name);
        }
        let unused: Vec<&String> = declared.difference(&used).collect();
        assert!(
            unused.is_empty(),
            "the manifest of {} lists {unused:?}, which it does not use",
            package.name
        );
    }
}

#[test]
fn the_libraries_do_not_depend_on_tools_of_the_command_line() {
    // The settings of the lab's experiments are flags, and the facade does not contain the lab.
    let of_the_facade =
        |package: &Package| layer(&package.name) <= layer("wengert") && package.name != "wengert-lab";
    let libraries = packages().into_iter().filter(of_the_facade);
    for Package { name, dependencies, .. } in libraries {
        for tool in ["clap", "comfy-table", "indicatif", "sha2"] {
            assert!(!dependencies.iter().any(|dependency| dependency == tool), "{name} depends on {tool}");
        }
    }
}

#[test]
fn no_modules_of_a_crate_use_each_other_in_a_cycle() {
    let mut found = Vec::new();
    for package in packages() {
        for modules in modules(&package) {
            let uses = modules.uses();
            let graphs = [siblings(&uses), vec![uses]].concat();
            let cycles = graphs.iter().flat_map(cycles).map(|cycle| cycle.join(" -> "));
            found.extend(cycles.map(|cycle| format!("{}: {cycle}", package.name)));
        }
    }
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "cycles:\n{}", found.join("\n"));
}

//! The arrows of the house: who may use whom. A crate names only crates below it, in its manifest and in its `use`
//! lines; a module of the differentiation engine uses only modules above it in the list of its `lib.rs`.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each crate and those of ours that it may use.
const CRATES: [(&str, &str, &[&str]); 11] = [
    ("crates/kernels", "wengert-kernels", &[]),
    ("crates/ad", "wengert-ad", &["wengert-kernels"]),
    ("crates/optim", "wengert-optim", &["wengert-kernels"]),
    ("crates/minimize", "wengert-minimize", &["wengert-kernels"]),
    ("crates/data", "wengert-data", &["wengert-kernels"]),
    ("crates/nn", "wengert-nn", &["wengert-ad", "wengert-kernels"]),
    (
        "crates/linear",
        "wengert-linear",
        &["wengert-ad", "wengert-data", "wengert-kernels", "wengert-minimize", "wengert-nn"],
    ),
    (
        "crates/train",
        "wengert-train",
        &["wengert-ad", "wengert-data", "wengert-kernels", "wengert-nn", "wengert-optim"],
    ),
    (
        "crates/lab",
        "wengert-lab",
        &[
            "wengert-ad",
            "wengert-data",
            "wengert-kernels",
            "wengert-linear",
            "wengert-minimize",
            "wengert-nn",
            "wengert-optim",
            "wengert-train",
        ],
    ),
    (
        "crates/wengert",
        "wengert",
        &[
            "wengert-ad",
            "wengert-data",
            "wengert-linear",
            "wengert-minimize",
            "wengert-nn",
            "wengert-optim",
            "wengert-train",
        ],
    ),
    ("benches/gradbench", "wengert-gradbench", &["wengert-ad"]),
];

/// The modules of the differentiation engine, from the ground up.
const MODULES: &[&str] = &[
    "number",
    "rules",
    "dual",
    "directions",
    "jet",
    "lanes",
    "kernels",
    "primitive",
    "tape",
    "function",
    "transform",
    "trace",
    "check",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The code of a file: no comments, and nothing from its unit tests on.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Those of our crates that a text names as dependencies or paths.
fn named(text: &str, is_manifest: bool) -> Vec<&'static str> {
    let names = CRATES.iter().map(|&(_, name, _)| name).filter(|&name| {
        let mentions = |line: &str| {
            if is_manifest {
                line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} "))
            } else {
                line.contains(&format!("{}::", name.replace('-', "_")))
            }
        };
        text.lines().any(mentions)
    });
    names.collect()
}

#[test]
fn a_crate_names_only_the_crates_below_it() {
    for (folder, name, below) in CRATES {
        let folder = root().join(folder);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let sources = rust_files(&folder.join("src"));
        assert!(!sources.is_empty(), "{name} has no sources");
        let texts = sources.iter().map(|file| (code(file), false)).chain([(manifest, true)]);
        for (text, is_manifest) in texts {
            for used in named(&text, is_manifest).into_iter().filter(|&used| used != name) {
                assert!(below.contains(&used), "{name} uses {used}, which is not below it");
            }
        }
    }
}

#[test]
fn the_library_knows_nothing_of_the_command_line() {
    for (folder, name, _) in CRATES {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        for tool in ["clap", "indicatif", "comfy-table", "sha2"] {
            assert!(!manifest.contains(tool), "{name} depends on {tool}");
        }
    }
}

#[test]
fn a_module_of_the_engine_uses_only_modules_above_it() {
    let source = root().join("crates/ad/src");
    for (rank, module) in MODULES.iter().enumerate() {
        let folder = source.join(module);
        let file = source.join(format!("{module}.rs"));
        let files = if file.exists() { vec![file] } else { rust_files(&folder) };
        for file in files {
            let code = code(&file);
            for later in &MODULES[rank + 1..] {
                let uses = [format!("crate::{later}::"), format!("crate::{later};")];
                let found = uses.iter().any(|used| code.contains(used));
                assert!(!found, "{} uses {later}, which comes after {module}", file.display());
            }
        }
    }
}

#[test]
fn every_module_of_the_engine_has_its_place() {
    let listed = code(&root().join("crates/ad/src/lib.rs"));
    let declared: Vec<&str> =
        listed.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut expected = MODULES.to_vec();
    expected.sort_unstable();
    assert_eq!(declared, expected);
}

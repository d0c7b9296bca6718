//! The packages of the workspace, as cargo sees them.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    /// The folder of the manifest.
    pub(crate) folder: PathBuf,
    /// The folders of its library and its programs.
    pub(crate) sources: Vec<PathBuf>,
    /// The names of all dependencies that are not for tests.
    pub(crate) dependencies: Vec<String>,
    /// Whether the package can be published.
    pub(crate) published: bool,
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn packages() -> Vec<Package> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let metadata: Value = serde_json::from_slice(&cargo.output().unwrap().stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(value: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let folder = |path: &Value| Path::new(path.as_str().unwrap()).parent().unwrap().to_owned();
    let is_source = |target: &&Value| ["lib", "bin"].iter().any(|kind| target["kind"][0] == *kind);
    let mut sources: Vec<PathBuf> = value["targets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(is_source)
        .map(|target| folder(&target["src_path"]))
        .collect();
    sources.dedup();
    let dependencies = value["dependencies"].as_array().unwrap().iter();
    let dependencies = dependencies.filter(|dependency| dependency["kind"] != "dev");
    Package {
        name: text(&value["name"]),
        folder: folder(&value["manifest_path"]),
        sources,
        dependencies: dependencies.map(|dependency| text(&dependency["name"])).collect(),
        published: value["publish"] != serde_json::json!([]),
    }
}

/// All Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

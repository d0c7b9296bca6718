//! The contents that every published package needs.

use crate::source::packages::{Package, packages};
use std::fs;

#[test]
fn every_published_package_has_a_readme_the_licences_and_settings_for_its_documentation() {
    for Package { name, folder, .. } in packages().into_iter().filter(|package| package.published) {
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            let text = fs::read_to_string(folder.join(file))
                .unwrap_or_else(|error| panic!("{name}: {file}: {error}"));
            assert!(!text.is_empty(), "{name}: {file} is empty");
        }
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let mut keys = vec!["description", "license", "repository", "readme", "keywords", "categories"];
        if folder.join("src/lib.rs").exists() {
            keys.extend(["all-features = true", "rustdoc-args = [\"--cfg\", \"docsrs\"]"]);
        }
        for key in keys {
            assert!(manifest.lines().any(|line| line.starts_with(key)), "{name}: no {key} in the manifest");
        }
    }
}

#[test]
fn no_published_source_includes_a_file_outside_of_its_package() {
    for Package { name, sources, .. } in packages().into_iter().filter(|package| package.published) {
        for file in sources.iter().flat_map(|folder| crate::source::packages::rust_files(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let depth = file.strip_prefix(&sources[0]).unwrap().components().count();
            let outside = format!("\"{}", "../".repeat(depth + 1));
            assert!(!text.contains(&outside), "{name}: {} includes a file outside", file.display());
        }
    }
}

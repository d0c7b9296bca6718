//! Documented panics point to the caller's line.

use crate::source::packages::{root, rust_files};
use std::fs;

/// Crates whose functions are called by other crates of the workspace only, which check before.
const INTERNAL: [&str; 2] = ["kernels", "commands"];

/// The functions with a section `# Panics` in their documentation and without `#[track_caller]`.
fn untracked(text: &str) -> Vec<String> {
    let (mut found, mut panics, mut tracked) = (Vec::new(), false, false);
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.starts_with("///") {
            panics |= line == "/// # Panics";
        } else if line.starts_with("#[") {
            tracked |= line.contains("track_caller");
        } else if !line.starts_with("//") {
            let words: Vec<&str> = line.split(['<', '(']).next().unwrap_or("").split(' ').collect();
            if panics && !tracked && words.contains(&"fn") {
                found.push(format!("{number}: {}", words.last().unwrap()));
            }
            (panics, tracked) = (false, false);
        }
    }
    found
}

#[test]
fn every_function_that_documents_a_panic_tracks_its_caller() {
    let mut found = Vec::new();
    for package in fs::read_dir(root().join("crates")).unwrap() {
        let package = package.unwrap().path();
        if INTERNAL.iter().any(|internal| package.ends_with(internal)) {
            continue;
        }
        for file in rust_files(&package.join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            found.extend(untracked(&text).into_iter().map(|place| format!("{}:{place}", file.display())));
        }
    }
    assert!(found.is_empty(), "add #[track_caller]:\n{}", found.join("\n"));
}

#[test]
fn a_function_without_the_attribute_is_found() {
    let text =
        "/// Divides.\n///\n/// # Panics\n/// If `b` is 0.\n#[must_use]\npub fn over(a: u8, b: u8) {\n}\n";
    assert_eq!(untracked(text), ["6: over"]);
    assert_eq!(untracked(&text.replace("#[must_use]", "#[track_caller]")), [""; 0]);
    assert_eq!(untracked(&text.replace("# Panics", "# Errors")), [""; 0]);
}

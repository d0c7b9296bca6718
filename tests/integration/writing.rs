//! Files are written in one place: `crates/files`.

use crate::source::packages::{packages, root, rust_files};
use std::fs;

/// What writes a file. The readers use `File::open`.
const WRITERS: [&str; 8] = [
    "fs::write",
    "fs::rename",
    "fs::copy",
    "File::create",
    "File::options",
    "OpenOptions",
    "SVGBackend::new",
    "BitMapBackend::new",
];

#[test]
fn files_are_written_in_one_place() {
    let mut writers = Vec::new();
    let mut folders: Vec<_> = packages().into_iter().flat_map(|package| package.sources).collect();
    folders.push(root().join("examples"));
    for file in folders.iter().flat_map(|folder| rust_files(folder)) {
        let text = fs::read_to_string(&file).unwrap();
        let file = file.strip_prefix(root()).unwrap().display().to_string();
        let found = WRITERS.iter().filter(|writer| text.contains(*writer));
        writers.extend(found.map(|writer| format!("{file}: {writer}")));
    }
    // Tests may write; those of a module are below its code.
    let elsewhere: Vec<_> = writers.iter().filter(|writer| !writer.starts_with("crates/files/")).collect();
    assert!(elsewhere.is_empty(), "use wengert_files::Output instead of\n{elsewhere:#?}");
    assert!(!writers.is_empty(), "crates/files should write");
}

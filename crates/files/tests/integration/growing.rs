//! Files that grow.

use std::fs;
use wengert_files::GrowingFile;

#[test]
fn records_are_there_as_soon_as_they_are_appended() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = GrowingFile::new_in(folder.path().join("runs/first"), "events").unwrap();
    let path = file.path().to_owned();
    assert_eq!((fs::read(&path).unwrap(), path.file_name().unwrap()), (Vec::new(), "events.0".as_ref()));
    file.append(b"one").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    file.append(b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"onetwo");
}

#[test]
fn a_file_that_exists_is_never_written_into() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.0"), "mine").unwrap();
    let mut second = GrowingFile::new_in(&folder, "events").unwrap();
    second.append(b"new").unwrap();
    assert_eq!(second.path(), folder.path().join("events.1"));
    assert_eq!(fs::read(folder.path().join("events.0")).unwrap(), b"mine");
    let error = GrowingFile::new_in(folder.path().join("events.0"), "events").unwrap_err().to_string();
    assert!(error.contains("events.0"), "{error}");
}

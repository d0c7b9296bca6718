//! What happens to the file, the link or the device at the path of an output.

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use wengert_files::{Output, WriteError, WriteProblem};

fn write(path: impl AsRef<Path>, content: &[u8]) -> Result<(), WriteError> {
    Output::new(path)?.write(content)
}

/// The names of everything in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_created_and_replaced_and_nothing_else_remains() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    for content in [&b"a long content"[..], b"short", b""] {
        write(&path, content).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(names(folder.path()), ["result"]);
    }
}

#[test]
fn checking_an_output_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let output = Output::new(&path).unwrap();
    assert!(names(folder.path()).is_empty());
    output.write(b"old").unwrap();
    Output::new(&path).unwrap();
    assert_eq!((names(folder.path()), fs::read(&path).unwrap()), (vec!["result".into()], b"old".to_vec()));
}

#[test]
fn a_folder_a_missing_folder_and_a_path_without_a_name_are_refused_before_writing() {
    let folder = tempfile::tempdir().unwrap();
    let in_it = |name: &str| folder.path().join(name);
    fs::write(in_it("file"), "content").unwrap();
    for (path, parts) in [
        (folder.path().to_owned(), ["cannot write", "it is a folder"]),
        (in_it("absent/result"), ["there is no folder", "absent"]),
        (in_it("result/"), ["result/", "the name of a file"]),
        ("".into(), ["cannot write", "the name of a file"]),
    ] {
        let message = Output::new(&path).unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{}: {message}", path.display());
    }
    assert!(Output::new(in_it("file/result")).is_err(), "a file is not a folder");
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn threads_that_write_to_one_path_at_the_same_time_each_write_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let contents: Vec<Vec<u8>> = (0..8).map(|i| vec![i; 100_000 + usize::from(i)]).collect();
    thread::scope(|scope| {
        for content in &contents {
            scope.spawn(|| (0..10).for_each(|_| write(&path, content).unwrap()));
        }
    });
    assert!(contents.contains(&fs::read(&path).unwrap()));
    assert_eq!(names(folder.path()), ["result"]);
}

#[test]
fn an_output_is_never_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let [input, other] = ["input", "other"].map(|name| folder.path().join(name));
    fs::write(&input, "data").unwrap();
    let error = Output::new(&input).unwrap().not_onto(&input).unwrap_err();
    assert!(matches!(error.problem, WriteProblem::Input { .. }), "{error}");
    assert!(error.to_string().contains("which would be lost"), "{error}");
    let unusual = folder.path().join("../").join(folder.path().file_name().unwrap()).join("input");
    assert!(Output::new(unusual).unwrap().not_onto(&input).is_err());
    Output::new(&other).unwrap().not_onto(&input).unwrap().not_onto(folder.path().join("absent")).unwrap();
    fs::write(&other, "data").unwrap();
    Output::new(&other).unwrap().not_onto(&input).unwrap();
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
    use std::process::Command;

    #[test]
    fn the_permissions_of_a_replaced_file_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        fs::write(&path, "old").unwrap();
        for mode in [0o600, 0o640, 0o755, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let before = fs::metadata(&path).unwrap();
            write(&path, b"new").unwrap();
            let after = fs::metadata(&path).unwrap();
            assert_eq!(after.mode() & 0o7777, mode);
            assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
            assert_ne!(after.ino(), before.ino(), "the file should be a new one");
        }
    }

    #[test]
    fn a_new_file_has_the_permissions_of_any_other_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let [plain, ours] = ["plain", "ours"].map(|name| folder.path().join(name));
        fs::write(&plain, "").unwrap();
        write(&ours, b"").unwrap();
        assert_eq!(fs::metadata(&ours).unwrap().mode(), fs::metadata(&plain).unwrap().mode());
    }

    #[test]
    fn a_file_that_is_not_writable_is_refused_to_those_who_may_not_write_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        // The administrator may write every file.
        let may_write = fs::File::options().write(true).open(&path).is_ok();
        assert_eq!(Output::new(&path).is_ok(), may_write);
    }

    #[test]
    fn links_are_followed_even_to_a_file_that_does_not_exist_yet() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("models")).unwrap();
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        symlink("second", &first).unwrap();
        symlink("models/result", &second).unwrap();
        for content in [b"created", b"changed"] {
            write(&first, content).unwrap();
            assert_eq!(fs::read(folder.path().join("models/result")).unwrap(), content);
            assert!(fs::symlink_metadata(&first).unwrap().is_symlink());
            assert!(fs::symlink_metadata(&second).unwrap().is_symlink());
        }
        assert_eq!(names(&folder.path().join("models")), ["result"]);
        let circle = folder.path().join("circle");
        symlink("circle", &circle).unwrap();
        assert!(Output::new(&circle).is_err());
    }

    #[test]
    fn a_link_to_an_input_is_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let [input, link] = ["input", "link"].map(|name| folder.path().join(name));
        fs::write(&input, "data").unwrap();
        symlink("input", &link).unwrap();
        assert!(Output::new(&link).unwrap().not_onto(&input).is_err());
        assert!(Output::new(&input).unwrap().not_onto(&link).is_err());
    }

    #[test]
    fn a_pipe_takes_the_content_and_stays_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let read = thread::spawn({
            let path = path.clone();
            move || fs::read(path).unwrap()
        });
        write(&path, b"content").unwrap();
        assert_eq!(read.join().unwrap(), b"content");
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
        assert_eq!(names(folder.path()), ["pipe"]);
    }

    #[test]
    fn a_device_takes_the_content_and_stays_a_device() {
        write("/dev/null", b"content").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        let socket = tempfile::tempdir().unwrap();
        let path = socket.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let message = Output::new(&path).unwrap_err().to_string();
        assert!(message.contains("a disk or a socket"), "{message}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error() {
        let message = write("/dev/full", b"content").unwrap_err().to_string();
        assert!(message.contains("/dev/full") && message.contains("No space left"), "{message}");
    }
}

#[test]
fn content_that_is_made_bit_by_bit_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers");
    let output = Output::new(&path).unwrap();
    let write = |last: usize, ends_well: bool| {
        output.write_with(&mut |writer| {
            (0..last).try_for_each(|i| writeln!(writer, "{i}"))?;
            if ends_well { Ok(()) } else { Err(io::Error::other("the numbers ran out")) }
        })
    };
    write(100_000, true).unwrap();
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!((written.lines().count(), written.lines().last()), (100_000, Some("99999")));
    let error = write(50_000, false).unwrap_err();
    assert!(error.to_string().contains("numbers"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

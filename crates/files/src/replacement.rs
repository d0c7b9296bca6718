//! A new file that takes the place of another.
//!
//! On Linux the new file has no name until its content is on the disk, so that a program that is killed while
//! it writes leaves nothing behind; killed in the instant before the new file takes its place, it leaves a
//! hidden file with the whole content and the ending `.part`. Elsewhere, and in file systems without unnamed
//! files, it has a unique name in the same folder, and is removed if writing fails.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::{Builder, TempPath};

/// Whether files can be created in a folder. Creates one and removes it.
pub(crate) fn check(folder: &Path) -> io::Result<()> {
    match unnamed(folder) {
        Some(_) => Ok(()),
        None => named(folder).map(drop),
    }
}

/// Writes a file and then moves it to `target`, whose metadata are given if it exists. Permissions are those
/// of the existing file, and so are owner and group, if the system allows that.
pub(crate) fn replace(
    folder: &Path,
    target: &Path,
    existing: Option<&Metadata>,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut fill = |file: &File| {
        let mut writer = BufWriter::new(file);
        content(&mut writer)?;
        writer.flush()?;
        if let Some(existing) = existing {
            keep_owner(file, existing);
            file.set_permissions(existing.permissions())?;
        }
        file.sync_all()
    };
    let written = match unnamed(folder) {
        Some(file) => {
            fill(&file)?;
            link(&file, folder)?
        }
        None => {
            let (file, path) = named(folder)?;
            fill(&file)?;
            path
        }
    };
    written.persist(target).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// A new file with a unique name, which is removed when its path is dropped.
fn named(folder: &Path) -> io::Result<(File, TempPath)> {
    let builder = &mut builder();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(NEW_FILE));
    Ok(builder.tempfile_in(folder)?.into_parts())
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".").suffix(".part");
    builder
}

/// The permissions of a new file, of which the system removes those in the mask of the process.
#[cfg(unix)]
const NEW_FILE: u32 = 0o666;

/// A new file without a name; `None` if the file system or the system has no such files.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    // A name is given through this folder, which may not be mounted.
    if !Path::new(DESCRIPTORS).is_dir() {
        return None;
    }
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    open(folder, flags, Mode::from_raw_mode(NEW_FILE)).ok().map(File::from)
}

#[cfg(target_os = "linux")]
const DESCRIPTORS: &str = "/proc/self/fd";

/// Gives a unique name to a file that has none.
#[cfg(target_os = "linux")]
fn link(file: &File, folder: &Path) -> io::Result<TempPath> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let from = format!("{DESCRIPTORS}/{}", file.as_raw_fd());
    let link = |path: &Path| Ok(linkat(CWD, &*from, CWD, path, AtFlags::SYMLINK_FOLLOW)?);
    Ok(builder().make_in(folder, link)?.into_temp_path())
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<TempPath> {
    unreachable!("there are no unnamed files on this system")
}

/// Gives a file the owner and the group of another. Only the administrator may give files away, and others
/// may choose among their own groups, so what is not allowed stays.
#[cfg(unix)]
fn keep_owner(file: &File, existing: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(file, Some(existing.uid()), Some(existing.gid())).is_err() {
        drop(fchown(file, None, Some(existing.gid())));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Writes the entry of the new file to the disk. The file is already in its place, and some file systems
/// cannot do this, so an error is no reason to fail.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}

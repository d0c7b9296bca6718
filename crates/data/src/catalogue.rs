//! The lists of all named data sets and all file formats, and the functions that load data from them.

use crate::bundled::{digits, iris};
#[cfg(feature = "csv")]
use crate::csv_file::read_csv;
use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem};
use crate::idx_file::read_idx_folder;
use crate::split::Split;
use crate::toy::{blobs, circles, moons, spiral, xor};
use std::path::Path;

/// Creates a data set from a seed, which the bundled sets ignore.
type Maker = fn(u64) -> Dataset;

const NAMED: [(&str, Maker); 7] = [
    ("digits", |_| digits()),
    ("iris", |_| iris()),
    ("spiral", |seed| spiral(3, 300, 0.1, seed)),
    ("moons", |seed| moons(1000, 0.1, seed)),
    ("circles", |seed| circles(1000, 0.05, 0.5, seed)),
    ("xor", |seed| xor(1000, 0.05, seed)),
    ("blobs", |seed| blobs(3, 1000, 1.0, seed)),
];

/// A file format: how to recognise a path, and the function that reads it.
struct Format {
    recognises: fn(&Path) -> bool,
    read: fn(&Path) -> Result<Loaded, DataError>,
}

/// The first format that recognises a path reads it.
const FORMATS: &[Format] = &[
    Format { recognises: Path::is_dir, read: |path| read_idx_folder(path).map(Loaded::Parts) },
    #[cfg(feature = "csv")]
    Format { recognises: is_file_path, read: |path| read_csv(path).map(Loaded::Whole) },
    #[cfg(not(feature = "csv"))]
    Format { recognises: is_file_path, read: |path| Err(DataProblem::NoReader.of_path(path)) },
];

/// The path of a file, whatever its name, or a path that can only be meant as one: with the ending `csv` or
/// `gz`, or with a folder in it.
fn is_file_path(path: &Path) -> bool {
    path.exists()
        || path.extension().is_some_and(|ending| ending == "csv" || ending == "gz")
        || path.to_string_lossy().contains(std::path::MAIN_SEPARATOR)
}

/// Loaded data: one data set to split, or the parts that a source comes in.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a program loads few data sets")]
pub enum Loaded {
    /// One data set.
    Whole(Dataset),
    /// A training and a test part.
    Parts(Split),
}

/// Loads a data set by its [name](data_set), or from a path: a folder in the [form of
/// MNIST](crate::read_idx_folder), or with the feature `csv` a CSV file with any name.
///
/// A name takes precedence over a file or a folder with the same name; `./NAME` is the file or the folder.
///
/// # Errors
/// If nothing has this name, or if the file or the folder cannot be read as data.
pub fn load(source: &str, seed: u64) -> Result<Loaded, DataError> {
    let path = Path::new(source);
    let named = data_set_names().any(|name| name == source);
    match FORMATS.iter().find(|format| !named && (format.recognises)(path)) {
        Some(format) => (format.read)(path),
        None => data_set(source, seed).map(Loaded::Whole),
    }
}

/// The names that [`data_set`] accepts.
pub fn data_set_names() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|&(name, _)| name)
}

/// A bundled data set, or a generated one of about a thousand points with a little noise drawn from `seed`.
///
/// # Errors
/// If no data set has this name. The error lists all names, with a suggestion.
///
/// ```
/// let moons = wengert_data::data_set("moons", 7)?;
/// assert_eq!((moons.examples(), moons.width()), (1000, 2));
///
/// let error = wengert_data::data_set("mons", 7).unwrap_err();
/// assert!(error.to_string().contains("did you mean \"moons\"?"));
/// # Ok::<(), wengert_data::DataError>(())
/// ```
pub fn data_set(name: &str, seed: u64) -> Result<Dataset, DataError> {
    match NAMED.iter().find(|(known, _)| *known == name) {
        Some((_, make)) => Ok(make(seed)),
        None => {
            let (known, nearest) = (data_set_names().collect(), nearest(name));
            Err(DataProblem::UnknownName { known, nearest }.of(name))
        }
    }
}

/// The known name that `name` may be a misspelling of: at most two edits, and fewer than half of its letters.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    data_set_names()
        .map(|known| (strsim::levenshtein(&name, known), known))
        .filter(|&(edits, known)| edits <= 2 && 2 * edits < known.len())
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_meant() {
        for (typed, meant) in [
            ("digit", "digits"),
            ("Iris", "iris"),
            ("sprial", "spiral"),
            ("cirles", "circles"),
            ("xr", "xor"),
        ] {
            assert_eq!(nearest(typed), Some(meant));
        }
        for far in ["", "mnist", "x", "a-long-name"] {
            assert_eq!(nearest(far), None, "{far}");
        }
    }
}

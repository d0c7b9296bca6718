//! The lists of all named data sets and all file formats, and the functions that load data from them.

use crate::bundled::{BREAST_CANCER, Bundled, DIABETES, DIGITS, IRIS, WINE};
use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem};
use crate::generated::{
    blobs, checkerboard, circles, friedman1, friedman2, friedman3, gaussian_quantiles, linear, moons,
    piecewise_linear, sine, spiral, step, xor,
};
use crate::idx_file::read_idx_folder;
#[cfg(feature = "csv")]
use crate::preprocessing::PreprocessingOptions;
use crate::split::Split;
#[cfg(feature = "csv")]
use crate::table::read_csv;
use crate::task::Task;
use std::path::Path;

/// A data set that [`data_set`] makes: bundled with the crate, or generated.
#[derive(Clone, Copy, Debug)]
pub struct NamedDataSet {
    name: &'static str,
    task: Task,
    description: &'static str,
    source: &'static str,
    origin: Origin,
}

/// What a data set is made from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Bundled(&'static Bundled),
    Generated(fn(u64) -> Dataset),
}

impl NamedDataSet {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The task: classification or regression.
    #[must_use]
    pub fn task(&self) -> Task {
        self.task
    }

    /// What the examples are, in one line.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Where the data or their formula come from, and the licence of data.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Whether it is generated from a seed, instead of bundled.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        matches!(self.origin, Origin::Generated(_))
    }

    /// The data; those of a bundled set do not depend on the seed.
    ///
    /// # Panics
    /// If the set is bundled, in a build without the files, with `--cfg wengert_data="separate"`.
    #[must_use]
    #[track_caller]
    pub fn load(&self, seed: u64) -> Dataset {
        match self.origin {
            Origin::Bundled(set) => set.included(),
            Origin::Generated(make) => make(seed),
        }
    }

    /// The data of a bundled set, from the content of its file: `data/NAME.csv` in the package of this crate.
    /// For programs that are built without the files, with `--cfg wengert_data="separate"`.
    ///
    /// # Errors
    /// If the set is generated, or if this is not the content of its file.
    pub fn read(&self, file: &str) -> Result<Dataset, DataError> {
        match self.origin {
            Origin::Bundled(set) => set.read(file),
            Origin::Generated(_) => Err(DataProblem::NotItsFile.of(self.name)),
        }
    }

    /// Whether [`load`](Self::load) has what it needs.
    fn is_included(&self) -> bool {
        match self.origin {
            Origin::Bundled(set) => set.is_included(),
            Origin::Generated(_) => true,
        }
    }
}

/// Declares the list of named data sets: the tests walk it.
macro_rules! named_data_sets {
    ($(
        $kind:ident $task:ident $name:literal: $description:literal from $source:literal, $origin:expr;
    )*) => {
        const NAMED: &[NamedDataSet] = &[$( NamedDataSet {
            name: $name,
            task: Task::$task,
            description: $description,
            source: $source,
            origin: named_data_sets!(@$kind $origin),
        } ),*];
    };
    (@bundled $set:expr) => { Origin::Bundled(&$set) };
    (@generated $make:expr) => { Origin::Generated($make) };
}

named_data_sets! {
    bundled Classification "digits": "handwritten digits, 8 by 8 pixels"
        from "Alpaydin and Kaynak 1998, UCI, CC BY 4.0", DIGITS;
    bundled Classification "iris": "iris flowers, lengths and widths of petals and sepals in cm"
        from "Fisher 1936, UCI, CC BY 4.0", IRIS;
    bundled Classification "wine": "wines of three cultivars, chemical analyses"
        from "Aeberhard and Forina 1992, UCI, CC BY 4.0", WINE;
    bundled Classification "breast_cancer": "malignant and benign tumours, properties of cell nuclei"
        from "Wolberg, Mangasarian, Street and Street 1993, UCI, CC BY 4.0", BREAST_CANCER;
    bundled Regression "diabetes": "progression of diabetes after one year, ten measurements of patients"
        from "Efron, Hastie, Johnstone and Tibshirani 2004, Least Angle Regression", DIABETES;
    generated Classification "spiral": "three interleaved spiral arms"
        from "the spiral of TensorFlow Playground", |seed| spiral(3, 300, 0.1, seed);
    generated Classification "moons": "two interlocking half circles"
        from "make_moons of scikit-learn", |seed| moons(1000, 0.1, seed);
    generated Classification "circles": "a circle inside a circle"
        from "make_circles of scikit-learn", |seed| circles(1000, 0.05, 0.5, seed);
    generated Classification "xor": "four quadrants, labelled by equal or opposite signs"
        from "the exclusive or of TensorFlow Playground", |seed| xor(1000, 0.05, seed);
    generated Classification "blobs": "three normally distributed clusters"
        from "make_blobs of scikit-learn", |seed| blobs(3, 1000, 1.0, seed);
    generated Classification "checkerboard": "a checkerboard of 4 by 4 squares"
        from "the exclusive or, repeated", |seed| checkerboard(4, 2000, 0.0, seed);
    generated Classification "gaussian_quantiles": "three shells of a normal distribution around its centre"
        from "make_gaussian_quantiles of scikit-learn", |seed| gaussian_quantiles(3, 1000, 2, seed);
    generated Regression "sine": "two periods of a sine, noise 0.1"
        from "y = sin x", |seed| sine(1000, 0.1, seed);
    generated Regression "step": "a step from 0 to 1, noise 0.1"
        from "y = [x >= 0]", |seed| step(1000, 0.1, seed);
    generated Regression "piecewise_linear": "a line through five corners, noise 0.05"
        from "linear interpolation", |seed| piecewise_linear(1000, 0.05, seed);
    generated Regression "friedman1": "a smooth function of five of ten features, noise 1"
        from "Friedman 1991; make_friedman1 of scikit-learn", |seed| friedman1(1000, 1.0, seed);
    generated Regression "friedman2": "the impedance of a circuit, noise 125"
        from "Friedman 1991; make_friedman2 of scikit-learn", |seed| friedman2(1000, 125.0, seed);
    generated Regression "friedman3": "the phase of a circuit, noise 0.1"
        from "Friedman 1991; make_friedman3 of scikit-learn", |seed| friedman3(1000, 0.1, seed);
    generated Regression "linear": "a linear function of ten features, condition number 100, noise 0.1"
        from "y = X w with geometric singular values", |seed| linear(1000, 10, 100.0, 0.1, seed).cast();
}

/// A file format: how to recognise a path, and the function that reads it.
struct Format {
    recognises: fn(&Path) -> bool,
    read: fn(&Path) -> Result<Loaded, DataError>,
}

/// The first format that recognises a path reads it.
const FORMATS: &[Format] = &[
    Format { recognises: Path::is_dir, read: |path| read_idx_folder(path).map(Loaded::Parts) },
    #[cfg(feature = "csv")]
    Format { recognises: is_file_path, read: read_table_file },
    #[cfg(not(feature = "csv"))]
    Format { recognises: is_file_path, read: |path| Err(DataProblem::NoReader.of_path(path)) },
];

/// The data set in a table, with the defaults for everything.
#[cfg(feature = "csv")]
fn read_table_file(path: &Path) -> Result<Loaded, DataError> {
    let data = read_csv(path)?.dataset(&PreprocessingOptions::default())?;
    Ok(Loaded::Whole(data.cast()))
}

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
/// MNIST](crate::read_idx_folder), or with the feature `csv` a table, whatever the name of the file. The
/// targets of a table are in its last column; for all other choices, see `read_table` and `Preprocessing`.
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

/// All named data sets: the bundled ones, then the generated ones.
#[must_use]
pub fn data_sets() -> &'static [NamedDataSet] {
    NAMED
}

/// The names that [`data_set`] accepts.
pub fn data_set_names() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|set| set.name)
}

/// A bundled data set, or a generated one of one or two thousand examples with noise drawn from `seed`; see
/// [`data_sets`] for their descriptions.
///
/// # Errors
/// If no data set has this name: the error lists all names, with a suggestion. If it is bundled, in a build
/// without the files.
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
    match NAMED.iter().find(|set| set.name == name) {
        Some(set) if set.is_included() => Ok(set.load(seed)),
        Some(_) => Err(DataProblem::NotIncluded.of(name)),
        None => {
            let (known, nearest) = (data_set_names().collect(), nearest(name));
            Err(DataProblem::UnknownName { known, nearest }.of(name))
        }
    }
}

/// The known name that `name` may be a misspelling of: at most two edits, and fewer than half of its letters.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
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

//! Data that do not fit the options or the model.

use std::path::PathBuf;
use std::{fmt, io};
use wengert_files::{excerpt, shortened};

/// Why data cannot be used as the options or the model say.
#[derive(Debug)]
pub(crate) enum UnfitData {
    /// Neither the command line nor a settings file says what the data are.
    NoData,
    /// The data come without a test part.
    NoTestPart { data: String },
    /// Only files of tables can be read in pieces.
    NoStream { data: String },
    /// Images that are read in pieces are not scaled.
    ScaledStream,
    /// A part of images cannot be a table.
    ImagesWithFile { path: PathBuf },
    /// The images are not of the size that the model takes.
    ImageSize { data: String, found: usize, needed: usize },
    /// A label of images is beyond the classes of the model.
    UnknownLabel { data: String, label: u32, known: usize },
    /// The preprocessing in a model is wrong.
    Preprocessing { model: PathBuf, problem: String },
    /// The outputs of the model at a place of the data are not finite.
    NoPrediction { data: String, place: String, outputs: Vec<f64> },
    /// A folder for pictures cannot be made.
    Folder { path: PathBuf, error: io::Error },
}

impl fmt::Display for UnfitData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoData => f.write_str(
                "there are no data: give DATA on the command line, or data = \"NAME\" in the settings file",
            ),
            Self::NoTestPart { data } => write!(
                f,
                "{data}: these data have no test part of their own; hold out a share, as in --test 0.2"
            ),
            Self::NoStream { data } => write!(
                f,
                "{data}: only tables in files and folders of images can be read in pieces; leave out --stream"
            ),
            Self::ScaledStream => f.write_str(
                "images that are read in pieces are used as pixels from 0 to 1; leave out --scaling or \
                 --stream",
            ),
            Self::ImagesWithFile { path } => write!(
                f,
                "{}: parts of images are a share of the training images, or \"own\" for the test images",
                excerpt(&path.display().to_string())
            ),
            Self::ImageSize { data, found, needed } => {
                write!(f, "{data}: the images have {found} pixels, but the model takes {needed} numbers")
            }
            Self::UnknownLabel { data, label, known } => {
                write!(f, "{data}: the label {label} is not one of the {known} classes of the model")
            }
            Self::Preprocessing { model, problem } => write!(
                f,
                "{}: the preprocessing of the model is wrong: {}",
                excerpt(&model.display().to_string()),
                shortened(problem, 200)
            ),
            Self::Folder { path, error } => {
                write!(f, "cannot make the folder {}: {error}", excerpt(&path.display().to_string()))
            }
            Self::NoPrediction { data, place, outputs } => {
                let outputs: Vec<String> = outputs.iter().take(8).map(f64::to_string).collect();
                write!(f, "{}, {place}: the outputs of the model are not finite ", excerpt(data))?;
                write!(f, "({}); its numbers are too large for the model, ", outputs.join(", "))?;
                write!(f, "check them against the training data")
            }
        }
    }
}

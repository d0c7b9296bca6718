//! What can be wrong with IDX files.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::PathBuf;

use super::Part;

/// What is wrong with an IDX file, with two that belong together, or with a folder of them.
#[derive(Debug)]
#[non_exhaustive]
pub enum IdxProblem {
    /// It can't be opened, read or decompressed.
    Unreadable(io::Error),
    /// A folder lacks a file.
    Absent {
        /// The name of the file; the same with `.gz` behind it would do.
        name: String,
    },
    /// The file does not begin as an IDX file does.
    Magic {
        /// Its first four bytes.
        bytes: [u8; 4],
    },
    /// The elements are no unsigned bytes.
    ElementType {
        /// The code of their type.
        code: u8,
    },
    /// The file ends before its dimensions do.
    EndsInHeader,
    /// The file has another number of dimensions than its part of a data set.
    Rank {
        /// How many it has.
        rank: usize,
        /// What it should hold.
        part: Part,
    },
    /// An extent is 0, or they are so large that no file has as many elements.
    Extents {
        /// The extents, the number of examples first.
        extents: Vec<usize>,
    },
    /// The file ends too early.
    Truncated {
        /// How many elements there are.
        found: usize,
        /// How many there should be, by the extents.
        extents: Vec<usize>,
    },
    /// The file goes on behind its last element.
    Trailing {
        /// The extents, which say how many elements there should be.
        extents: Vec<usize>,
    },
    /// A file of labels has not one for each image.
    Counts {
        /// How many labels there are.
        labels: usize,
        /// The file of images.
        images_path: PathBuf,
        /// How many images there are.
        images: usize,
    },
    /// The images to test with are of another size than those to train on.
    Width {
        /// Their number of pixels.
        width: usize,
        /// The number of pixels of those to train on.
        expected: usize,
    },
}

impl Display for IdxProblem {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "can't be read: {error}"),
            Self::Absent { name } => {
                write!(
                    f,
                    "there is no {name}, nor {name}.gz; a folder in the form of MNIST has {{train,t10k}}-images-idx3-ubyte \
                     and {{train,t10k}}-labels-idx1-ubyte"
                )
            }
            Self::Magic { bytes } => {
                write!(
                    f,
                    "the file begins with the bytes {bytes:02x?}; an IDX file begins with [00, 00, 08] and the number of \
                     its dimensions"
                )
            }
            Self::ElementType { code } => {
                let name = type_name(*code);
                write!(f, "the elements are {name} (type {code:#04x}), must be unsigned bytes (type 0x08)")
            }
            Self::EndsInHeader => write!(f, "the file ends within its header; fetch it again"),
            Self::Rank { rank, part } => {
                let wanted = match part {
                    Part::Features => "images have at least 2",
                    Part::Targets => "labels have 1",
                };
                write!(
                    f,
                    "its number of dimensions is {rank}, but {wanted}; were images and labels exchanged?"
                )
            }
            Self::Extents { extents } => {
                let extents = times(extents);
                write!(
                    f,
                    "the dimensions {extents} are 0 or too large; give at least one example and one pixel"
                )
            }
            Self::Truncated { found, extents } => {
                let extents = times(extents);
                write!(
                    f,
                    "the file ends after {found} elements, but its dimensions are {extents}; fetch it again"
                )
            }
            Self::Trailing { extents } => {
                let extents = times(extents);
                write!(f, "the file goes on behind the elements of its dimensions {extents}; fetch it again")
            }
            Self::Counts { labels, images_path, images } => {
                let images_path = images_path.display();
                write!(f, "{labels} labels, but {images_path} has {images} images; give one label an image")
            }
            Self::Width { width, expected } => {
                write!(
                    f,
                    "the images have {width} pixels, but those to train on have {expected}; give one size"
                )
            }
        }
    }
}

/// As people write a shape: `60000 x 28 x 28`.
fn times(extents: &[usize]) -> String {
    extents.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
}

fn type_name(code: u8) -> &'static str {
    match code {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => "unknown",
    }
}

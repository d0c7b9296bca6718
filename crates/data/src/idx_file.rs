//! Data sets in IDX files, the format of MNIST and of the sets that took its place (Fashion-MNIST, EMNIST, KMNIST).
//!
//! An IDX file (LeCun, Cortes and Burges, *The MNIST database of handwritten digits*) has two bytes of zero, one for the type
//! of its elements, of which 8 means unsigned bytes, and one for the number of dimensions; then the extents in 32 bits each,
//! most significant byte first; then the elements, row-major. Only unsigned bytes are read, which is what images are kept in.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use crate::open::open;
use crate::{DataError, Dataset, IdxProblem, Part, Split, Targets};

/// Bytes that are read at a time, and how many such pieces may wait to be converted.
const CHUNK: usize = 1 << 16;
const WAITING: usize = 16;

/// Reads a file of images, of 2 or more dimensions, and the file of their labels, each with or without compression by gzip.
///
/// A pixel of value `v` becomes the feature `v / 255`, in 0 to 1. The data set is called as the file of images, without
/// `.gz`; it has one class more than its greatest label.
///
/// # Errors
/// If a file can't be read, is no IDX file of unsigned bytes, has the wrong number of dimensions, is shorter or longer than
/// they say, or if there is not one label an image; the message names the file.
pub fn read_idx(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let images = images.as_ref();
    let name = images.file_name().unwrap_or_default().to_string_lossy();
    let read = Labelled::read(images, labels.as_ref())?;
    let classes = read.classes();
    read.into_dataset(name.trim_end_matches(".gz"), classes)
}

/// Reads the four files of a folder in the form of MNIST: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same
/// with `t10k`, which are the test part; each as it is or with `.gz` behind its name.
///
/// The validation part is empty: see [`Split::with_validation`]. The features are those of [`read_idx`] and not standardised.
/// Both parts are called as the folder and have one class more than the greatest label.
///
/// # Errors
/// As [`read_idx`], and if a file is missing, or if the images of both parts differ in size.
pub fn read_idx_folder(folder: impl AsRef<Path>) -> Result<Split, DataError> {
    let folder = folder.as_ref();
    fs::read_dir(folder).map_err(|error| blame(folder, IdxProblem::Unreadable(error)))?;
    let find = |name| find(folder, name);
    let (train_images, train_labels) = (find("train-images-idx3-ubyte")?, find("train-labels-idx1-ubyte")?);
    let (test_images, test_labels) = (find("t10k-images-idx3-ubyte")?, find("t10k-labels-idx1-ubyte")?);
    let train = Labelled::read(&train_images, &train_labels)?;
    let test = Labelled::read(&test_images, &test_labels)?;
    if test.width != train.width {
        let (width, expected) = (test.width, train.width);
        return Err(blame(&test_images, IdxProblem::Width { width, expected }));
    }
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
    let classes = train.classes().max(test.classes());
    let (train, test) = (train.into_dataset(&name, classes)?, test.into_dataset(&name, classes)?);
    Ok(Split { train, validation: test.select(&[]), test, standardiser: None })
}

/// The file of this name in a folder, compressed or not.
fn find(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    let mut paths = [folder.join(name), folder.join(format!("{name}.gz"))].into_iter();
    let absent = || blame(folder, IdxProblem::Absent { name: name.to_owned() });
    paths.find(|path| path.is_file()).ok_or_else(absent)
}

fn blame(path: &Path, problem: IdxProblem) -> DataError {
    DataError::Idx { path: path.to_owned(), problem }
}

/// What two files that belong together hold.
struct Labelled {
    features: Vec<f32>,
    width: usize,
    labels: Vec<u32>,
}

impl Labelled {
    fn read(images_path: &Path, labels_path: &Path) -> Result<Self, DataError> {
        let (images, labels) = (IdxFile::open(images_path)?, IdxFile::open(labels_path)?);
        for (file, part, fits) in [
            (&images, Part::Features, images.extents.len() >= 2),
            (&labels, Part::Targets, labels.extents.len() == 1),
        ] {
            if !fits {
                return Err(blame(file.path, IdxProblem::Rank { rank: file.extents.len(), part }));
            }
        }
        let (examples, width) = (images.extents[0], images.extents[1..].iter().product());
        if labels.extents[0] != examples {
            let (labels, images_path) = (labels.extents[0], images_path.to_owned());
            return Err(blame(labels_path, IdxProblem::Counts { labels, images_path, images: examples }));
        }
        let labels = labels.elements(u32::from)?;
        let features = images.elements(|pixel| f32::from(pixel) / 255.0)?;
        Ok(Self { features, width, labels })
    }

    fn classes(&self) -> usize {
        self.labels.iter().max().map_or(0, |&label| label as usize + 1)
    }

    fn into_dataset(self, name: &str, classes: usize) -> Result<Dataset, DataError> {
        Dataset::new(name, self.features, self.width, Targets::Classes { labels: self.labels, classes })
    }
}

/// A file whose header is read.
struct IdxFile<'a> {
    path: &'a Path,
    reader: Box<dyn Read>,
    extents: Vec<usize>,
    /// The product of the extents.
    size: usize,
}

impl<'a> IdxFile<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let mut reader = open(path).map_err(|error| blame(path, IdxProblem::Unreadable(error)))?;
        let extents = header(&mut reader).map_err(|problem| blame(path, problem))?;
        let size = extents.iter().try_fold(1_usize, |size, &extent| size.checked_mul(extent));
        match size.filter(|&size| size > 0) {
            Some(size) => Ok(Self { path, reader, extents, size }),
            None => Err(blame(path, IdxProblem::Extents { extents })),
        }
    }

    /// All elements, each as the number that it stands for; another thread converts them, as memory that is new takes as long
    /// as the decompression.
    fn elements<N: Send>(mut self, number: impl Fn(u8) -> N + Send) -> Result<Vec<N>, DataError> {
        let (chunks, arrived) = sync_channel::<Vec<u8>>(WAITING);
        let read = thread::scope(|scope| {
            let converted = scope.spawn(move || {
                // The extents are only claims, so the memory grows with what arrives.
                let mut numbers = Vec::new();
                for chunk in arrived {
                    numbers.extend(chunk.iter().map(|&element| number(element)));
                }
                numbers
            });
            self.send(&chunks)?;
            drop(chunks);
            Ok(converted.join().expect("converting bytes does not panic"))
        });
        read.map_err(|problem| blame(self.path, problem))
    }

    /// Reads the file to its end, in pieces.
    fn send(&mut self, chunks: &SyncSender<Vec<u8>>) -> Result<(), IdxProblem> {
        let mut found = 0;
        while found < self.size {
            let most = CHUNK.min(self.size - found);
            let mut chunk = Vec::with_capacity(most);
            self.reader.by_ref().take(most as u64).read_to_end(&mut chunk).map_err(IdxProblem::Unreadable)?;
            if chunk.is_empty() {
                return Err(IdxProblem::Truncated { found, extents: self.extents.clone() });
            }
            found += chunk.len();
            chunks.send(chunk).expect("the pieces are converted until there are no more");
        }
        // To see the end is also what checks the sum of what was decompressed.
        match self.reader.read(&mut [0]).map_err(IdxProblem::Unreadable)? {
            0 => Ok(()),
            _ => Err(IdxProblem::Trailing { extents: self.extents.clone() }),
        }
    }
}

/// The extents that a file begins with.
fn header(reader: &mut impl Read) -> Result<Vec<usize>, IdxProblem> {
    let mut word = || {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes).map(|()| bytes).map_err(in_header)
    };
    match word()? {
        [0, 0, 8, rank] => {
            (0..rank).map(|_| word().map(|bytes| u32::from_be_bytes(bytes) as usize)).collect()
        }
        [0, 0, code, rank] if code != 0 && rank != 0 => Err(IdxProblem::ElementType { code }),
        bytes => Err(IdxProblem::Magic { bytes }),
    }
}

fn in_header(error: io::Error) -> IdxProblem {
    match error.kind() {
        ErrorKind::UnexpectedEof => IdxProblem::EndsInHeader,
        _ => IdxProblem::Unreadable(error),
    }
}

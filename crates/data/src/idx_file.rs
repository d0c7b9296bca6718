//! Data sets in IDX files, the format of MNIST and of its successors (Fashion-MNIST, EMNIST, KMNIST).
//!
//! An IDX file (LeCun, Cortes and Burges, *The MNIST database of handwritten digits*) consists of two zero
//! bytes, one byte for the type of the elements (8 stands for unsigned bytes), one for the number of
//! dimensions, the extents as big-endian 32-bit integers, and the elements, row-major. Only unsigned bytes,
//! the type of images, are supported.

use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem, IdxProblem, Role};
use crate::open::open;
use crate::split::Split;
use crate::standardiser::Standardiser;
use crate::targets::Targets;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// The number of bytes that are read at a time, and the number of such chunks that may wait for conversion.
const CHUNK: usize = 1 << 16;
const WAITING: usize = 16;

/// Reads a file of images, with 2 or more dimensions, and the file of their labels, each plain or compressed
/// by gzip.
///
/// A pixel with value `v` is stored as the feature `v / 255`, from 0 to 1; the [scaling](Dataset::scaling) of
/// the data set says so, and a trained model takes pixels from 0 to 255. The name of the data set is that of
/// the file of images without `.gz`. The number of classes is one more than the largest label.
///
/// # Errors
/// If a file cannot be read, is not an IDX file of unsigned bytes, has the wrong number of dimensions, or is
/// shorter or longer than they say; or if the numbers of labels and images differ. The error has the file.
pub fn read_idx(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let images = images.as_ref();
    let name = images.file_name().unwrap_or_default().to_string_lossy();
    let read = Labelled::read(images, labels.as_ref())?;
    let classes = read.classes();
    read.into_dataset(name.trim_end_matches(".gz"), classes)
}

/// Reads the four files of a folder in the form of MNIST: `train-images-idx3-ubyte`,
/// `train-labels-idx1-ubyte`, and the same with `t10k` for the test part; each plain or compressed, with the
/// ending `.gz`.
///
/// The validation part is empty: see [`Split::with_validation`]. The features are those of [`read_idx`], not
/// standardised. The name of the parts is that of the folder. The number of classes is one more than the
/// largest label of both.
///
/// # Errors
/// As [`read_idx`], and if a file is missing, or if the images of both parts differ in size.
pub fn read_idx_folder(folder: impl AsRef<Path>) -> Result<Split, DataError> {
    let folder = ImageFolder::find(folder.as_ref())?;
    let [images, labels] = &folder.train;
    let (train, test) = (Labelled::read(images, labels)?, folder.test()?);
    test.check_width(train.width, &folder.test[0])?;
    let classes = train.classes().max(test.classes());
    let (train, test) =
        (train.into_dataset(&folder.name, classes)?, test.into_dataset(&folder.name, classes)?);
    Ok(Split { train, validation: test.select(&[]), test })
}

/// The files of a folder in the form of MNIST: of images, and of labels.
pub(crate) struct ImageFolder {
    pub(crate) name: String,
    pub(crate) train: [PathBuf; 2],
    pub(crate) test: [PathBuf; 2],
}

impl ImageFolder {
    pub(crate) fn find(folder: &Path) -> Result<Self, DataError> {
        fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
        let pair = |part| -> Result<[PathBuf; 2], DataError> {
            let file = |kind: &str| find(folder, &format!("{part}-{kind}-ubyte"));
            Ok([file("images-idx3")?, file("labels-idx1")?])
        };
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, train: pair("train")?, test: pair("t10k")? })
    }

    pub(crate) fn test(&self) -> Result<Labelled, DataError> {
        Labelled::read(&self.test[0], &self.test[1])
    }
}

/// A data set of pixels between 0 and 1, which takes pixels from 0 to 255 in the user's units.
pub(crate) fn of_pixels(
    name: &str,
    features: Vec<f32>,
    width: usize,
    labels: Vec<u32>,
    classes: usize,
) -> Result<Dataset, DataError> {
    let pixels = Standardiser::new(vec![0.0; width], vec![255.0; width]);
    let pixels = pixels.expect("an image has pixels, and their map is finite");
    let targets = Targets::Classes { labels, classes };
    Ok(Dataset::new(name, features, width, targets)?.with_input_scale(pixels))
}

/// The labels of a number of images.
pub(crate) fn read_labels(path: &Path, images: usize) -> Result<Vec<u32>, DataError> {
    let file = IdxFile::open(path)?;
    file.check_rank(Role::Targets, file.extents.len() == 1)?;
    if file.extents[0] != images {
        let labels = file.extents[0];
        return Err(idx_error(path, IdxProblem::LabelCount { labels, images }));
    }
    file.elements(u32::from)
}

/// Where the pixels of the images of a file are.
#[derive(Debug)]
pub(crate) struct PixelFile {
    pub(crate) path: PathBuf,
    /// The first byte after the header.
    pub(crate) start: u64,
    pub(crate) images: usize,
    pub(crate) width: usize,
}

impl PixelFile {
    /// A file of images of this length in bytes, whose first byte is read next.
    pub(crate) fn of_header(path: &Path, file: impl Read + 'static, length: u64) -> Result<Self, DataError> {
        let file = IdxFile::of(path, Box::new(file))?;
        file.check_rank(Role::Features, file.extents.len() >= 2)?;
        let start = 4 * (1 + file.extents.len() as u64);
        let (found, size, extents) = (length.saturating_sub(start), file.size as u64, file.extents);
        if found < size {
            return Err(idx_error(path, IdxProblem::Truncated { found: found as usize, extents }));
        }
        if found > size {
            return Err(idx_error(path, IdxProblem::TooLong { extents }));
        }
        let (images, width) = (extents[0], extents[1..].iter().product());
        Ok(Self { path: path.to_owned(), start, images, width })
    }
}

/// The file with this name in a folder, plain or compressed.
fn find(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    let mut paths = [folder.join(name), folder.join(format!("{name}.gz"))].into_iter();
    let missing = || idx_error(folder, IdxProblem::MissingFile { file: name.to_owned() });
    paths.find(|path| path.is_file()).ok_or_else(missing)
}

fn idx_error(path: &Path, problem: IdxProblem) -> DataError {
    DataProblem::from(problem).of_path(path)
}

fn unreadable(path: &Path, error: io::Error) -> DataError {
    DataProblem::Unreadable(error).of_path(path)
}

/// The contents of a file of images and the file of their labels.
pub(crate) struct Labelled {
    features: Vec<f32>,
    width: usize,
    labels: Vec<u32>,
}

impl Labelled {
    fn read(images_path: &Path, labels_path: &Path) -> Result<Self, DataError> {
        let images = IdxFile::open(images_path)?;
        images.check_rank(Role::Features, images.extents.len() >= 2)?;
        let width = images.extents[1..].iter().product();
        let labels = read_labels(labels_path, images.extents[0])?;
        let features = images.elements(|pixel| f32::from(pixel) / 255.0)?;
        Ok(Self { features, width, labels })
    }

    pub(crate) fn classes(&self) -> usize {
        self.labels.iter().max().map_or(0, |&label| label as usize + 1)
    }

    /// Checks that the images, which are those of a file, have as many pixels as the training images.
    pub(crate) fn check_width(&self, needed: usize, path: &Path) -> Result<(), DataError> {
        let found = self.width;
        if found == needed { Ok(()) } else { Err(idx_error(path, IdxProblem::ImageSize { found, needed })) }
    }

    pub(crate) fn into_dataset(self, name: &str, classes: usize) -> Result<Dataset, DataError> {
        of_pixels(name, self.features, self.width, self.labels, classes)
    }
}

/// An open file whose header has been read.
struct IdxFile<'a> {
    path: &'a Path,
    reader: Box<dyn Read>,
    extents: Vec<usize>,
    /// The product of the extents.
    size: usize,
}

impl<'a> IdxFile<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        Self::of(path, open(path).map_err(|error| unreadable(path, error))?)
    }

    fn of(path: &'a Path, mut reader: Box<dyn Read>) -> Result<Self, DataError> {
        let extents = header(&mut reader).map_err(|problem| problem.of_path(path))?;
        let size = extents.iter().try_fold(1_usize, |size, &extent| size.checked_mul(extent));
        match size.filter(|&size| size > 0) {
            Some(size) => Ok(Self { path, reader, extents, size }),
            None => Err(idx_error(path, IdxProblem::Extents { extents })),
        }
    }

    /// Checks the number of dimensions.
    fn check_rank(&self, table: Role, fits: bool) -> Result<(), DataError> {
        let rank = self.extents.len();
        if fits { Ok(()) } else { Err(idx_error(self.path, IdxProblem::Rank { rank, table })) }
    }

    /// All elements, converted to numbers on another thread: to fill new memory takes as long as the
    /// decompression.
    fn elements<N: Send>(mut self, number: impl Fn(u8) -> N + Send) -> Result<Vec<N>, DataError> {
        let (chunks, received) = sync_channel::<Vec<u8>>(WAITING);
        let read = thread::scope(|scope| {
            let converted = scope.spawn(move || {
                // The extents may be wrong, so the memory grows with the elements that arrive.
                let mut numbers = Vec::new();
                for chunk in received {
                    numbers.extend(chunk.iter().map(|&element| number(element)));
                }
                numbers
            });
            self.send(&chunks)?;
            drop(chunks);
            Ok(converted.join().expect("converting bytes does not panic"))
        });
        read.map_err(|problem: DataProblem| problem.of_path(self.path))
    }

    /// Reads the file to its end, in chunks.
    fn send(&mut self, chunks: &SyncSender<Vec<u8>>) -> Result<(), DataProblem> {
        let mut found = 0;
        while found < self.size {
            let most = CHUNK.min(self.size - found);
            let mut chunk = Vec::with_capacity(most);
            self.reader
                .by_ref()
                .take(most as u64)
                .read_to_end(&mut chunk)
                .map_err(DataProblem::Unreadable)?;
            if chunk.is_empty() {
                return Err(IdxProblem::Truncated { found, extents: self.extents.clone() }.into());
            }
            found += chunk.len();
            chunks.send(chunk).expect("the other thread receives until there are no more chunks");
        }
        // The decompressor verifies its checksum when it reaches the end.
        match self.reader.read(&mut [0]).map_err(DataProblem::Unreadable)? {
            0 => Ok(()),
            _ => Err(IdxProblem::TooLong { extents: self.extents.clone() }.into()),
        }
    }
}

/// The extents in the header of a file.
fn header(reader: &mut impl Read) -> Result<Vec<usize>, DataProblem> {
    let mut word = || {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes).map(|()| bytes).map_err(in_header)
    };
    match word()? {
        [0, 0, 8, rank] => {
            (0..rank).map(|_| word().map(|bytes| u32::from_be_bytes(bytes) as usize)).collect()
        }
        bytes => Err(IdxProblem::NotUnsignedBytes { bytes }.into()),
    }
}

fn in_header(error: io::Error) -> DataProblem {
    DataProblem::Unreadable(match error.kind() {
        ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the file ends within its header; fetch it again")
        }
        _ => error,
    })
}

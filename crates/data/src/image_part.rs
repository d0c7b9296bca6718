//! Images in IDX files that are larger than the memory.

use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem, IdxProblem};
use crate::examples::{Blocks, Examples, Pass};
use crate::idx_file::{ImageFolder, PixelFile, of_pixels, read_labels};
use crate::partition::{Fractions, partition};
use crate::permutation::{Purpose, permute};
use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// The number of bytes of images that stay next to each other in every order, and of a block: as features, a
/// block takes four times as much memory.
const PIECE: usize = 1 << 18;
const BLOCK: usize = 1 << 24;

/// Some images of an IDX file, of which one block of 16 megabytes is in memory at a time, and all of their
/// labels.
///
/// The features, the scaling and the name are those of [`read_idx`](crate::read_idx). The order of an epoch
/// depends only on the file, the seed and the number of the epoch.
///
/// ```
/// use wengert_data::{Batches, Examples, ImagePart};
///
/// # use std::io::Write;
/// # let [mut images, mut labels] = [tempfile::NamedTempFile::new()?, tempfile::NamedTempFile::new()?];
/// # images.write_all(&[&[0, 0, 8, 2, 0, 0, 0, 40, 0, 0, 0, 2][..], &[7; 80]].concat())?;
/// # labels.write_all(&[&[0, 0, 8, 1, 0, 0, 0, 40][..], &[1; 40]].concat())?;
/// let seed = 7;
/// let [train, validation, _] = ImagePart::open(&images, &labels, seed)?.parts(0.1, 0.0)?;
/// let mut batches = Batches::new(train.examples(), 16, seed);
/// let (mut rows, mut epoch) = (0, batches.over(&train, 1));
/// while let Some(batch) = epoch.next_batch()? {
///     rows += batch.indices.len();
/// }
/// assert_eq!((rows, validation.examples()), (36, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImagePart {
    file: Arc<Source>,
    /// The images of the part, in the order of the file.
    images: Arc<[usize]>,
    sample: Dataset,
}

/// A file of images that is read in pieces.
#[derive(Debug)]
struct Source {
    pixels: PixelFile,
    labels: Vec<u32>,
    classes: usize,
    name: String,
    seed: u64,
}

impl ImagePart {
    /// All images of a file, with the file of their labels. The file of images must not be compressed.
    ///
    /// # Errors
    /// As [`read_idx`](crate::read_idx), and if the file of images is compressed.
    pub fn open(images: impl AsRef<Path>, labels: impl AsRef<Path>, seed: u64) -> Result<Self, DataError> {
        let name = images.as_ref().file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::with_classes(images.as_ref(), labels.as_ref(), seed, name, 0)
    }

    /// The training images of a folder in the form of MNIST, and its test images in memory.
    ///
    /// # Errors
    /// As [`read_idx_folder`](crate::read_idx_folder), and if the file of training images is compressed.
    pub fn open_folder(folder: impl AsRef<Path>, seed: u64) -> Result<(Self, Dataset), DataError> {
        let folder = ImageFolder::find(folder.as_ref())?;
        let test = folder.test()?;
        let [images, labels] = &folder.train;
        let train = Self::with_classes(images, labels, seed, folder.name.clone(), test.classes())?;
        test.check_width(train.file.pixels.width, &folder.test[0])?;
        let test = test.into_dataset(&folder.name, train.file.classes)?;
        Ok((train, test))
    }

    /// All images of a file, with at least this number of classes.
    fn with_classes(
        images: &Path,
        labels: &Path,
        seed: u64,
        name: String,
        least: usize,
    ) -> Result<Self, DataError> {
        let pixels = PixelFile::open(images)?;
        let labels = read_labels(labels, pixels.images)?;
        let classes = labels.iter().max().map_or(0, |&label| label as usize + 1).max(least);
        let all: Arc<[usize]> = (0..pixels.images).collect();
        let file = Arc::new(Source { pixels, labels, classes, name, seed });
        Self::of(file, all)
    }

    /// The images with these indices, which increase.
    fn of(file: Arc<Source>, images: Arc<[usize]>) -> Result<Self, DataError> {
        let sample = file.dataset(&[&images[..images.len().min(file.per_piece())]])?;
        Ok(Self { file, images, sample })
    }

    /// The images divided into a training, a validation and a test part, drawn by the seed. Shares of 0 give
    /// empty parts.
    ///
    /// # Errors
    /// If the shares are negative or leave nothing to train on, if a part with a positive share would be
    /// empty, or if the file cannot be read.
    pub fn parts(&self, validation: f64, test: f64) -> Result<[Self; 3], DataError> {
        let fractions = Fractions { train: 1.0 - (validation + test), validation, test };
        let drawn = partition(self.images.len(), fractions, self.file.seed, None);
        let mut parts = drawn.map_err(|problem| problem.of(&self.file.name))?.into_iter().map(|mut part| {
            part.sort_unstable();
            if part.is_empty() {
                let (file, sample) = (Arc::clone(&self.file), self.sample.select(&[]));
                return Ok(Self { file, images: Arc::default(), sample });
            }
            Self::of(Arc::clone(&self.file), part.into_iter().map(|i| self.images[i]).collect())
        });
        let mut next = || parts.next().expect("there are three parts");
        Ok([next()?, next()?, next()?])
    }
}

impl Source {
    /// The number of images of a piece.
    fn per_piece(&self) -> usize {
        (PIECE / self.pixels.width).max(1)
    }

    /// The images with these indices.
    fn dataset(&self, pieces: &[&[usize]]) -> Result<Dataset, DataError> {
        let features = self.features(pieces).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => DataProblem::Changed.of_path(&self.pixels.path),
            _ => DataProblem::Unreadable(error).of_path(&self.pixels.path),
        })?;
        let labels = pieces.iter().copied().flatten().map(|&i| self.labels[i]).collect();
        of_pixels(&self.name, features, self.pixels.width, labels, self.classes)
    }

    /// The pixels of images, each between 0 and 1; images that follow each other are read together.
    fn features(&self, pieces: &[&[usize]]) -> std::io::Result<Vec<f32>> {
        let PixelFile { path, start, width, .. } = &self.pixels;
        let (mut file, mut bytes) = (File::open(path)?, Vec::new());
        let images: usize = pieces.iter().map(|piece| piece.len()).sum();
        let mut features = Vec::with_capacity(images * width);
        for run in pieces.iter().flat_map(|piece| piece.chunk_by(|a, b| a + 1 == *b)) {
            bytes.resize(run.len() * width, 0);
            file.seek(SeekFrom::Start(start + (run[0] * width) as u64))?;
            file.read_exact(&mut bytes)?;
            features.extend(bytes.iter().map(|&pixel| f32::from(pixel) / 255.0));
        }
        Ok(features)
    }
}

impl Examples for ImagePart {
    fn examples(&self) -> usize {
        self.images.len()
    }

    fn sample(&self) -> &Dataset {
        &self.sample
    }

    fn blocks(&self, pass: Pass) -> Blocks<'_, f32> {
        let pieces: Vec<&[usize]> = self.images.chunks(self.file.per_piece()).collect();
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        if let Pass::Epoch(epoch) = pass {
            permute(&mut order, self.file.seed, Purpose::Blocks(epoch));
        }
        let ordered: Vec<&[usize]> = order.into_iter().map(|i| pieces[i]).collect();
        let per_block = BLOCK / PIECE;
        let block = move |i: usize| {
            let end = ordered.len().min((i + 1) * per_block);
            self.file.dataset(&ordered[i * per_block..end]).map(Cow::Owned)
        };
        Box::new((0..pieces.len().div_ceil(per_block)).map(block))
    }
}

impl PixelFile {
    /// A file of images that is not compressed, whose header has been read and fits its length.
    fn open(path: &Path) -> Result<Self, DataError> {
        let unreadable = |error| DataProblem::Unreadable(error).of_path(path);
        let mut file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut first = Vec::new();
        file.by_ref().take(2).read_to_end(&mut first).map_err(unreadable)?;
        if first == crate::open::GZIP {
            return Err(DataProblem::from(IdxProblem::Compressed).of_path(path));
        }
        file.rewind().map_err(unreadable)?;
        Self::of_header(path, file, length)
    }
}

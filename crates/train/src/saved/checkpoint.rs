//! The state of a training run on disk.

use super::checkpoint_error::{CheckpointError, CheckpointProblem};
use super::file::{Elements, Entry, TensorFile, content_of, entries, serialised};
use super::metadata::{metadata_entries, parsed, read_metadata_of_any_model};
use super::progress::{progress_entries, progress_metadata, read_progress};
use crate::data_digest::DataDigest;
use crate::model_metadata::ModelMetadata;
use crate::state::TrainingState;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use wengert_ad::Real;
use wengert_files::{Output, excerpt};
use wengert_nn::Layout;

/// The format without its version.
const FORMAT: &str = "wengert-run-";
/// The version of the format that is written.
const VERSION: u32 = 1;
/// The name of the last tensor, whose bytes are the last of the file.
const CHECKSUM: &str = "checksum";
/// The length of the checksum in bytes.
const CHECKSUM_LENGTH: usize = 4;

/// The whole state of a training run, with what is needed to know what it is of: the content of one file.
///
/// [`Trainer::checkpoint`](crate::Trainer::checkpoint) saves it during a run, and
/// [`Trainer::resume_from`](crate::Trainer::resume_from) continues from the file. A loop of the program's own
/// does the same with this type:
///
/// ```
/// use wengert_data::{Batches, moons};
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Checkpoint, Training};
///
/// let data = moons(200, 0.1, 7);
/// let new = || Training::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2)).seed(3);
/// let mut batches = Batches::new(200, 32, 3);
/// let mut training = new();
/// for indices in batches.epoch(1) {
///     training.step(&data.batch(indices));
/// }
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("own.ckpt");
/// Checkpoint::new(training.state()).text("epoch", "1").save(&path)?;
///
/// let mut resumed = new();
/// let checkpoint = Checkpoint::load(&path, resumed.model().layout())?;
/// assert_eq!(checkpoint.texts["epoch"], "1");
/// resumed.restore(checkpoint.state)?;
/// for indices in batches.epoch(2) {
///     assert_eq!(resumed.step(&data.batch(indices)), training.step(&data.batch(indices)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint<T = f32> {
    /// The state, from which training continues with the same bits.
    pub state: TrainingState<T>,
    /// Names, preprocessing and provenance of the model.
    pub metadata: ModelMetadata,
    /// What tells the training data from others; `None` if they are not known.
    pub data: Option<DataDigest>,
    /// Texts of the program's own, such as its settings.
    pub texts: BTreeMap<String, String>,
}

impl<T> Checkpoint<T> {
    /// A checkpoint with this state and nothing else.
    pub fn new(state: TrainingState<T>) -> Self {
        Self { state, metadata: ModelMetadata::default(), data: None, texts: BTreeMap::new() }
    }

    /// Adds a text of the program's own.
    #[must_use]
    pub fn text(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.insert(key.into(), text.into());
        self
    }
}

impl<T: Real> Checkpoint<T> {
    /// Writes the file. An existing file is replaced as a whole, or left unchanged in case of an error.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        Ok(Output::new(path)?.write(&self.to_bytes())?)
    }

    /// Reads a file written by [`save`](Self::save), for a model with this layout.
    ///
    /// # Errors
    /// If the file cannot be read; if it is not a checkpoint, damaged, or of a newer version of this crate;
    /// or if its parameters have other names, shapes or another precision than those of the layout.
    pub fn load(path: impl AsRef<Path>, layout: &Layout) -> Result<Self, CheckpointError> {
        read(path.as_ref(), |bytes| Self::from_bytes(bytes, layout))
    }

    /// The content of the file. Equal checkpoints have equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let parameters = |prefix: &'static str, params| {
            entries::<T>(params)
                .map(move |(name, shape, elements)| (format!("{prefix}.{name}").into(), shape, elements))
        };
        let mut tensors: Vec<Entry<'_>> = parameters("parameters", &self.state.params).collect();
        if let Some(best) = &self.state.best {
            tensors.extend(parameters("best", &best.params));
        }
        tensors.extend(progress_entries(&self.state));
        let place = vec![0; CHECKSUM_LENGTH];
        tensors.push((CHECKSUM.into(), vec![CHECKSUM_LENGTH], Elements::Bytes(place)));
        let mut bytes = serialised(&tensors, &self.entries_of_metadata());
        let content = bytes.len() - CHECKSUM_LENGTH;
        let checksum = crc32fast::hash(&bytes[..content]);
        bytes[content..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn entries_of_metadata(&self) -> BTreeMap<String, String> {
        let mut entries: BTreeMap<String, String> = metadata_entries(&self.metadata).collect();
        entries.extend(progress_metadata(&self.state));
        entries.insert("format".to_owned(), format!("{FORMAT}{VERSION}"));
        if let Some(DataDigest { examples, crc32 }) = self.data {
            entries.insert("data.examples".to_owned(), examples.to_string());
            entries.extend(crc32.map(|crc32| ("data.crc32".to_owned(), crc32.to_string())));
        }
        if !self.texts.is_empty() {
            entries.insert("texts".to_owned(), json!(self.texts).to_string());
        }
        entries
    }

    /// The checkpoint that the content of a file describes, for a model with this layout.
    ///
    /// # Errors
    /// As [`load`](Self::load), apart from those of reading.
    pub fn from_bytes(bytes: &[u8], layout: &Layout) -> Result<Self, CheckpointProblem> {
        let file = checked(bytes)?;
        let state = read_progress(&file, layout)?;
        let (metadata, texts) = (read_metadata_of_any_model(&file)?, texts(&file)?);
        let data = match parsed(&file, "data.examples", "a whole number")? {
            None => None,
            Some(examples) => {
                Some(DataDigest { examples, crc32: parsed(&file, "data.crc32", "a whole number")? })
            }
        };
        Ok(Self { state, metadata, data, texts })
    }
}

/// What a checkpoint says without the model that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointSummary {
    /// The number of epochs that are complete.
    pub epochs: usize,
    /// The number of batches of the next epoch that are done.
    pub batches: usize,
    /// The number of steps over all epochs.
    pub steps: u64,
    /// Texts of the program's own.
    pub texts: BTreeMap<String, String>,
}

impl CheckpointSummary {
    /// Reads a file written by [`Checkpoint::save`].
    ///
    /// # Errors
    /// If the file cannot be read, or if it is not a checkpoint, damaged, or of a newer version of this
    /// crate.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        read(path.as_ref(), |bytes| {
            let file = checked(bytes)?;
            let batches = parsed(&file, "state.partial_batches", "a whole number")?;
            Ok(Self {
                epochs: file.shape("history.epochs")?.iter().product(),
                batches: batches.unwrap_or(0),
                steps: parsed(&file, "state.steps", "a whole number")?.unwrap_or(0),
                texts: texts(&file)?,
            })
        })
    }
}

fn texts(file: &TensorFile<'_>) -> Result<BTreeMap<String, String>, CheckpointProblem> {
    Ok(parsed(file, "texts", "a JSON object of texts")?.unwrap_or_default())
}

fn read<R>(
    path: &Path,
    build: impl FnOnce(&[u8]) -> Result<R, CheckpointProblem>,
) -> Result<R, CheckpointError> {
    let bytes = content_of(path).map_err(|source| CheckpointError::Io { path: path.to_owned(), source })?;
    build(&bytes).map_err(|problem| CheckpointError::NotACheckpoint { path: path.to_owned(), problem })
}

/// The parts of the file, if they are whole and of a version that is known.
fn checked(bytes: &[u8]) -> Result<TensorFile<'_>, CheckpointProblem> {
    let file = TensorFile::parse(bytes).map_err(|source| CheckpointProblem::Format { source })?;
    let format = file.optional("format").unwrap_or_default();
    let version = format.strip_prefix(FORMAT).and_then(|version| version.parse::<u32>().ok());
    match version {
        None => return Err(CheckpointProblem::OtherFile { format: excerpt(format) }),
        Some(version) if version > VERSION => {
            return Err(CheckpointProblem::Newer { version, known: VERSION });
        }
        Some(_) => {}
    }
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM_LENGTH);
    if crc32fast::hash(content).to_le_bytes() != checksum {
        return Err(CheckpointProblem::Damaged);
    }
    Ok(file)
}

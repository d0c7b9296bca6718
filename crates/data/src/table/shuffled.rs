//! A table in a file that is larger than the memory, read in pieces in a random order.

use super::columns::Table;
use super::options::TableOptions;
use super::reading::Reading;
use super::text_blocks::TextBlock;
use crate::error::{DataError, DataProblem};
use crate::permutation::{Purpose, permute};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The number of blocks in a piece, which has about four megabytes of text.
const BLOCKS_PER_PIECE: usize = 16;

/// A table in a text file that is larger than the memory, read in pieces in a random order: the blocks of the
/// file are shuffled, a piece is made of a few of them, and its rows are shuffled. Rows that are far apart in
/// the file meet in a piece, but for data that are sorted, by time say, this is less random than a shuffle of
/// all rows.
///
/// A pass over the file, when it is opened, finds the kinds of the columns. The order depends only on the
/// file, the seed and the number of the epoch.
///
/// ```no_run
/// use wengert_data::{Preprocessing, PreprocessingOptions, ScalingMethod, ShuffledTable, TableOptions};
///
/// let table = ShuffledTable::open("clicks.csv", &TableOptions::default(), 7)?;
/// // Statistics and categories are those of a random part, which fits into memory.
/// let sample = table.sample()?;
/// let preprocessing = Preprocessing::fit(&sample, 0..sample.rows(), &PreprocessingOptions::default())?;
/// let scaling = preprocessing.dataset(&sample)?.split(1.0, 0.0, 0.0, 7)?.scaled(ScalingMethod::Standardise);
/// let scaling = scaling.train.scaling().clone();
/// for epoch in 0..10 {
///     for piece in table.epoch(epoch) {
///         let data = preprocessing.dataset(&piece?)?.cast_as::<f32>(&scaling);
///         // Steps of a `Training` on the batches of this data set.
/// #       let _ = data;
///     }
/// }
/// # Ok::<(), wengert_data::DataError>(())
/// ```
pub struct ShuffledTable {
    path: PathBuf,
    reading: Reading,
    blocks: Vec<BlockPlace>,
    rows: usize,
    seed: u64,
}

/// Where a block is in the file.
#[derive(Clone, Copy)]
struct BlockPlace {
    offset: u64,
    length: usize,
    line: usize,
}

impl ShuffledTable {
    /// Opens an uncompressed text file, as [`read_table`](crate::read_table), and reads it once.
    ///
    /// # Errors
    /// As [`read_table`](crate::read_table), and if the file is compressed or a stream, which cannot be read
    /// in any order.
    pub fn open(path: impl AsRef<Path>, options: &TableOptions, seed: u64) -> Result<Self, DataError> {
        let path = path.as_ref();
        let unreadable = |error| DataProblem::Unreadable(error).of_path(path);
        let file = File::open(path).map_err(unreadable)?;
        check_order(&file).map_err(unreadable)?;
        let mut reading = Reading::open(&path.display().to_string(), Box::new(file), options)?;
        let mut blocks = Vec::new();
        let survey = reading.survey_each(|block| {
            let place = BlockPlace { offset: block.offset, length: block.text.len(), line: block.line };
            blocks.push(place);
        })?;
        reading.settle(&survey, options)?;
        if survey.rows == 0 {
            return Err(DataProblem::NoExamples.of_path(path));
        }
        Ok(Self { path: path.to_owned(), reading, blocks, rows: survey.rows, seed })
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.reading.layout.names
    }

    /// What was decided about the file and should be known, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.reading.layout.notes()
    }

    /// A random piece, from which a preprocessing can be fitted. A text that occurs in other pieces only is
    /// unknown to it.
    ///
    /// # Errors
    /// If the file cannot be read any more, or changed.
    pub fn sample(&self) -> Result<Table, DataError> {
        let mut pieces = self.pieces(Purpose::Sample, |_| Purpose::Sample);
        pieces.next().unwrap_or_else(|| Err(DataProblem::Changed.of_path(&self.path)))
    }

    /// The pieces of an epoch. Each row is in exactly one of them.
    pub fn epoch(&self, epoch: u64) -> impl Iterator<Item = Result<Table, DataError>> {
        self.pieces(Purpose::Blocks(epoch), move |piece| Purpose::Rows(epoch, piece))
    }

    fn pieces(
        &self,
        purpose: Purpose,
        of_rows: impl Fn(u64) -> Purpose,
    ) -> impl Iterator<Item = Result<Table, DataError>> {
        let mut order = vec![0; self.blocks.len()];
        permute(&mut order, self.seed, purpose);
        let pieces = order.len().div_ceil(BLOCKS_PER_PIECE);
        (0..pieces).map(move |piece| {
            let blocks = order.iter().skip(piece * BLOCKS_PER_PIECE).take(BLOCKS_PER_PIECE);
            let texts: io::Result<Vec<TextBlock>> = self.read(blocks.map(|&block| self.blocks[block]));
            let texts = texts.map_err(|error| DataProblem::Unreadable(error).of_path(&self.path))?;
            let table = self.reading.table_of(&texts)?;
            let mut rows = vec![0; table.rows()];
            permute(&mut rows, self.seed, of_rows(piece as u64));
            Ok(table.select(&rows))
        })
    }

    fn read(&self, places: impl Iterator<Item = BlockPlace>) -> io::Result<Vec<TextBlock>> {
        let mut file = File::open(&self.path)?;
        let read = |BlockPlace { offset, length, line }| {
            let mut text = vec![0; length];
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(&mut text)?;
            Ok(TextBlock { text, line, offset })
        };
        places.map(read).collect()
    }
}

/// Checks that a file can be read in any order.
fn check_order(file: &File) -> io::Result<()> {
    let mut start = [0; 2];
    let is_file = file.metadata()?.is_file();
    let mut content = file;
    let count = if is_file { content.read(&mut start)? } else { 0 };
    if !is_file || (count == 2 && start == [0x1f, 0x8b]) {
        let problem = "only a plain file that is not compressed can be read in any order; decompress it \
            first";
        return Err(io::Error::new(ErrorKind::Unsupported, problem));
    }
    content.rewind()
}

//! A table in a file that is larger than the memory, read in pieces in a random order.

use super::columns::Table;
use super::growing::Growing;
use super::lines::RowLines;
use super::options::TableOptions;
use super::parser::Parser;
use super::reading::Reading;
use super::text_blocks::{Rows, TextBlock, line_ends};
use crate::error::{DataError, DataProblem};
use crate::permutation::{Purpose, permute};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The length in bytes of what is shuffled as a whole, unless a row is longer.
const PLACE: usize = 1 << 16;

/// The number of such places in a piece.
const PLACES_PER_PIECE: usize = 64;

/// A table in a text file that is larger than the memory, read in pieces in a random order: places of some
/// thousand rows are shuffled, a piece of four megabytes is made of 64 of them, and its rows are shuffled.
/// A piece so has rows from all over the file, also if the file is sorted.
///
/// A pass over the file, when it is opened, finds the kinds of the columns. The order depends only on the
/// file, the seed and the number of the epoch. [`prepare`](Self::prepare) makes data to train on.
///
/// ```
/// use wengert_data::{ShuffledTable, TableOptions};
///
/// # let mut file = tempfile::NamedTempFile::new()?;
/// # std::io::Write::write_all(&mut file, b"x,y\n1,2\n3,4\n5,6\n")?;
/// # let path = file.path();
/// let table = ShuffledTable::open(path, &TableOptions::default(), 7)?;
/// let mut rows = 0;
/// for piece in table.epoch(1) {
///     rows += piece?.rows();
/// }
/// assert_eq!(rows, table.rows());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ShuffledTable {
    path: PathBuf,
    parser: Parser,
    places: Vec<Place>,
    rows: usize,
    seed: u64,
}

/// Some rows in the file.
#[derive(Clone, Copy)]
struct Place {
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
        let (mut places, bytes) = (Vec::new(), reading.parser.layout.rules.bytes());
        let survey = reading.survey_each(|block| divide(block, bytes, &mut places))?;
        reading.settle(&survey, options)?;
        if survey.rows == 0 {
            return Err(DataProblem::NoExamples.of_path(path));
        }
        Ok(Self { path: path.to_owned(), parser: reading.parser, places, rows: survey.rows, seed })
    }

    /// The path of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parser.name
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.parser.layout.names
    }

    /// What was decided about the file and should be known, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.parser.layout.notes()
    }

    /// A random piece, from which a preprocessing can be fitted. A text that occurs in other pieces only is
    /// unknown to it.
    ///
    /// # Errors
    /// If the file cannot be read any more, or changed.
    pub fn sample(&self) -> Result<Table, DataError> {
        let mut pieces = self.pieces(self.order(Purpose::Sample));
        pieces.next().unwrap_or_else(|| Err(DataProblem::Changed.of_path(&self.path)))
    }

    /// The pieces of an epoch. Each row is in exactly one of them.
    pub fn epoch(&self, epoch: u64) -> impl Iterator<Item = Result<Table, DataError>> {
        (0..).zip(self.pieces_of_epoch(epoch)).map(move |(number, piece)| {
            let piece = piece?;
            let mut rows = vec![0; piece.rows()];
            permute(&mut rows, self.seed, Purpose::Rows(epoch, number));
            Ok(piece.select(&rows))
        })
    }

    /// The pieces of an epoch, whose rows are not shuffled.
    pub(crate) fn pieces_of_epoch(&self, epoch: u64) -> impl Iterator<Item = Result<Table, DataError>> {
        self.pieces(self.order(Purpose::Blocks(epoch)))
    }

    /// All rows in the order of the file, in pieces.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = Result<Table, DataError>> {
        self.pieces((0..self.places.len()).collect())
    }

    /// The rows of some tables of this file as one table, with the notes on the file.
    pub(crate) fn joined(&self, tables: &[Table]) -> Table {
        let kinds = tables.first().map_or_else(Vec::new, Table::kinds);
        let mut columns: Vec<Growing> = kinds.into_iter().map(Growing::new).collect();
        let (mut lines, mut rows) = (RowLines::default(), 0);
        for table in tables {
            lines.extend(rows, &table.lines);
            rows += table.rows;
            columns.iter_mut().zip(&table.columns).for_each(|(all, more)| all.append(more.values.clone()));
        }
        self.parser.table(columns, rows, lines)
    }

    fn order(&self, purpose: Purpose) -> Vec<usize> {
        let mut order = vec![0; self.places.len()];
        permute(&mut order, self.seed, purpose);
        order
    }

    fn pieces(&self, order: Vec<usize>) -> impl Iterator<Item = Result<Table, DataError>> {
        let pieces = order.len().div_ceil(PLACES_PER_PIECE);
        (0..pieces).map(move |piece| {
            let places = order.iter().skip(piece * PLACES_PER_PIECE).take(PLACES_PER_PIECE);
            let texts = self.read(places.map(|&place| self.places[place]));
            let texts = texts.map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => DataProblem::Changed.of_path(&self.path),
                _ => DataProblem::Unreadable(error).of_path(&self.path),
            })?;
            self.parser.table_of(&texts)
        })
    }

    fn read(&self, places: impl Iterator<Item = Place>) -> io::Result<Vec<TextBlock>> {
        let mut file = File::open(&self.path)?;
        let read = |Place { offset, length, line }| {
            let mut text = vec![0; length];
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(&mut text)?;
            Ok(TextBlock { text, line, offset })
        };
        places.map(read).collect()
    }
}

/// Divides a block into places of whole rows.
fn divide(block: &TextBlock, (delimiter, comment): (u8, u8), places: &mut Vec<Place>) {
    let (mut start, mut line) = (0, block.line);
    while start < block.text.len() {
        let rest = &block.text[start..];
        let mut length = PLACE.min(rest.len());
        while length < rest.len() {
            match Rows::scan(&rest[..length], delimiter, comment).end {
                Some(end) => {
                    length = end;
                    break;
                }
                None => length = (2 * length).min(rest.len()),
            }
        }
        places.push(Place { offset: block.offset + start as u64, length, line });
        line += line_ends(&rest[..length]);
        start += length;
    }
}

/// Checks that a file can be read in any order.
fn check_order(file: &File) -> io::Result<()> {
    let (mut start, mut content) = (Vec::new(), file);
    let is_file = file.metadata()?.is_file();
    if is_file {
        content.take(6).read_to_end(&mut start)?;
    }
    let magics: [&[u8]; 3] = [&[0x1f, 0x8b], b"\x93NUMPY", b"PK\x03\x04"];
    if !is_file || magics.iter().any(|magic| start.starts_with(magic)) {
        let problem = "only a plain text file can be read in any order; decompress it first, or save an \
            array as text";
        return Err(io::Error::new(ErrorKind::Unsupported, problem));
    }
    content.rewind()
}

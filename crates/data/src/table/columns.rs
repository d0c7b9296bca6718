//! Tables: named columns of numbers, texts or dates.

use super::lines::RowLines;
use crate::error::{DataError, DataProblem, Place};
use crate::table_problem::TableProblem;
use std::borrow::Cow;
use std::collections::HashSet;

/// The code of a missing text.
pub const MISSING: u32 = u32::MAX;

/// A table: named columns of the same length, as they are in a file, before any encoding.
///
/// [`read_table`](crate::read_table) reads one from a file, and [`Table::new`] makes one of columns in
/// memory. [`Preprocessing`](crate::Preprocessing) turns tables into data sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: usize,
    pub(super) lines: RowLines,
    pub(super) has_header: bool,
    /// The columns that a header gives no name.
    pub(super) unnamed: Vec<usize>,
    pub(super) notes: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name in the header. A column without one is called `column 3` by its number, counted from 1.
    pub name: String,
    /// The values, one per row.
    pub values: ColumnValues,
}

/// The values of a column, all of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Numbers; a missing one is NaN.
    Numbers(Vec<f64>),
    /// Texts: for each row the index of its word, and [`MISSING`] for a missing one.
    Texts {
        /// The index of the word of each row.
        codes: Vec<u32>,
        /// The different words, in the order in which they occur first.
        words: Vec<String>,
    },
    /// Dates and times, in seconds since the beginning of 1970, UTC; a missing one is NaN.
    Dates(Vec<f64>),
}

/// The kind of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// Numbers.
    Numbers,
    /// Texts.
    Texts,
    /// Dates, with or without a time of the day.
    Dates,
}

impl ColumnKind {
    /// The word for values of this kind in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Texts => "texts",
            Self::Dates => "dates",
        }
    }
}

impl ColumnValues {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) | Self::Dates(values) => values.len(),
            Self::Texts { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind of the values.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        match self {
            Self::Numbers(_) => ColumnKind::Numbers,
            Self::Texts { .. } => ColumnKind::Texts,
            Self::Dates(_) => ColumnKind::Dates,
        }
    }

    /// Whether the value of a row is missing.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    #[track_caller]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(values) | Self::Dates(values) => values[row].is_nan(),
            Self::Texts { codes, .. } => codes[row] == MISSING,
        }
    }

    /// The value of a row as a text; `None` if it is missing.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    #[track_caller]
    pub fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            _ if self.is_missing(row) => None,
            Self::Numbers(values) | Self::Dates(values) => Some(number_text(values[row]).into()),
            Self::Texts { codes, words } => Some((&*words[codes[row] as usize]).into()),
        }
    }

    /// The number of missing values.
    #[must_use]
    pub fn missing(&self) -> usize {
        (0..self.len()).filter(|&row| self.is_missing(row)).count()
    }

    /// The values of some rows, in their order.
    #[must_use]
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let numbers = |values: &[f64]| rows.iter().map(|&row| values[row]).collect();
        match self {
            Self::Numbers(values) => Self::Numbers(numbers(values)),
            Self::Dates(values) => Self::Dates(numbers(values)),
            Self::Texts { codes, words } => {
                Self::Texts { codes: rows.iter().map(|&row| codes[row]).collect(), words: words.clone() }
            }
        }
    }
}

/// A number as a text, as classes are named: the shortest that is read as the same number.
pub(crate) fn number_text(x: f64) -> String {
    // Minus zero is the same class as zero.
    (x + 0.0).to_string()
}

impl Table {
    /// A table of columns in memory.
    ///
    /// # Errors
    /// If there are no columns or no rows, if the columns differ in length, if two have the same name, or if
    /// a code is neither the index of a word nor [`MISSING`].
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Self, DataError> {
        let name = name.into();
        let rows = columns.first().map_or(0, |column| column.values.len());
        let table = Self {
            name,
            columns,
            rows,
            lines: RowLines::default(),
            has_header: true,
            unnamed: Vec::new(),
            notes: Vec::new(),
        };
        for (i, column) in table.columns.iter().enumerate() {
            let found = column.values.len();
            if found != rows {
                return Err(table.column_error(i, TableProblem::Lengths { found, needed: rows }));
            }
            if let ColumnValues::Texts { codes, words } = &column.values
                && let Some(row) =
                    codes.iter().position(|&code| code != MISSING && code as usize >= words.len())
            {
                let (code, words) = (codes[row], words.len());
                return Err(table.cell_error(row, i, TableProblem::Code { code, words }));
            }
        }
        table.check()?;
        Ok(table)
    }

    /// Checks that there is a row, and that names are different.
    pub(super) fn check(&self) -> Result<(), DataError> {
        if self.rows == 0 {
            return Err(DataProblem::NoExamples.of(&self.name));
        }
        let mut names = HashSet::new();
        match self.columns.iter().position(|column| !names.insert(&*column.name)) {
            Some(second) => {
                let name = self.columns[second].name.clone();
                Err(self.column_error(second, TableProblem::DuplicateName { name }))
            }
            None => Ok(()),
        }
    }

    /// The path of the file, or the name that the table was made with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name without the folders and the endings of a file: `houses` of `data/houses.csv.gz`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        let file = self.name.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or_default();
        let mut stem = file;
        for ending in [".gz", ".csv", ".tsv", ".txt", ".npy", ".npz"] {
            stem = stem.strip_suffix(ending).filter(|stem| !stem.is_empty()).unwrap_or(stem);
        }
        stem
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the file names its columns.
    #[must_use]
    pub fn has_header(&self) -> bool {
        self.has_header
    }

    /// What was decided about the file and should be known, a sentence each: that it has no header, say.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The index of the column with this name.
    #[must_use]
    pub fn column_named(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The kinds of the columns.
    pub(crate) fn kinds(&self) -> Vec<ColumnKind> {
        self.columns.iter().map(|column| column.values.kind()).collect()
    }

    /// The columns to which a header gives no name.
    pub(crate) fn unnamed(&self) -> &[usize] {
        &self.unnamed
    }

    /// The line of a row in the file, counted from 1.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<usize> {
        self.lines.line(row)
    }

    /// Some rows, in this order.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Self {
        let column =
            |column: &Column| Column { name: column.name.clone(), values: column.values.select(rows) };
        Self {
            columns: self.columns.iter().map(column).collect(),
            rows: rows.len(),
            lines: self.lines.select(rows),
            name: self.name.clone(),
            notes: self.notes.clone(),
            has_header: self.has_header,
            unnamed: self.unnamed.clone(),
        }
    }

    /// The table without the words that do not occur.
    pub(crate) fn without_unused_words(mut self) -> Self {
        for column in &mut self.columns {
            let ColumnValues::Texts { codes, words } = &mut column.values else { continue };
            let (mut new_codes, mut used) = (vec![None; words.len()], Vec::new());
            for code in codes.iter_mut().filter(|code| **code != MISSING) {
                let old = *code as usize;
                *code = *new_codes[old].get_or_insert_with(|| {
                    used.push(std::mem::take(&mut words[old]));
                    (used.len() - 1) as u32
                });
            }
            *words = used;
        }
        self
    }

    /// The error of a column.
    pub(crate) fn column_error(&self, column: usize, problem: impl Into<DataProblem>) -> DataError {
        let mut error = problem.into().of(&self.name);
        *error.place = self.place(None, Some(column));
        error
    }

    /// The error of a cell.
    pub(crate) fn cell_error(&self, row: usize, column: usize, problem: impl Into<DataProblem>) -> DataError {
        let mut error = problem.into().of(&self.name);
        *error.place = self.place(Some(row), Some(column));
        error
    }

    /// The error of the table.
    pub(crate) fn error(&self, problem: impl Into<DataProblem>) -> DataError {
        problem.into().of(&self.name)
    }

    fn place(&self, row: Option<usize>, column: Option<usize>) -> Place {
        let line = row.and_then(|row| self.line(row));
        let name = column.map(|column| &*self.columns[column].name);
        Place {
            name: self.name.clone(),
            line,
            row: row.filter(|_| line.is_none()).map(|row| row + 1),
            column: column.map(|column| column + 1),
            column_name: name.filter(|_| self.has_header).map(str::to_owned),
        }
    }
}

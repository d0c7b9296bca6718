//! The rows of a file that decide about its columns.

use crate::encoding_problem::EncodingProblem;
use crate::error::DataError;
use crate::fitting::{MOST_WHOLE_CLASSES, Roles, Shares};
use crate::preprocessing::{ColumnEncoding, Missing, Preprocessing, PreprocessingOptions};
use crate::stream::assignment::Part;
use crate::table::{ColumnValues, MISSING, ShuffledTable, Table};
use crate::task::Task;
use std::collections::{HashMap, HashSet};

/// The largest number of classes that are told apart.
const MOST_CLASSES: usize = 100_000;

/// The rows of a file that decide about its columns: a random piece, and the rows in which a column has
/// something that it has nowhere before, such as a category, a class or a missing value.
pub(super) struct Digest {
    columns: Vec<Seen>,
    tables: Vec<Table>,
    rows: usize,
}

/// What was seen of a column.
struct Seen {
    /// The different texts, with their numbers of training rows, and whole numbers by their bits, up to one
    /// more than the largest number that is of interest.
    texts: HashMap<String, usize>,
    numbers: HashSet<u64>,
    most: usize,
    has_decimals: bool,
    /// Whether a value, or none, was seen in a training row.
    present: bool,
    missing: bool,
    /// The number and the mean of the finite numbers in training rows.
    count: f64,
    mean: f64,
    /// The first number, if all are that, the next one, and so on.
    counts_from: Option<f64>,
}

impl Digest {
    /// The digest of a file.
    ///
    /// # Errors
    /// If the file cannot be read any more, or if its columns cannot have the roles that were asked for.
    pub(super) fn of(
        table: &ShuffledTable,
        options: &PreprocessingOptions,
        shares: &Shares,
    ) -> Result<Self, DataError> {
        let sample = table.sample()?;
        let roles = Roles::of(&sample, options)?;
        let last = sample.columns().len() - 1;
        let most = |column: usize| match sample.columns()[column].values {
            _ if roles.weight == Some(column) => 0,
            ColumnValues::Texts { .. } if roles.targets.contains(&column) => MOST_CLASSES,
            ColumnValues::Texts { .. } if roles.inputs.contains(&column) => options.most_categories,
            _ if roles.targets.contains(&column) && options.task == Some(Task::Classification) => {
                MOST_CLASSES
            }
            _ if roles.targets.contains(&column) || column == 0 || column == last => MOST_WHOLE_CLASSES,
            _ => 0,
        };
        let columns = (0..=last).map(|column| Seen::new(most(column))).collect();
        let mut digest = Self { columns, tables: Vec::new(), rows: 0 };
        digest.new_rows(&sample, shares);
        digest.tables.push(sample);
        digest.columns.iter_mut().for_each(Seen::forget_statistics);
        for piece in table.in_order() {
            let piece = piece?;
            let rows = digest.new_rows(&piece, shares);
            digest.rows += piece.rows();
            if !rows.is_empty() {
                digest.tables.push(piece.select(&rows).without_unused_words());
            }
        }
        Ok(digest)
    }

    /// The rows of a piece with something new, which is not new any more.
    fn new_rows(&mut self, piece: &Table, shares: &Shares) -> Vec<usize> {
        let mut trains = vec![false; piece.rows()];
        Part::Train.rows(piece, shares).into_iter().for_each(|row| trains[row] = true);
        let mut is_new = vec![false; piece.rows()];
        for (seen, column) in self.columns.iter_mut().zip(piece.columns()) {
            match &column.values {
                ColumnValues::Numbers(values) | ColumnValues::Dates(values) => {
                    seen.add_numbers(values, self.rows, &trains, &mut is_new);
                }
                ColumnValues::Texts { codes, words } => {
                    seen.add_texts((codes, words), &trains, &mut is_new);
                }
            }
        }
        (0..piece.rows()).filter(|&row| is_new[row]).collect()
    }

    /// The preprocessing of the file; what replaces missing values is computed from all training rows.
    ///
    /// # Errors
    /// As [`Preprocessing::fit`], and for medians, which need all values of a column at once.
    pub(super) fn preprocessing(
        &self,
        table: &ShuffledTable,
        options: &PreprocessingOptions,
        shares: &Shares,
    ) -> Result<(Preprocessing, Table), DataError> {
        let digest = table.joined(&self.tables);
        if options.missing == Missing::Median {
            return Err(digest.error(EncodingProblem::MedianOfStream));
        }
        let training = Part::Train.rows(&digest, shares);
        let mut fitted = Preprocessing::fit_of_rows(&digest, self.rows, training, options)?;
        for input in &mut fitted.stored.inputs {
            let column = digest.column_named(&input.name).expect("inputs are columns of the table");
            let seen = &self.columns[column];
            if input.fill.is_some() {
                input.fill = Some(match &input.encoding {
                    ColumnEncoding::Number | ColumnEncoding::Date => seen.mean,
                    ColumnEncoding::OneHot { categories } => seen.most_frequent(categories) as f64,
                });
            }
            let note = Roles::note_on_count(&input.name);
            if seen.counts_from.is_some() && self.rows >= 10 && !fitted.notes.contains(&note) {
                fitted.notes.push(note);
            }
        }
        Ok((fitted, digest))
    }
}

impl Seen {
    fn new(most: usize) -> Self {
        Self {
            texts: HashMap::new(),
            numbers: HashSet::new(),
            most,
            has_decimals: false,
            present: false,
            missing: false,
            count: 0.0,
            mean: 0.0,
            counts_from: None,
        }
    }

    /// Forgets what the pass over all rows counts.
    fn forget_statistics(&mut self) {
        self.texts.values_mut().for_each(|count| *count = 0);
        (self.count, self.mean, self.counts_from) = (0.0, 0.0, None);
    }

    /// Takes the numbers of rows after the first `before` ones into account.
    fn add_numbers(&mut self, values: &[f64], before: usize, trains: &[bool], is_new: &mut [bool]) {
        if before == 0 {
            self.counts_from = values.first().copied().filter(|&first| first == 0.0 || first == 1.0);
        }
        for (row, &x) in values.iter().enumerate() {
            if self.counts_from.is_some_and(|start| x != start + (before + row) as f64) {
                self.counts_from = None;
            }
            is_new[row] |= self.is_new_presence(x.is_nan(), trains[row]);
            if trains[row] && x.is_finite() {
                self.count += 1.0;
                self.mean += (x - self.mean) / self.count;
            }
            if x.fract() != 0.0 {
                is_new[row] |= x.is_finite() && !std::mem::replace(&mut self.has_decimals, true);
            } else if self.numbers.len() <= self.most && self.most > 0 {
                is_new[row] |= self.numbers.insert((x + 0.0).to_bits());
            }
        }
    }

    fn add_texts(&mut self, (codes, words): (&[u32], &[String]), trains: &[bool], is_new: &mut [bool]) {
        let mut counts = vec![0_usize; words.len()];
        let mut first = vec![None; words.len()];
        for (row, &code) in codes.iter().enumerate() {
            is_new[row] |= self.is_new_presence(code == MISSING, trains[row]);
            if code != MISSING {
                counts[code as usize] += usize::from(trains[row]);
                first[code as usize].get_or_insert(row);
            }
        }
        for ((word, count), first) in words.iter().zip(counts).zip(first) {
            let Some(first) = first else { continue };
            if let Some(all) = self.texts.get_mut(word) {
                *all += count;
            } else if self.texts.len() <= self.most && self.most > 0 {
                self.texts.insert(word.clone(), count);
                is_new[first] = true;
            }
        }
    }

    /// Whether this is the first value, or the first missing one, in a training row.
    fn is_new_presence(&mut self, is_missing: bool, trains: bool) -> bool {
        let known = if is_missing { &mut self.missing } else { &mut self.present };
        trains && !std::mem::replace(known, true)
    }

    /// The index of the category that occurs most often, the first of those in alphabetical order.
    fn most_frequent(&self, categories: &[String]) -> usize {
        let count = |i: &usize| self.texts.get(&categories[*i]).copied().unwrap_or(0);
        (0..categories.len()).rev().max_by_key(count).unwrap_or(0)
    }
}

//! The preprocessing of a table, fitted to its training rows.

use super::roles::Roles;
use super::target::target;
use crate::encoding_problem::EncodingProblem;
use crate::error::DataError;
use crate::preprocessing::{ColumnEncoding, InputColumn};
use crate::preprocessing::{Kind, Preprocessing, Stored};
use crate::preprocessing::{Missing, PreprocessingOptions};
use crate::quantiles::quantile;
use crate::table::{ColumnKind, ColumnValues, MISSING, Table};
use std::ops::Range;
use wengert_files::excerpt;

impl Preprocessing {
    /// Decides how the columns of a table are encoded.
    ///
    /// What replaces missing values is computed from the training rows, which may be all: `0..table.rows()`.
    /// Categories and classes are those of the whole table.
    ///
    /// # Errors
    /// If a name is unknown, no column is left as an input, the target does not suit the task (a single
    /// class, about as many classes as half of the rows, texts for a regression), a column has more texts
    /// than the limit, or a value is missing or infinite although it must not be; with line and column.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn fit(
        table: &Table,
        training_rows: impl IntoIterator<Item = usize>,
        options: &PreprocessingOptions,
    ) -> Result<Self, DataError> {
        Self::fit_of_rows(table, table.rows(), training_rows, options)
    }

    /// As [`fit`](Self::fit), to a table of some of this many rows.
    #[track_caller]
    pub(crate) fn fit_of_rows(
        table: &Table,
        all_rows: usize,
        training_rows: impl IntoIterator<Item = usize>,
        options: &PreprocessingOptions,
    ) -> Result<Self, DataError> {
        let rows: Vec<usize> = training_rows.into_iter().collect();
        let roles = Roles::of(table, options)?;
        let (encoding, task_reason) = target(table, all_rows, &roles, options)?;
        let name = |&column: &usize| table.columns()[column].name.clone();
        let inputs: Result<Vec<InputColumn>, DataError> =
            roles.inputs.iter().map(|&input| input_column(table, input, &rows, options)).collect();
        let kind = |&column: &usize| match table.columns()[column].values.kind() {
            ColumnKind::Numbers => Kind::Numbers,
            ColumnKind::Texts => Kind::Texts,
            ColumnKind::Dates => Kind::Dates,
        };
        let stored = Stored {
            columns: table.columns().iter().map(|column| column.name.clone()).collect(),
            has_header: table.has_header(),
            inputs: inputs?,
            target: encoding,
            dropped: roles.dropped.iter().map(name).collect(),
            weight: roles.weight.as_ref().map(name),
            missing: options.missing,
            unknown: options.unknown,
            target_kinds: roles.targets.iter().map(kind).collect(),
        };
        let preprocessing = Self { stored, task_reason, notes: roles.notes };
        Ok(preprocessing)
    }
}

/// The encoding of a column of inputs.
fn input_column(
    table: &Table,
    column: usize,
    rows: &[usize],
    options: &PreprocessingOptions,
) -> Result<InputColumn, DataError> {
    let (name, values) = (table.columns()[column].name.clone(), &table.columns()[column].values);
    let present: Vec<usize> = rows.iter().copied().filter(|&row| !values.is_missing(row)).collect();
    if present.is_empty() {
        return Err(table.column_error(column, EncodingProblem::Empty { name }));
    }
    let has_missing = present.len() < rows.len();
    let encoding = match values {
        ColumnValues::Numbers(_) => ColumnEncoding::Number,
        ColumnValues::Dates(_) => ColumnEncoding::Date,
        ColumnValues::Texts { codes, words } => {
            ColumnEncoding::OneHot { categories: categories(table, column, (codes, words), options)? }
        }
    };
    let number = |values: &[f64]| -> f64 {
        let mut values: Vec<f64> = present.iter().map(|&row| values[row]).filter(|x| x.is_finite()).collect();
        match options.missing {
            Missing::Median => quantile(&mut values, 0.5),
            _ => mean(&values),
        }
    };
    let fill = match (options.missing, values) {
        (Missing::Refuse | Missing::Drop, _) => None,
        (_, ColumnValues::Numbers(values) | ColumnValues::Dates(values)) => Some(number(values)),
        (Missing::Indicator, ColumnValues::Texts { .. }) => None,
        (Missing::Mean | Missing::Median, ColumnValues::Texts { codes, words }) => {
            let ColumnEncoding::OneHot { categories } = &encoding else { unreachable!("texts are one-hot") };
            Some(most_frequent(codes, words, &present, categories) as f64)
        }
    };
    let indicator = options.missing == Missing::Indicator && has_missing;
    // With indicators, a value that is newly missing is an error: no feature could say that it is.
    let fill = fill.filter(|_| options.missing != Missing::Indicator || indicator);
    Ok(InputColumn { name, encoding, fill, indicator })
}

/// The mean of finite numbers, which does not overflow.
fn mean(values: &[f64]) -> f64 {
    let scale = 1.0 / values.len().max(1) as f64;
    values.iter().map(|x| x * scale).sum()
}

/// The different texts of a column that occur, sorted.
fn categories(
    table: &Table,
    column: usize,
    (codes, words): (&[u32], &[String]),
    options: &PreprocessingOptions,
) -> Result<Vec<String>, DataError> {
    let mut counts = vec![0_usize; words.len()];
    codes.iter().filter(|&&code| code != MISSING).for_each(|&code| counts[code as usize] += 1);
    let found = counts.iter().filter(|&&count| count > 0).count();
    if found > options.most_categories {
        let is_number = |code: usize| words[code].parse::<f64>().is_ok();
        let numbers: usize = (0..words.len()).filter(|&code| is_number(code)).map(|code| counts[code]).sum();
        let mostly_numbers = 2 * numbers > codes.len();
        let row = codes.iter().position(|&code| code != MISSING && !is_number(code as usize));
        let row = row.filter(|_| mostly_numbers);
        let cell = row.map(|row| excerpt(&words[codes[row] as usize]));
        let name = table.columns()[column].name.clone();
        let problem = EncodingProblem::Categories { name, found, limit: options.most_categories, cell };
        return Err(match row {
            Some(row) => table.cell_error(row, column, problem),
            None => table.column_error(column, problem),
        });
    }
    let occurring = words.iter().zip(counts).filter(|(_, count)| *count > 0);
    let mut categories: Vec<String> = occurring.map(|(word, _)| word.clone()).collect();
    categories.sort();
    Ok(categories)
}

/// The index of the category that occurs most often, the first of those in alphabetical order.
fn most_frequent(codes: &[u32], words: &[String], rows: &[usize], categories: &[String]) -> usize {
    let mut counts = vec![0_usize; words.len()];
    rows.iter().for_each(|&row| counts[codes[row] as usize] += 1);
    let count =
        |category: &String| words.iter().position(|word| word == category).map_or(0, |code| counts[code]);
    let counts: Vec<usize> = categories.iter().map(count).collect();
    let most: Range<usize> = 0..counts.len();
    most.rev().max_by_key(|&i| counts[i]).unwrap_or(0)
}

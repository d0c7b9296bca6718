//! Tables as features and targets.

use crate::dataset::Dataset;
use crate::encoding_problem::EncodingProblem;
use crate::error::DataError;
use crate::preprocessing::Preprocessing;
use crate::preprocessing::{ColumnEncoding, InputColumn, TargetEncoding};
use crate::preprocessing::{Missing, UnknownCategory};
use crate::table::{ColumnValues, MISSING, Table, number_text};
use crate::targets::Targets;
use std::collections::HashMap;
use std::sync::Arc;
use wengert_files::excerpt;

impl Preprocessing {
    /// The features of a table, row-major, shape `(rows, width)`, in the user's units: for predictions.
    ///
    /// Columns are matched by name, in any order; the targets may be missing. Columns that were left out in
    /// training may be there. If the table or the model has no header, columns are matched by their order:
    /// those of the training table, or those without its targets.
    ///
    /// # Errors
    /// If a column is missing or not known, or if a value is missing, infinite, of another kind than in
    /// training, or a text that did not occur in training, unless the options of the model allow it; with
    /// line and column.
    pub fn features(&self, table: &Table) -> Result<Vec<f64>, DataError> {
        let columns = self.matched(table)?.inputs;
        let (width, rows) = (self.width(), table.rows());
        let mut features = vec![0.0; rows * width];
        let (mut start, mut numbers, mut texts) = (0, Vec::new(), Vec::new());
        for (input, column) in self.inputs().iter().zip(columns) {
            let place = Place { width, start };
            match (&input.encoding, &table.columns()[column].values) {
                (ColumnEncoding::Number, ColumnValues::Numbers(values))
                | (ColumnEncoding::Date, ColumnValues::Dates(values)) => {
                    numbers.push((column, input, &**values, place));
                }
                _ => texts.push((column, input, place)),
            }
            start += input.width();
        }
        let mut first = 0;
        for block in features.chunks_mut((ROWS_AT_A_TIME * width).max(1)) {
            for &(column, input, values, place) in &numbers {
                let cells = (first, &values[first..]);
                self.encode_numbers((table, column), input, cells, block, place)?;
            }
            first += ROWS_AT_A_TIME;
        }
        for (column, input, place) in texts {
            self.encode_texts((table, column), input, &mut features, place)?;
        }
        Ok(features)
    }

    /// The targets of a table; `None` if it has none.
    ///
    /// # Errors
    /// If a value is missing, infinite, of another kind than in training, or an unknown class; with line and
    /// column.
    pub fn targets(&self, table: &Table) -> Result<Option<Targets<f64>>, DataError> {
        let Some(columns) = self.matched(table)?.targets else { return Ok(None) };
        match self.target() {
            TargetEncoding::Classes { names, .. } => {
                let labels = labels(table, columns[0], names)?;
                Ok(Some(Targets::Classes { labels, classes: names.len() }))
            }
            TargetEncoding::Values { .. } => {
                let width = columns.len();
                let mut values = vec![0.0; table.rows() * width];
                for (i, &column) in columns.iter().enumerate() {
                    target_values(table, column, &mut values[i..], width)?;
                }
                Ok(Some(Targets::Values { values, width }))
            }
        }
    }

    /// The data set of a table with targets, in the user's units: neither scaled nor rounded.
    ///
    /// With [`Missing::Drop`], rows with a missing value in a column that is used are left out.
    ///
    /// # Errors
    /// As [`features`](Self::features) and [`targets`](Self::targets), and if the targets are missing.
    pub fn dataset(&self, table: &Table) -> Result<Dataset<f64>, DataError> {
        if self.missing() == Missing::Drop {
            let rows = self.complete_rows(table)?;
            if rows.len() < table.rows() {
                return self.dataset_of_all_rows(&table.select(&rows));
            }
        }
        self.dataset_of_all_rows(table)
    }

    fn dataset_of_all_rows(&self, table: &Table) -> Result<Dataset<f64>, DataError> {
        let Some(targets) = self.targets(table)? else {
            let names = self.target_names().to_vec();
            return Err(table.error(EncodingProblem::MissingColumns { names }));
        };
        let data = Dataset::new(table.short_name(), self.features(table)?, self.width(), targets)?;
        let data = data.with_feature_names(self.feature_names())?.with_target_names(self.target_names())?;
        let mut data = match self.class_names() {
            Some(names) => data.with_class_names(names)?,
            None => data,
        };
        if let Some(column) = self.weight().and_then(|weight| table.column_named(weight)) {
            let mut weights = vec![0.0; table.rows()];
            target_values(table, column, &mut weights, 1)?;
            data = data.with_weights(weights)?;
        }
        data.annotations.preprocessing = Some(Arc::new(self.clone()));
        Ok(data)
    }

    /// The problem of a missing value.
    fn missing_problem(&self) -> EncodingProblem {
        match self.missing() {
            Missing::Refuse | Missing::Drop => EncodingProblem::Missing,
            Missing::Mean | Missing::Median | Missing::Indicator => EncodingProblem::NewlyMissing,
        }
    }

    /// Writes the features of a column of numbers or dates, which are 0 before, from row `first` on.
    fn encode_numbers(
        &self,
        (table, column): (&Table, usize),
        input: &InputColumn,
        (first, values): (usize, &[f64]),
        features: &mut [f64],
        Place { width, start }: Place,
    ) -> Result<(), DataError> {
        for (row, (features, &value)) in (first..).zip(features.chunks_exact_mut(width).zip(values)) {
            features[start] = match (value, input.fill) {
                (x, _) if x.is_finite() => x,
                (x, Some(fill)) if x.is_nan() => {
                    if input.indicator {
                        features[start + 1] = 1.0;
                    }
                    fill
                }
                (x, None) if x.is_nan() => {
                    return Err(table.cell_error(row, column, self.missing_problem()));
                }
                (value, _) => {
                    return Err(table.cell_error(row, column, EncodingProblem::NotFinite { value }));
                }
            };
        }
        Ok(())
    }

    /// Writes the features of a column of texts, which are 0 before.
    fn encode_texts(
        &self,
        (table, column): (&Table, usize),
        input: &InputColumn,
        features: &mut [f64],
        Place { width, start }: Place,
    ) -> Result<(), DataError> {
        let values = &table.columns()[column].values;
        let categories = match &input.encoding {
            ColumnEncoding::OneHot { categories } => categories,
            ColumnEncoding::Number => return Err(wrong_kind(table, column, "numbers")),
            ColumnEncoding::Date => return Err(wrong_kind(table, column, "dates")),
        };
        let codes = category_codes(values, categories);
        let rows = features.chunks_exact_mut(width).map(|row| &mut row[start..start + input.width()]);
        for (row, features) in rows.enumerate() {
            let category = match (codes(row), input.fill) {
                (Code::Known(category), _) => Some(category),
                (Code::Missing, Some(fill)) => Some(fill as usize),
                (Code::Missing, None) if input.indicator => {
                    features[categories.len()] = 1.0;
                    None
                }
                (Code::Missing, None) => {
                    return Err(table.cell_error(row, column, self.missing_problem()));
                }
                (Code::Unknown, _) if self.unknown() == UnknownCategory::Zeros => None,
                (Code::Unknown, _) => {
                    let cell = excerpt(&values.text(row).unwrap_or_default());
                    let problem = EncodingProblem::UnknownCategory { cell, known: categories.clone() };
                    return Err(table.cell_error(row, column, problem));
                }
            };
            if let Some(category) = category {
                features[category] = 1.0;
            }
        }
        Ok(())
    }

    /// The rows of a table without a missing value in the inputs and, if they are there, the targets.
    ///
    /// # Errors
    /// If a column is missing or not known.
    pub fn complete_rows(&self, table: &Table) -> Result<Vec<usize>, DataError> {
        let columns = self.matched(table)?;
        let used: Vec<usize> =
            columns.inputs.into_iter().chain(columns.targets.into_iter().flatten()).collect();
        Ok(complete_rows(table, &used))
    }
}

/// The rows without a missing value in some columns.
pub(super) fn complete_rows(table: &Table, columns: &[usize]) -> Vec<usize> {
    let is_complete =
        |row: &usize| !columns.iter().any(|&column| table.columns()[column].values.is_missing(*row));
    (0..table.rows()).filter(is_complete).collect()
}

/// The number of rows whose numbers are written column by column: they stay in the cache.
const ROWS_AT_A_TIME: usize = 32;

/// Where the features of a column are in each row.
#[derive(Clone, Copy)]
struct Place {
    width: usize,
    start: usize,
}

enum Code {
    Known(usize),
    Missing,
    Unknown,
}

/// The category of each row of a column. The texts of numbers are those of classes.
fn category_codes<'a>(values: &'a ColumnValues, categories: &'a [String]) -> Box<dyn Fn(usize) -> Code + 'a> {
    let index: HashMap<&str, usize> = categories.iter().enumerate().map(|(i, name)| (&**name, i)).collect();
    let known = |found: Option<usize>| found.map_or(Code::Unknown, Code::Known);
    match values {
        ColumnValues::Texts { codes, words } => {
            let map: Vec<Option<usize>> = words.iter().map(|word| index.get(&**word).copied()).collect();
            Box::new(move |row| match codes[row] {
                MISSING => Code::Missing,
                code => known(map[code as usize]),
            })
        }
        ColumnValues::Numbers(values) | ColumnValues::Dates(values) => {
            Box::new(move |row| match values[row] {
                x if x.is_nan() => Code::Missing,
                x => known(index.get(&*number_text(x)).copied()),
            })
        }
    }
}

/// The error of a column of another kind than in training, at its first value.
fn wrong_kind(table: &Table, column: usize, needed: &'static str) -> DataError {
    let values = &table.columns()[column].values;
    let is_other = |row: &usize| values.text(*row).is_some_and(|text| text.parse::<f64>().is_err());
    let any = |row: &usize| !values.is_missing(*row);
    let row = (0..table.rows()).find(is_other).or_else(|| (0..table.rows()).find(any)).unwrap_or(0);
    let cell = excerpt(&values.text(row).unwrap_or_default());
    table.cell_error(row, column, EncodingProblem::Kind { cell, needed })
}

/// The labels of a column of classes.
fn labels(table: &Table, column: usize, names: &[String]) -> Result<Vec<u32>, DataError> {
    let values = &table.columns()[column].values;
    let numbers: HashMap<u64, u32> = (0..)
        .zip(names)
        .filter_map(|(label, name)| Some(((name.parse::<f64>().ok()? + 0.0).to_bits(), label)))
        .collect();
    let codes = match values {
        ColumnValues::Texts { .. } => Some(category_codes(values, names)),
        _ => None,
    };
    let label = |row: usize| match (values, &codes) {
        (_, Some(codes)) => match codes(row) {
            Code::Known(label) => Some(label as u32),
            Code::Missing | Code::Unknown => None,
        },
        (ColumnValues::Numbers(values) | ColumnValues::Dates(values), _) => {
            numbers.get(&(values[row] + 0.0).to_bits()).copied()
        }
        _ => None,
    };
    let of_row = |row: usize| {
        label(row).ok_or_else(|| {
            let problem = match values.text(row) {
                None => EncodingProblem::MissingTarget,
                Some(class) => {
                    EncodingProblem::UnknownClass { class: excerpt(&class), known: names.to_vec() }
                }
            };
            table.cell_error(row, column, problem)
        })
    };
    (0..table.rows()).map(of_row).collect()
}

/// Writes the targets of a column in steps of `width`.
fn target_values(table: &Table, column: usize, out: &mut [f64], width: usize) -> Result<(), DataError> {
    let (ColumnValues::Numbers(values) | ColumnValues::Dates(values)) = &table.columns()[column].values
    else {
        return Err(wrong_kind(table, column, "numbers"));
    };
    for (row, (&value, out)) in values.iter().zip(out.iter_mut().step_by(width)).enumerate() {
        if value.is_nan() {
            return Err(table.cell_error(row, column, EncodingProblem::MissingTarget));
        }
        if !value.is_finite() {
            return Err(table.cell_error(row, column, EncodingProblem::NotFinite { value }));
        }
        *out = value;
    }
    Ok(())
}

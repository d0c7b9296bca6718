//! A table as a data set that is split, in one call.

use super::encode::complete_rows;
use super::roles::Roles;
use super::target::target;
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::partition::{Fractions, partition};
use crate::preprocessing::{Missing, Preprocessing, PreprocessingOptions, TargetEncoding};
use crate::split::Split;
use crate::table::{ColumnValues, Table};
use std::borrow::Cow;
use std::collections::HashMap;

/// The shares of the rows that are held out, drawn by a seed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// The share of the validation part.
    pub validation: f64,
    /// The share of the test part.
    pub test: f64,
    /// The seed of the draw.
    pub seed: u64,
}

/// A table as data to train on.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The parts, in the user's units and double precision: scale them, then [cast](Split::cast) them.
    pub split: Split<f64>,
    /// What a model that is trained on them needs to take raw tables.
    pub preprocessing: Preprocessing,
    /// What should be known, a sentence each: the notes of the table and of the preprocessing, and the number
    /// of rows that were left out.
    pub notes: Vec<String>,
}

impl Table {
    /// The table as a data set in parts. What replaces missing values is computed from the training part, so
    /// that nothing about the other parts leaks into training; each class has about the same share in all
    /// parts.
    ///
    /// ```
    /// use wengert_data::{PreprocessingOptions, ScalingMethod, Shares, TableOptions, read_table};
    ///
    /// # let mut file = tempfile::NamedTempFile::new()?;
    /// # let rows: String = (0..30).map(|i| format!("{}.5,{}\n", i % 7, ["rose", "tulip"][i % 2])).collect();
    /// # std::io::Write::write_all(&mut file, format!("length,flower\n{rows}").as_bytes())?;
    /// # let path = file.path();
    /// let table = read_table(path, &TableOptions::default())?;
    /// let shares = Shares { validation: 0.1, test: 0.1, seed: 7 };
    /// let prepared = table.prepare(&PreprocessingOptions::default(), &shares)?;
    /// let reason = "classification of \"flower\": the target has texts; 2 classes";
    /// assert_eq!(prepared.preprocessing.task_reason(), reason);
    /// let split = prepared.split.scaled(ScalingMethod::Standardise).cast::<f32>();
    /// assert_eq!((split.train.examples(), split.test.examples()), (24, 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Preprocessing::fit`], [`Preprocessing::dataset`] and [`Dataset::split`].
    pub fn prepare(&self, options: &PreprocessingOptions, shares: &Shares) -> Result<Prepared, DataError> {
        let roles = Roles::of(self, options)?;
        let mut notes = self.notes().to_vec();
        let mut table = Cow::Borrowed(self);
        if options.missing == Missing::Drop {
            let used: Vec<usize> = roles.inputs.iter().chain(&roles.targets).copied().collect();
            let rows = complete_rows(self, &used);
            if rows.len() < self.rows() {
                let left_out = self.rows() - rows.len();
                notes
                    .push(format!("{left_out} of {} rows have missing values and are left out", self.rows()));
                table = Cow::Owned(self.select(&rows));
            }
        }
        let (encoding, _) = target(&table, table.rows(), &roles, options)?;
        let classes =
            matches!(encoding, TargetEncoding::Classes { .. }).then(|| groups(&table, roles.targets[0]));
        let Shares { validation, test, seed } = *shares;
        let fractions = Fractions { train: 1.0 - validation - test, validation, test };
        let parts = partition(table.rows(), fractions, seed, classes.as_deref());
        let parts = parts.map_err(|problem| problem.of(self.name()))?;
        let preprocessing = Preprocessing::fit(&table, parts[0].iter().copied(), options)?;
        let data = preprocessing.dataset(&table)?;
        notes.extend(preprocessing.notes().iter().cloned());
        let [train, validation, test] = data.into_parts(parts);
        Ok(Prepared { split: Split { train, validation, test }, preprocessing, notes })
    }

    /// The table as a data set, in the user's units and double precision. What replaces missing values is
    /// computed from all rows; [`prepare`](Self::prepare) splits the table before that.
    ///
    /// # Errors
    /// As [`Preprocessing::fit`] and [`Preprocessing::dataset`].
    pub fn dataset(&self, options: &PreprocessingOptions) -> Result<Dataset<f64>, DataError> {
        Preprocessing::fit(self, 0..self.rows(), options)?.dataset(self)
    }

    /// The table as a data set whose targets are in the column with this name or number, with the defaults
    /// for everything else: the short form of [`dataset`](Self::dataset).
    ///
    /// The result is in single precision, and keeps the digits of large numbers: see [`Dataset::cast`].
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset).
    pub fn target(&self, column: &str) -> Result<Dataset, DataError> {
        let targets = vec![column.to_owned()];
        let options = PreprocessingOptions { targets, ..PreprocessingOptions::default() };
        Ok(self.dataset(&options)?.cast())
    }
}

/// For each row, a number that is that of its class.
fn groups(table: &Table, target: usize) -> Vec<u32> {
    match &table.columns()[target].values {
        ColumnValues::Texts { codes, .. } => codes.clone(),
        ColumnValues::Numbers(values) | ColumnValues::Dates(values) => {
            let mut groups = HashMap::new();
            let mut group = |x: &f64| {
                let next = groups.len() as u32;
                *groups.entry((x + 0.0).to_bits()).or_insert(next)
            };
            values.iter().map(&mut group).collect()
        }
    }
}

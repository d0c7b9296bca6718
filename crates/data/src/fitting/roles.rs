//! The roles of the columns of a table: targets, inputs, and columns that are left out.

use crate::encoding_problem::EncodingProblem;
use crate::error::DataError;
use crate::preprocessing::PreprocessingOptions;
use crate::table::{ColumnValues, Table};
use crate::task::Task;
use std::collections::HashSet;

/// Names of columns that are targets, in small letters.
const TARGET_NAMES: [&str; 7] = ["target", "label", "labels", "class", "species", "y", "outcome"];

/// The largest number of different whole numbers that are taken for classes.
pub(crate) const MOST_WHOLE_CLASSES: usize = 20;

/// The roles of columns, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roles {
    pub(crate) targets: Vec<usize>,
    pub(crate) inputs: Vec<usize>,
    pub(super) dropped: Vec<usize>,
    pub(crate) weight: Option<usize>,
    /// What was decided without being asked, a sentence each.
    pub(super) notes: Vec<String>,
}

impl Roles {
    pub(crate) fn of(table: &Table, options: &PreprocessingOptions) -> Result<Self, DataError> {
        let resolve = |names: &[String]| -> Result<Vec<usize>, DataError> {
            names.iter().map(|name| column(table, name)).collect()
        };
        let (mut targets, mut dropped) = (resolve(&options.targets)?, resolve(&options.drop)?);
        let weight = options.weight.as_ref().map(|name| column(table, name)).transpose()?;
        let mut notes = Vec::new();
        if let Some(index) = row_numbers(table)
            .filter(|index| ![&targets[..], &dropped, weight.as_slice()].concat().contains(index))
        {
            dropped.push(index);
            notes.push(format!("column {} has no name and numbers the rows; it is left out", index + 1));
        }
        if targets.is_empty() {
            targets = vec![default_target(table, &[&dropped[..], weight.as_slice()].concat(), options.task)?];
        }
        without_repetition(&mut targets);
        without_repetition(&mut dropped);
        let mut roles = targets.iter().chain(&dropped).chain(&weight);
        let mut seen = HashSet::new();
        if let Some(&twice) = roles.find(|&role| !seen.insert(role)) {
            let name = table.columns()[twice].name.clone();
            return Err(table.error(EncodingProblem::TwoRoles { name }));
        }
        let inputs: Vec<usize> = (0..table.columns().len()).filter(|column| !seen.contains(column)).collect();
        if inputs.is_empty() {
            return Err(table.error(EncodingProblem::NoInputs));
        }
        let counting = inputs.iter().filter(|&&input| counts_rows(table, input));
        notes.extend(counting.map(|&input| Self::note_on_count(&table.columns()[input].name)));
        Ok(Self { targets, inputs, dropped, weight, notes })
    }

    /// The note on a column that numbers the rows.
    pub(crate) fn note_on_count(name: &str) -> String {
        format!("{name:?} numbers the rows; leave it out with --drop {name:?} unless it is an input")
    }
}

fn without_repetition(columns: &mut Vec<usize>) {
    let mut seen = HashSet::new();
    columns.retain(|&column| seen.insert(column));
}

/// The column with a name, or with a number from 1.
fn column(table: &Table, name: &str) -> Result<usize, DataError> {
    let by_number = || name.parse::<usize>().ok()?.checked_sub(1).filter(|&i| i < table.columns().len());
    if let Some(found) = table.column_named(name).or_else(by_number) {
        return Ok(found);
    }
    let known: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    let edits = |known: &str| strsim::levenshtein(&lowercase(name), &lowercase(known));
    let near = known.iter().take(1000).map(|known| (edits(known), known));
    let near = near.filter(|(edits, known)| *edits <= 2 && 2 * edits < known.chars().count().max(2));
    let nearest = near.min().map(|(_, known)| known.clone());
    Err(table.error(EncodingProblem::UnknownColumn { name: name.to_owned(), known, nearest }))
}

/// A name in lower case. In WebAssembly, whose programs should be small, only its ASCII letters are: the
/// table of all letters has 5 kB.
fn lowercase(name: &str) -> String {
    if cfg!(target_family = "wasm") { name.to_ascii_lowercase() } else { name.to_lowercase() }
}

/// The first column, if it has no name and different whole numbers: the index that pandas writes.
fn row_numbers(table: &Table) -> Option<usize> {
    let first = table.columns().first()?;
    let has_no_name = table.unnamed().contains(&0) || first.name == "Unnamed: 0";
    let ColumnValues::Numbers(values) = &first.values else { return None };
    let mut seen = HashSet::new();
    let mut different = || values.iter().all(|x| x.fract() == 0.0 && seen.insert(x.to_bits()));
    (has_no_name && table.columns().len() > 1 && different()).then_some(0)
}

/// Whether a column is 0, 1, 2, ... or 1, 2, 3, ..., in at least ten rows.
fn counts_rows(table: &Table, column: usize) -> bool {
    let ColumnValues::Numbers(values) = &table.columns()[column].values else { return false };
    let start = values[0];
    values.len() >= 10
        && (start == 0.0 || start == 1.0)
        && values.iter().enumerate().all(|(i, &x)| x == start + i as f64)
}

/// The last column, unless another looks like the target.
fn default_target(table: &Table, dropped: &[usize], task: Option<Task>) -> Result<usize, DataError> {
    let columns = table.columns();
    let kept: Vec<usize> = (0..columns.len()).filter(|i| !dropped.contains(i)).collect();
    let Some((&last, others)) = kept.split_last() else { return Err(table.error(EncodingProblem::NoInputs)) };
    let is_target = |name: &str| TARGET_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_label = |column: usize| match &columns[column].values {
        ColumnValues::Numbers(_) => whole_numbers(&columns[column].values, MOST_WHOLE_CLASSES).is_some(),
        ColumnValues::Texts { words, .. } => words.len() <= MOST_WHOLE_CLASSES,
        ColumnValues::Dates(_) => false,
    };
    let named =
        others.iter().find(|&&i| is_target(&columns[i].name)).filter(|_| !is_target(&columns[last].name));
    // Without names, a first column of few whole numbers beside a last one of many numbers.
    let first = others.first().filter(|&&first| {
        !table.has_header() && task != Some(Task::Regression) && is_label(first) && !is_label(last)
    });
    match named.or(first) {
        Some(&candidate) => {
            let name = |column: usize| match table.has_header() {
                true => columns[column].name.clone(),
                false => (column + 1).to_string(),
            };
            let (last, candidate) = (name(last), name(candidate));
            Err(table.error(EncodingProblem::TargetChoice { last, candidate }))
        }
        None => Ok(last),
    }
}

/// The different numbers of a column, ascending, if all are whole and there are at most `most`. Missing ones
/// do not count.
pub(super) fn whole_numbers(values: &ColumnValues, most: usize) -> Option<Vec<f64>> {
    let ColumnValues::Numbers(values) = values else { return None };
    let mut found: Vec<f64> = Vec::new();
    for &x in values.iter().filter(|x| !x.is_nan()) {
        if x.fract() != 0.0 || !x.is_finite() {
            return None;
        }
        if let Err(place) = found.binary_search_by(|y| y.total_cmp(&(x + 0.0))) {
            if found.len() == most {
                return None;
            }
            found.insert(place, x + 0.0);
        }
    }
    Some(found)
}

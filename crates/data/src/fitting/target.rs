//! The task, inferred from the target, and the classes.

use super::roles::{MOST_WHOLE_CLASSES, Roles, whole_numbers};
use crate::encoding_problem::EncodingProblem;
use crate::error::DataError;
use crate::preprocessing::PreprocessingOptions;
use crate::preprocessing::TargetEncoding;
use crate::table::{ColumnValues, Table, number_text};
use crate::task::Task;
use std::collections::HashSet;
use wengert_files::excerpt;

/// The encoding of the targets of a table, which has this many rows or stands for them, and a sentence that
/// says why.
pub(super) fn target(
    table: &Table,
    rows: usize,
    roles: &Roles,
    options: &PreprocessingOptions,
) -> Result<(TargetEncoding, String), DataError> {
    let columns: Vec<String> =
        roles.targets.iter().map(|&target| table.columns()[target].name.clone()).collect();
    let &[target] = &*roles.targets else {
        if options.task == Some(Task::Classification) {
            return Err(table.error(EncodingProblem::SeveralTargets { targets: columns.len() }));
        }
        let reason = format!("regression: there are {} targets", columns.len());
        check_numbers(table, &roles.targets)?;
        return Ok((TargetEncoding::Values { columns }, reason));
    };
    let (task, why) = match options.task {
        Some(task) => (task, "as asked for".to_owned()),
        None => inferred(&table.columns()[target].values, rows),
    };
    let name = excerpt(&columns[0]);
    let reason = format!("{task} of {name:?}: {why}");
    match task {
        Task::Regression => {
            check_numbers(table, &roles.targets)?;
            Ok((TargetEncoding::Values { columns }, reason))
        }
        Task::Classification => {
            let names = classes(table, rows, target, options.task.is_some())?;
            let reason = format!("{reason}; {} classes", names.len());
            Ok((TargetEncoding::Classes { column: columns[0].clone(), names }, reason))
        }
    }
}

/// The task that the values of a target suggest, and why.
fn inferred(values: &ColumnValues, rows: usize) -> (Task, String) {
    match values {
        ColumnValues::Texts { .. } => (Task::Classification, "the target has texts".into()),
        ColumnValues::Dates(_) => (Task::Regression, "the target has dates, in seconds since 1970".into()),
        ColumnValues::Numbers(_) => match whole_numbers(values, MOST_WHOLE_CLASSES) {
            Some(found) if 2 * found.len() <= rows.max(4) => {
                let why = format!(
                    "the target has {} different whole numbers; --task regression if they are quantities",
                    found.len()
                );
                (Task::Classification, why)
            }
            _ if whole_numbers(values, usize::MAX).is_some() => {
                let why = format!(
                    "the target has many different whole numbers, more than {MOST_WHOLE_CLASSES} or half \
                     of the rows; --task classification if they are classes"
                );
                (Task::Regression, why)
            }
            _ => (Task::Regression, "the target has numbers with decimals".into()),
        },
    }
}

/// Checks that the targets of a regression are numbers or dates.
fn check_numbers(table: &Table, targets: &[usize]) -> Result<(), DataError> {
    for &target in targets {
        if let values @ ColumnValues::Texts { words, .. } = &table.columns()[target].values {
            let is_text = |row: &usize| values.text(*row).is_some_and(|text| text.parse::<f64>().is_err());
            let row = (0..table.rows()).find(is_text).unwrap_or(0);
            let cell = excerpt(&values.text(row).unwrap_or_else(|| words.concat().into()));
            return Err(table.cell_error(row, target, EncodingProblem::TextTarget { cell }));
        }
    }
    Ok(())
}

/// The names of the classes: at least two, and, unless they were asked for, far fewer than rows.
fn classes(table: &Table, rows: usize, target: usize, asked: bool) -> Result<Vec<String>, DataError> {
    let names: Vec<String> = match &table.columns()[target].values {
        ColumnValues::Dates(_) => return Err(table.column_error(target, EncodingProblem::DateTarget)),
        ColumnValues::Numbers(values) => {
            let present = values.iter().filter(|x| !x.is_nan());
            let different: HashSet<u64> = present.map(|x| (x + 0.0).to_bits()).collect();
            let mut different: Vec<f64> = different.into_iter().map(f64::from_bits).collect();
            different.sort_by(f64::total_cmp);
            different.into_iter().map(number_text).collect()
        }
        ColumnValues::Texts { codes, words } => {
            let mut occurs = vec![false; words.len()];
            codes.iter().for_each(|&code| {
                if let Some(occurs) = occurs.get_mut(code as usize) {
                    *occurs = true;
                }
            });
            let present = words.iter().zip(occurs).filter(|(_, occurs)| *occurs);
            let mut present: Vec<String> = present.map(|(word, _)| word.clone()).collect();
            present.sort();
            present
        }
    };
    let classes = names.len();
    match &*names {
        [] | [_] => {
            let class = names.into_iter().next().unwrap_or_default();
            Err(table.column_error(target, EncodingProblem::OneClass { class: excerpt(&class) }))
        }
        _ if 2 * classes >= rows.max(5) && !asked => {
            Err(table.column_error(target, EncodingProblem::ManyClasses { classes, rows }))
        }
        _ => Ok(names),
    }
}

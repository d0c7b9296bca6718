//! Whether the first row of a text has the names of its columns.

use super::cells::{Notation, notation};
use super::dates::DateForms;
use super::rows::{RowRules, shown};
use crate::table_problem::TableProblem;
use csv::ByteRecord;
use std::collections::HashSet;

/// What the first row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FirstRow {
    /// The names of the columns, with a note if that is not evident.
    Names { note: Option<String> },
    /// Data, below a comment with the names of the columns.
    Commented { names: ByteRecord, note: String },
    /// Data.
    Data { note: Option<String> },
    /// The first row of a file of scikit-learn: the number of rows, the number of features, and the names of
    /// the classes, whose numbers are in the last column.
    Preamble { rows: usize, classes: Vec<String> },
}

/// What a cell of the first row, or the cells of a column below it, may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Missing,
    Number,
    Date,
    Text,
    /// Cells of several kinds, which are texts together.
    Mixed,
}

/// Decides what the first of some records is, if `told` does not say it. `names` are those that a header
/// would have, and `comment` is the one above the records, divided into cells.
pub(super) fn first_row(
    records: &[ByteRecord],
    rules: &RowRules,
    told: Option<bool>,
    names: &[String],
    comment: Option<ByteRecord>,
) -> Result<FirstRow, TableProblem> {
    let Some((first, below)) = records.split_first() else { return Ok(FirstRow::Data { note: None }) };
    match told {
        Some(true) => return Ok(FirstRow::Names { note: None }),
        Some(false) => return Ok(FirstRow::Data { note: None }),
        None => {}
    }
    if !names.is_empty()
        && names.iter().all(|name| first.iter().any(|cell| cell.trim_ascii() == name.as_bytes()))
    {
        return Ok(FirstRow::Names { note: None });
    }
    if let Some(preamble) = preamble(first, below) {
        return Ok(preamble);
    }
    let heads: Vec<Look> = first.iter().map(|cell| look(cell, rules)).collect();
    let columns: Vec<Look> = (0..heads.len()).map(|column| look_below(below, column, rules)).collect();
    let decided = decide(first, &heads, &columns, below);
    match &decided {
        Ok(FirstRow::Data { .. }) | Err(_) => {}
        Ok(_) => return decided,
    }
    let names = comment.filter(|names| are_names(names, first, rules));
    names.map_or(decided, |names| {
        let list = wengert_files::list(names.iter().map(shown));
        let note = format!("the columns have the names in the comment above them: {list}");
        Ok(FirstRow::Commented { names, note })
    })
}

/// Whether the cells of a comment can be the names of the columns of this row: different texts.
fn are_names(comment: &ByteRecord, row: &ByteRecord, rules: &RowRules) -> bool {
    let different: HashSet<&[u8]> = comment.iter().collect();
    let are_texts = comment.iter().all(|cell| look(cell, rules) == Look::Text);
    comment.len() == row.len() && different.len() == row.len() && are_texts
}

fn decide(
    first: &ByteRecord,
    heads: &[Look],
    columns: &[Look],
    below: &[ByteRecord],
) -> Result<FirstRow, TableProblem> {
    let shown = || first.iter().map(shown).collect::<Vec<_>>();
    let counts = |wanted: fn(Look, Look) -> bool| {
        heads.iter().zip(columns).filter(|&(&head, &column)| wanted(head, column)).count()
    };
    let is_value = |look: Look| matches!(look, Look::Number | Look::Date);
    let values = heads.iter().filter(|&&head| is_value(head)).count();
    let texts = heads.iter().filter(|&&head| head == Look::Text).count();
    let text_above_values =
        counts(|head, column| head == Look::Text && matches!(column, Look::Number | Look::Date));
    let value_above_values =
        counts(|head, column| head != Look::Text && head != Look::Missing && column == head);
    let value_above_texts = counts(|head, column| {
        matches!(head, Look::Number | Look::Date) && matches!(column, Look::Text | Look::Mixed)
    });
    let number_above_others =
        counts(|head, column| head == Look::Number && matches!(column, Look::Text | Look::Date));
    let consecutive = consecutive_numbers(first);
    let no_header = || {
        let row = wengert_files::list(shown());
        let note =
            format!("the first row ({row}) is taken for data, not for names; --header yes if it has names");
        Ok(FirstRow::Data { note: Some(note) })
    };
    match () {
        // Names above numbers, and no number that could be a value.
        () if text_above_values > 0 && values == 0 => Ok(FirstRow::Names { note: None }),
        // `label,0,1,2,3`: the columns of an array, counted.
        () if text_above_values > 0 && consecutive => Ok(FirstRow::Names { note: None }),
        () if text_above_values > 0 => Err(TableProblem::AmbiguousHeader { row: shown() }),
        // `0,1,2,3` without anything else: what pandas writes for columns without names.
        () if consecutive && texts == 0 && heads.len() > 2 => {
            Err(TableProblem::AmbiguousHeader { row: shown() })
        }
        // Numbers only, and below one of them several cells of another kind, none of which is a number.
        () if number_above_others > 0 && texts == 0 && below.len() > 1 => Ok(taken_for_names(shown())),
        () if value_above_texts > 0 && value_above_values == 0 => {
            Err(TableProblem::AmbiguousHeader { row: shown() })
        }
        () if values > 0 || texts == 0 => no_header(),
        () if below.is_empty() => Ok(FirstRow::Names { note: None }),
        // Texts above texts: names do not occur again.
        () if occurs_again(first, below) => no_header(),
        () => Ok(taken_for_names(shown())),
    }
}

fn taken_for_names(row: Vec<String>) -> FirstRow {
    let row = wengert_files::list(row);
    let note = format!("the first row ({row}) is taken for names; --header no if it is data");
    FirstRow::Names { note: Some(note) }
}

fn look(cell: &[u8], rules: &RowRules) -> Look {
    let cell = cell.trim_ascii();
    match notation(cell) {
        _ if rules.cells.is_missing(cell) => Look::Missing,
        Some(Notation::Whole | Notation::Point) => Look::Number,
        Some(Notation::Comma | Notation::Thousands) if rules.delimiter != b',' => Look::Number,
        _ if !DateForms::ALL.fitting(cell).is_empty() => Look::Date,
        _ => Look::Text,
    }
}

/// What the cells of a column are.
fn look_below(below: &[ByteRecord], column: usize, rules: &RowRules) -> Look {
    let mut found = Look::Missing;
    for cell in below.iter().filter_map(|record| record.get(column)) {
        found = match (found, look(cell, rules)) {
            (before, Look::Missing) => before,
            (Look::Missing, new) => new,
            (before, new) if before == new => before,
            _ => return Look::Mixed,
        };
    }
    found
}

/// Whether the cells that are numbers, at least two, are 0, 1, 2, ... or 1, 2, 3, ..., as are the columns of
/// an array.
fn consecutive_numbers(first: &ByteRecord) -> bool {
    let numbers = first.iter().filter_map(|cell| {
        let text = std::str::from_utf8(cell.trim_ascii()).ok()?;
        notation(text.as_bytes()).map(|_| text.parse::<u32>().ok())
    });
    let numbers: Vec<Option<u32>> = numbers.collect();
    let Some(&Some(start @ (0 | 1))) = numbers.first() else { return false };
    numbers.len() > 1 && numbers.iter().zip(start..).all(|(&number, wanted)| number == Some(wanted))
}

fn occurs_again(first: &ByteRecord, below: &[ByteRecord]) -> bool {
    let different: HashSet<&[u8]> = first.iter().filter(|cell| !cell.is_empty()).collect();
    let repeats = different.len() < first.iter().filter(|cell| !cell.is_empty()).count();
    let again =
        |record: &ByteRecord| first.iter().zip(record).any(|(name, cell)| !name.is_empty() && name == cell);
    repeats || below.iter().any(again)
}

/// The first row of a file of scikit-learn, such as `150,4,setosa,versicolor,virginica` above five columns.
fn preamble(first: &ByteRecord, below: &[ByteRecord]) -> Option<FirstRow> {
    let whole = |i: usize| std::str::from_utf8(first.get(i)?).ok()?.parse::<usize>().ok();
    let (rows, features) = (whole(0)?, whole(1)?);
    let classes: Vec<String> =
        first.iter().skip(2).map(|name| String::from_utf8(name.to_vec()).ok()).collect::<Option<_>>()?;
    let width = below.first()?.len();
    let is_name = |name: &String| !name.is_empty() && notation(name.as_bytes()).is_none();
    let labels_fit = below.iter().all(|record| {
        let label =
            record.get(width - 1).and_then(|label| std::str::from_utf8(label).ok()?.parse::<usize>().ok());
        record.len() == width && label.is_some_and(|label: usize| label < classes.len())
    });
    let is_preamble = rows >= below.len()
        && features.checked_add(1) == Some(width)
        && classes.len() > 1
        && classes.iter().all(is_name)
        && labels_fit;
    is_preamble.then_some(FirstRow::Preamble { rows, classes })
}

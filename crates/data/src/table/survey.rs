//! The kinds that the cells of columns have.

use super::block::{BlockError, Plan};
use super::cells::{CellRules, Notation, notation};
use super::dates::DateForms;
use super::rows::{Row, RowRules, each_row, shown};
use super::text_blocks::TextBlock;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether there is a cell that is not missing.
    pub(super) any: bool,
    /// Whether all such cells are numbers.
    pub(super) numbers: bool,
    /// Whether all such cells are numbers if a comma may be before decimals, whatever the delimiter.
    pub(super) comma_numbers: bool,
    /// The forms of dates that fit all of them.
    pub(super) dates: DateForms,
}

/// What the columns of a table are, and how its numbers are written.
#[derive(Clone, Debug)]
pub(super) struct Survey {
    pub(super) columns: Vec<Seen>,
    /// The number of rows.
    pub(super) rows: usize,
    /// The first number of each notation with decimals.
    pub(super) comma: Option<String>,
    pub(super) point: Option<String>,
    pub(super) thousands: Option<String>,
    /// The first cell of each column that is a number with a comma, where commas are between columns.
    pub(super) quoted: Vec<Option<String>>,
    /// Whether a comma may be before decimals.
    has_comma_notation: bool,
}

impl Survey {
    pub(super) fn new(columns: usize, rules: &RowRules) -> Self {
        let seen = Seen { any: false, numbers: true, comma_numbers: true, dates: DateForms::ALL };
        Self {
            columns: vec![seen; columns],
            rows: 0,
            comma: None,
            point: None,
            thousands: None,
            quoted: vec![None; columns],
            has_comma_notation: rules.delimiter != b',',
        }
    }

    /// Takes a row of as many cells as there are columns into account.
    fn add(&mut self, row: &Row<'_>, rules: &RowRules) {
        for (column, cell) in row.cells().enumerate() {
            if rules.cells.is_missing(cell) {
                continue;
            }
            self.add_cell(column, cell, &rules.cells);
        }
    }

    fn add_cell(&mut self, column: usize, cell: &[u8], rules: &CellRules) {
        let seen = &mut self.columns[column];
        seen.any = true;
        if seen.numbers || seen.comma_numbers {
            let found = match rules.is_told {
                true => rules.number(cell).map(|_| Notation::Whole),
                false => notation(cell),
            };
            seen.comma_numbers &= found.is_some();
            let is_quoted =
                !self.has_comma_notation && matches!(found, Some(Notation::Comma | Notation::Thousands));
            let first = match found {
                _ if is_quoted => &mut self.quoted[column],
                _ if !seen.numbers => &mut None,
                Some(Notation::Comma) => &mut self.comma,
                Some(Notation::Point) => &mut self.point,
                Some(Notation::Thousands) => &mut self.thousands,
                Some(Notation::Whole) | None => &mut None,
            };
            seen.numbers &= found.is_some() && !is_quoted;
            if first.is_none() && found.is_some_and(|found| found != Notation::Whole) {
                *first = Some(shown(cell));
            }
        }
        if !seen.dates.is_empty() {
            seen.dates = seen.dates.fitting(cell);
        }
    }

    /// Takes the rows of a block into account.
    pub(super) fn add_block(&mut self, block: &TextBlock, rules: &RowRules) -> Result<(), BlockError> {
        each_row(block, rules, |row| {
            let width = row.check_width(self.columns.len(), rules);
            width.map_err(|problem| BlockError::Problem(problem, None))?;
            self.add(&row, rules);
            self.rows += 1;
            Ok(())
        })
    }

    /// Takes what was found in later rows into account.
    pub(super) fn join(&mut self, later: Self) {
        for (seen, later) in self.columns.iter_mut().zip(&later.columns) {
            seen.any |= later.any;
            seen.numbers &= later.numbers;
            seen.comma_numbers &= later.comma_numbers;
            seen.dates = seen.dates.and(later.dates);
        }
        self.rows += later.rows;
        self.comma = self.comma.take().or(later.comma);
        self.point = self.point.take().or(later.point);
        self.thousands = self.thousands.take().or(later.thousands);
        for (first, later) in self.quoted.iter_mut().zip(later.quoted) {
            *first = first.take().or(later);
        }
    }

    /// The plan of each column.
    pub(super) fn plans(&self) -> Vec<Plan> {
        let plan = |seen: &Seen| match seen.dates.first() {
            _ if seen.numbers => Plan::Numbers,
            Some(form) => Plan::Dates(form),
            None => Plan::Texts,
        };
        self.columns.iter().map(plan).collect()
    }
}

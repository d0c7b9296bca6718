//! Parsing of a block of rows into columns.

use super::cells::CellRules;
use super::columns::{ColumnKind, ColumnValues, MISSING};
use super::dates::date;
use super::lines::RowLines;
use super::rows::{RowRules, each_row, shown};
use super::text_blocks::{LineProblem, TextBlock};
use crate::table_problem::TableProblem;
use std::collections::HashMap;

/// How the cells of a column are parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Numbers,
    Texts,
    /// Dates in the form with this index.
    Dates(usize),
}

impl Plan {
    pub(super) fn kind(self) -> ColumnKind {
        match self {
            Self::Numbers => ColumnKind::Numbers,
            Self::Texts => ColumnKind::Texts,
            Self::Dates(_) => ColumnKind::Dates,
        }
    }
}

/// A block of rows as columns.
pub(super) struct Block {
    pub(super) columns: Vec<ColumnValues>,
    pub(super) rows: usize,
    pub(super) lines: RowLines,
}

/// Why a block could not be parsed.
pub(super) enum BlockError {
    /// A cell of this column has another kind than planned.
    Kind { line: usize, column: usize, cell: String },
    /// A problem of a row, and of a column of it.
    Problem(LineProblem, Option<usize>),
}

/// Parses a block by the plan of each column.
pub(super) fn parse_block(block: &TextBlock, rules: &RowRules, plans: &[Plan]) -> Result<Block, BlockError> {
    let mut columns: Vec<Cells> = plans.iter().map(|&plan| Cells::new(plan)).collect();
    let (mut rows, mut lines) = (0, RowLines::default());
    each_row(block, rules, |row| {
        row.check_width(plans.len(), rules).map_err(|problem| BlockError::Problem(problem, None))?;
        for (column, (cells, cell)) in columns.iter_mut().zip(row.cells()).enumerate() {
            cells.push(cell, &rules.cells).map_err(|problem| match problem {
                CellProblem::Kind => BlockError::Kind { line: row.line, column, cell: shown(cell) },
                CellProblem::NotUtf8 => {
                    let problem = TableProblem::NotUtf8 { cell: shown(cell) };
                    BlockError::Problem((row.line, problem.into()), Some(column))
                }
            })?;
        }
        lines.push(rows, row.line);
        rows += 1;
        Ok(())
    })?;
    Ok(Block { columns: columns.into_iter().map(Cells::finished).collect(), rows, lines })
}

/// The cells of a column in a block.
enum Cells {
    Numbers(Vec<f64>),
    Dates(Vec<f64>, usize),
    Texts { codes: Vec<u32>, words: Vec<String>, index: HashMap<Vec<u8>, u32> },
}

enum CellProblem {
    Kind,
    NotUtf8,
}

impl Cells {
    fn new(plan: Plan) -> Self {
        match plan {
            Plan::Numbers => Self::Numbers(Vec::new()),
            Plan::Dates(form) => Self::Dates(Vec::new(), form),
            Plan::Texts => Self::Texts { codes: Vec::new(), words: Vec::new(), index: HashMap::new() },
        }
    }

    fn push(&mut self, cell: &[u8], rules: &CellRules) -> Result<(), CellProblem> {
        match self {
            Self::Numbers(values) => values.push(match rules.number(cell) {
                Some(x) if rules.missing.is_empty() => x,
                _ if rules.is_missing(cell) => f64::NAN,
                Some(x) => x,
                None => return Err(CellProblem::Kind),
            }),
            Self::Dates(values, form) => values.push(match date(cell, *form) {
                Some(seconds) => seconds,
                None if rules.is_missing(cell) => f64::NAN,
                None => return Err(CellProblem::Kind),
            }),
            Self::Texts { codes, .. } if rules.is_missing(cell) => codes.push(MISSING),
            Self::Texts { codes, words, index } => {
                let code = match index.get(cell) {
                    Some(&code) => code,
                    None => {
                        let code = words.len() as u32;
                        words.push(String::from_utf8(cell.to_vec()).map_err(|_| CellProblem::NotUtf8)?);
                        index.insert(cell.to_vec(), code);
                        code
                    }
                };
                codes.push(code);
            }
        }
        Ok(())
    }

    fn finished(self) -> ColumnValues {
        match self {
            Self::Numbers(values) => ColumnValues::Numbers(values),
            Self::Dates(values, _) => ColumnValues::Dates(values),
            Self::Texts { codes, words, .. } => ColumnValues::Texts { codes, words },
        }
    }
}

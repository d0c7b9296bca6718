//! Parsing of a block of rows into columns.

use super::cells::CellRules;
use super::columns::{ColumnKind, ColumnValues, MISSING};
use super::dates::date;
use super::lines::RowLines;
use super::text_blocks::{LineProblem, TextBlock, line_ends};
use crate::table_problem::TableProblem;
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::collections::HashMap;
use wengert_files::excerpt;

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

/// How a row is divided into cells, and how cells are read.
#[derive(Clone, Debug)]
pub(super) struct RowRules {
    pub(super) delimiter: u8,
    pub(super) comment: u8,
    pub(super) cells: CellRules,
    /// Whether the first row is a header, for messages.
    pub(super) has_header: bool,
}

impl RowRules {
    /// The records of a text.
    pub(super) fn records<'a>(&self, text: &'a [u8]) -> Reader<&'a [u8]> {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .comment(Some(self.comment))
            .from_reader(text)
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

/// Calls `take` with each record of a block and its line.
pub(super) fn each_record<E>(
    block: &TextBlock,
    rules: &RowRules,
    mut take: impl FnMut(&ByteRecord, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = rules.records(&block.text);
    let mut record = ByteRecord::new();
    let (mut line, mut counted) = (block.line, 0);
    while reader.read_byte_record(&mut record).expect("a text in memory can be read") {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let start = start + skipped(&block.text[start..], rules.comment);
        line += line_ends(&block.text[counted..start]);
        counted = start;
        take(&record, line)?;
    }
    Ok(())
}

/// The length of the empty lines and comments at the start of a text.
fn skipped(text: &[u8], comment: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += match byte {
            b'\r' | b'\n' => 1,
            byte if byte == comment => memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at),
            _ => break,
        };
    }
    at
}

/// Checks that a record has the number of columns that is needed.
pub(super) fn check_width(
    record: &ByteRecord,
    line: usize,
    needed: usize,
    rules: &RowRules,
) -> Result<(), LineProblem> {
    let found = record.len();
    if found == needed {
        return Ok(());
    }
    let long = record.iter().find(|cell| cell.contains(&b'\n'));
    let problem = match long {
        Some(cell) => TableProblem::LineBreak { cell: shown(cell) },
        None => TableProblem::Columns { found, needed, header: rules.has_header },
    };
    Err((line, problem.into()))
}

/// A cell in a message.
pub(super) fn shown(cell: &[u8]) -> String {
    excerpt(&String::from_utf8_lossy(&cell[..cell.len().min(4096)]))
}

/// Parses a block by the plan of each column.
pub(super) fn parse_block(block: &TextBlock, rules: &RowRules, plans: &[Plan]) -> Result<Block, BlockError> {
    let mut columns: Vec<Cells> = plans.iter().map(|&plan| Cells::new(plan)).collect();
    let (mut rows, mut lines) = (0, RowLines::default());
    each_record(block, rules, |record, line| {
        check_width(record, line, plans.len(), rules)
            .map_err(|problem| BlockError::Problem(problem, None))?;
        for (column, (cells, cell)) in columns.iter_mut().zip(record).enumerate() {
            let cell = cell.trim_ascii();
            cells.push(cell, &rules.cells).map_err(|problem| match problem {
                CellProblem::Kind => BlockError::Kind { line, column, cell: shown(cell) },
                CellProblem::NotUtf8 => {
                    let problem = TableProblem::NotUtf8 { cell: shown(cell) };
                    BlockError::Problem((line, problem.into()), Some(column))
                }
            })?;
        }
        lines.push(rows, line);
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

//! The parser of the blocks of a text, whose layout is known.

use super::block::{Block, BlockError, Plan, parse_block};
use super::columns::{Column, ColumnValues, Table};
use super::growing::Growing;
use super::layout::Layout;
use super::lines::RowLines;
use super::text_blocks::{LineProblem, TextBlock};
use crate::error::DataError;
use crate::table_problem::TableProblem;
use rayon::prelude::*;

/// The name and the layout of a text, with which each block is parsed by itself.
pub(super) struct Parser {
    pub(super) name: String,
    pub(super) layout: Layout,
}

impl Parser {
    /// The rows of some blocks, without notes.
    pub(super) fn table_of(&self, blocks: &[TextBlock]) -> Result<Table, DataError> {
        let (mut columns, mut lines, mut rows) = (self.columns(), RowLines::default(), 0);
        let layout = &self.layout;
        let parsed: Vec<_> = blocks.par_iter().map(|block| of_plan(block, layout)).collect();
        for block in parsed {
            let block = block.map_err(|error| self.error(error))?;
            lines.extend(rows, &block.lines);
            rows += block.rows;
            columns.iter_mut().zip(block.columns).for_each(|(column, more)| column.append(more));
        }
        let mut table = Table { notes: Vec::new(), ..self.table(columns, rows, lines) };
        self.name_classes(&mut table, false)?;
        Ok(table)
    }

    /// Empty columns of the planned kinds.
    pub(super) fn columns(&self) -> Vec<Growing> {
        self.layout.plans.iter().map(|plan| Growing::new(plan.kind())).collect()
    }

    /// The table of all its columns, with the notes on the layout.
    pub(super) fn table(&self, columns: Vec<Growing>, rows: usize, lines: RowLines) -> Table {
        let named = self.layout.names.iter().zip(columns);
        let columns = named.map(|(name, column)| Column { name: name.clone(), values: column.finished() });
        Table {
            name: self.name.clone(),
            columns: columns.collect(),
            rows,
            lines,
            has_header: self.layout.rules.has_header,
            unnamed: self.layout.unnamed.clone(),
            notes: self.layout.notes(),
        }
    }

    /// Gives the classes in the last column their names in the first row of a file of scikit-learn, which
    /// also says how many rows there are in all.
    pub(super) fn name_classes(&self, table: &mut Table, are_all_rows: bool) -> Result<(), DataError> {
        let Some((rows, names)) = &self.layout.preamble else { return Ok(()) };
        let number =
            |&x: &f64| (x.fract() == 0.0 && (0.0..names.len() as f64).contains(&x)).then_some(x as u32);
        let codes: Option<Vec<u32>> = match table.columns.last().map(|column| &column.values) {
            Some(ColumnValues::Numbers(labels)) => labels.iter().map(number).collect(),
            Some(ColumnValues::Texts { codes, words }) => {
                let label = |word: &String| word.parse().ok().and_then(|x| number(&x));
                let labels: Vec<Option<u32>> = words.iter().map(label).collect();
                codes.iter().map(|&code| labels.get(code as usize).copied().flatten()).collect()
            }
            _ => None,
        };
        match (codes.filter(|_| !are_all_rows || table.rows == *rows), table.columns.last_mut()) {
            (Some(codes), Some(last)) => {
                last.values = ColumnValues::Texts { codes, words: names.clone() };
                Ok(())
            }
            _ => {
                let (rows, found, classes) = (*rows, table.rows, names.len());
                let problem = TableProblem::Preamble { rows, found, classes };
                Err(of_line(&self.name, (1, problem.into())))
            }
        }
    }

    /// The error of a block.
    pub(super) fn error(&self, error: BlockError) -> DataError {
        let ((line, problem), column) = match error {
            BlockError::Problem(problem, column) => (problem, column),
            BlockError::Kind { line, column, cell } => {
                let problem = match self.layout.plans[column] {
                    Plan::Dates(_) => TableProblem::NotADate { cell },
                    Plan::Numbers | Plan::Texts => TableProblem::NotANumber { cell },
                };
                ((line, problem.into()), Some(column))
            }
        };
        let mut error = of_line(&self.name, (line, problem));
        let name =
            column.filter(|_| self.layout.rules.has_header).map(|column| self.layout.names[column].clone());
        (error.place.column, error.place.column_name) = (column.map(|column| column + 1), name);
        error
    }
}

/// Parses a block as planned.
pub(super) fn of_plan(block: &TextBlock, layout: &Layout) -> Result<Block, BlockError> {
    parse_block(block, &layout.rules, &layout.plans)
}

/// The error of a line in the text with this name.
pub(super) fn of_line(name: &str, (line, problem): LineProblem) -> DataError {
    let mut error = problem.of(name);
    error.place.line = Some(line);
    error
}

//! A text that is being read: its blocks are parsed in groups, while the next ones are read.

use super::block::{Block, BlockError};
use super::columns::Table;
use super::growing::Growing;
use super::layout::Layout;
use super::lines::RowLines;
use super::options::TableOptions;
use super::parser::{Parser, of_line, of_plan};
use super::survey::Survey;
use super::text_blocks::{LineProblem, TextBlock, TextBlocks};
use crate::error::{DataError, DataProblem};
use rayon::prelude::*;
use std::io::Read;

/// The number of bytes from which blocks are parsed together. It is reached with the fourth block: blocks are
/// a little shorter than a quarter megabyte, since they end with a row.
const GROUP: usize = 7 << 17;

/// A text that is being read.
pub(super) struct Reading {
    pub(super) parser: Parser,
    blocks: TextBlocks,
    /// The blocks that are parsed next.
    ahead: Result<Vec<TextBlock>, LineProblem>,
    rows: usize,
}

impl Reading {
    /// Opens a text, and finds its layout and the kinds of the columns in its first block.
    pub(super) fn open(
        name: &str,
        text: Box<dyn Read + Send>,
        options: &TableOptions,
    ) -> Result<Self, DataError> {
        let opened = Layout::open(text, options);
        let (layout, mut blocks) = opened.map_err(|problem| of_line(name, problem))?;
        let first = blocks.next().map_err(|problem| of_line(name, problem))?;
        let mut survey = Survey::new(layout.names.len(), &layout.rules);
        if let Some(first) = &first {
            // What is wrong with a row is found again when it is parsed.
            let _ = survey.add_block(first, &layout.rules);
        }
        let ahead = Ok(first.into_iter().collect());
        let mut reading = Self { parser: Parser { name: name.to_owned(), layout }, blocks, ahead, rows: 0 };
        reading.settle(&survey, options)?;
        Ok(reading)
    }

    pub(super) fn settle(&mut self, survey: &Survey, options: &TableOptions) -> Result<(), DataError> {
        let settled = self.parser.layout.settle(survey, options);
        settled.map_err(|problem| DataProblem::from(problem).of(&*self.parser.name))
    }

    /// What the cells of all rows are.
    pub(super) fn survey(&mut self) -> Result<Survey, DataError> {
        self.survey_each(|_| {})
    }

    /// What the cells of all rows are; `see` is called with each block.
    pub(super) fn survey_each(&mut self, mut see: impl FnMut(&TextBlock)) -> Result<Survey, DataError> {
        let columns = self.parser.layout.names.len();
        let mut survey = Survey::new(columns, &self.parser.layout.rules);
        let of_block = |block: &TextBlock, layout: &Layout| {
            let mut survey = Survey::new(columns, &layout.rules);
            survey.add_block(block, &layout.rules).map(|()| survey)
        };
        loop {
            if let Ok(group) = &self.ahead {
                group.iter().for_each(&mut see);
            }
            let Some(found) = self.next_group(of_block)? else { break };
            for later in found {
                survey.join(later.map_err(|error| self.parser.error(error))?);
            }
        }
        Ok(survey)
    }

    /// All rows; `None` if a cell has another kind than its column, and the kind was not asked for.
    pub(super) fn table(&mut self) -> Result<Option<Table>, DataError> {
        let (mut columns, mut lines) = (self.parser.columns(), RowLines::default());
        let mut group = self.next_group(of_plan)?;
        while let Some(parsed) = group {
            let mut blocks = Vec::with_capacity(parsed.len());
            for block in parsed {
                match block {
                    Err(BlockError::Kind { column, .. }) if self.parser.layout.told[column].is_none() => {
                        return Ok(None);
                    }
                    Err(error) => return Err(self.parser.error(error)),
                    Ok(block) => blocks.push((self.count(&block), block)),
                }
            }
            // While the next blocks are parsed.
            let append = || {
                for (start, block) in blocks {
                    append(block, start, &mut columns, &mut lines);
                }
            };
            group = rayon::join(append, || self.next_group(of_plan)).1?;
        }
        let mut table = self.parser.table(columns, self.rows, lines);
        self.parser.name_classes(&mut table, true)?;
        table.check()?;
        Ok(Some(without_empty_unnamed_columns(table)))
    }

    /// Some of the next rows; `None` at the end.
    pub(super) fn next_rows(&mut self) -> Result<Option<Table>, DataError> {
        let before = self.rows;
        let (mut columns, mut lines) = (self.parser.columns(), RowLines::default());
        while self.rows == before {
            let Some(blocks) = self.next_group(of_plan)? else { break };
            for block in blocks {
                let block = block.map_err(|error| self.parser.error(error))?;
                let start = self.count(&block) - before;
                append(block, start, &mut columns, &mut lines);
            }
        }
        if self.rows == before && before > 0 {
            return Ok(None);
        }
        let mut table = self.parser.table(columns, self.rows - before, lines);
        if before > 0 {
            table.notes.clear();
        }
        self.parser.name_classes(&mut table, false)?;
        table.check()?;
        Ok(Some(table))
    }

    /// The number of the first row of the next block.
    fn count(&mut self, block: &Block) -> usize {
        let start = self.rows;
        self.rows += block.rows;
        start
    }

    /// The results of `work` on the next blocks, which are read while the blocks before them are parsed.
    fn next_group<T: Send>(
        &mut self,
        work: impl Fn(&TextBlock, &Layout) -> Result<T, BlockError> + Sync,
    ) -> Result<Option<Vec<Result<T, BlockError>>>, DataError> {
        let ahead = std::mem::replace(&mut self.ahead, Ok(Vec::new()));
        let group = ahead.map_err(|problem| of_line(&self.parser.name, problem))?;
        if group.is_empty() {
            return Ok(None);
        }
        let (layout, blocks) = (&self.parser.layout, &mut self.blocks);
        let parse = || group.par_iter().map(|block| work(block, layout)).collect();
        let (results, ahead) = rayon::join(parse, || read_group(blocks));
        self.ahead = ahead;
        Ok(Some(results))
    }
}

/// Appends a block whose first row has the number `start`.
fn append(block: Block, start: usize, columns: &mut [Growing], lines: &mut RowLines) {
    lines.extend(start, &block.lines);
    columns.iter_mut().zip(block.columns).for_each(|(column, more)| column.append(more));
}

fn read_group(blocks: &mut TextBlocks) -> Result<Vec<TextBlock>, LineProblem> {
    let (mut group, mut bytes) = (Vec::new(), 0);
    while bytes < GROUP {
        let Some(block) = blocks.next()? else { break };
        bytes += block.text.len();
        group.push(block);
    }
    Ok(group)
}

/// A separator at the end of each row makes a column without name and values.
fn without_empty_unnamed_columns(mut table: Table) -> Table {
    let is_empty = |table: &Table, column: usize| {
        (0..table.rows).all(|row| table.columns[column].values.is_missing(row))
    };
    for &column in table.unnamed.clone().iter().rev() {
        if is_empty(&table, column) && table.columns.len() > 1 {
            table.columns.remove(column);
            table.unnamed.retain(|&other| other != column);
            table.notes.push(format!("column {} has neither a name nor values, and is left out", column + 1));
        }
    }
    table
}

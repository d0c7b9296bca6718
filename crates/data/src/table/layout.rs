//! The layout of a text: its delimiter, its header, and the kinds of its columns.

use super::block::Plan;
use super::cells::{CellRules, Decimal};
use super::columns::ColumnKind;
use super::dialect::{
    DELIMITERS, delimiter, foreign_encoding, foreign_format, has_spaces_between_numbers, sample,
};
use super::header::{FirstRow, first_row};
use super::options::TableOptions;
use super::rows::{RowRules, records, shown};
use super::survey::Survey;
use super::text_blocks::{LONGEST_ROW, LineProblem, Rows, TextBlocks, line_ends};
use crate::error::DataProblem;
use crate::table_problem::TableProblem;
use csv::ByteRecord;
use memchr::{memchr_iter, memchr2};
use std::io::Read;
use wengert_files::excerpt;

/// The number of bytes that are read before the layout is found, if rows are not longer.
const START: usize = 1 << 20;

/// The largest number of columns.
pub(super) const MOST_COLUMNS: usize = 1 << 16;

/// How a text is divided into named columns.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) rules: RowRules,
    pub(super) names: Vec<String>,
    pub(super) unnamed: Vec<usize>,
    /// The number of rows and the names of the classes in the first row of a file of scikit-learn.
    pub(super) preamble: Option<(usize, Vec<String>)>,
    pub(super) plans: Vec<Plan>,
    /// The kinds that were asked for.
    pub(super) told: Vec<Option<ColumnKind>>,
    notes: Vec<String>,
    kind_notes: Vec<String>,
}

impl Layout {
    /// The layout of a text, except for the kinds of its columns, and its blocks after the header.
    pub(super) fn open(
        mut reader: Box<dyn Read + Send>,
        options: &TableOptions,
    ) -> Result<(Self, TextBlocks), LineProblem> {
        let start = start(&mut reader)?;
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
        let at_top = |problem: TableProblem| (1, DataProblem::from(problem));
        if let Some(encoding) = foreign_encoding(text) {
            return Err(at_top(TableProblem::Encoding { encoding }));
        }
        if let Some(format) = foreign_format(text) {
            return Err(at_top(TableProblem::Format { format }));
        }
        check_width_of_first_line(text, options.delimiter).map_err(at_top)?;
        let comment = options.comment.unwrap_or(b'#');
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter(text, comment));
        let missing = options.missing.iter().map(|text| text.trim().as_bytes().to_vec()).collect();
        let decimal = if options.decimal == Some(b',') { Decimal::Comma } else { Decimal::Point };
        let cells = CellRules { decimal, is_told: options.decimal.is_some(), missing };
        let mut rules = RowRules { delimiter, comment, cells, has_header: false };
        let rows = Rows::scan(text, delimiter, comment);
        rows.check_quotes(text, 1)?;
        if start.len() < START || rows.end.is_none() {
            rows.check_end(text, 1)?;
        }
        let records = sample(text, delimiter, comment);
        if options.delimiter.is_none() && has_spaces_between_numbers(&records) {
            return Err(at_top(TableProblem::Spaces));
        }
        let comment = last_comment(text, &rules);
        let first = first_row(&records, &rules, options.header, &options.names, comment).map_err(at_top)?;
        rules.has_header = matches!(first, FirstRow::Names { .. } | FirstRow::Commented { .. });
        let header_end = match first {
            FirstRow::Data { .. } | FirstRow::Commented { .. } => 0,
            _ => end_of_first_record(text, &rules),
        };
        let line = 1 + line_ends(&text[..header_end]);
        let offset = (start.len() - text.len() + header_end) as u64;
        let blocks =
            TextBlocks::new(text[header_end..].to_vec(), (line, offset), reader, (delimiter, rules.comment));
        let layout = Self::of_first_rows(&records, first, rules, options)?;
        Ok((layout, blocks))
    }

    fn of_first_rows(
        records: &[ByteRecord],
        first: FirstRow,
        rules: RowRules,
        options: &TableOptions,
    ) -> Result<Self, LineProblem> {
        let at_top = |problem: TableProblem| (1, DataProblem::from(problem));
        let (mut unnamed, mut preamble, mut notes) = (Vec::new(), None, Vec::new());
        let names_row = match &first {
            FirstRow::Names { .. } => records.first().cloned(),
            FirstRow::Commented { names, .. } => Some(names.clone()),
            _ => None,
        };
        let width = match &first {
            FirstRow::Preamble { .. } => records.get(1),
            _ => records.first(),
        };
        let width = width.map_or(0, ByteRecord::len);
        if width > MOST_COLUMNS {
            return Err(at_top(TableProblem::ManyColumns { found: width, limit: MOST_COLUMNS }));
        }
        match first {
            FirstRow::Names { note } | FirstRow::Data { note } => notes.extend(note),
            FirstRow::Commented { note, .. } => notes.push(note),
            FirstRow::Preamble { rows, classes } => {
                let list = wengert_files::list(&classes);
                notes.push(format!("the first row has the names of the classes in the last column: {list}"));
                preamble = Some((rows, classes));
            }
        }
        let numbered = |column: usize| format!("column {}", column + 1);
        let mut names = Vec::with_capacity(width);
        for column in 0..width {
            let cell = names_row.as_ref().and_then(|row| row.get(column)).unwrap_or_default().trim_ascii();
            match std::str::from_utf8(cell) {
                Ok("") => {
                    unnamed.extend(names_row.as_ref().map(|_| column));
                    names.push(numbered(column));
                }
                Ok(name) => names.push(name.to_owned()),
                Err(_) => return Err(at_top(TableProblem::NotUtf8 { cell: shown(cell) })),
            }
        }
        let kind =
            |name: &String| options.kinds.iter().find(|(wanted, _)| wanted == name).map(|&(_, kind)| kind);
        let told = names.iter().map(kind).collect();
        let plans = vec![Plan::Numbers; width];
        Ok(Self { rules, names, unnamed, preamble, plans, told, notes, kind_notes: Vec::new() })
    }

    /// Sets the notation of numbers and the kinds of the columns by what was seen of the rows.
    pub(super) fn settle(&mut self, survey: &Survey, options: &TableOptions) -> Result<(), TableProblem> {
        self.kind_notes.clear();
        match (&survey.comma, &survey.point, &survey.thousands) {
            _ if options.decimal.is_some() => {}
            (Some(comma), Some(point), _) => {
                let (comma, point) = (comma.clone(), point.clone());
                return Err(TableProblem::MixedDecimals { comma, point });
            }
            (Some(comma), None, _) => {
                self.rules.cells.decimal = Decimal::Comma;
                self.kind_notes.push(format!("numbers have a decimal comma, as in {comma}"));
            }
            (None, _, Some(cell)) => return Err(TableProblem::Thousands { cell: cell.clone() }),
            (None, _, None) => self.rules.cells.decimal = Decimal::Point,
        }
        if options.decimal.is_none() {
            self.check_quoted_decimals(survey)?;
        }
        self.plans = survey.plans();
        for ((plan, told), seen) in self.plans.iter_mut().zip(&self.told).zip(&survey.columns) {
            *plan = match told {
                Some(ColumnKind::Numbers) => Plan::Numbers,
                Some(ColumnKind::Texts) => Plan::Texts,
                Some(ColumnKind::Dates) => Plan::Dates(seen.dates.first().unwrap_or(0)),
                None => *plan,
            };
        }
        let columns = self.names.iter().zip(&survey.columns).zip(&self.plans);
        let ambiguous = columns.filter(|((_, seen), plan)| {
            seen.any && seen.dates.is_ambiguous() && matches!(plan, Plan::Dates(_))
        });
        self.kind_notes.extend(ambiguous.map(|((name, _), _)| {
            format!("the dates in {name:?} are read as month/day/year, since no day is above 12")
        }));
        Ok(())
    }

    /// Checks that no column has nothing but numbers, of which some have a comma within quotation marks.
    fn check_quoted_decimals(&self, survey: &Survey) -> Result<(), TableProblem> {
        let columns = survey.columns.iter().zip(&self.told).zip(&survey.quoted).zip(&self.names);
        for (((seen, told), cell), name) in columns {
            if let Some(cell) = cell.as_ref().filter(|_| seen.comma_numbers && told.is_none()) {
                return Err(TableProblem::QuotedComma { name: excerpt(name), cell: cell.clone() });
            }
        }
        Ok(())
    }

    /// What was decided and is not evident.
    pub(super) fn notes(&self) -> Vec<String> {
        [&self.notes[..], &self.kind_notes].concat()
    }
}

/// The start of a text, with several rows if it has them.
fn start(reader: &mut Box<dyn Read + Send>) -> Result<Vec<u8>, LineProblem> {
    let (mut start, mut length) = (Vec::new(), START);
    loop {
        let missing = (length - start.len()) as u64;
        let read = reader.by_ref().take(missing).read_to_end(&mut start);
        read.map_err(|error| (1 + line_ends(&start), DataProblem::Unreadable(error)))?;
        let has_rows =
            memchr_iter(b'\n', &start).nth(2).is_some() || memchr_iter(b'\r', &start).nth(2).is_some();
        if start.len() < length || has_rows || length > 2 * LONGEST_ROW {
            return Ok(start);
        }
        length *= 2;
    }
}

/// Checks the number of columns in the first line before anything is done with them.
fn check_width_of_first_line(text: &[u8], delimiter: Option<u8>) -> Result<(), TableProblem> {
    let line = &text[..memchr2(b'\n', b'\r', text).unwrap_or(text.len())];
    let count = |delimiter: u8| memchr_iter(delimiter, line).count() + 1;
    let found = delimiter.map_or_else(|| DELIMITERS.map(count).into_iter().max().unwrap_or(0), count);
    if found > MOST_COLUMNS {
        return Err(TableProblem::ManyColumns { found, limit: MOST_COLUMNS });
    }
    Ok(())
}

/// The cells of the last comment before the first record of a text. Programs such as `numpy.savetxt` write
/// the names of columns there.
fn last_comment(text: &[u8], rules: &RowRules) -> Option<ByteRecord> {
    let lines = text.split(|byte| matches!(byte, b'\n' | b'\r'));
    let before = lines.take_while(|line| line.first().is_none_or(|&byte| byte == rules.comment));
    let content = before.filter_map(|line| line.strip_prefix(&[rules.comment]).map(<[u8]>::trim_ascii));
    let comment = content.filter(|line| !line.is_empty()).last()?;
    let mut record = ByteRecord::new();
    let is_read = records(comment, rules.delimiter, rules.comment).read_byte_record(&mut record);
    record.trim();
    is_read.expect("a text in memory can be read").then_some(record)
}

/// The position after the first record of a text.
fn end_of_first_record(text: &[u8], rules: &RowRules) -> usize {
    let mut reader = rules.records(text);
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record).expect("a text in memory can be read");
    let end = (reader.position().byte() as usize).min(text.len());
    end + usize::from(end > 0 && text[end - 1] == b'\r' && text.get(end) == Some(&b'\n'))
}

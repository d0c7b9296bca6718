//! The delimiter of a text, found by trying.

use super::cells::{Notation, notation};
use super::dates::DateForms;
use super::rows::records;
use csv::ByteRecord;

/// The delimiters that are tried. Of those that explain a text equally well, the first is taken: a comma may
/// be in the texts and the decimals of others, but hardly the other way around.
pub(super) const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// The number of rows that are looked at, and the number of their bytes, but at least two rows.
const SAMPLE_ROWS: usize = 100;
const SAMPLE_BYTES: usize = 1 << 17;

/// The first rows of a text.
pub(super) fn sample(text: &[u8], delimiter: u8, comment: u8) -> Vec<ByteRecord> {
    let mut reader = records(text, delimiter, comment);
    let (mut found, mut bytes) = (Vec::new(), 0);
    let mut record = ByteRecord::new();
    while found.len() < SAMPLE_ROWS
        && (found.len() < 2 || bytes < SAMPLE_BYTES)
        && reader.read_byte_record(&mut record).expect("a text in memory can be read")
    {
        bytes += record.as_slice().len() + record.len();
        found.push(record.clone());
    }
    found
}

/// How well a delimiter explains a text; the larger, the better.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Fit {
    /// 3 if all rows have the same number of columns, above 1; 2 if all but the first; 1 if the first has
    /// several; 0 if the delimiter does not occur in it.
    consistency: u8,
    /// The share of the cells that are numbers or dates, in percent.
    numbers: u8,
}

/// The delimiter that explains the text best; a comma if none occurs.
pub(super) fn delimiter(text: &[u8], comment: u8) -> u8 {
    let mut best = (Fit { consistency: 0, numbers: 0 }, b',');
    for delimiter in DELIMITERS {
        let fit = fit(&sample(text, delimiter, comment), delimiter);
        if fit.consistency > 0 && fit > best.0 {
            best = (fit, delimiter);
        }
    }
    best.1
}

fn fit(records: &[ByteRecord], delimiter: u8) -> Fit {
    let Some(first) = records.first().map(ByteRecord::len) else { return Fit { consistency: 0, numbers: 0 } };
    let second = records.get(1).map_or(first, ByteRecord::len);
    let rest_agrees = records[1..].iter().all(|record| record.len() == second);
    let consistency = match () {
        () if first > 1 && first == second && rest_agrees => 3,
        () if second > 1 && records.len() > 2 && rest_agrees => 2,
        () if first > 1 || second > 1 => 1,
        () => 0,
    };
    let cells = || records.iter().flatten().map(<[u8]>::trim_ascii);
    let numbers = cells().filter(|cell| is_number_or_date(cell, delimiter)).count();
    Fit { consistency, numbers: (100 * numbers / cells().count().max(1)) as u8 }
}

fn is_number_or_date(cell: &[u8], delimiter: u8) -> bool {
    match notation(cell) {
        Some(Notation::Comma | Notation::Thousands) => delimiter != b',',
        Some(_) => true,
        None => !DateForms::ALL.fitting(cell).is_empty(),
    }
}

/// Whether the cells of a table of one column are numbers separated by spaces.
pub(super) fn has_spaces_between_numbers(records: &[ByteRecord]) -> bool {
    let numbers = |record: &ByteRecord| {
        let mut words = record[0].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.clone().count() > 1 && words.all(|word| notation(word).is_some())
    };
    let last = records.last().filter(|record| record.len() == 1);
    last.is_some_and(numbers)
}

/// The encoding of a text that is not UTF-8, by its first bytes: a byte order mark, or zero bytes, which
/// Western text has in every second byte of UTF-16.
pub(super) fn foreign_encoding(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, second, 0, fourth, ..] | [second, 0, fourth, 0, ..] if *second != 0 && *fourth != 0 => {
            Some("UTF-16")
        }
        _ => None,
    }
}

/// The format of a file that is not a text, by its first bytes.
pub(super) fn foreign_format(start: &[u8]) -> Option<&'static str> {
    let formats: [(&[u8], &str); 7] = [
        (b"\x93NUMPY", "an array of NumPy, for which the crate feature \"npy\" is off"),
        (b"PAR1", "a Parquet file"),
        (b"ARROW1", "an Arrow file"),
        (b"\x89HDF", "an HDF5 file"),
        (b"PK\x03\x04", "a ZIP file, such as one of Excel"),
        (b"\xd0\xcf\x11\xe0", "an old file of Excel"),
        (b"SQLite format 3", "a database"),
    ];
    formats.iter().find(|(magic, _)| start.starts_with(magic)).map(|&(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> char {
        delimiter(text.as_bytes(), b'#') as char
    }

    #[test]
    fn the_delimiter_that_explains_the_text_is_found() {
        for (text, wanted) in [
            ("1,2,0\n3,4,1\n", ','),
            ("x;y;class\n1;2;0\n", ';'),
            ("5,1;3,5;0\n4,9;3,0;1\n", ';'),
            ("x;y\n5,1;3,5\n", ';'),
            ("1\t2\t0\n", '\t'),
            ("1|2|0\n3|4|0\n", '|'),
            ("a;b,1,2\nc;d,3,4\n", ','),
            ("\"a;b\",1\n\"c;d\",2\n", ','),
            ("150,4,setosa\n5.1,3.5,1.4,0.2,0\n4.9,3.0,1.4,0.2,0\n", ','),
            ("x,y,class\n1,2,0\n3,4\n", ','),
            ("5\n6\n", ','),
            ("name\nmax|moritz\n", '|'),
            ("# a;b\n1,2\n", ','),
            ("", ','),
        ] {
            assert_eq!(found(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn spaces_between_numbers_are_recognised() {
        let spaces = |text: &str| has_spaces_between_numbers(&sample(text.as_bytes(), b',', b'#'));
        assert!(spaces("1 2 0\n3 4 1\n") && spaces("x y\n1  2\n"));
        assert!(!spaces("new york\nrome\n") && !spaces("1\n2\n") && !spaces("1 2,3 4\n") && !spaces(""));
    }
}

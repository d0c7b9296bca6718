//! Arrays of NumPy as tables: NPY files, and NPZ archives of them.

use super::columns::{Column, ColumnValues, Table};
use super::layout::MOST_COLUMNS;
use super::lines::RowLines;
use crate::error::{DataError, DataProblem};
use crate::table_problem::TableProblem;
use std::io::{Cursor, Read};
use wengert_files::{excerpt, list};
use zip::ZipArchive;

/// The first bytes of NPY files and of archives.
pub(super) const MAGICS: [&[u8]; 2] = [b"\x93NUMPY", b"PK\x03\x04"];

/// The largest number of dimensions, as in NumPy.
const MOST_DIMENSIONS: usize = 64;

/// The number of bytes that may come out of each compressed byte, and of the first: see the gzip reader.
const RATIO: u64 = 64;
const ALLOWANCE: u64 = 1 << 23;

/// The table of an array, or of the arrays in an archive, with a row per index of the first dimension. The
/// other dimensions are columns, in row-major order.
pub(super) fn read_arrays(name: &str, bytes: &[u8]) -> Result<Table, DataError> {
    let refused = |problem: TableProblem| DataProblem::from(problem).of(name);
    let table = if bytes.starts_with(MAGICS[0]) {
        let array =
            Array::read(bytes).map_err(|problem| refused(TableProblem::Array { array: None, problem }))?;
        let names = |column: usize| format!("column {}", column + 1);
        table(name, array.columns(&names).map_err(refused)?, array.rows(), (false, Vec::new()))
    } else {
        archive(name, bytes)?
    };
    table.check()?;
    Ok(table)
}

fn table(name: &str, columns: Vec<Column>, rows: usize, (has_header, notes): (bool, Vec<String>)) -> Table {
    let name = name.to_owned();
    Table { name, columns, rows, lines: RowLines::default(), has_header, unnamed: Vec::new(), notes }
}

/// The table of an archive: the columns of its arrays, which have the same number of rows.
fn archive(name: &str, bytes: &[u8]) -> Result<Table, DataError> {
    let refused = |problem: TableProblem| DataProblem::from(problem).of(name);
    let damaged = |error: zip::result::ZipError| {
        refused(TableProblem::Array { array: None, problem: format!("the archive is damaged ({error})") })
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let (mut columns, mut first, mut notes) = (Vec::new(), None::<(String, usize)>, Vec::new());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let entry_name = entry.name().map_err(damaged)?.into_owned();
        let Some(array_name) = entry_name.strip_suffix(".npy") else {
            return Err(refused(TableProblem::Format { format: "a ZIP file, such as one of Excel" }));
        };
        let shown = excerpt(array_name);
        let wrong = |problem| refused(TableProblem::Array { array: Some(shown.clone()), problem });
        let limit = ALLOWANCE + RATIO * entry.compressed_size().min(bytes.len() as u64);
        let mut content = Vec::new();
        let read = entry.by_ref().take(limit + 1).read_to_end(&mut content);
        read.map_err(|error| wrong(format!("it cannot be decompressed ({error})")))?;
        if content.len() as u64 > limit {
            return Err(wrong(format!(
                "it becomes more than {RATIO} times as large, like a decompression bomb"
            )));
        }
        let array = match Array::read(&content) {
            Ok(array) => array,
            Err(problem) if Array::has_other_elements(&content) => {
                notes.push(format!("the array {shown:?} is left out: {problem}"));
                continue;
            }
            Err(problem) => return Err(wrong(problem)),
        };
        let (first_name, rows) = first.get_or_insert_with(|| (shown.clone(), array.rows()));
        if *rows != array.rows() {
            let found = array.rows();
            return Err(wrong(format!(
                "it has {found} rows, but {first_name:?} has {rows}; save them apart"
            )));
        }
        let width = array.width();
        let names = |column: usize| match width {
            1 => array_name.to_owned(),
            _ => format!("{array_name} {}", column + 1),
        };
        columns.extend(array.columns(&names).map_err(refused)?);
        if columns.len() > MOST_COLUMNS {
            return Err(refused(TableProblem::ManyColumns { found: columns.len(), limit: MOST_COLUMNS }));
        }
    }
    let rows = first.map_or(0, |(_, rows)| rows);
    Ok(table(name, columns, rows, (true, notes)))
}

/// The elements of an array in row-major order.
struct Array {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Array {
    fn rows(&self) -> usize {
        self.shape[0]
    }

    fn width(&self) -> usize {
        self.values.len() / self.rows().max(1)
    }

    /// The columns, with the names of their numbers.
    fn columns(&self, name: &dyn Fn(usize) -> String) -> Result<Vec<Column>, TableProblem> {
        let width = self.width();
        if width > MOST_COLUMNS {
            return Err(TableProblem::ManyColumns { found: width, limit: MOST_COLUMNS });
        }
        let column = |column: usize| {
            let values = self.values.iter().skip(column).step_by(width).copied().collect();
            Column { name: name(column), values: ColumnValues::Numbers(values) }
        };
        Ok((0..width).map(column).collect())
    }

    /// Reads an array of real numbers or truth values. The size is checked before memory is taken.
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let NpyHeader { element, is_fortran, shape, data } = NpyHeader::read(bytes)?;
        if shape.is_empty() || shape.contains(&0) {
            return Err(format!(
                "its shape is ({}); at least one row and one column are needed",
                list(shape)
            ));
        }
        let (order, kind) = element.split_at_checked(1).unwrap_or_default();
        let size = kind.get(1..).and_then(|size| size.parse::<usize>().ok()).unwrap_or(usize::MAX);
        let count = shape.iter().try_fold(1_usize, |count, &extent| count.checked_mul(extent));
        let length = count.and_then(|count| count.checked_mul(size));
        let is_big = order == ">";
        let numbers = |data: &[u8]| match kind {
            "f8" => Some(numbers(data, is_big, f64::from_le_bytes)),
            "f4" => Some(numbers(data, is_big, |bytes| f64::from(f32::from_le_bytes(bytes)))),
            "i1" => Some(numbers(data, is_big, |bytes| f64::from(i8::from_le_bytes(bytes)))),
            "u1" => Some(numbers(data, is_big, |bytes| f64::from(u8::from_le_bytes(bytes)))),
            "i2" => Some(numbers(data, is_big, |bytes| f64::from(i16::from_le_bytes(bytes)))),
            "u2" => Some(numbers(data, is_big, |bytes| f64::from(u16::from_le_bytes(bytes)))),
            "i4" => Some(numbers(data, is_big, |bytes| f64::from(i32::from_le_bytes(bytes)))),
            "u4" => Some(numbers(data, is_big, |bytes| f64::from(u32::from_le_bytes(bytes)))),
            "i8" => Some(numbers(data, is_big, |bytes| i64::from_le_bytes(bytes) as f64)),
            "u8" => Some(numbers(data, is_big, |bytes| u64::from_le_bytes(bytes) as f64)),
            "b1" => Some(numbers(data, is_big, |bytes: [u8; 1]| f64::from(u8::from(bytes[0] != 0)))),
            _ => None,
        };
        if numbers(&[]).is_none() {
            let element = excerpt(&element);
            return Err(format!("its elements are {element:?}, must be real numbers or truth values"));
        }
        let data = length.and_then(|length| data.get(..length));
        let values = data.and_then(numbers).ok_or_else(|| {
            format!("it ends before the elements of its shape ({}); save it again", list(&shape))
        })?;
        let values = if is_fortran { row_major(&values, &shape) } else { values };
        Ok(Self { shape, values })
    }

    /// Whether an array has elements of another kind than numbers.
    fn has_other_elements(bytes: &[u8]) -> bool {
        NpyHeader::read(bytes)
            .is_ok_and(|header| !matches!(header.element.get(1..2), Some("f" | "i" | "u" | "b")))
    }
}

/// Numbers of `N` bytes each.
fn numbers<const N: usize>(data: &[u8], is_big: bool, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let (numbers, _) = data.as_chunks::<N>();
    let in_order = |mut bytes: [u8; N]| {
        if is_big {
            bytes.reverse();
        }
        number(bytes)
    };
    numbers.iter().map(|&bytes| in_order(bytes)).collect()
}

/// The elements of an array whose first index runs fastest, in the order in which the last does.
fn row_major(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    let mut next = || {
        let place = shape.iter().zip(&index).rev().fold(0, |place, (extent, i)| place * extent + i);
        for (i, &extent) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < extent {
                break;
            }
            *i = 0;
        }
        values[place]
    };
    (0..values.len()).map(|_| next()).collect()
}

/// The header of an array: NumPy, *A Simple File Format for NumPy Arrays* (NEP 1).
struct NpyHeader<'a> {
    /// The kind of the elements: `<f8` for numbers in double precision, little end first.
    element: String,
    is_fortran: bool,
    shape: Vec<usize>,
    data: &'a [u8],
}

impl<'a> NpyHeader<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let (text, data) = match bytes {
            [_, _, _, _, _, _, 1, _, a, b, rest @ ..] => {
                rest.split_at_checked(usize::from(u16::from_le_bytes([*a, *b])))
            }
            [_, _, _, _, _, _, 2 | 3, _, a, b, c, d, rest @ ..] => {
                rest.split_at_checked(u32::from_le_bytes([*a, *b, *c, *d]) as usize)
            }
            _ => None,
        }
        .ok_or("its header is cut off, or of a version other than 1 to 3")?;
        let text = std::str::from_utf8(text).map_err(|_| "its header is not a text")?;
        let value = |key: &str| {
            let damaged = || format!("its header has no value for {key:?}");
            let (_, rest) = text.split_once(&format!("'{key}':")).ok_or_else(damaged)?;
            Ok::<&str, String>(rest.trim_start())
        };
        let damaged = |key: &str| format!("the value for {key:?} in its header is damaged");
        let descr = value("descr")?;
        let element = match descr.strip_prefix('\'') {
            Some(rest) => rest.split('\'').next().unwrap_or_default().to_owned(),
            None => "structures".to_owned(),
        };
        let order = value("fortran_order")?;
        let is_fortran = order.starts_with("True");
        if !is_fortran && !order.starts_with("False") {
            return Err(damaged("fortran_order"));
        }
        let shape = value("shape")?.strip_prefix('(').and_then(|rest| Some(rest.split_once(')')?.0));
        let shape = shape.ok_or_else(|| damaged("shape"))?;
        let extents = shape.split(',').map(str::trim).filter(|extent| !extent.is_empty());
        let extents: Result<Vec<usize>, _> = extents.take(MOST_DIMENSIONS + 1).map(str::parse).collect();
        let shape = extents.map_err(|_| damaged("shape"))?;
        if shape.len() > MOST_DIMENSIONS {
            return Err(format!("it has more than {MOST_DIMENSIONS} dimensions"));
        }
        Ok(Self { element, is_fortran, shape, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_in_the_order_of_fortran_is_the_same_array() {
        // 0, 1, ..., 23 in the shape (2, 3, 4), as numpy.asfortranarray stores them.
        let stored: Vec<f64> = (0..24).map(|i| f64::from(i % 2 * 12 + i / 2 % 3 * 4 + i / 6)).collect();
        assert_eq!(row_major(&stored, &[2, 3, 4]), (0..24).map(f64::from).collect::<Vec<_>>());
    }
}

//! NumPy: archives of the parameters of any model.

use crate::assembled::content_of;
use crate::error::{FileProblem, FormatError};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;
use wengert_files::{Output, excerpt, list};
use wengert_nn::{Layout, Parameter, Params};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The array that states the order of the dimensions of weights, and its text.
const LAYOUT: (&str, &str) = ("weights", "in,out");
/// The largest number of bytes of the header of an array.
const LONGEST_HEADER: usize = 10_000;

/// The content of an NPZ archive with the parameters and running statistics of a model, under their names:
/// `numpy.load(path)["hidden.0.weight"]`.
///
/// Arrays are `float32`, in row-major order, weights of shape `[in, out]`: `y = x @ W + b`. An array
/// `weights` with the text `in,out` says so. Equal parameters give equal bytes.
#[must_use]
pub fn npz_bytes(params: &Params) -> Vec<u8> {
    const MEMORY: &str = "memory takes all bytes";
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    let mut add = |name: &str, header: String, elements: &[u8]| {
        archive.start_file(format!("{name}.npy"), options).expect(MEMORY);
        archive.write_all(&preamble(&header)).expect(MEMORY);
        archive.write_all(elements).expect(MEMORY);
    };
    let (name, text) = LAYOUT;
    let elements: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    add(name, header(&format!("<U{}", text.len()), &[]), &elements);
    for (name, array) in params.iter().chain(params.iter_statistics()) {
        let elements: Vec<u8> = array.iter().flat_map(|x| x.to_le_bytes()).collect();
        add(name, header("<f4", array.shape()), &elements);
    }
    archive.finish().expect(MEMORY).into_inner()
}

/// Writes [`npz_bytes`] to a file, which is replaced whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn save_npz(params: &Params, path: impl AsRef<Path>) -> Result<(), FormatError> {
    Ok(Output::new(path)?.write(&npz_bytes(params))?)
}

fn header(element: &str, shape: &[usize]) -> String {
    let extents: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    format!("{{'descr': '{element}', 'fortran_order': False, 'shape': ({}{comma}), }}", extents.join(", "))
}

/// The beginning of an array in the format NPY 1.0: magic, version, length of the header, and the header,
/// filled up with spaces to a multiple of 64 bytes.
fn preamble(header: &str) -> Vec<u8> {
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.resize(10 + length - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// Reads the parameters and running statistics of `layout` from a file of [`save_npz`], or of
/// `numpy.savez` with the same arrays.
///
/// # Errors
/// As [`npz_from_bytes`], and if the file cannot be read.
pub fn load_npz(path: impl AsRef<Path>, layout: &Layout) -> Result<Params, FormatError> {
    npz_from_bytes(path.as_ref(), &content_of(path.as_ref())?, layout)
}

/// Reads the parameters and running statistics of `layout` from the content of an archive; the path is for
/// messages. Other arrays are ignored.
///
/// # Errors
/// If the content is not an archive; if it does not state the order of the dimensions of weights, by the
/// array
/// `weights` with the text `in,out`; if an array is missing, not `float32`, of another shape than in the
/// layout, or not finite.
pub fn npz_from_bytes(path: &Path, content: &[u8], layout: &Layout) -> Result<Params, FormatError> {
    read(content, layout).map_err(|problem| FormatError::Unreadable { path: path.to_owned(), problem })
}

fn read(content: &[u8], layout: &Layout) -> Result<Params, FileProblem> {
    let damaged =
        |error: zip::result::ZipError| FileProblem::Damaged { format: "NPZ", reason: error.to_string() };
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(damaged)?;
    let stated = text_of(&mut archive, LAYOUT.0, 4 * LAYOUT.1.len())?;
    if stated.as_deref() != Some(LAYOUT.1) {
        let what = "that its weights are [in, out], so that square ones could be wrong";
        let remedy = "add an array weights=\"in,out\" if they are";
        return Err(FileProblem::Unknown { what, remedy });
    }
    let mut numbers = |entries: &[Parameter]| -> Result<Vec<f32>, FileProblem> {
        let parts = entries.iter().map(|entry| floats(&mut archive, entry));
        Ok(parts.collect::<Result<Vec<_>, _>>()?.concat())
    };
    let (values, statistics) = (numbers(layout.parameters())?, numbers(layout.statistics())?);
    let mut params = Params::new(Arc::new(layout.clone()), values);
    if !statistics.is_empty() {
        params.statistics_mut().copy_from_slice(&statistics);
    }
    Ok(params)
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The header and the elements of an array with at most this many bytes of elements; `None` if there is none.
fn array(
    archive: &mut Archive<'_>,
    name: &str,
    most: usize,
) -> Result<Option<(String, Vec<u8>)>, FileProblem> {
    let damaged = |reason: String| FileProblem::Damaged {
        format: "NPZ",
        reason: format!(
            "{name}: \
     {reason}"
        ),
    };
    let mut entry = match archive.by_name(&format!("{name}.npy")) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(damaged(error.to_string())),
    };
    let mut bytes = Vec::new();
    let limit = (LONGEST_HEADER + most + 1) as u64;
    entry.by_ref().take(limit).read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
    let length = match bytes[..] {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => usize::from(u16::from_le_bytes([a, b])),
        _ => return Err(damaged("not an array of the format NPY 1.0".to_owned())),
    };
    let header = bytes.get(10..10 + length).and_then(|header| std::str::from_utf8(header).ok());
    let header = header.ok_or_else(|| damaged("its header is cut off".to_owned()))?.to_owned();
    Ok(Some((header, bytes.split_off(10 + length))))
}

/// The header without spaces, which writers set as they like.
fn without_spaces(header: &str) -> String {
    header.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace(",}", "}")
}

fn text_of(archive: &mut Archive<'_>, name: &str, most: usize) -> Result<Option<String>, FileProblem> {
    let Some((header, elements)) = array(archive, name, most)? else { return Ok(None) };
    if !without_spaces(&header).contains("'descr':'<U") {
        return Ok(None);
    }
    let characters =
        elements.as_chunks::<4>().0.iter().map(|bytes| char::from_u32(u32::from_le_bytes(*bytes)));
    Ok(characters.collect())
}

fn floats(archive: &mut Archive<'_>, entry: &Parameter) -> Result<Vec<f32>, FileProblem> {
    let count: usize = entry.shape.iter().product();
    let name = entry.name.clone();
    let Some((header, elements)) = array(archive, &name, 4 * count)? else {
        return Err(FileProblem::MissingTensor { name });
    };
    let expected = self::header("<f4", &entry.shape);
    if without_spaces(&header) != without_spaces(&expected) || elements.len() != 4 * count {
        let expected = format!("float32 of shape [{}] in row-major order", list(&entry.shape));
        return Err(FileProblem::Tensor { name, found: excerpt(header.trim()), expected });
    }
    let numbers: Vec<f32> =
        elements.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    match numbers.iter().find(|x| !x.is_finite()) {
        Some(x) => {
            Err(FileProblem::Tensor { name, found: format!("partly {x}"), expected: "finite".to_owned() })
        }
        None => Ok(numbers),
    }
}

//! Formulas and points that are given as arguments, in files, or on standard input.

use crate::error::CliError;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read, stdin};
use std::str::FromStr;
use wengert_files::excerpt;
use wengert_formula::{Binding, PointError};

/// The largest size of a text in bytes; a formula of this size has some hundred thousand operations.
const LONGEST: u64 = 1 << 20;

/// The formula that an argument gives: itself, standard input if it is `-`, or the file after an `@`.
pub(crate) fn formula(argument: &str) -> Result<Cow<'_, str>, CliError> {
    match argument.strip_prefix('@') {
        Some(path) => text_of(path).map(Cow::Owned),
        None if argument == "-" => text("standard input", stdin().lock()).map(Cow::Owned),
        None => Ok(Cow::Borrowed(argument)),
    }
}

/// The files that a formula and the parts of a point are read from.
pub(crate) fn files<'a>(formula: &'a str, point: &'a [PointPart]) -> impl Iterator<Item = &'a str> {
    let of_point = point.iter().filter_map(|part| match part {
        PointPart::Value(_) => None,
        PointPart::File(path) => Some(&**path),
    });
    formula.strip_prefix('@').into_iter().chain(of_point)
}

/// A part of a point: a value of a variable, such as `x=2`, or `@` and the path of a file with such parts,
/// which are separated by commas or line ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PointPart {
    Value(Binding),
    File(String),
}

impl FromStr for PointPart {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, PointError> {
        match text.strip_prefix('@') {
            Some(path) => Ok(Self::File(path.to_owned())),
            None => text.parse().map(Self::Value),
        }
    }
}

/// The values of all parts.
pub(crate) fn bindings(parts: &[PointPart]) -> Result<Vec<Binding>, CliError> {
    let mut bindings = Vec::new();
    for part in parts {
        match part {
            PointPart::Value(binding) => bindings.push(binding.clone()),
            PointPart::File(path) => {
                let text = text_of(path)?;
                let values = text.split([',', '\n']).map(str::trim).filter(|value| !value.is_empty());
                bindings.extend(values.map(Binding::from_str).collect::<Result<Vec<_>, _>>()?);
            }
        }
    }
    Ok(bindings)
}

/// All text of a file.
pub(crate) fn text_of(path: &str) -> Result<String, CliError> {
    let file = File::open(path).map_err(|error| CliError::Input { name: excerpt(path), error })?;
    text(path, file)
}

/// All text of a reader.
fn text(name: &str, reader: impl Read) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = reader.take(LONGEST + 1).read_to_end(&mut bytes).and_then(|_| {
        if bytes.len() as u64 > LONGEST {
            let problem = format!("there are more than {} MiB of text", LONGEST >> 20);
            return Err(io::Error::new(ErrorKind::InvalidData, problem));
        }
        let not_utf_8 = |_| io::Error::new(ErrorKind::InvalidData, "the text is not encoded in UTF-8");
        String::from_utf8(bytes).map_err(not_utf_8)
    });
    read.map_err(|error| CliError::Input { name: excerpt(name), error })
}

//! Replies: a JSON object, followed by arrays of numbers or the content of a file.

use crate::error::RequestError;
use serde_json::{Map, Value};

/// A JSON object with these fields. Written as `json!`, but smaller: it is built by one function.
macro_rules! object {
    ({ $($name:literal: $value:expr),* $(,)? }) => {
        $crate::reply::object_of(vec![$(($name, serde_json::Value::from($value))),*])
    };
}
pub(crate) use object;

/// A JSON object with these fields.
pub(crate) fn object_of(fields: Vec<(&str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The answer to a request.
///
/// As [bytes](Self::to_bytes): the length of the header (4 bytes, little endian), the header as JSON, with
/// spaces at its end so that its length is a multiple of 4, and the body. The field `arrays` of the header
/// lists what the body contains: the name and the shape of each array, in order, with numbers in single
/// precision, row by row. A file is in the body as it is, and the field `file` of the header has its name.
#[derive(Clone, Debug)]
pub struct Reply {
    header: Value,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(header: Value) -> Self {
        Self { header, body: Vec::new() }
    }

    pub(crate) fn of_error(error: &RequestError) -> Self {
        Self::new(object!({ "error": error.to_string() }))
    }

    /// A file with a name.
    pub(crate) fn file(name: &str, content: Vec<u8>) -> Self {
        Self { header: object!({ "file": name }), body: content }
    }

    /// Adds an array, whose shape fits the number of its elements.
    pub(crate) fn array(&mut self, name: &str, shape: &[usize], numbers: impl IntoIterator<Item = f32>) {
        let before = self.body.len();
        self.body.extend(numbers.into_iter().flat_map(f32::to_le_bytes));
        debug_assert_eq!(self.body.len() - before, 4 * shape.iter().product::<usize>(), "{name}");
        let entry = object!({ "name": name, "shape": shape });
        let object: &mut Map<String, Value> = self.header.as_object_mut().expect("a header is an object");
        let arrays = object.entry("arrays").or_insert_with(|| Value::Array(Vec::new()));
        arrays.as_array_mut().expect("arrays are a list").push(entry);
    }

    /// The JSON object.
    #[must_use]
    pub fn header(&self) -> &Value {
        &self.header
    }

    /// The array with a name.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Option<Vec<f32>> {
        let mut start = 0;
        for entry in self.header["arrays"].as_array()? {
            let shape = entry["shape"].as_array()?.iter().map(|size| Some(size.as_u64()? as usize));
            let length = 4 * shape.product::<Option<usize>>()?;
            if entry["name"] == name {
                let bytes = self.body.get(start..start + length)?.as_chunks::<4>().0;
                return Some(bytes.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect());
            }
            start += length;
        }
        None
    }

    /// What follows the header: arrays, or the content of a file.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The reply as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut header = self.header.to_string().into_bytes();
        header.resize(header.len().next_multiple_of(4), b' ');
        [&(header.len() as u32).to_le_bytes()[..], &header, &self.body].concat()
    }
}

/// A number in a reply; JSON has no infinity and no NaN, which are texts as JavaScript reads them.
pub(crate) fn number(x: f64) -> Value {
    match x {
        _ if x.is_finite() => x.into(),
        _ if x.is_nan() => "NaN".into(),
        _ => if x > 0.0 { "Infinity" } else { "-Infinity" }.into(),
    }
}

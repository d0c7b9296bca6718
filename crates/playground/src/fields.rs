//! The fields of a JSON object, taken one by one.
//!
//! Derived readers would do the same, with several times as much code, which matters in WebAssembly.

use crate::error::RequestError;
use serde_json::{Map, Value};

/// The fields of an object that were not taken yet.
///
/// The first problem is kept until [`end`](Self::end) reports it; in the meantime, the default of its type
/// stands for what could not be read.
pub(crate) struct Fields {
    object: Map<String, Value>,
    /// The names of the fields that were asked for.
    known: Vec<&'static str>,
    problem: Option<RequestError>,
}

impl Fields {
    /// Those of a JSON object.
    pub(crate) fn of_json(json: &[u8]) -> Result<Self, RequestError> {
        let malformed = |problem: String| RequestError::Malformed(problem);
        let text = std::str::from_utf8(json).map_err(|error| malformed(error.to_string()))?;
        match serde_json::from_str(text).map_err(|error| malformed(error.to_string()))? {
            Value::Object(object) => Ok(Self::of(object)),
            _ => Err(malformed("it is not a JSON object".to_owned())),
        }
    }

    fn of(object: Map<String, Value>) -> Self {
        Self { object, known: Vec::new(), problem: None }
    }

    /// The value of a field.
    pub(crate) fn required<T: FieldValue>(&mut self, name: &'static str) -> T {
        self.optional(name).unwrap_or_else(|| {
            self.refuse(RequestError::Malformed(format!("missing field `{name}`")));
            T::default()
        })
    }

    /// The value of a field that may be absent or null.
    pub(crate) fn optional<T: FieldValue>(&mut self, name: &'static str) -> Option<T> {
        match T::read(name, self.take(name)?) {
            Ok(content) => Some(content),
            Err(problem) => {
                self.refuse(problem);
                None
            }
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.object.remove(name).filter(|value| !value.is_null())
    }

    /// Keeps a problem, unless there is an earlier one.
    pub(crate) fn refuse(&mut self, problem: RequestError) {
        self.problem.get_or_insert(problem);
    }

    /// What was read, if there was no problem and there is no other field.
    pub(crate) fn end<T>(self, content: T) -> Result<T, RequestError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let Some(name) = self.object.keys().next() else { return Ok(content) };
        let known = self.known.join(", ");
        Err(RequestError::Malformed(format!("unknown field {name:?}, the fields are {known}")))
    }
}

/// What a field can contain.
pub(crate) trait FieldValue: Default {
    /// The content of the field `name`.
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError>;
}

/// What is read from the fields of an object.
pub(crate) trait FromFields: Default {
    /// Takes the fields.
    fn from_fields(fields: &mut Fields) -> Self;
}

/// The content of the field, if there is one of the kind that `needed` describes.
fn expected<T>(name: &str, needed: &str, content: Option<T>) -> Result<T, RequestError> {
    content.ok_or_else(|| RequestError::Malformed(format!("the field `{name}` must be {needed}")))
}

fn object(name: &str, value: Value) -> Result<Map<String, Value>, RequestError> {
    let object = match value {
        Value::Object(object) => Some(object),
        _ => None,
    };
    expected(name, "an object", object)
}

impl<T: FromFields> FieldValue for T {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        let mut fields = Fields::of(object(name, value)?);
        let content = T::from_fields(&mut fields);
        fields.end(content)
    }
}

impl FieldValue for f64 {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        expected(name, "a number", value.as_f64())
    }
}

impl FieldValue for u64 {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        expected(name, "a whole number, at least 0", value.as_u64())
    }
}

impl FieldValue for usize {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        let number = u64::read(name, value)?;
        expected(name, "a smaller number", number.try_into().ok())
    }
}

impl FieldValue for bool {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        expected(name, "true or false", value.as_bool())
    }
}

impl FieldValue for String {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        let text = match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        expected(name, "a text", text)
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        let list = match value {
            Value::Array(list) => Some(list),
            _ => None,
        };
        expected(name, "a list", list)?.into_iter().map(|element| T::read(name, element)).collect()
    }
}

/// A list of `N` elements.
impl<T: FieldValue, const N: usize> FieldValue for [T; N]
where
    Self: Default,
{
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        let list = Vec::read(name, value)?;
        let count = list.len();
        list.try_into().map_err(|_| {
            RequestError::Malformed(format!("the field `{name}` has {count} elements, must have {N}"))
        })
    }
}

/// A number for each name.
impl FieldValue for Vec<(String, f64)> {
    fn read(name: &'static str, value: Value) -> Result<Self, RequestError> {
        let fields = object(name, value)?.into_iter();
        fields.map(|(key, value)| Ok((key, f64::read(name, value)?))).collect()
    }
}

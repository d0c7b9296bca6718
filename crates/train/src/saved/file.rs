//! Reading and writing safetensors files.

use super::error::{ModelProblem, SavedModelError};
use safetensors::tensor::Dtype;
use safetensors::{SafeTensorError, SafeTensors};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::iter::repeat_n;
use std::path::Path;
use std::sync::Arc;
use wengert_ad::Real;
use wengert_files::{Output, excerpt};
use wengert_nn::{Layout, Parameter, Params};

/// The key of the order of the dimensions of weights in the metadata.
pub(super) const LAYOUT_KEY: &str = "weights";
/// The order in our files: `y = x W + b`. Files of PyTorch have `out,in`.
pub(super) const LAYOUT: &str = "in,out";

/// Checks that the weights of a file are not those of another program, which has other square weights.
/// Files of earlier versions do not say.
pub(super) fn check_layout(file: &TensorFile<'_>) -> Result<(), ModelProblem> {
    if file.optional(LAYOUT_KEY).is_some() { file.expect(LAYOUT_KEY, LAYOUT) } else { Ok(()) }
}

/// A tensor to be written: name, shape and elements in row-major order.
pub(super) type Entry<'a> = (Cow<'a, str>, Vec<usize>, Elements<'a>);

/// The elements of a tensor of a safetensors file, in row-major order.
#[derive(Clone, Debug)]
pub enum Elements<'a> {
    /// Single precision, as that of the parameters of a saved model.
    Single(Vec<f32>),
    /// Double precision, as that of the scaling of data.
    Double(Cow<'a, [f64]>),
    /// Counts.
    Whole(Vec<u64>),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Elements<'_> {
    /// Numbers in their own precision.
    pub(super) fn of<T: Real>(numbers: &[T]) -> Self {
        let wide = numbers.iter().map(|x| x.widened());
        if dtype_of::<T>() == Dtype::F32 {
            Self::Single(wide.map(|x| x as f32).collect())
        } else {
            Self::Double(wide.collect())
        }
    }

    fn dtype(&self) -> &'static str {
        match self {
            Self::Single(_) => "F32",
            Self::Double(_) => "F64",
            Self::Whole(_) => "U64",
            Self::Bytes(_) => "U8",
        }
    }

    fn little_endian(&self) -> Vec<u8> {
        match self {
            Self::Single(numbers) => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::Double(numbers) => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::Whole(counts) => counts.iter().flat_map(|count| count.to_le_bytes()).collect(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// The element type of a tensor of parameters.
fn dtype_of<T: Real>() -> Dtype {
    if size_of::<T>() == size_of::<f32>() { Dtype::F32 } else { Dtype::F64 }
}

/// The tensors of the parameters and the running statistics.
pub(super) fn entries<T: Real>(params: &Params<T>) -> impl Iterator<Item = Entry<'_>> {
    params.iter().chain(params.iter_statistics()).map(|(name, values)| {
        let numbers: Vec<T> = values.iter().copied().collect();
        (name.into(), values.shape().to_vec(), Elements::of(&numbers))
    })
}

/// Writes a file with these tensors, or leaves the existing file unchanged.
pub(super) fn write(
    path: &Path,
    tensors: &[Entry<'_>],
    metadata: &BTreeMap<String, String>,
) -> Result<(), SavedModelError> {
    Ok(Output::new(path)?.write(&serialised(tensors, metadata))?)
}

/// The content of a safetensors file with these tensors (name, shape, elements) and metadata: the length of
/// the header, the header, and the elements of the tensors in the same order.
///
/// Equal tensors and metadata give equal bytes, which the crate safetensors does not guarantee: it takes the
/// metadata in the random order of a hash map.
///
/// # Panics
/// If two tensors have the same name.
#[must_use]
#[track_caller]
pub fn serialised(
    tensors: &[(Cow<'_, str>, Vec<usize>, Elements<'_>)],
    metadata: &BTreeMap<String, String>,
) -> Vec<u8> {
    let mut header = Map::from_iter([("__metadata__".to_owned(), json!(metadata))]);
    let mut elements = Vec::new();
    for (name, shape, numbers) in tensors {
        let (start, dtype) = (elements.len(), numbers.dtype());
        elements.extend(numbers.little_endian());
        let entry = json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, elements.len()] });
        let earlier = header.insert(name.clone().into_owned(), entry);
        assert!(earlier.is_none(), "two tensors have the name {name}");
    }
    let mut header = Value::Object(header).to_string();
    // Spaces align the elements to eight bytes.
    header.extend(repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &elements].concat()
}

/// The contents of a safetensors file.
pub(super) struct TensorFile<'a> {
    metadata: HashMap<String, String>,
    tensors: SafeTensors<'a>,
}

/// Reads a file and builds a value from its contents.
pub(super) fn read<R>(
    path: &Path,
    build: impl FnOnce(&TensorFile<'_>) -> Result<R, ModelProblem>,
) -> Result<R, SavedModelError> {
    let bytes = content_of(path).map_err(|source| SavedModelError::Io { path: path.to_owned(), source })?;
    parse(path, &bytes, build)
}

/// Builds a value from the content of a file; the path is for messages.
pub(super) fn parse<R>(
    path: &Path,
    bytes: &[u8],
    build: impl FnOnce(&TensorFile<'_>) -> Result<R, ModelProblem>,
) -> Result<R, SavedModelError> {
    let file = TensorFile::parse(bytes);
    let file = file.map_err(|source| SavedModelError::Format { path: path.to_owned(), source })?;
    build(&file).map_err(|problem| SavedModelError::NotAModel { path: path.to_owned(), problem })
}

/// The content of a file. The header, which begins with its length, is read first: the length is checked
/// before memory is taken, and something without an end, such as `/dev/zero`, is not read further.
pub(super) fn content_of(path: &Path) -> io::Result<Vec<u8>> {
    const LONGEST_HEADER: u64 = 100_000_000;
    let (mut file, mut bytes) = (File::open(path)?, Vec::new());
    file.by_ref().take(8).read_to_end(&mut bytes)?;
    let length = bytes[..].try_into().map_or(0, u64::from_le_bytes);
    if (1..=LONGEST_HEADER).contains(&length) {
        file.by_ref().take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == 8 + length && bytes[8] == b'{' {
            file.read_to_end(&mut bytes)?;
        }
    }
    Ok(bytes)
}

impl<'a> TensorFile<'a> {
    /// The metadata and the tensors of the content of a file.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, SafeTensorError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        Ok(Self { metadata: header.metadata().clone().unwrap_or_default(), tensors })
    }
}

impl TensorFile<'_> {
    /// The number of tensors.
    pub(super) fn tensors(&self) -> usize {
        self.tensors.len()
    }

    /// A required entry of the metadata.
    pub(super) fn required(&self, key: &'static str) -> Result<&str, ModelProblem> {
        self.optional(key).ok_or(ModelProblem::MissingMetadata { key })
    }

    /// An optional entry of the metadata.
    pub(super) fn optional(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// Checks that a required entry of the metadata has this value.
    pub(super) fn expect(&self, key: &'static str, expected: &str) -> Result<(), ModelProblem> {
        let value = self.required(key)?;
        if value == expected {
            return Ok(());
        }
        Err(ModelProblem::Metadata { key, value: excerpt(value), expected: format!("{expected:?}") })
    }

    /// The parameters and running statistics of a layout.
    pub(super) fn params(&self, layout: Layout) -> Result<Params, ModelProblem> {
        let read = |entries: &[Parameter]| -> Result<Vec<f32>, ModelProblem> {
            let parts = entries.iter().map(|entry| self.floats(&entry.name, &entry.shape));
            Ok(parts.collect::<Result<Vec<_>, _>>()?.concat())
        };
        let (values, statistics) = (read(layout.parameters())?, read(layout.statistics())?);
        let mut params = Params::new(Arc::new(layout), values);
        if !statistics.is_empty() {
            params.statistics_mut().copy_from_slice(&statistics);
        }
        Ok(params)
    }

    /// Whether there is a tensor of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    /// The elements of a tensor of this shape in single precision, all finite.
    pub(super) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelProblem> {
        let bytes = self.bytes(name, Dtype::F32, shape)?;
        let numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let numbers: Vec<f32> = numbers.collect();
        match numbers.iter().position(|x| !x.is_finite()) {
            Some(index) => {
                Err(ModelProblem::NotFinite { name: name.to_owned(), index, value: numbers[index] })
            }
            None => Ok(numbers),
        }
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, name: &str) -> Result<Vec<usize>, ModelProblem> {
        let missing = |_| ModelProblem::MissingTensor { name: name.to_owned() };
        Ok(self.tensors.tensor(name).map_err(missing)?.shape().to_vec())
    }

    /// The elements of a tensor of this shape in the precision `T`, whatever they are.
    pub(super) fn numbers<T: Real>(&self, name: &str, shape: &[usize]) -> Result<Vec<T>, ModelProblem> {
        let dtype = dtype_of::<T>();
        let bytes = self.bytes(name, dtype, shape)?;
        Ok(if dtype == Dtype::F32 {
            let singles = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
            singles.map(|x| T::literal(f64::from(x))).collect()
        } else {
            bytes.as_chunks::<8>().0.iter().map(|bytes| T::literal(f64::from_le_bytes(*bytes))).collect()
        })
    }

    /// The counts in a tensor of this shape.
    pub(super) fn counts(&self, name: &str, shape: &[usize]) -> Result<Vec<u64>, ModelProblem> {
        let bytes = self.bytes(name, Dtype::U64, shape)?;
        Ok(bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }

    /// The elements of a tensor of bytes of this shape.
    pub(super) fn octets(&self, name: &str, shape: &[usize]) -> Result<Vec<u8>, ModelProblem> {
        Ok(self.bytes(name, Dtype::U8, shape)?.into_owned())
    }

    /// The elements of a tensor of this shape in double precision.
    pub(super) fn doubles(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, ModelProblem> {
        let bytes = self.bytes(name, Dtype::F64, shape)?;
        let numbers = bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
        Ok(numbers.collect())
    }

    /// The bytes of a tensor of this type and shape.
    fn bytes(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<Cow<'_, [u8]>, ModelProblem> {
        let missing = |_| ModelProblem::MissingTensor { name: name.to_owned() };
        let tensor = self.tensors.tensor(name).map_err(missing)?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            return Err(ModelProblem::Tensor {
                name: name.to_owned(),
                dtype: tensor.dtype(),
                shape: tensor.shape().to_vec(),
                expected: (dtype, shape.to_vec()),
            });
        }
        Ok(tensor.data().into())
    }
}

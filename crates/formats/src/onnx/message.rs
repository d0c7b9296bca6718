//! The messages of ONNX that perceptrons need, by the field numbers of `onnx.proto` of ONNX 1.12.
//!
//! What may be repeated without limit is kept as bytes and decoded one by one: a node of two bytes in the
//! file would take hundreds in memory.

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub(super) struct Model {
    #[prost(int64, tag = "1")]
    pub(super) ir_version: i64,
    #[prost(string, tag = "2")]
    pub(super) producer_name: String,
    #[prost(string, tag = "3")]
    pub(super) producer_version: String,
    /// A [`Graph`].
    #[prost(bytes = "vec", tag = "7")]
    pub(super) graph: Vec<u8>,
    /// Each an [`OperatorSet`].
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub(super) operator_sets: Vec<Vec<u8>>,
    /// Each an [`Entry`].
    #[prost(bytes = "vec", repeated, tag = "14")]
    pub(super) metadata: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct OperatorSet {
    #[prost(string, tag = "1")]
    pub(super) domain: String,
    #[prost(int64, tag = "2")]
    pub(super) version: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Entry {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(string, tag = "2")]
    pub(super) value: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Graph {
    /// Each a [`Node`].
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(super) nodes: Vec<Vec<u8>>,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    /// Each an [`Array`].
    #[prost(bytes = "vec", repeated, tag = "5")]
    pub(super) initializers: Vec<Vec<u8>>,
    #[prost(string, tag = "10")]
    pub(super) description: String,
    /// Each a [`Value`].
    #[prost(bytes = "vec", repeated, tag = "11")]
    pub(super) inputs: Vec<Vec<u8>>,
    /// Each a [`Value`].
    #[prost(bytes = "vec", repeated, tag = "12")]
    pub(super) outputs: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(super) inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) outputs: Vec<String>,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(string, tag = "4")]
    pub(super) operator: String,
    /// Each an [`Attribute`].
    #[prost(bytes = "vec", repeated, tag = "5")]
    pub(super) attributes: Vec<Vec<u8>>,
    #[prost(string, tag = "7")]
    pub(super) domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Attribute {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(float, tag = "2")]
    pub(super) float: f32,
    #[prost(int64, tag = "3")]
    pub(super) integer: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) text: Vec<u8>,
    /// An [`Array`].
    #[prost(bytes = "vec", tag = "5")]
    pub(super) array: Vec<u8>,
    #[prost(float, repeated, tag = "7")]
    pub(super) floats: Vec<f32>,
    #[prost(int64, repeated, tag = "8")]
    pub(super) integers: Vec<i64>,
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub(super) texts: Vec<Vec<u8>>,
    #[prost(int32, tag = "20")]
    pub(super) kind: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Array {
    #[prost(int64, repeated, tag = "1")]
    pub(super) dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub(super) element: i32,
    #[prost(float, repeated, tag = "4")]
    pub(super) floats: Vec<f32>,
    #[prost(int64, repeated, tag = "7")]
    pub(super) integers: Vec<i64>,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub(super) raw: Vec<u8>,
    #[prost(double, repeated, tag = "10")]
    pub(super) doubles: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Kind {
    #[prost(message, optional, tag = "1")]
    pub(super) tensor: Option<TensorKind>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TensorKind {
    #[prost(int32, tag = "1")]
    pub(super) element: i32,
    #[prost(message, optional, tag = "2")]
    pub(super) shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Shape {
    /// Each an [`Extent`].
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(super) extents: Vec<Vec<u8>>,
}

/// A number, or a name for one that is not known.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Extent {
    #[prost(int64, optional, tag = "1")]
    pub(super) value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub(super) name: Option<String>,
}

/// Types of elements.
pub(super) mod element {
    pub(in crate::onnx) const FLOAT: i32 = 1;
    pub(in crate::onnx) const INT64: i32 = 7;
    pub(in crate::onnx) const TEXT: i32 = 8;
    pub(in crate::onnx) const DOUBLE: i32 = 11;
}

/// Kinds of attributes.
pub(super) mod attribute {
    pub(in crate::onnx) const FLOAT: i32 = 1;
    pub(in crate::onnx) const INTEGER: i32 = 2;
    pub(in crate::onnx) const INTEGERS: i32 = 7;
    pub(in crate::onnx) const TEXTS: i32 = 8;
    pub(in crate::onnx) const FLOATS: i32 = 6;
}

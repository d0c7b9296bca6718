//! A graph in the making.

use super::message::{
    Array, Attribute, Extent, Graph, Kind, Node, Shape, TensorKind, Value, attribute, element,
};
use prost::Message;

/// The domain of the operators for tables and texts.
pub(super) const TABLES: &str = "ai.onnx.ml";

/// A graph to which nodes are added. Each node has one output, whose name is returned. Names of constants
/// and of inner values begin with a slash; those of inputs and outputs do not.
#[derive(Default)]
pub(super) struct Builder {
    graph: Graph,
    /// The number of names so far.
    count: usize,
    /// Whether an operator for tables is used.
    pub(super) uses_tables: bool,
}

/// An attribute of a node.
pub(super) enum Setting<'a> {
    Float(f32),
    Integer(i64),
    Integers(Vec<i64>),
    Floats(Vec<f32>),
    Texts(Vec<&'a str>),
}

impl Builder {
    /// A node with a new name for its output.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting<'_>)],
    ) -> String {
        self.count += 1;
        let output = format!("/{}_{}", operator.to_ascii_lowercase(), self.count);
        self.named(&output, operator, inputs, settings);
        output
    }

    /// A node whose output has this name.
    pub(super) fn named(
        &mut self,
        output: &str,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting<'_>)],
    ) {
        let is_for_tables = matches!(operator, "LabelEncoder" | "OneHotEncoder");
        self.uses_tables |= is_for_tables;
        let attributes = settings.iter().map(|(name, setting)| encoded(name, setting)).collect();
        let node = Node {
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            outputs: vec![output.to_owned()],
            name: format!("{operator} {}", self.graph.nodes.len() + 1),
            operator: operator.to_owned(),
            attributes,
            domain: if is_for_tables { TABLES.to_owned() } else { String::new() },
        };
        self.graph.nodes.push(node.encode_to_vec());
    }

    /// A constant array in single precision with this name.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], numbers: &[f32]) -> String {
        let raw = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.array(name, shape, element::FLOAT, raw)
    }

    /// A constant array in double precision with this name.
    pub(super) fn doubles(&mut self, name: &str, shape: &[usize], numbers: &[f64]) -> String {
        let raw = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.array(name, shape, element::DOUBLE, raw)
    }

    /// A constant list of integers with this name.
    pub(super) fn integers(&mut self, name: &str, numbers: &[i64]) -> String {
        let raw = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.array(name, &[numbers.len()], element::INT64, raw)
    }

    fn array(&mut self, name: &str, shape: &[usize], element: i32, raw: Vec<u8>) -> String {
        let name = format!("/{name}");
        let dims = shape.iter().map(|&extent| extent as i64).collect();
        let array = Array { dims, element, name: name.clone(), raw, ..Array::default() };
        self.graph.initializers.push(array.encode_to_vec());
        name
    }

    /// An input with a row per example.
    pub(super) fn input(&mut self, name: &str, element: i32, width: usize) {
        self.graph.inputs.push(rows(name, element, Some(width)));
    }

    /// An output with a row per example; without a width, a number per example.
    pub(super) fn output(&mut self, name: &str, element: i32, width: Option<usize>) {
        self.graph.outputs.push(rows(name, element, width));
    }

    /// The graph.
    pub(super) fn into_graph(self) -> Graph {
        self.graph
    }

    /// The graph, encoded.
    pub(super) fn finish(mut self, name: &str, description: &str) -> Vec<u8> {
        (self.graph.name, self.graph.description) = (name.to_owned(), description.to_owned());
        self.graph.encode_to_vec()
    }
}

fn rows(name: &str, element: i32, width: Option<usize>) -> Vec<u8> {
    let examples = Extent { value: None, name: Some("examples".to_owned()) };
    let width = width.map(|width| Extent { value: Some(width as i64), name: None });
    let extents = std::iter::once(examples).chain(width).map(|extent| extent.encode_to_vec()).collect();
    let tensor = TensorKind { element, shape: Some(Shape { extents }) };
    let kind = Kind { tensor: Some(tensor) };
    Value { name: name.to_owned(), kind: Some(kind) }.encode_to_vec()
}

fn encoded(name: &str, setting: &Setting<'_>) -> Vec<u8> {
    let mut attribute = Attribute { name: name.to_owned(), ..Attribute::default() };
    match setting {
        Setting::Float(x) => (attribute.float, attribute.kind) = (*x, attribute::FLOAT),
        Setting::Integer(x) => (attribute.integer, attribute.kind) = (*x, attribute::INTEGER),
        Setting::Integers(x) => (attribute.integers, attribute.kind) = (x.clone(), attribute::INTEGERS),
        Setting::Floats(x) => (attribute.floats, attribute.kind) = (x.clone(), attribute::FLOATS),
        Setting::Texts(texts) => {
            attribute.texts = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            attribute.kind = attribute::TEXTS;
        }
    }
    attribute.encode_to_vec()
}

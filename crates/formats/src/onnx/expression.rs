//! Values of a graph as functions of the outputs of a layer.

use super::activation::EXPANSIONS;
use super::builder::Builder;
use super::message::{Array, Attribute, Node, element};
use prost::Message;
use std::collections::HashMap;
use std::rc::Rc;
use wengert_nn::AnyActivation;

/// The largest number of parts of an expression: more than that of any activation.
const LARGEST: usize = 40;

/// A value as a function of the outputs `x` of a layer, or of the inputs.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    /// `x` itself.
    X,
    /// A constant of the graph by its name.
    Constant(Rc<str>),
    /// An operator of other values, with its attribute `alpha`.
    Of(Rc<str>, Option<f32>, Vec<Rc<Expression>>),
    /// Anything larger than an activation.
    Large,
}

impl Expression {
    fn size(&self) -> usize {
        match self {
            Self::X | Self::Constant(_) => 1,
            Self::Of(_, _, inputs) => 1 + inputs.iter().map(|input| input.size()).sum::<usize>(),
            Self::Large => LARGEST,
        }
    }

    /// An operator of values.
    pub(super) fn of(node: &Node, inputs: Vec<Rc<Self>>) -> Self {
        let alpha = match node.operator.as_str() {
            "Elu" => Some(1.0),
            "LeakyRelu" => Some(0.01),
            _ => None,
        };
        let alpha = alpha.map(|default| float(node, "alpha").unwrap_or(default));
        let whole = Self::Of(node.operator.as_str().into(), alpha, inputs);
        if whole.size() > LARGEST { Self::Large } else { whole }
    }

    /// The activation that this is.
    pub(super) fn activation(&self, constants: &Constants) -> Option<AnyActivation> {
        let alpha = match self {
            Self::Of(_, alpha, _) => alpha.map(f64::from),
            _ => None,
        };
        let text = self.text(constants);
        let alphas: Vec<f64> = alpha.into_iter().collect();
        let takes_alpha = |name: &str| matches!(name, "elu" | "leaky_relu");
        let found = EXPANSIONS.iter().find(|known| {
            takes_alpha(known.name) != alphas.is_empty() && expanded(known.nodes, &alphas) == text
        });
        AnyActivation::named(found?.name, &alphas)
    }

    /// A text in which equal functions are equal: operands that can be exchanged are sorted, and numbers have
    /// five digits.
    pub(super) fn text(&self, constants: &Constants) -> String {
        match self {
            Self::X => "x".to_owned(),
            Self::Large => "...".to_owned(),
            Self::Constant(name) => match constants.numbers(name).ok().as_deref() {
                Some([number]) => format!("{number:.4e}"),
                _ => "an array".to_owned(),
            },
            Self::Of(operator, _, inputs) => {
                let mut texts: Vec<String> = inputs.iter().map(|input| input.text(constants)).collect();
                if matches!(&**operator, "Add" | "Mul") {
                    texts.sort();
                }
                format!("{operator}({})", texts.join(", "))
            }
        }
    }
}

/// The text of an activation as it is written.
fn expanded(nodes: fn(&mut Builder, &str, &[f64]) -> String, constants: &[f64]) -> String {
    let mut builder = Builder::default();
    let output = nodes(&mut builder, "x", constants);
    let graph = builder.into_graph();
    let known = Constants::of(&graph.initializers);
    let mut values = HashMap::from([("x".to_owned(), Rc::new(Expression::X))]);
    for node in &graph.nodes {
        let node = Node::decode(&**node).expect("what was encoded can be decoded");
        let inputs = node.inputs.iter().map(|input| {
            values.get(input).cloned().unwrap_or_else(|| Rc::new(Expression::Constant(input.as_str().into())))
        });
        let value = Expression::of(&node, inputs.collect());
        values.insert(node.outputs[0].clone(), Rc::new(value));
    }
    values[&output].text(&known)
}

/// The attribute of this name.
pub(super) fn attribute(node: &Node, name: &str) -> Option<Attribute> {
    let decoded = node.attributes.iter().filter_map(|bytes| Attribute::decode(&**bytes).ok());
    decoded.into_iter().find(|attribute| attribute.name == name)
}

pub(super) fn float(node: &Node, name: &str) -> Option<f32> {
    attribute(node, name).map(|attribute| attribute.float)
}

pub(super) fn integer(node: &Node, name: &str) -> Option<i64> {
    attribute(node, name).map(|attribute| attribute.integer)
}

/// The constant arrays of a graph by their names, still encoded.
#[derive(Default)]
pub(super) struct Constants<'a> {
    arrays: HashMap<String, &'a [u8]>,
    /// Arrays in the attributes of nodes.
    own: HashMap<String, Vec<u8>>,
}

/// The name alone.
#[derive(Clone, PartialEq, Message)]
struct Name {
    #[prost(string, tag = "8")]
    name: String,
}

impl<'a> Constants<'a> {
    pub(super) fn of(initializers: &'a [Vec<u8>]) -> Self {
        let named =
            initializers.iter().filter_map(|bytes| Some((Name::decode(&**bytes).ok()?.name, &**bytes)));
        Self { arrays: named.collect(), own: HashMap::new() }
    }

    pub(super) fn insert(&mut self, name: String, array: Vec<u8>) {
        self.own.insert(name, array);
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.arrays.contains_key(name) || self.own.contains_key(name)
    }

    /// The shape of an array, and its elements.
    pub(super) fn array(&self, name: &str) -> Result<(Vec<usize>, Vec<f64>), String> {
        let bytes = self.arrays.get(name).copied().or_else(|| self.own.get(name).map(|bytes| &**bytes));
        let array = Array::decode(bytes.ok_or("it is not a constant")?).map_err(|error| error.to_string())?;
        let shape: Option<Vec<usize>> =
            array.dims.iter().map(|&extent| usize::try_from(extent).ok()).collect();
        let shape = shape.ok_or("its shape has negative extents")?;
        let count = shape.iter().try_fold(1_usize, |count, &extent| count.checked_mul(extent));
        let numbers = match (array.element, array.raw.is_empty()) {
            (element::FLOAT, true) => array.floats.iter().map(|&x| f64::from(x)).collect(),
            (element::FLOAT, false) => little_endian(&array.raw, |bytes| f32::from_le_bytes(bytes).into()),
            (element::DOUBLE, true) => array.doubles,
            (element::DOUBLE, false) => little_endian(&array.raw, f64::from_le_bytes),
            (element, _) => {
                return Err(format!(
                    "its elements are of type {element}, must be 1 or 11, \
             floats"
                ));
            }
        };
        if count != Some(numbers.len()) {
            return Err(format!("it has {} elements, not those of its shape", numbers.len()));
        }
        Ok((shape, numbers))
    }

    /// The elements of an array.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f64>, String> {
        Ok(self.array(name)?.1)
    }
}

fn little_endian<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
}

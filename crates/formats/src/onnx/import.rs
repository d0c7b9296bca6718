//! Reading multi-layer perceptrons from ONNX models.

use super::export::{FEATURES, FORMAT};
use super::expression::{Constants, Expression, attribute, float, integer};
use super::message::{Entry, Graph, Model, Node, Value};
use crate::assembled::{Assembled, ImportOptions, content_of, transposed};
use crate::error::{FileProblem, FormatError};
use crate::network::{EPSILON, Layer, Normaliser};
use prost::Message;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use wengert_data::Standardiser;
use wengert_nn::Outputs;
use wengert_train::SavedMlp;

/// Reads a multi-layer perceptron from an ONNX file of Wengert or of another program.
///
/// # Errors
/// As [`onnx_from_bytes`], and if the file cannot be read.
pub fn load_onnx(path: impl AsRef<Path>, options: &ImportOptions) -> Result<SavedMlp, FormatError> {
    onnx_from_bytes(path.as_ref(), &content_of(path.as_ref())?, options)
}

/// Reads a multi-layer perceptron from the content of an ONNX file; the path is for messages.
///
/// The graph takes one input of shape `(examples, features)`, and consists of `Gemm`, or `MatMul` and
/// `Add`, with constant weights; after each layer but the last the same activation, in the nodes that
/// Wengert and PyTorch write for it, and if there is one, the same normalisation before it
/// (`BatchNormalization`,
/// `LayerNormalization`). Before the first layer, a mean may be subtracted and a deviation divided by;
/// after the last may be `Softmax` or `Sigmoid`, by which the outputs are logits, or a product and a sum
/// with constants, the scaling of targets. Nodes without an effect on predictions are skipped: `Identity`,
/// `Cast`, `Dropout`,
/// `Flatten`, and those after the outputs. What the file does not say, the options do. The preprocessing of a
/// file that Wengert wrote is restored from its metadata.
///
/// # Errors
/// If the content is not an ONNX model, if the graph is not such a perceptron, naming the operator, or if a
/// number is not finite.
pub fn onnx_from_bytes(
    path: &Path,
    content: &[u8],
    options: &ImportOptions,
) -> Result<SavedMlp, FormatError> {
    let unreadable = |problem| FormatError::Unreadable { path: path.to_owned(), problem };
    let damaged = |error: prost::DecodeError| {
        unreadable(FileProblem::Damaged { format: "ONNX", reason: error.to_string() })
    };
    let model = Model::decode(content).map_err(damaged)?;
    let graph = Graph::decode(&*model.graph).map_err(damaged)?;
    let mut entries = BTreeMap::new();
    for entry in &model.metadata {
        let Entry { key, value } = Entry::decode(&**entry).map_err(damaged)?;
        entries.insert(key, value);
    }
    let is_ours = entries.get("format").is_some_and(|format| format == FORMAT);
    let mut reading = Reading::of(&graph, is_ours).map_err(unreadable)?;
    for node in &graph.nodes {
        let node = Node::decode(&**node).map_err(damaged)?;
        reading.take(node).map_err(unreadable)?;
    }
    let mut assembled = reading.finish(&graph).map_err(unreadable)?;
    if is_ours {
        assembled.outputs = entries.get("outputs").and_then(|name| Outputs::named(name));
        assembled.entries = entries;
    }
    assembled.model(path, options)
}

/// A graph that is read node by node.
struct Reading<'a> {
    constants: Constants<'a>,
    assembled: Assembled,
    /// The values that depend on the input, as functions of the outputs of a layer, of which there are
    /// this many so far.
    values: HashMap<String, (usize, Rc<Expression>)>,
    /// The value that the network begins with, if it is not an input of the graph.
    first: Option<&'static str>,
}

impl<'a> Reading<'a> {
    fn of(graph: &'a Graph, is_ours: bool) -> Result<Self, FileProblem> {
        let constants = Constants::of(&graph.initializers);
        let mut values = HashMap::new();
        if !is_ours {
            let names = graph.inputs.iter().filter_map(|value| Some(Value::decode(&**value).ok()?.name));
            let names: Vec<String> = names.filter(|name| !constants.contains(name)).collect();
            let [name] = &names[..] else {
                let (found, expected) = (format!("{} inputs", names.len()), "one, the features,".to_owned());
                return Err(FileProblem::Step { found, expected });
            };
            values.insert(name.clone(), (0, Rc::new(Expression::X)));
        }
        let first = is_ours.then_some(FEATURES);
        Ok(Self { constants, assembled: Assembled::default(), values, first })
    }

    /// The number of layers so far.
    fn stage(&self) -> usize {
        self.assembled.layers.len()
    }

    /// Adds a node.
    fn take(&mut self, mut node: Node) -> Result<(), FileProblem> {
        let Some(output) = node.outputs.first().cloned() else { return Ok(()) };
        if node.operator == "Constant" {
            let array = attribute(&node, "value").map(|attribute| attribute.array).unwrap_or_default();
            self.constants.insert(output, array);
            return Ok(());
        }
        if self.first.is_some_and(|first| first == output) {
            self.values.insert(output, (0, Rc::new(Expression::X)));
            return Ok(());
        }
        // Optional inputs that are left out have empty names.
        while node.inputs.last().is_some_and(String::is_empty) {
            node.inputs.pop();
        }
        let Some(data) = node.inputs.iter().position(|input| self.values.contains_key(input)) else {
            return Ok(());
        };
        let value = self.values[&node.inputs[data]].clone();
        let new = match node.operator.as_str() {
            "Identity" | "Cast" | "Dropout" | "Flatten" if data == 0 => value,
            "Clip" if data == 0 && value.0 == 0 => value,
            "Gemm" | "MatMul" if data == 0 && self.is_layer(&node) => self.layer(&node, &value)?,
            "BatchNormalization" | "LayerNormalization" if data == 0 => self.normalisation(&node, &value)?,
            "Add" if self.is_bias(&node, data, &value) => self.bias(&node, data)?,
            _ => self.other(&node)?,
        };
        self.values.insert(output, new);
        Ok(())
    }

    /// An operator of an activation, of the scaling, or after the outputs.
    fn other(&self, node: &Node) -> Result<(usize, Rc<Expression>), FileProblem> {
        let mut stage = None;
        let mut inputs = Vec::new();
        for input in &node.inputs {
            let value = match self.values.get(input) {
                Some((of, value)) if stage.is_none_or(|stage| stage == *of) => {
                    stage = Some(*of);
                    value.clone()
                }
                Some(_) => {
                    let found = format!("{}, which joins the outputs of two layers", node.operator);
                    let expected = "one layer after the other, and nothing else".to_owned();
                    return Err(FileProblem::Step { found, expected });
                }
                None => Rc::new(Expression::Constant(input.as_str().into())),
            };
            inputs.push(value);
        }
        Ok((stage.unwrap_or(0), Rc::new(Expression::of(node, inputs))))
    }

    /// Whether a product is one with a constant.
    fn is_layer(&self, node: &Node) -> bool {
        node.inputs.get(1).is_some_and(|name| self.constants.contains(name))
    }

    /// An array that a node needs, in single precision.
    fn floats(&self, name: &str, expected: &str) -> Result<(Vec<usize>, Vec<f32>), FileProblem> {
        let (shape, numbers) = self.constants.array(name).map_err(|found| FileProblem::Tensor {
            name: name.to_owned(),
            found,
            expected: expected.to_owned(),
        })?;
        Ok((shape, numbers.into_iter().map(|x| x as f32).collect()))
    }

    /// The elements of a vector, or of a matrix with one row.
    fn vector(&self, name: &str, width: usize) -> Result<Vec<f32>, FileProblem> {
        let expected = format!("a vector of {width} numbers");
        let (shape, numbers) = self.floats(name, &expected)?;
        if numbers.len() == width && shape.last() == Some(&width) {
            return Ok(numbers);
        }
        Err(FileProblem::Tensor { name: name.to_owned(), found: format!("of shape {shape:?}"), expected })
    }

    /// A fully connected layer of a value.
    fn layer(
        &mut self,
        node: &Node,
        (stage, value): &(usize, Rc<Expression>),
    ) -> Result<(usize, Rc<Expression>), FileProblem> {
        if *stage != self.stage() {
            let found = format!("{}, whose input is not that of the last layer", node.operator);
            return Err(FileProblem::Step { found, expected: "one layer after the other".to_owned() });
        }
        let factors = ["alpha", "beta"].map(|name| float(node, name).unwrap_or(1.0));
        if factors != [1.0, 1.0] || integer(node, "transA").unwrap_or(0) != 0 {
            let found = "Gemm with factors or a transposed input".to_owned();
            return Err(FileProblem::Step { found, expected: "Gemm without".to_owned() });
        }
        let name = &node.inputs[1];
        let (shape, mut weight) = self.floats(name, "a matrix")?;
        let &[mut inputs, mut outputs] = &shape[..] else {
            let (found, expected) = (format!("of shape {shape:?}"), "a matrix".to_owned());
            return Err(FileProblem::Tensor { name: name.clone(), found, expected });
        };
        if inputs == 0 || outputs == 0 {
            let (found, expected) = (format!("of shape {shape:?}"), "a matrix with elements".to_owned());
            return Err(FileProblem::Tensor { name: name.clone(), found, expected });
        }
        if integer(node, "transB").unwrap_or(0) != 0 {
            weight = transposed(&weight, inputs);
            (inputs, outputs) = (outputs, inputs);
        }
        match self.assembled.layers.last_mut() {
            None => self.assembled.inputs = self.input_scaling(value, inputs)?,
            Some(layer) => {
                let activation = value.activation(&self.constants).ok_or_else(|| FileProblem::Step {
                    found: value.text(&self.constants),
                    expected: "an activation of x".to_owned(),
                })?;
                layer.activation = Some(activation);
            }
        }
        let bias = node.inputs.get(2).map(|bias| self.vector(bias, outputs)).transpose()?;
        let layer = Layer { inputs, outputs, weight, bias, normaliser: None, activation: None };
        self.assembled.push(name, layer)?;
        Ok((self.stage(), Rc::new(Expression::X)))
    }

    /// Whether a sum adds the bias of a layer: a vector, directly after the product.
    fn is_bias(&self, node: &Node, data: usize, (stage, value): &(usize, Rc<Expression>)) -> bool {
        let Some(layer) = self.assembled.layers.last().filter(|_| *stage == self.stage()) else {
            return false;
        };
        let other = node.inputs.get(1 - data.min(1)).filter(|name| self.constants.contains(name));
        let is_vector = |name: &String| {
            self.constants.array(name).is_ok_and(|(shape, _)| shape.last() == Some(&layer.outputs))
        };
        matches!(**value, Expression::X)
            && layer.bias.is_none()
            && layer.normaliser.is_none()
            && other.is_some_and(is_vector)
    }

    fn bias(&mut self, node: &Node, data: usize) -> Result<(usize, Rc<Expression>), FileProblem> {
        let width = self.assembled.layers.last().map_or(0, |layer| layer.outputs);
        let bias = self.vector(&node.inputs[1 - data], width)?;
        let layer = self.assembled.layers.last_mut().expect("a bias follows a layer");
        layer.bias = Some(bias);
        Ok((self.stage(), Rc::new(Expression::X)))
    }

    fn normalisation(
        &mut self,
        node: &Node,
        (stage, value): &(usize, Rc<Expression>),
    ) -> Result<(usize, Rc<Expression>), FileProblem> {
        let step = |found: &str| FileProblem::Step {
            found: format!("{} {found}", node.operator),
            expected: "normalisation directly after a layer, with epsilon 1e-5,".to_owned(),
        };
        let is_batch = node.operator == "BatchNormalization";
        let width = match self.assembled.layers.last() {
            Some(layer)
                if *stage == self.stage()
                    && layer.normaliser.is_none()
                    && matches!(**value, Expression::X) =>
            {
                layer.outputs
            }
            _ => return Err(step("elsewhere")),
        };
        let epsilon = float(node, "epsilon").unwrap_or(EPSILON as f32);
        let axis = integer(node, "axis").unwrap_or(-1);
        if epsilon != EPSILON as f32 || !(is_batch || matches!(axis, -1 | 1)) {
            return Err(step(&format!("with epsilon {epsilon} along axis {axis}")));
        }
        let input = |i: usize| match node.inputs.get(i) {
            Some(name) => self.vector(name, width),
            None => Err(step("without its parameters")),
        };
        let weight = input(1)?;
        let bias = if !is_batch && node.inputs.len() < 3 { vec![0.0; width] } else { input(2)? };
        let statistics = if is_batch { Some([input(3)?, input(4)?]) } else { None };
        let layer = self.assembled.layers.last_mut().expect("its width was read");
        layer.normaliser = Some(Normaliser { weight, bias, statistics });
        Ok((self.stage(), Rc::new(Expression::X)))
    }

    /// The scaling before the first layer: `x`, or `(c x - mean) / deviation`.
    fn input_scaling(&self, value: &Expression, width: usize) -> Result<Option<Standardiser>, FileProblem> {
        let wrong = || FileProblem::Step {
            found: value.text(&self.constants),
            expected: "x or (x - mean) / deviation".to_owned(),
        };
        let (centred, deviation) = match value {
            Expression::X => return Ok(None),
            Expression::Of(operator, _, inputs) if &**operator == "Div" => match &inputs[..] {
                [centred, deviation] => (centred, deviation),
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        let Expression::Of(operator, _, inputs) = &**centred else { return Err(wrong()) };
        let [x, mean] = &inputs[..] else { return Err(wrong()) };
        let factor = match &**x {
            Expression::X => 1.0,
            Expression::Of(operator, _, inputs) if &**operator == "Mul" => match &inputs[..] {
                [x, half] if matches!(**x, Expression::X) => {
                    let factor = self.columns(half, 1);
                    factor.filter(|factor| factor[..] == [0.5]).ok_or_else(wrong)?[0]
                }
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        if &**operator != "Sub" {
            return Err(wrong());
        }
        let column = |value: &Expression| -> Result<Vec<f64>, FileProblem> {
            let numbers = self.columns(value, width).ok_or_else(wrong)?;
            Ok(numbers.into_iter().map(|x| x / factor).collect())
        };
        Standardiser::new(column(mean)?, column(deviation)?).map(Some).map_err(|problem| FileProblem::Step {
            found: format!("a scaling of the features: {problem}"),
            expected: "a mean and a deviation per feature".to_owned(),
        })
    }

    /// A constant with a number per column.
    fn columns(&self, value: &Expression, width: usize) -> Option<Vec<f64>> {
        let Expression::Constant(name) = value else { return None };
        let numbers = self.constants.numbers(name).ok()?;
        match numbers.len() {
            count if count == width => Some(numbers),
            1 => Some(vec![numbers[0]; width]),
            _ => None,
        }
    }

    /// The network, and the meaning of its outputs.
    fn finish(mut self, graph: &Graph) -> Result<Assembled, FileProblem> {
        self.assembled.check()?;
        let (stage, mut known) = (self.stage(), false);
        let width = self.assembled.layers[stage - 1].outputs;
        let names = graph.outputs.iter().filter_map(|value| Some(Value::decode(&**value).ok()?.name));
        let mut last = String::from("no output that depends on the last layer");
        for name in names {
            let Some((of, value)) = self.values.get(&name).filter(|(of, _)| *of == stage) else { continue };
            debug_assert_eq!(*of, stage);
            let text = value.text(&self.constants);
            let is_scaled = match &**value {
                Expression::X => true,
                value => {
                    self.target_scaling(value, width).map(|map| self.assembled.targets = Some(map)).is_some()
                }
            };
            // The sigmoid of a single logit, or of it and its negative.
            let ends = ["Softmax(x)", "LogSoftmax(x)", "Sigmoid(x)", "Sigmoid(Concat(Neg(x), x))"];
            if ends.contains(&&*text) {
                self.assembled.outputs = Some(Outputs::Logits);
            }
            known |= is_scaled || ends.contains(&&*text);
            last = text;
        }
        if known {
            return Ok(self.assembled);
        }
        let expected = "x, its softmax or sigmoid, or mean + deviation x".to_owned();
        Err(FileProblem::Step { found: format!("{last} at the end"), expected })
    }

    /// `mean + deviation x`.
    fn target_scaling(&self, value: &Expression, width: usize) -> Option<Standardiser> {
        let operands = |value: &Expression, operator: &str| match value {
            Expression::Of(of, _, inputs) if **of == *operator && inputs.len() == 2 => {
                let first = matches!(*inputs[0], Expression::Constant(_));
                let [constant, other] = if first { [0, 1] } else { [1, 0] };
                Some((inputs[constant].clone(), inputs[other].clone()))
            }
            _ => None,
        };
        let (mean, product) = operands(value, "Add")?;
        let (deviation, x) = operands(&product, "Mul")?;
        if !matches!(*x, Expression::X) {
            return None;
        }
        Standardiser::new(self.columns(&mean, width)?, self.columns(&deviation, width)?).ok()
    }
}

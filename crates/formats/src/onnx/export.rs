//! Writing ONNX models.

use super::activation::EXPANSIONS;
use super::builder::{Builder, Setting, TABLES};
use super::encoding::features;
use super::message::{Entry, Model, OperatorSet, element};
use crate::error::{FormatError, Inexpressible};
use crate::network::{EPSILON, Layer, Network};
use prost::Message;
use std::path::Path;
use wengert_data::{Preprocessing, Standardiser};
use wengert_files::Output;
use wengert_nn::{ActivationRule, Outputs};
use wengert_train::SavedMlp;

/// The version of the format, and those of the operators.
const IR_VERSION: i64 = 8;
const OPERATORS: i64 = 17;
const OPERATORS_OF_TABLES: i64 = 2;
/// The value of the metadata entry `format`.
pub(super) const FORMAT: &str = "wengert-onnx-1";
/// The name of the features in the user's units.
pub(super) const FEATURES: &str = "/features";

/// The content of an ONNX file with this model: operator set 17, from rows of a table to predictions.
///
/// The graph contains the preprocessing and the scaling of the data in double precision, and the network in
/// single precision. If all columns are numbers, the input is `rows`, `double` of shape `(examples,
/// columns)`; otherwise each column is an input with its name, of shape `(examples, 1)`: `double` for
/// numbers and dates (in seconds since 1970), `string` for texts, of which the empty one is missing. The
/// outputs are
///
/// | the model has | outputs |
/// |---|---|
/// | logits | `logits` (`float`), `probabilities` (`double`), `class` (`int64`, its index) |
/// | scores | `scores` (`float`), `class` |
/// | values | `values` (`double`), in the user's units |
///
/// A value that the model refuses makes its row NaN; a text that did not occur in training fails, unless the
/// model takes it. The metadata contain the names of the classes as a JSON list (`labels`), and everything
/// that our own files have: names, preprocessing, provenance.
///
/// # Errors
/// If the activation is not one of the [activations by name](wengert_nn::ActivationChoice), a parameter is
/// not finite, or the preprocessing cannot be read.
pub fn onnx_bytes(model: &SavedMlp) -> Result<Vec<u8>, FormatError> {
    bytes(model, &Network::of(model, "ONNX")?)
}

/// Same as [`onnx_bytes`], for a model whose preprocessing is at hand: that of its metadata is not read.
///
/// # Errors
/// If the activation is not one of the [activations by name](wengert_nn::ActivationChoice), a parameter is
/// not finite, or the preprocessing makes another number of features than the network takes.
pub fn onnx_bytes_with(model: &SavedMlp, preprocessing: &Preprocessing) -> Result<Vec<u8>, FormatError> {
    bytes(model, &Network::with(model, Some(preprocessing), "ONNX")?)
}

fn bytes(model: &SavedMlp, network: &Network) -> Result<Vec<u8>, FormatError> {
    let mut builder = Builder::default();
    let inputs = features(&mut builder, network);
    builder.named(FEATURES, "Identity", &[&inputs], &[]);
    let mut x = scaled(&mut builder, network.inputs.as_ref());
    for (i, layer) in network.layers.iter().enumerate() {
        let name = if i + 1 == network.layers.len() { "out".to_owned() } else { format!("hidden.{i}") };
        x = layer_nodes(&mut builder, &name, layer, &x)?;
    }
    outputs(&mut builder, network, &x);
    let mut entries = model.metadata_entries();
    entries.insert("format".into(), FORMAT.into());
    if network.outputs.are_classes() {
        entries.insert("labels".into(), serde_json::json!(network.classes).to_string());
    }
    let tables = builder.uses_tables.then_some((TABLES, OPERATORS_OF_TABLES));
    let sets = [("", OPERATORS)].into_iter().chain(tables);
    let set =
        |(domain, version): (&str, i64)| OperatorSet { domain: domain.to_owned(), version }.encode_to_vec();
    let entries = entries.into_iter().map(|(key, value)| Entry { key, value }.encode_to_vec());
    Ok(Model {
        ir_version: IR_VERSION,
        producer_name: "wengert".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: builder.finish("perceptron", "From rows of a table to predictions."),
        operator_sets: sets.map(set).collect(),
        metadata: entries.collect(),
    }
    .encode_to_vec())
}

/// Writes [`onnx_bytes`] to a file, which is replaced whole or not at all.
///
/// # Errors
/// As [`onnx_bytes`], and if the file cannot be written.
pub fn save_onnx(model: &SavedMlp, path: impl AsRef<Path>) -> Result<(), FormatError> {
    Ok(Output::new(path)?.write(&onnx_bytes(model)?)?)
}

fn cast(element: i32) -> [(&'static str, Setting<'static>); 1] {
    [("to", Setting::Integer(i64::from(element)))]
}

/// The inputs of the network: `(c x - c mean) / (c deviation)`, at most the largest number of single
/// precision;
/// `c` is 1, or 1/2 where the difference may overflow.
fn scaled(builder: &mut Builder, map: Option<&Standardiser>) -> String {
    let Some(map) = map else { return builder.node("Cast", &[FEATURES], &cast(element::FLOAT)) };
    let is_huge = map.mean().iter().any(|mean| mean.abs() >= 1e291);
    let factor = if is_huge { 0.5 } else { 1.0 };
    let times = |numbers: &[f64]| numbers.iter().map(|x| factor * x).collect::<Vec<f64>>();
    let (mean, width) = (times(map.mean()), map.width());
    let mean = builder.doubles("inputs.mean", &[width], &mean);
    let deviation = builder.doubles("inputs.deviation", &[width], &times(map.deviation()));
    let mut x = FEATURES.to_owned();
    if is_huge {
        let half = builder.doubles("half", &[], &[factor]);
        x = builder.node("Mul", &[&x, &half], &[]);
    }
    let centred = builder.node("Sub", &[&x, &mean], &[]);
    let scaled = builder.node("Div", &[&centred, &deviation], &[]);
    let limits = [("least", -f64::from(f32::MAX)), ("largest", f32::MAX.into())];
    let [least, largest] = limits.map(|(name, limit)| builder.doubles(name, &[], &[limit]));
    let clipped = builder.node("Clip", &[&scaled, &least, &largest], &[]);
    builder.node("Cast", &[&clipped], &cast(element::FLOAT))
}

fn layer_nodes(builder: &mut Builder, name: &str, layer: &Layer, x: &str) -> Result<String, FormatError> {
    let (inputs, width) = (layer.inputs, layer.outputs);
    let weight = builder.floats(&format!("{name}.weight"), &[inputs, width], &layer.weight);
    let mut y = match &layer.bias {
        Some(bias) => {
            let bias = builder.floats(&format!("{name}.bias"), &[width], bias);
            builder.node("Gemm", &[x, &weight, &bias], &[])
        }
        None => builder.node("MatMul", &[x, &weight], &[]),
    };
    if let Some(norm) = &layer.normaliser {
        let mut vector =
            |part: &str, numbers: &[f32]| builder.floats(&format!("{name}.norm.{part}"), &[width], numbers);
        let (weight, bias) = (vector("weight", &norm.weight), vector("bias", &norm.bias));
        let epsilon = ("epsilon", Setting::Float(EPSILON as f32));
        y = match &norm.statistics {
            Some([mean, variance]) => {
                let (mean, variance) = (vector("running_mean", mean), vector("running_variance", variance));
                builder.node("BatchNormalization", &[&y, &weight, &bias, &mean, &variance], &[epsilon])
            }
            None => builder.node("LayerNormalization", &[&y, &weight, &bias], &[epsilon]),
        };
    }
    let Some(activation) = layer.activation else { return Ok(y) };
    let expansion = EXPANSIONS.iter().find(|known| known.name == activation.name()).ok_or_else(|| {
        let known = EXPANSIONS.iter().map(|known| known.name).collect();
        let problem = Inexpressible::Activation { name: activation.name().to_owned(), known };
        FormatError::Inexpressible { format: "ONNX", problem }
    })?;
    Ok((expansion.nodes)(builder, &y, &activation.constants()))
}

/// The outputs of the graph, from those of the network.
fn outputs(builder: &mut Builder, network: &Network, y: &str) {
    let width = network.width();
    let (name, kind) = match network.outputs {
        Outputs::Logits => ("logits", element::FLOAT),
        Outputs::Scores => ("scores", element::FLOAT),
        Outputs::Values => ("values", element::DOUBLE),
    };
    match (network.outputs, &network.targets) {
        (Outputs::Values, Some(map)) => {
            let wide = builder.node("Cast", &[y], &cast(element::DOUBLE));
            let deviation = builder.doubles("targets.deviation", &[width], map.deviation());
            let mean = builder.doubles("targets.mean", &[width], map.mean());
            let scaled = builder.node("Mul", &[&deviation, &wide], &[]);
            builder.named(name, "Add", &[&mean, &scaled], &[]);
        }
        (Outputs::Values, None) => builder.named(name, "Cast", &[y], &cast(element::DOUBLE)),
        _ => builder.named(name, "Identity", &[y], &[]),
    }
    builder.output(name, kind, Some(width));
    if network.outputs == Outputs::Logits {
        let wide = builder.node("Cast", &[name], &cast(element::DOUBLE));
        if width == 1 {
            let negative = builder.node("Neg", &[&wide], &[]);
            let both = builder.node("Concat", &[&negative, &wide], &[("axis", Setting::Integer(1))]);
            builder.named("probabilities", "Sigmoid", &[&both], &[]);
        } else {
            builder.named("probabilities", "Softmax", &[&wide], &[("axis", Setting::Integer(1))]);
        }
        builder.output("probabilities", element::DOUBLE, Some(width.max(2)));
    }
    if !network.outputs.are_classes() {
        return;
    }
    if width == 1 {
        let zero = builder.floats("zero", &[], &[0.0]);
        let is_positive = builder.node("Greater", &[name, &zero], &[]);
        let shape = builder.integers("shape_of_classes", &[-1]);
        let flat = builder.node("Reshape", &[&is_positive, &shape], &[]);
        builder.named("class", "Cast", &[&flat], &cast(element::INT64));
    } else {
        let settings = [("axis", Setting::Integer(1)), ("keepdims", Setting::Integer(0))];
        builder.named("class", "ArgMax", &[name], &settings);
    }
    builder.output("class", element::INT64, None);
}

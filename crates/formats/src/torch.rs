//! PyTorch: safetensors files with the names and the layout of `torch.nn.Sequential`.

use crate::assembled::{Assembled, ImportOptions, content_of, transposed};
use crate::error::{FileProblem, FormatError, Inexpressible};
use crate::network::{Layer, Network, Normaliser};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use wengert_data::{Role, Standardiser};
use wengert_files::{Output, list};
use wengert_nn::{ActivationRule, AnyActivation, Outputs};
use wengert_train::{ModelProblem, SavedMlp, SavedModelError, TensorElements, safetensors_content};

const FORMAT: &str = "wengert-torch-1";
/// The order of the dimensions of a weight, in the metadata.
const LAYOUT: &str = "out,in";

/// The Python expression of an activation with these constants.
type Expression = fn(&[f64]) -> String;

/// The activations that PyTorch has a module for.
const MODULES: &[(&str, Expression)] = &[
    ("elu", |c| format!("nn.ELU({})", c[0])),
    ("gelu", |_| "nn.GELU()".into()),
    ("gelu_tanh", |_| "nn.GELU(approximate='tanh')".into()),
    ("leaky_relu", |c| format!("nn.LeakyReLU({})", c[0])),
    ("log_sigmoid", |_| "nn.LogSigmoid()".into()),
    ("relu", |_| "nn.ReLU()".into()),
    ("sigmoid", |_| "nn.Sigmoid()".into()),
    ("silu", |_| "nn.SiLU()".into()),
    ("softplus", |_| "nn.Softplus()".into()),
    ("softsign", |_| "nn.Softsign()".into()),
    ("tanh", |_| "nn.Tanh()".into()),
];

/// The content of a safetensors file that a `torch.nn.Sequential` loads by `load_state_dict`.
///
/// The tensors are `0.weight` of shape `[out, in]`, the transpose of ours, `0.bias`, and so on, numbered
/// by the modules of the sequence. The metadata contain the Python expression of the sequence (`modules`),
/// the order of the dimensions of weights (`weights`: `out,in`), the scaling of the data as JSON lists
/// (`inputs_mean`,
/// `inputs_deviation`, `targets_mean`, `targets_deviation`), and what our own files have: names,
/// preprocessing, provenance. The sequence takes features `(x - mean) / deviation`.
///
/// # Errors
/// If PyTorch has no module for the activation, or a parameter is not finite.
pub fn torch_bytes(model: &SavedMlp) -> Result<Vec<u8>, FormatError> {
    let network = Network::of(model, "PyTorch")?;
    let (mut modules, mut tensors) = (Vec::new(), Vec::new());
    for layer in &network.layers {
        push_layer(layer, network.dropout, &mut modules, &mut tensors)?;
    }
    let mut entries = model.metadata_entries();
    entries.insert("bias".into(), if network.layers[0].bias.is_some() { "added" } else { "none" }.into());
    entries.insert("format".into(), FORMAT.into());
    entries.insert("weights".into(), LAYOUT.into());
    entries.insert("modules".into(), format!("nn.Sequential({})", modules.join(", ")));
    for (table, map) in [("inputs", &network.inputs), ("targets", &network.targets)] {
        if let Some(map) = map {
            entries.insert(format!("{table}_mean"), json(map.mean()));
            entries.insert(format!("{table}_deviation"), json(map.deviation()));
        }
    }
    let tensors: Vec<_> = tensors
        .iter()
        .map(|(name, shape, numbers): &(String, Vec<usize>, Vec<f32>)| {
            (Cow::Borrowed(&**name), shape.clone(), TensorElements::Single(numbers.clone()))
        })
        .collect();
    Ok(safetensors_content(&tensors, &entries))
}

/// Writes [`torch_bytes`] to a file, which is replaced whole or not at all.
///
/// # Errors
/// As [`torch_bytes`], and if the file cannot be written.
pub fn save_torch(model: &SavedMlp, path: impl AsRef<Path>) -> Result<(), FormatError> {
    Ok(Output::new(path)?.write(&torch_bytes(model)?)?)
}

fn json(numbers: &[f64]) -> String {
    serde_json::to_string(numbers).expect("numbers are JSON")
}

/// Adds the modules of a layer and their tensors.
fn push_layer(
    layer: &Layer,
    dropout: f64,
    modules: &mut Vec<String>,
    tensors: &mut Vec<(String, Vec<usize>, Vec<f32>)>,
) -> Result<(), FormatError> {
    let (inputs, width) = (layer.inputs, layer.outputs);
    let mut tensor = |module: usize, part: &str, shape: &[usize], numbers: &[f32]| {
        tensors.push((format!("{module}.{part}"), shape.to_vec(), numbers.to_vec()));
    };
    let weight = transposed(&layer.weight, inputs);
    tensor(modules.len(), "weight", &[width, inputs], &weight);
    let bias = layer.bias.as_ref();
    if let Some(bias) = bias {
        tensor(modules.len(), "bias", &[width], bias);
    }
    let without = if bias.is_some() { "" } else { ", bias=False" };
    modules.push(format!("nn.Linear({inputs}, {width}{without})"));
    if let Some(Normaliser { weight, bias, statistics }) = &layer.normaliser {
        tensor(modules.len(), "weight", &[width], weight);
        tensor(modules.len(), "bias", &[width], bias);
        if let Some([mean, variance]) = statistics {
            tensor(modules.len(), "running_mean", &[width], mean);
            tensor(modules.len(), "running_var", &[width], variance);
        }
        let kind = if statistics.is_some() { "BatchNorm1d" } else { "LayerNorm" };
        modules.push(format!("nn.{kind}({width})"));
    }
    if let Some(activation) = layer.activation {
        let module = MODULES.iter().find(|(name, _)| *name == activation.name());
        let (_, module) = module.ok_or_else(|| {
            let (name, known) = (activation.name().to_owned(), MODULES.iter().map(|(name, _)| *name));
            let problem = Inexpressible::Activation { name, known: known.collect() };
            FormatError::Inexpressible { format: "PyTorch", problem }
        })?;
        modules.push(module(&activation.constants()));
        if dropout > 0.0 {
            modules.push(format!("nn.Dropout({dropout})"));
        }
    }
    Ok(())
}

/// Reads a perceptron from a safetensors file that PyTorch saved, or [`save_torch`].
///
/// # Errors
/// As [`torch_from_bytes`], and if the file cannot be read.
pub fn load_torch(path: impl AsRef<Path>, options: &ImportOptions) -> Result<SavedMlp, FormatError> {
    torch_from_bytes(path.as_ref(), &content_of(path.as_ref())?, options)
}

/// Reads a perceptron from the content of a safetensors file that PyTorch saved from a
/// `torch.nn.Sequential`, or [`save_torch`]; the path is for messages.
///
/// The names are `0.weight`, `0.bias`, `2.weight`, ..., all after the same prefix, if any. A matrix is the
/// weight `[out, in]` of `nn.Linear`; vectors are those of `nn.BatchNorm1d`, if they include running
/// statistics, or else of `nn.LayerNorm`. Files of PyTorch contain neither the activation nor the meaning
/// of the outputs: the options give them. Those of [`save_torch`] contain both.
///
/// # Errors
/// If the content is not such a file, if it is one of Wengert's own, whose weights are `[in, out]`, if it
/// does not say something that the options do not give, or if a number is not finite.
pub fn torch_from_bytes(
    path: &Path,
    content: &[u8],
    options: &ImportOptions,
) -> Result<SavedMlp, FormatError> {
    let unreadable = |problem| FormatError::Unreadable { path: path.to_owned(), problem };
    let damaged = |error: safetensors::SafeTensorError| {
        unreadable(FileProblem::Damaged { format: "safetensors", reason: error.to_string() })
    };
    let (_, header) = SafeTensors::read_metadata(content).map_err(damaged)?;
    let tensors = SafeTensors::deserialize(content).map_err(damaged)?;
    let entries: BTreeMap<String, String> =
        header.metadata().clone().unwrap_or_default().into_iter().collect();
    let text = |key: &str| entries.get(key).map_or("", String::as_str);
    let format = text("format");
    let is_ours = format == FORMAT;
    if (is_ours && text("weights") != LAYOUT) || (!is_ours && format.starts_with("wengert-")) {
        let reader = "SavedMlp::load, as every command of wengert,";
        return Err(unreadable(FileProblem::Layout { found: format.to_owned(), reader }));
    }
    let mut assembled = assembled(&tensors).map_err(unreadable)?;
    let mut options = options.clone();
    if is_ours {
        let constants = text("activation_constants").split(',').filter(|text| !text.is_empty());
        let constants: Option<Vec<f64>> = constants.map(|text| text.parse().ok()).collect();
        let named = constants.and_then(|constants| AnyActivation::named(text("activation"), &constants));
        options.activation = options.activation.or(named);
        assembled.outputs = Outputs::named(text("outputs"));
        assembled.inputs = scaling(path, &entries, Role::Features, "inputs")?;
        assembled.targets = scaling(path, &entries, Role::Targets, "targets")?;
        assembled.entries = entries;
    }
    assembled.model(path, &options)
}

/// The scaling that the metadata contain.
fn scaling(
    path: &Path,
    entries: &BTreeMap<String, String>,
    role: Role,
    table: &str,
) -> Result<Option<Standardiser>, FormatError> {
    let numbers = |part: &str| -> Vec<f64> {
        let text = entries.get(&format!("{table}_{part}")).map_or("[]", String::as_str);
        serde_json::from_str(text).unwrap_or_default()
    };
    if !entries.contains_key(&format!("{table}_mean")) && !entries.contains_key(&format!("{table}_deviation"))
    {
        return Ok(None);
    }
    Standardiser::new(numbers("mean"), numbers("deviation")).map(Some).map_err(|problem| {
        let problem = ModelProblem::Scaling { table: role, problem };
        FormatError::Model(SavedModelError::NotAModel { path: path.to_owned(), problem })
    })
}

/// The tensors of one module by their names in it.
type Module<'a> = HashMap<&'a str, TensorView<'a>>;

/// The layers of the modules.
fn assembled(tensors: &SafeTensors<'_>) -> Result<Assembled, FileProblem> {
    let expected = "those of nn.Sequential are a number and weight, bias, running_mean or running_var, \
                    as in 0.weight";
    let mut names = tensors.names();
    names.sort_unstable();
    let mut modules: BTreeMap<usize, Module<'_>> = BTreeMap::new();
    let mut first_prefix = None;
    for name in names {
        let wrong = || FileProblem::Names { found: name.to_owned(), expected };
        let (module, part) = name.rsplit_once('.').ok_or_else(wrong)?;
        let (prefix, number) = module.rsplit_once('.').unwrap_or(("", module));
        let number: usize = number.parse().map_err(|_| wrong())?;
        let parts = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
        if !parts.contains(&part) || *first_prefix.get_or_insert(prefix) != prefix {
            return Err(wrong());
        }
        let view = tensors.tensor(name).map_err(|_| wrong())?;
        modules.entry(number).or_default().insert(part, view);
    }
    let mut assembled = Assembled::default();
    for (number, module) in &modules {
        push_module(&mut assembled, *number, module)?;
    }
    assembled.check()?;
    Ok(assembled)
}

fn push_module(assembled: &mut Assembled, number: usize, module: &Module<'_>) -> Result<(), FileProblem> {
    let name = |part: &str| format!("{number}.{part}");
    let weight = module.get("weight").ok_or_else(|| FileProblem::MissingTensor { name: name("weight") })?;
    let vector = |part: &str, width: usize| match module.get(part) {
        Some(view) => floats(&name(part), view, &[width]).map(Some),
        None => Ok(None),
    };
    let required = |part: &str, width: usize| {
        vector(part, width)?.ok_or_else(|| FileProblem::MissingTensor { name: name(part) })
    };
    if let &[outputs, inputs] = weight.shape() {
        if outputs == 0 || inputs == 0 {
            let (found, expected) = (described(weight), "a matrix with elements".to_owned());
            return Err(FileProblem::Tensor { name: name("weight"), found, expected });
        }
        let numbers = floats(&name("weight"), weight, &[outputs, inputs])?;
        let bias = vector("bias", outputs)?;
        let weight = transposed(&numbers, outputs);
        let layer = Layer { inputs, outputs, weight, bias, normaliser: None, activation: None };
        return assembled.push(&name("weight"), layer);
    }
    let Some(before) = assembled.layers.last_mut().filter(|layer| layer.normaliser.is_none()) else {
        let (found, expected) = (format!("{} first", name("weight")), "the weight of nn.Linear".to_owned());
        return Err(FileProblem::Step { found, expected });
    };
    let width = before.outputs;
    let statistics = match module.contains_key("running_mean") || module.contains_key("running_var") {
        true => Some([required("running_mean", width)?, required("running_var", width)?]),
        false => None,
    };
    let (weight, bias) = (required("weight", width)?, required("bias", width)?);
    before.normaliser = Some(Normaliser { weight, bias, statistics });
    Ok(())
}

/// The elements of a tensor in single precision.
fn floats(name: &str, view: &TensorView<'_>, shape: &[usize]) -> Result<Vec<f32>, FileProblem> {
    if view.dtype() != Dtype::F32 || view.shape() != shape {
        let expected = format!("F32 of shape [{}]", list(shape));
        return Err(FileProblem::Tensor { name: name.to_owned(), found: described(view), expected });
    }
    Ok(view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn described(view: &TensorView<'_>) -> String {
    format!("{:?} of shape [{}]", view.dtype(), list(view.shape()))
}

//! A perceptron that was read from a file of another program, and the model that it becomes.

use crate::error::{FileProblem, FormatError};
use crate::network::{Layer, Normaliser};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use wengert_data::Standardiser;
use wengert_nn::{ActivationRule, AnyActivation, Outputs};
use wengert_train::{SavedMlp, TensorElements, safetensors_content};

/// What a file of another program may not say about a model.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The activation between the layers.
    pub activation: Option<AnyActivation>,
    /// The meaning of the outputs.
    pub outputs: Option<Outputs>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) layers: Vec<Layer>,
    pub(crate) outputs: Option<Outputs>,
    pub(crate) inputs: Option<Standardiser>,
    pub(crate) targets: Option<Standardiser>,
    /// Entries of the metadata of our files that the file carries: names, preprocessing, provenance.
    pub(crate) entries: BTreeMap<String, String>,
}

/// The entries of the metadata that the computation does not depend on.
const CARRIED: [&str; 9] =
    ["features", "targets", "classes", "preprocessing", "version", "data", "seed", "settings", "dropout"];

/// The content of a file; something without an end, such as a device, is refused.
pub(crate) fn content_of(path: &Path) -> Result<Vec<u8>, FormatError> {
    let io = |source| FormatError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?;
    if !size.is_file() {
        return Err(io(std::io::Error::other("not a regular file; give the path of a file on a disk")));
    }
    let mut content = Vec::new();
    file.take(size.len()).read_to_end(&mut content).map_err(io)?;
    Ok(content)
}

impl Assembled {
    /// The model, whose numbers, names and preprocessing are checked as those of our own files.
    pub(crate) fn model(self, path: &Path, options: &ImportOptions) -> Result<SavedMlp, FormatError> {
        let unreadable = |problem| FormatError::Unreadable { path: path.to_owned(), problem };
        let activation = self.activation(options).map_err(unreadable)?;
        let outputs = options.outputs.or(self.outputs).ok_or_else(|| {
            let remedy = "give the meaning of the outputs: logits, scores or values";
            unreadable(FileProblem::Unknown { what: "what the outputs mean", remedy })
        })?;
        let has_bias = self.layers.iter().any(|layer| layer.bias.is_some());
        let kind = self.layers[0].normaliser.as_ref().map(|norm| norm.statistics.is_some());
        let widths: Vec<String> = std::iter::once(self.layers[0].inputs)
            .chain(self.layers.iter().map(|layer| layer.outputs))
            .map(|width| width.to_string())
            .collect();
        let constants: Vec<String> = activation.constants().iter().map(f64::to_string).collect();
        let own = [
            ("format", "wengert-mlp-3".to_owned()),
            ("weights", "in,out".to_owned()),
            ("widths", widths.join(",")),
            ("outputs", outputs.name().to_owned()),
            ("activation", activation.name().to_owned()),
            ("activation_constants", constants.join(",")),
            ("bias", if has_bias { "added" } else { "none" }.to_owned()),
            ("norm", kind.map_or("none", |is_batch| if is_batch { "batch" } else { "layer" }).to_owned()),
        ];
        let mut entries: BTreeMap<String, String> =
            own.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let carried = self.entries.iter().filter(|(key, _)| CARRIED.contains(&key.as_str()));
        entries.extend(carried.map(|(key, value)| (key.clone(), value.clone())));
        let tensors = self.tensors(has_bias);
        Ok(SavedMlp::from_bytes(path, &safetensors_content(&tensors, &entries))?)
    }

    /// The activation of all hidden layers.
    fn activation(&self, options: &ImportOptions) -> Result<AnyActivation, FileProblem> {
        let relu = || AnyActivation::named("relu", &[]).expect("the table has it");
        let [hidden @ .., _] = &self.layers[..] else { return Ok(options.activation.unwrap_or_else(relu)) };
        let mut found = hidden.iter().filter_map(|layer| layer.activation);
        let first = found.next().or(options.activation);
        if let Some(other) = found.find(|&activation| Some(activation) != first) {
            let expected = format!("{} as before", first.expect("another one was found first"));
            return Err(FileProblem::Step { found: format!("the activation {other}"), expected });
        }
        match first {
            Some(activation) => Ok(activation),
            // Without hidden layers, it is not used.
            None if hidden.is_empty() => Ok(relu()),
            None => Err(FileProblem::Unknown {
                what: "which activation is between the layers",
                remedy: "give its name, such as relu",
            }),
        }
    }

    /// The tensors by the names of our files. A layer without a bias among others gets one of zeros.
    fn tensors(&self, has_bias: bool) -> Vec<(Cow<'_, str>, Vec<usize>, TensorElements<'_>)> {
        let single = |numbers: &[f32]| TensorElements::Single(numbers.to_vec());
        let mut tensors = Vec::new();
        let last = self.layers.len() - 1;
        for (i, layer) in self.layers.iter().enumerate() {
            let name = if i == last { "out".to_owned() } else { format!("hidden.{i}") };
            let (inputs, width) = (layer.inputs, layer.outputs);
            tensors.push((format!("{name}.weight").into(), vec![inputs, width], single(&layer.weight)));
            if has_bias {
                let zeros = || vec![0.0; width];
                let bias = layer.bias.clone().unwrap_or_else(zeros);
                tensors.push((format!("{name}.bias").into(), vec![width], single(&bias)));
            }
            let Some(Normaliser { weight, bias, statistics }) = &layer.normaliser else { continue };
            let mut push = |part: &str, numbers| {
                tensors.push((format!("{name}.norm.{part}").into(), vec![width], single(numbers)));
            };
            push("weight", weight);
            push("bias", bias);
            if let Some([mean, variance]) = statistics {
                push("running_mean", mean);
                push("running_variance", variance);
            }
        }
        for (table, map) in [("inputs", &self.inputs), ("targets", &self.targets)] {
            let Some(map) = map else { continue };
            for (part, numbers) in [("mean", map.mean()), ("deviation", map.deviation())] {
                let elements = TensorElements::Double(numbers.into());
                tensors.push((format!("{table}.{part}").into(), vec![map.width()], elements));
            }
        }
        tensors
    }

    /// Adds a layer, which must take the outputs of the one before.
    pub(crate) fn push(&mut self, name: &str, layer: Layer) -> Result<(), FileProblem> {
        if let Some(before) = self.layers.last()
            && before.outputs != layer.inputs
        {
            return Err(FileProblem::Tensor {
                name: name.to_owned(),
                found: format!("for {} inputs", layer.inputs),
                expected: format!("for {}, the outputs of the layer before", before.outputs),
            });
        }
        self.layers.push(layer);
        Ok(())
    }

    /// Checks that there are layers, and that all hidden layers are normalised alike and the last is not.
    pub(crate) fn check(&self) -> Result<(), FileProblem> {
        let [hidden @ .., last] = &self.layers[..] else {
            let expected = "a fully connected layer at least".to_owned();
            return Err(FileProblem::Step { found: "no layer".to_owned(), expected });
        };
        let kind = |layer: &Layer| layer.normaliser.as_ref().map(|norm| norm.statistics.is_some());
        let name = |kind: Option<bool>| match kind {
            None => "no normalisation",
            Some(true) => "batch normalisation",
            Some(false) => "layer normalisation",
        };
        if let Some(norm) = kind(last) {
            let (found, expected) = (name(Some(norm)).to_owned(), "the outputs".to_owned());
            return Err(FileProblem::Step { found, expected });
        }
        let first = hidden.first().and_then(kind);
        match hidden.iter().map(kind).find(|&kind| kind != first) {
            Some(other) => Err(FileProblem::Step {
                found: name(other).to_owned(),
                expected: format!("{}, as after the first layer,", name(first)),
            }),
            None => Ok(()),
        }
    }
}

/// The transpose of a row-major matrix with this number of rows.
pub(crate) fn transposed(matrix: &[f32], rows: usize) -> Vec<f32> {
    let columns = matrix.len() / rows.max(1);
    (0..columns).flat_map(|j| (0..rows).map(move |i| matrix[i * columns + j])).collect()
}

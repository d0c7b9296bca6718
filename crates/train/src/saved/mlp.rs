//! Multi-layer perceptrons on disk.

use super::error::{ModelProblem, SavedModelError};
use super::file::{TensorFile, entries, read, write};
use super::scaling::{read_scaling, read_standardiser_of_format_1, scaling_entries};
use crate::trained::TrainedModel;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use wengert_ad::Unary;
use wengert_ad::rules::Relu;
use wengert_data::Scaling;
use wengert_files::excerpt;
use wengert_nn::{Architecture, Bias, Mlp, MlpModule, Normalisation, Params};

const FORMAT: &str = "wengert-mlp-2";
/// The earlier format, which has the scaling of inputs in single precision and none of targets, and knows
/// classifiers only. It is still read.
const FORMAT_1: &str = "wengert-mlp-1";

/// A trained multi-layer perceptron with the activation `R`, together with the scaling of its training data:
/// it predicts from features in the user's units.
///
/// Initialisers are not stored: a loaded `mlp` has the default initialiser for its weights, and
/// zeros for its biases.
#[derive(Clone, Debug)]
pub struct SavedMlp<R = Relu> {
    /// The architecture.
    pub mlp: Mlp<R>,
    /// The parameters and running statistics.
    pub params: Params,
    /// The maps from the user's units to the inputs and outputs of the network.
    pub scaling: Scaling,
    /// What the outputs mean.
    pub outputs: Outputs,
}

/// The meaning of the outputs of a saved network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Logits of classes, from training with a cross-entropy or the logistic loss; a single output is the
    /// logit of class 1 of two.
    Logits,
    /// Scores of classes that are not logits, from training with a hinge loss; a single output is positive
    /// for class 1 of two.
    Scores,
    /// The values of a regression.
    Values,
}

impl Outputs {
    const NAMED: [(&'static str, Self); 3] =
        [("logits", Self::Logits), ("scores", Self::Scores), ("values", Self::Values)];

    fn name(self) -> &'static str {
        let named = Self::NAMED.iter().find(|(_, outputs)| *outputs == self);
        named.expect("every kind of outputs is in the list").0
    }
}

impl<R: Unary> SavedMlp<R> {
    /// Writes the model to a safetensors file. An existing file is replaced as a whole, or left
    /// unchanged in case of an error.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
        let tensors: Vec<_> = scaling_entries(&self.scaling).chain(entries(&self.params)).collect();
        write(path.as_ref(), &tensors, &self.metadata())
    }

    /// Reads a model with the activation `R` from a file written by [`save`](Self::save).
    ///
    /// # Errors
    /// If the file cannot be read, or does not contain such a model.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SavedModelError> {
        read(path.as_ref(), |file| {
            let is_first = file.required("format")? == FORMAT_1;
            if !is_first {
                file.expect("format", FORMAT)?;
            }
            file.expect("activation", R::NAME)?;
            let mlp = mlp(file)?;
            let [inputs, .., width] = *mlp.widths() else { unreachable!("there are at least two widths") };
            let (scaling, outputs) = if is_first {
                (read_standardiser_of_format_1(file, inputs)?, Outputs::Logits)
            } else {
                (read_scaling(file, inputs, width)?, outputs(file)?)
            };
            let params = file.params(mlp.clone().into_model().layout().clone())?;
            Ok(Self { mlp, params, scaling, outputs })
        })
    }

    /// The model for prediction and evaluation.
    pub fn to_trained(&self) -> TrainedModel<MlpModule<R>> {
        TrainedModel {
            model: self.mlp.clone().into_model(),
            params: self.params.clone(),
            scaling: self.scaling.clone(),
        }
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        let bias = match self.mlp.bias_kind() {
            Bias::None => "none",
            Bias::Input => "input",
            Bias::Zero | Bias::Constant(_) | Bias::Random(_) => "added",
        };
        let norm = match self.mlp.normalisation_kind() {
            Normalisation::None => "none",
            Normalisation::Batch => "batch",
            Normalisation::Layer => "layer",
        };
        let metadata = [
            ("format", FORMAT.to_owned()),
            ("widths", join(self.mlp.widths())),
            ("outputs", self.outputs.name().to_owned()),
            ("activation", R::NAME.to_owned()),
            ("activation_constants", join(&self.mlp.activation_rule().parameters())),
            ("bias", bias.to_owned()),
            ("norm", norm.to_owned()),
            ("dropout", self.mlp.dropout_rate().to_string()),
        ];
        metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// The architecture that the metadata describe.
fn mlp<R: Unary>(file: &TensorFile<'_>) -> Result<Mlp<R>, ModelProblem> {
    let invalid = |key: &'static str, expected: &str| ModelProblem::Metadata {
        key,
        value: excerpt(file.optional(key).unwrap_or_default()),
        expected: expected.to_owned(),
    };
    let widths = parse_list::<usize>(file.required("widths")?);
    let widths = widths.filter(|widths| widths.len() >= 2 && !widths.contains(&0) && are_addressable(widths));
    let widths = widths.ok_or_else(|| invalid("widths", "a list of at least two positive sizes"))?;
    // Every layer has a weight, so that a list of any length is not followed.
    if widths.len() > file.tensors() + 1 {
        return Err(ModelProblem::TooFewTensors { layers: widths.len() - 1, tensors: file.tensors() });
    }
    let constants = parse_list(file.optional("activation_constants").unwrap_or(""));
    let rule = constants.and_then(|constants| R::with_parameters(&constants));
    let rule = rule.ok_or_else(|| invalid("activation_constants", "the constants of the activation"))?;
    let bias = match file.optional("bias").unwrap_or("added") {
        "added" => Bias::Zero,
        "none" => Bias::None,
        "input" => Bias::Input,
        _ => return Err(invalid("bias", "added, none or input")),
    };
    let norm = match file.optional("norm").unwrap_or("none") {
        "none" => Normalisation::None,
        "batch" => Normalisation::Batch,
        "layer" => Normalisation::Layer,
        _ => return Err(invalid("norm", "none, batch or layer")),
    };
    let rate = file.optional("dropout").unwrap_or("0").parse().ok().filter(|rate| (0.0..1.0).contains(rate));
    let rate = rate.ok_or_else(|| invalid("dropout", "in [0, 1)"))?;
    Ok(Mlp::new(widths).activation(rule).bias(bias).normalisation(norm).dropout(rate))
}

/// The meaning of the outputs that the metadata state.
fn outputs(file: &TensorFile<'_>) -> Result<Outputs, ModelProblem> {
    let value = file.required("outputs")?;
    let named = Outputs::NAMED.iter().find(|(name, _)| *name == value);
    named.map(|&(_, outputs)| outputs).ok_or_else(|| ModelProblem::Metadata {
        key: "outputs",
        value: value.to_owned(),
        expected: Outputs::NAMED.map(|(name, _)| name).join(" or "),
    })
}

fn join<N: ToString>(numbers: &[N]) -> String {
    numbers.iter().map(N::to_string).collect::<Vec<_>>().join(",")
}

/// The numbers of a list separated by commas; `None` if a part is not a number.
fn parse_list<N: FromStr>(text: &str) -> Option<Vec<N>> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

/// Whether the number of parameters between these widths fits `usize`.
fn are_addressable(widths: &[usize]) -> bool {
    let mut layers =
        widths.windows(2).map(|fans| fans[0].checked_add(1)?.checked_mul(fans[1].checked_add(3)?));
    layers.try_fold(0usize, |sum: usize, layer| sum.checked_add(layer?)).is_some()
}

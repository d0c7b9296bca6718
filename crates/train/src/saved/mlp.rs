//! Multi-layer perceptrons on disk.
//!
//! Besides the parameters, the file contains the tensors `standardiser.mean` and
//! `standardiser.deviation`. The metadata have the entries `format`, `widths`, `activation`,
//! `activation_constants`, `bias`, `norm` and `dropout`, of which the last four are optional.

use super::error::{ModelProblem, SavedModelError};
use super::file::{TensorFile, entries, read, write};
use crate::trained::TrainedModel;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use wengert_ad::Unary;
use wengert_ad::rules::Relu;
use wengert_data::Standardiser;
use wengert_nn::{Architecture, Bias, Mlp, MlpModule, Normalisation, Params};

const FORMAT: &str = "wengert-mlp-1";

/// A trained multi-layer perceptron with the activation `R`, together with the standardisation of its inputs.
///
/// Initialisers are not stored: a loaded `mlp` has the default initialiser for its weights, and
/// zeros for its biases.
#[derive(Clone, Debug)]
pub struct SavedMlp<R = Relu> {
    /// The architecture.
    pub mlp: Mlp<R>,
    /// The parameters and running statistics.
    pub params: Params,
    /// The standardisation of the inputs, to be applied to features before they enter the model.
    pub standardiser: Standardiser,
}

impl<R: Unary> SavedMlp<R> {
    /// Writes the model to a safetensors file. An existing file is replaced as a whole, or left
    /// unchanged in case of an error.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
        let Standardiser { mean, deviation } = &self.standardiser;
        let standardiser = [("standardiser.mean", mean), ("standardiser.deviation", deviation)]
            .map(|(name, numbers)| (name, vec![numbers.len()], Cow::Borrowed(&numbers[..])));
        let tensors: Vec<_> = standardiser.into_iter().chain(entries(&self.params)).collect();
        write(path.as_ref(), &tensors, &self.metadata())
    }

    /// Reads a model with the activation `R` from a file written by [`save`](Self::save).
    ///
    /// # Errors
    /// If the file cannot be read, or does not contain such a model.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SavedModelError> {
        read(path.as_ref(), |file| {
            file.expect("format", FORMAT)?;
            file.expect("activation", R::NAME)?;
            let mlp = mlp(file)?;
            let inputs = mlp.widths()[0];
            let standardiser = Standardiser {
                mean: file.floats("standardiser.mean", &[inputs])?,
                deviation: file.floats("standardiser.deviation", &[inputs])?,
            };
            let params = file.params(mlp.clone().into_model().layout().clone())?;
            Ok(Self { mlp, params, standardiser })
        })
    }

    /// The model for prediction and evaluation. It expects standardised features.
    pub fn to_trained(&self) -> TrainedModel<MlpModule<R>> {
        TrainedModel { model: self.mlp.clone().into_model(), params: self.params.clone() }
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
        value: file.optional(key).unwrap_or_default().to_owned(),
        expected: expected.to_owned(),
    };
    let widths = parse_list::<usize>(file.required("widths")?);
    let widths = widths.filter(|widths| widths.len() >= 2 && !widths.contains(&0) && are_addressable(widths));
    let widths = widths.ok_or_else(|| invalid("widths", "a list of at least two positive sizes"))?;
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

//! Multi-layer perceptrons on disk.
//!
//! Beside the parameters there are `standardiser.mean` and `standardiser.deviation`; the metadata hold `format`, `widths`,
//! `activation` and its constants, `bias`, `norm` and `dropout`, of which the last three may be missing.

use super::{SavedModelError, entries, entry, floats, params, read, write};
use crate::evaluate::Trained;
use safetensors::SafeTensors;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use wengert_ad::Unary;
use wengert_ad::rules::Relu;
use wengert_data::Standardiser;
use wengert_nn::{Architecture, Bias, Mlp, MlpModule, Normalisation, Params};

const FORMAT: &str = "wengert-mlp-1";

/// A trained multi-layer perceptron with units of one rule, and what its inputs were standardised with.
///
/// How the parameters started is not stored: what is loaded says that it starts by He's rule, and with biases of zero if it
/// has biases.
#[derive(Clone, Debug)]
pub struct SavedMlp<R = Relu> {
    /// The layers.
    pub mlp: Mlp<R>,
    /// Its parameters and running statistics.
    pub params: Params,
    /// How inputs are standardised before they enter.
    pub standardiser: Standardiser,
}

impl<R: Unary> SavedMlp<R> {
    /// Writes the file, whole or not at all: an existing one is replaced at the end.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
        let Standardiser { mean, deviation } = &self.standardiser;
        let standardiser = [("standardiser.mean", mean), ("standardiser.deviation", deviation)]
            .map(|(name, numbers)| (name, vec![numbers.len()], Cow::Borrowed(&numbers[..])));
        let tensors: Vec<_> = standardiser.into_iter().chain(entries(&self.params)).collect();
        write(path.as_ref(), &tensors, self.metadata())
    }

    /// Reads a file that [`save`](Self::save) wrote of units of the same rule.
    ///
    /// # Errors
    /// If the file cannot be read, or does not hold such a model.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SavedModelError> {
        read(path.as_ref(), Self::from_tensors)
    }

    /// The model, to be evaluated; its inputs have to be standardised first.
    pub fn trained(&self) -> Trained<MlpModule<R>> {
        Trained { model: self.mlp.clone().into_model(), params: self.params.clone() }
    }

    fn metadata(&self) -> HashMap<String, String> {
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
            ("widths", listed(self.mlp.widths())),
            ("activation", R::NAME.to_owned()),
            ("activation_constants", listed(&self.mlp.activation_rule().parameters())),
            ("bias", bias.to_owned()),
            ("norm", norm.to_owned()),
            ("dropout", self.mlp.dropout_rate().to_string()),
        ];
        metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn from_tensors(metadata: &HashMap<String, String>, tensors: &SafeTensors<'_>) -> Result<Self, String> {
        for (key, wanted) in [("format", FORMAT), ("activation", R::NAME)] {
            let found = entry(metadata, key)?;
            if found != wanted {
                return Err(format!("its {key} is {found:?}, not {wanted:?}"));
            }
        }
        let mlp = mlp(metadata)?;
        let inputs = mlp.widths()[0];
        let standardiser = Standardiser {
            mean: floats(tensors, "standardiser.mean", &[inputs])?,
            deviation: floats(tensors, "standardiser.deviation", &[inputs])?,
        };
        let params = params(mlp.clone().into_model().layout().clone(), tensors)?;
        Ok(Self { mlp, params, standardiser })
    }
}

fn listed<N: ToString>(numbers: &[N]) -> String {
    numbers.iter().map(N::to_string).collect::<Vec<_>>().join(",")
}

/// The numbers of a list; `None` if it is none.
fn numbers<N: std::str::FromStr>(text: &str) -> Option<Vec<N>> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

/// Whether layers between these widths could be in memory at all.
fn are_addressable(widths: &[usize]) -> bool {
    let mut layers =
        widths.windows(2).map(|fans| fans[0].checked_add(1)?.checked_mul(fans[1].checked_add(3)?));
    layers.try_fold(0usize, |sum: usize, layer| sum.checked_add(layer?)).is_some()
}

/// The layers that the metadata describe.
fn mlp<R: Unary>(metadata: &HashMap<String, String>) -> Result<Mlp<R>, String> {
    let or = |key: &str, default: &'static str| metadata.get(key).map_or(default, String::as_str).to_owned();
    let wrong = |key: &str, what: &str| format!("its {key} {:?} is {what}", or(key, ""));
    let widths = numbers::<usize>(entry(metadata, "widths")?);
    let widths = widths.filter(|widths| widths.len() >= 2 && !widths.contains(&0) && are_addressable(widths));
    let widths = widths.ok_or_else(|| wrong("widths", "no list of sizes"))?;
    let constants =
        numbers(&or("activation_constants", "")).and_then(|constants| R::with_parameters(&constants));
    let rule = constants.ok_or_else(|| wrong("activation_constants", "not what the activation needs"))?;
    let bias = match &or("bias", "added")[..] {
        "added" => Bias::Zero,
        "none" => Bias::None,
        "input" => Bias::Input,
        _ => return Err(wrong("bias", "none of added, none, input")),
    };
    let norm = match &or("norm", "none")[..] {
        "none" => Normalisation::None,
        "batch" => Normalisation::Batch,
        "layer" => Normalisation::Layer,
        _ => return Err(wrong("norm", "none of none, batch, layer")),
    };
    let rate = or("dropout", "0").parse().ok().filter(|rate| (0.0..1.0).contains(rate));
    let rate = rate.ok_or_else(|| wrong("dropout", "no rate in [0, 1)"))?;
    Ok(Mlp::new(widths).activation(rule).bias(bias).normalisation(norm).dropout(rate))
}

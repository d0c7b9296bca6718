//! What a source file contains: the snippets that a network needs, and its constants.

use super::activation::{ACTIVATIONS, ActivationCode};
use super::language::Language;
use super::snippet::Snippet;
use crate::error::Inexpressible;
use crate::network::{EPSILON, Layer, Network, Normaliser};
use std::collections::BTreeSet;
use wengert_data::{ColumnEncoding, Standardiser};
use wengert_nn::{ActivationRule, Outputs};

/// The largest number of inputs of a layer whose products are added one after the other.
const LONG: usize = 4096;

/// A network with what its source file needs.
pub(super) struct Plan<'a> {
    pub(super) network: &'a Network,
    pub(super) snippets: BTreeSet<Snippet>,
    /// The activation; `None` without hidden layers.
    pub(super) activation: Option<(&'static ActivationCode, Vec<f64>)>,
    /// The largest number of inputs or outputs of a layer.
    pub(super) widest: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn of(network: &'a Network) -> Result<Self, Inexpressible> {
        let mut snippets = BTreeSet::new();
        let mut activation = None;
        for layer in &network.layers {
            let product = product(layer);
            snippets.insert(product);
            if product == Snippet::AddDot {
                snippets.insert(Snippet::Sum);
            }
            if layer.normaliser.as_ref().is_some_and(|norm| norm.statistics.is_none()) {
                snippets.extend([Snippet::Sum, Snippet::LayerNorm]);
            }
            if let Some(rule) = layer.activation {
                let found = ACTIVATIONS.iter().find(|code| code.name == rule.name());
                let code = found.ok_or_else(|| Inexpressible::Activation {
                    name: rule.name().to_owned(),
                    known: ACTIVATIONS.iter().map(|code| code.name).collect(),
                })?;
                snippets.extend(code.needs);
                activation = Some((code, rule.constants()));
            }
        }
        match (network.outputs, network.width()) {
            (Outputs::Logits, 1) => {
                snippets.extend([Snippet::Reduction, Snippet::Exponential, Snippet::Logistic]);
            }
            (Outputs::Logits, _) => {
                snippets.insert(Snippet::SumOfClasses);
            }
            _ => {}
        }
        let widths = network.layers.iter().flat_map(|layer| [layer.inputs, layer.outputs]);
        Ok(Self { network, snippets, activation, widest: widths.max().expect("there is a layer") })
    }

    /// The texts of the snippets.
    pub(super) fn functions(&self, language: Language) -> String {
        self.snippets.iter().map(|snippet| snippet.text(language)).collect()
    }

    /// Whether a snippet needs a buffer for the inputs of a layer.
    pub(super) fn needs_widest(&self) -> bool {
        self.snippets.contains(&Snippet::AddDot) || self.snippets.contains(&Snippet::LayerNorm)
    }

    /// Whether every column is a number that must be there.
    pub(super) fn is_plain(&self) -> bool {
        self.network.columns.iter().all(|column| {
            let input = &column.input;
            let is_number = matches!(input.encoding, ColumnEncoding::Number | ColumnEncoding::Date);
            is_number && input.fill.is_none() && !input.indicator
        })
    }

    /// The columns of categories: their index and their categories.
    pub(super) fn categories(&self) -> impl Iterator<Item = (usize, &'a [String])> {
        self.network.columns.iter().enumerate().filter_map(|(i, column)| match &column.input.encoding {
            ColumnEncoding::OneHot { categories } => Some((i, &categories[..])),
            _ => None,
        })
    }

    /// Whether the model has class probabilities.
    pub(super) fn has_probabilities(&self) -> bool {
        self.network.outputs == Outputs::Logits
    }

    /// What the outputs are.
    pub(super) fn outputs(&self) -> &'static str {
        match self.network.outputs {
            Outputs::Logits => "logits of the classes",
            Outputs::Scores => "scores of the classes",
            Outputs::Values => "values in the units of the targets",
        }
    }
}

/// The snippet that adds the product of a layer: that of a single row in `wengert-kernels`.
pub(super) fn product(layer: &Layer) -> Snippet {
    match layer {
        Layer { outputs: 1, .. } => Snippet::AddDot,
        Layer { inputs, .. } if *inputs > LONG => Snippet::AddLongProduct,
        _ => Snippet::AddProduct,
    }
}

/// The scale and the shift of batch normalisation in evaluation mode; `None` for layer normalisation.
pub(super) fn scale_and_shift(normaliser: &Normaliser) -> Option<[Vec<f32>; 2]> {
    let Normaliser { weight, bias, statistics } = normaliser;
    let [mean, variance] = statistics.as_ref()?;
    let scales = weight.iter().zip(variance).map(|(weight, v)| weight * (v + EPSILON as f32).sqrt().recip());
    let scale: Vec<f32> = scales.collect();
    let shifts = bias.iter().zip(mean).zip(&scale).map(|((bias, mean), scale)| bias - mean * scale);
    Some([scale.clone(), shifts.collect()])
}

/// The constants of the map of the features: 1, or 1/2 where the difference of a number and the mean may
/// overflow, the mean and the deviation, each times this factor.
pub(super) fn map_constants(map: &Standardiser) -> [Vec<f64>; 3] {
    let factors = map.mean().iter().map(|mean| if mean.abs() < 1e291 { 1.0 } else { 0.5 });
    let factor: Vec<f64> = factors.collect();
    let scaled = |numbers: &[f64]| numbers.iter().zip(&factor).map(|(x, factor)| x * factor).collect();
    [factor.clone(), scaled(map.mean()), scaled(map.deviation())]
}

//! A multi-layer perceptron with its preprocessing, as the formats see it: a list of layers and columns.

use crate::error::{FormatError, Inexpressible};
use wengert_data::{
    ColumnEncoding, InputColumn, Preprocessing, Standardiser, TargetEncoding, UnknownCategory,
};
use wengert_nn::{AnyActivation, Bias, Normalisation, Outputs};
use wengert_train::SavedMlp;

/// The number that the normalisations of an [`Mlp`] add to the variance.
pub(crate) const EPSILON: f64 = 1e-5;

/// A network with what surrounds it.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// The columns of a table, in the order of the features.
    pub(crate) columns: Vec<Column>,
    /// The map of the features.
    pub(crate) inputs: Option<Standardiser>,
    /// The layers, the output layer last.
    pub(crate) layers: Vec<Layer>,
    /// The map of the outputs of a regression.
    pub(crate) targets: Option<Standardiser>,
    pub(crate) outputs: Outputs,
    /// The names of the classes in the order of their labels; empty for a regression.
    pub(crate) classes: Vec<String>,
    /// The name of each target value of a regression.
    pub(crate) values: Vec<String>,
    /// The rate of dropout in training.
    pub(crate) dropout: f64,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) input: InputColumn,
    /// Whether a text that is no category makes all features 0; otherwise it is refused.
    pub(crate) takes_unknown: bool,
}

/// A fully connected layer with what follows it.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Row-major, shape `[inputs, outputs]`: `y = x W + b`.
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Option<Vec<f32>>,
    pub(crate) normaliser: Option<Normaliser>,
    /// `None` for the output layer.
    pub(crate) activation: Option<AnyActivation>,
}

/// A normalisation with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Normaliser {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// The running means and variances of batch normalisation; `None` for layer normalisation.
    pub(crate) statistics: Option<[Vec<f32>; 2]>,
}

impl Network {
    /// The network of a model, for a format.
    pub(crate) fn of(saved: &SavedMlp, format: &'static str) -> Result<Self, FormatError> {
        let stored = saved.metadata.preprocessing().map_err(|error| {
            let problem = Inexpressible::Preprocessing { problem: error.to_string() };
            FormatError::Inexpressible { format, problem }
        })?;
        Self::with(saved, stored.as_ref(), format)
    }

    /// The network of a model with this preprocessing.
    pub(crate) fn with(
        saved: &SavedMlp,
        stored: Option<&Preprocessing>,
        format: &'static str,
    ) -> Result<Self, FormatError> {
        let inexpressible = |problem| FormatError::Inexpressible { format, problem };
        for (name, array) in saved.params.iter().chain(saved.params.iter_statistics()) {
            if let Some((index, &value)) = array.iter().enumerate().find(|(_, x)| !x.is_finite()) {
                let name = name.to_owned();
                return Err(inexpressible(Inexpressible::NotFinite { name, index, value }));
            }
        }
        let widths = saved.mlp.widths();
        let (inputs, width) = (widths[0], widths[widths.len() - 1]);
        let columns = match stored {
            Some(preprocessing) => columns(preprocessing),
            None => plain_columns(&saved.metadata.features, inputs),
        };
        let features: usize = columns.iter().map(|column| column.input.width()).sum();
        if features != inputs {
            let problem = format!("it makes {features} features, but the network has {inputs} inputs");
            return Err(inexpressible(Inexpressible::Preprocessing { problem }));
        }
        let (classes, values) = names(saved, stored, width);
        Ok(Self {
            columns,
            inputs: saved.scaling.inputs.clone(),
            layers: layers(saved),
            targets: saved.scaling.targets.clone(),
            outputs: saved.outputs,
            classes,
            values,
            dropout: saved.mlp.dropout_rate(),
        })
    }

    /// The number of features.
    pub(crate) fn features(&self) -> usize {
        self.layers[0].inputs
    }

    /// The number of outputs.
    pub(crate) fn width(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }
}

fn columns(preprocessing: &Preprocessing) -> Vec<Column> {
    let takes_unknown = preprocessing.unknown() == UnknownCategory::Zeros;
    preprocessing.inputs().iter().map(|input| Column { input: input.clone(), takes_unknown }).collect()
}

/// The columns of a model that takes numbers in the order of its inputs.
fn plain_columns(names: &[String], count: usize) -> Vec<Column> {
    let name = |i: usize| names.get(i).cloned().unwrap_or_else(|| format!("feature {}", i + 1));
    let column = |i| Column {
        input: InputColumn { name: name(i), encoding: ColumnEncoding::Number, fill: None, indicator: false },
        takes_unknown: false,
    };
    (0..count).map(column).collect()
}

/// The names of the classes, or those of the values of a regression.
fn names(saved: &SavedMlp, stored: Option<&Preprocessing>, width: usize) -> (Vec<String>, Vec<String>) {
    let known = |names: &[String], count: usize, or: &dyn Fn(usize) -> String| match names.len() == count {
        true => names.to_vec(),
        false => (0..count).map(or).collect(),
    };
    if saved.outputs.are_classes() {
        let named = match stored.map(Preprocessing::target) {
            Some(TargetEncoding::Classes { names, .. }) => names,
            _ => &saved.metadata.classes,
        };
        return (known(named, width.max(2), &|class| class.to_string()), Vec::new());
    }
    let named = stored.map_or(&saved.metadata.targets[..], Preprocessing::target_names);
    (Vec::new(), known(named, width, &|i| format!("value {}", i + 1)))
}

fn layers(saved: &SavedMlp) -> Vec<Layer> {
    let mlp = &saved.mlp;
    let last = mlp.widths().len() - 2;
    (0..=last).map(|i| layer(saved, i, i == last)).collect()
}

fn layer(saved: &SavedMlp, index: usize, is_last: bool) -> Layer {
    let (mlp, name) = (&saved.mlp, if is_last { "out".to_owned() } else { format!("hidden.{index}") });
    let (inputs, outputs) = (mlp.widths()[index], mlp.widths()[index + 1]);
    let array = |part: &str| -> Vec<f32> {
        let array = saved.params.get(&format!("{name}.{part}"));
        array.expect("the model has the parameters of its architecture").iter().copied().collect()
    };
    let mut weight = array("weight");
    let bias = match mlp.bias_kind() {
        Bias::None => None,
        Bias::Input => Some(weight.split_off(inputs * outputs)),
        Bias::Zero | Bias::Constant(_) | Bias::Random(_) => Some(array("bias")),
    };
    let norm =
        |statistics| Some(Normaliser { weight: array("norm.weight"), bias: array("norm.bias"), statistics });
    let normaliser = match mlp.normalisation_kind() {
        _ if is_last => None,
        Normalisation::None => None,
        Normalisation::Layer => norm(None),
        Normalisation::Batch => norm(Some([array("norm.running_mean"), array("norm.running_variance")])),
    };
    let activation = (!is_last).then(|| mlp.activation_rule());
    Layer { inputs, outputs, weight, bias, normaliser, activation }
}

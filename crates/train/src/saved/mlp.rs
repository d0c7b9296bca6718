//! Multi-layer perceptrons on disk.

use super::error::{ModelProblem, SavedModelError};
use super::file::{
    Entry, LAYOUT, LAYOUT_KEY, TensorFile, check_layout, entries, parse, read, serialised, write,
};
use super::metadata::{metadata_entries, read_metadata};
use super::scaling::{read_scaling, read_standardiser_of_format_1, scaling_entries};
use crate::model_metadata::ModelMetadata;
use crate::trained::TrainedModel;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use wengert_data::Scaling;
use wengert_files::excerpt;
use wengert_nn::{
    ActivationRule, AnyActivation, Architecture, Bias, Mlp, MlpModule, Normalisation, Outputs, Params,
};

const FORMAT: &str = "wengert-mlp-3";
/// The second format, which has neither names nor provenance. It is still read.
const FORMAT_2: &str = "wengert-mlp-2";
/// The first format, which has the scaling of inputs in single precision and none of targets, and knows
/// classifiers only. It is still read.
const FORMAT_1: &str = "wengert-mlp-1";

/// A trained multi-layer perceptron, together with the scaling of its training data and the names of its
/// features and classes: it predicts from features in the user's units, and answers in them.
///
/// Initialisers are not stored: a loaded `mlp` has the default initialiser for its weights, and
/// zeros for its biases.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{SavedMlp, Trainer};
///
/// let data = moons(200, 0.1, 7).split(0.8, 0.0, 0.2, 7)?.standardised();
/// let report = Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2)).epochs(5).fit(&data)?;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("moons.safetensors");
/// report.model.save(&path)?;
///
/// let model = SavedMlp::load(&path)?.to_trained();
/// assert_eq!(model.predict(&ndarray::array![[0.0, 1.0]]).dim(), (1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SavedMlp {
    /// The architecture.
    pub mlp: Mlp<AnyActivation>,
    /// The parameters and running statistics.
    pub params: Params,
    /// The maps from the user's units to the inputs and outputs of the network.
    pub scaling: Scaling,
    /// What the outputs mean.
    pub outputs: Outputs,
    /// Names, preprocessing and provenance.
    pub metadata: ModelMetadata,
}

impl SavedMlp {
    /// Writes the model to a safetensors file. An existing file is replaced as a whole, or left
    /// unchanged in case of an error.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
        write(path.as_ref(), &self.tensors(), &self.metadata_entries())
    }

    /// Reads a model from a file written by [`save`](Self::save), with any activation.
    ///
    /// # Errors
    /// If the file cannot be read, or does not contain such a model.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SavedModelError> {
        read(path.as_ref(), Self::read)
    }

    /// The content of the file that [`save`](Self::save) writes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serialised(&self.tensors(), &self.metadata_entries())
    }

    /// Reads a model from the content of a file; the path is for messages.
    ///
    /// # Errors
    /// If the content is not that of such a model.
    pub fn from_bytes(path: impl AsRef<Path>, content: &[u8]) -> Result<Self, SavedModelError> {
        parse(path.as_ref(), content, Self::read)
    }

    fn read(file: &TensorFile<'_>) -> Result<Self, ModelProblem> {
        let format = file.required("format")?;
        if ![FORMAT_1, FORMAT_2].contains(&format) {
            file.expect("format", FORMAT)?;
        }
        check_layout(file)?;
        let mlp = mlp(file)?;
        let [inputs, .., width] = *mlp.widths() else { unreachable!("there are at least two widths") };
        let (scaling, outputs) = if format == FORMAT_1 {
            (read_standardiser_of_format_1(file, inputs)?, Outputs::Logits)
        } else {
            (read_scaling(file, inputs, width)?, outputs(file)?)
        };
        let metadata =
            if format == FORMAT { read_metadata(file, &mlp, outputs)? } else { ModelMetadata::default() };
        let params = file.params(mlp.clone().into_model().layout().clone())?;
        Ok(Self { mlp, params, scaling, outputs, metadata })
    }

    /// The tensors of the file, and their elements.
    fn tensors(&self) -> Vec<Entry<'_>> {
        scaling_entries(&self.scaling).chain(entries(&self.params)).collect()
    }

    /// The model for prediction and evaluation.
    pub fn to_trained(&self) -> TrainedModel<MlpModule<AnyActivation>> {
        let model = self.mlp.clone().into_model();
        TrainedModel {
            scaling: self.scaling.clone(),
            metadata: self.metadata.clone(),
            ..TrainedModel::new(model, self.params.clone(), self.outputs)
        }
    }

    /// The metadata of the file that [`save`](Self::save) writes: the architecture, the names, the
    /// preprocessing and the provenance as texts, by the keys that the book documents.
    #[must_use]
    pub fn metadata_entries(&self) -> BTreeMap<String, String> {
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
            (LAYOUT_KEY, LAYOUT.to_owned()),
            ("widths", join(self.mlp.widths())),
            ("outputs", self.outputs.name().to_owned()),
            ("activation", self.mlp.activation_rule().name().to_owned()),
            ("activation_constants", join(&self.mlp.activation_rule().constants())),
            ("bias", bias.to_owned()),
            ("norm", norm.to_owned()),
            ("dropout", self.mlp.dropout_rate().to_string()),
        ];
        let own = metadata.into_iter().map(|(key, value)| (key.to_owned(), value));
        own.chain(metadata_entries(&self.metadata)).collect()
    }
}

impl<R: ActivationRule> TrainedModel<MlpModule<R>> {
    /// Writes the model to a safetensors file, from which [`SavedMlp::load`] reads it: the parameters, the
    /// scaling and the names of the training data, and where the model comes from. An existing file is
    /// replaced as a whole, or left unchanged in case of an error.
    ///
    /// # Errors
    /// If the file cannot be written, or if the activation is not in the [table of
    /// rules](wengert_ad::rules), from which it is loaded by its name.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
        self.to_saved()?.save(path)
    }

    /// The contents of the file that [`save`](Self::save) writes.
    ///
    /// # Errors
    /// If the activation is not in the [table of rules](wengert_ad::rules).
    pub fn to_saved(&self) -> Result<SavedMlp, SavedModelError> {
        let description = self.model.module().description();
        let mlp = description.with_any_activation().ok_or_else(|| SavedModelError::CustomActivation {
            name: description.activation_rule().name().to_owned(),
        })?;
        Ok(SavedMlp {
            mlp,
            params: self.params.clone(),
            scaling: self.scaling.clone(),
            outputs: self.outputs,
            metadata: self.metadata.clone(),
        })
    }
}

/// The architecture that the metadata describe.
fn mlp(file: &TensorFile<'_>) -> Result<Mlp<AnyActivation>, ModelProblem> {
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
    let rule = activation(file)?;
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

/// The activation that the metadata describe.
fn activation(file: &TensorFile<'_>) -> Result<AnyActivation, ModelProblem> {
    let name = file.required("activation")?;
    let constants = file.optional("activation_constants").unwrap_or("");
    let rule = parse_list(constants).and_then(|constants| AnyActivation::named(name, &constants));
    rule.ok_or_else(|| {
        let value =
            excerpt(&if constants.is_empty() { name.to_owned() } else { format!("{name}:{constants}") });
        let expected =
            "the name of a rule such as relu, with its constants in activation_constants".to_owned();
        ModelProblem::Metadata { key: "activation", value, expected }
    })
}

/// The meaning of the outputs that the metadata state.
fn outputs(file: &TensorFile<'_>) -> Result<Outputs, ModelProblem> {
    let value = file.required("outputs")?;
    Outputs::named(value).ok_or_else(|| ModelProblem::Metadata {
        key: "outputs",
        value: excerpt(value),
        expected: Outputs::ALL.map(Outputs::name).join(" or "),
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

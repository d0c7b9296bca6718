//! How good predictions are: metrics beside the targets of some data.

mod classes;
mod values;

use crate::output::Tabular;
use ndarray::{Array2, ArrayView2};
use serde_json::Value;
use wengert::data::{Dataset, Targets};
use wengert::nn::Module;
use wengert::train::TrainedModel;

pub(crate) use classes::{BINS, ClassEvaluation};
pub(crate) use values::ValueEvaluation;

/// The predictions of a model beside the targets.
pub(crate) enum Evaluation {
    Classes(ClassEvaluation),
    Values(ValueEvaluation),
}

impl Evaluation {
    /// The evaluation of a model on data in the user's units.
    pub(crate) fn of_dataset<M: Module<f32>>(model: &TrainedModel<M>, data: &Dataset<f64>) -> Self {
        let shape = (data.examples(), data.width());
        let features = ArrayView2::from_shape(shape, data.features()).expect("rows of one width");
        Self::new(model, &features, data.targets().clone(), data.class_names())
    }

    pub(crate) fn new<M: Module<f32>>(
        model: &TrainedModel<M>,
        features: &ArrayView2<'_, f64>,
        targets: Targets<f64>,
        class_names: Option<&[String]>,
    ) -> Self {
        let outputs = model.predict(features);
        match targets {
            Targets::Classes { labels, classes } => {
                let numbers = || (0..classes).map(|class| class.to_string()).collect();
                let names = class_names.map_or_else(numbers, <[String]>::to_vec);
                Self::Classes(ClassEvaluation::new(outputs, labels, names, model.outputs))
            }
            Targets::Values { values, width } => {
                let shape = (values.len() / width, width);
                let targets = Array2::from_shape_vec(shape, values).expect("rows of one width");
                let names = model.metadata.targets.clone();
                Self::Values(ValueEvaluation::new(outputs, targets, names))
            }
        }
    }

    /// The number of examples.
    pub(crate) fn examples(&self) -> usize {
        match self {
            Self::Classes(evaluation) => evaluation.labels.len(),
            Self::Values(evaluation) => evaluation.targets.nrows(),
        }
    }

    /// Metrics beside those of the simplest predictions, and what else can be shown in tables.
    pub(crate) fn tables(&self) -> Vec<Tabular> {
        match self {
            Self::Classes(evaluation) => evaluation.tables(),
            Self::Values(evaluation) => evaluation.tables(),
        }
    }

    /// What should be known about the numbers.
    pub(crate) fn note(&self) -> Option<String> {
        match self {
            Self::Classes(evaluation) => evaluation.note(),
            Self::Values(_) => None,
        }
    }

    /// Lines to be printed.
    pub(crate) fn text(&self) -> String {
        let tables = self.tables().iter().map(Tabular::text).collect::<Vec<_>>();
        tables.into_iter().chain(self.note()).collect::<Vec<_>>().join("\n\n")
    }

    /// All metrics by name, and what else there is.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Classes(evaluation) => evaluation.json(),
            Self::Values(evaluation) => evaluation.json(),
        }
    }
}

//! How good predictions are: metrics beside the targets of some data.

mod classes;
mod values;

use crate::output::Tabular;
use ndarray::{Array2, ArrayView2};
use serde_json::Value;
use wengert::data::{DataError, Dataset, Examples, Pass, Targets, checked_blocks};
use wengert::nn::Module;
use wengert::nn::metrics::RunningErrors;
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

    /// The evaluation of a model on examples of which a block is in memory at a time, besides the outputs and
    /// the targets of all.
    pub(crate) fn of_examples<M: Module<f32>>(
        model: &TrainedModel<M>,
        examples: &dyn Examples,
    ) -> Result<Self, DataError> {
        let (mut classes, mut values) = (Vec::new(), Vec::new());
        for block in checked_blocks(examples, Pass::Evaluation) {
            match Self::of_dataset(model, &block?.unscaled()) {
                Self::Classes(evaluation) => classes.push(evaluation),
                Self::Values(evaluation) => values.push(evaluation),
            }
        }
        let classes = ClassEvaluation::joined(classes).map(Self::Classes);
        let joined = classes.or_else(|| ValueEvaluation::joined(&values).map(Self::Values));
        Ok(joined.unwrap_or_else(|| Self::of_dataset(model, &examples.sample().unscaled())))
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

/// The errors of a regression model on examples of which a block is in memory at a time.
pub(crate) fn errors_in_blocks<M: Module<f32>>(
    model: &TrainedModel<M>,
    examples: &dyn Examples,
) -> Result<RunningErrors, DataError> {
    let mut errors = RunningErrors::default();
    for block in checked_blocks(examples, Pass::Evaluation) {
        if let Evaluation::Values(values) = Evaluation::of_dataset(model, &block?.unscaled()) {
            errors.add(&values.predictions(None));
        }
    }
    Ok(errors)
}

//! The report of a training run.

use crate::divergence::Divergence;
use crate::history::History;
use crate::metrics::Metrics;
use crate::numerical_issue::NumericalIssue;
use crate::state::TrainingState;
use crate::trained::TrainedModel;
use std::fmt;

/// The reason why training stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum StopReason {
    /// All epochs were completed.
    Finished,
    /// The validation loss has not improved for as many epochs as
    /// [`early_stopping`](crate::Trainer::early_stopping) allows.
    EarlyStopping,
    /// A [callback](crate::Callback) ended the run.
    Callback,
    /// The loss became infinite or NaN: training diverged. [`TrainingReport::divergence`] says where and
    /// why; the final parameters are the last good ones.
    NotFinite {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The step within the epoch, counted from 1.
        step: usize,
    },
}

/// The values of a metric of the program's own.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnValues {
    /// The name of the metric.
    pub name: String,
    /// The value on the training data.
    pub train: f64,
    /// The value on the validation data; `None` if there are none.
    pub validation: Option<f64>,
    /// The value on the test data; `None` if there are none.
    pub test: Option<f64>,
}

/// The result of a training run. If it [diverged](Self::divergence), its text begins with this.
///
/// With the feature `serde`, it is serialised without the model and the state: metrics, history, the
/// reason why training stopped, and divergence and issues as sentences.
#[derive(Clone, Debug)]
pub struct TrainingReport<M, T = f32> {
    /// The model with its final parameters: those of the best epoch under early stopping or
    /// [`best_by`](crate::Trainer::best_by), otherwise those of the last. If training diverged without
    /// either, they are those of the last epoch after which the losses on the training and validation data
    /// are finite, or those at the start if there is none.
    pub model: TrainedModel<M, T>,
    /// The metrics on the training data with the final parameters, in evaluation mode.
    pub train: Metrics,
    /// The metrics on the validation data with the final parameters; `None` without validation data.
    pub validation: Option<Metrics>,
    /// The metrics on the test data with the final parameters; `None` without test data. They are computed
    /// once, after the last choice was made, so that no choice depends on them.
    pub test: Option<Metrics>,
    /// The metrics of all epochs, in order.
    pub history: History,
    /// The values of the [metrics of the program's own](crate::Trainer::metric) with the final parameters, in
    /// the order in which they were added.
    pub own: Vec<OwnValues>,
    /// The epoch that the final parameters come from, counted from 1; 0 if they are those at the start.
    pub best_epoch: usize,
    /// The reason why training stopped.
    pub stop: StopReason,
    /// Where training diverged, and the likely cause; `None` if it did not.
    pub divergence: Option<Divergence>,
    /// Numerical issues during training, each kind where it first occurred.
    pub issues: Vec<NumericalIssue>,
    /// The state after the last step, from which training [continues](crate::Trainer::resume) with the
    /// same bits; `None` if training diverged. Its parameters are those of the last epoch, not of the best.
    pub state: Option<TrainingState<T>>,
    /// The wall-clock time of the training run, in seconds; of the last part, if it was resumed. NaN in a
    /// browser (WebAssembly without an operating system), which has no clock.
    pub seconds: f64,
}

impl<M, T> TrainingReport<M, T> {
    /// The same with another module on the same parameters.
    pub(crate) fn map<N>(self, change: impl FnOnce(M) -> N) -> TrainingReport<N, T> {
        let Self { model, train, validation, test, history, own, best_epoch, .. } = self;
        let Self { stop, divergence, issues, state, seconds, .. } = self;
        let model = model.map(change);
        TrainingReport {
            model,
            train,
            validation,
            test,
            history,
            own,
            best_epoch,
            stop,
            divergence,
            issues,
            state,
            seconds,
        }
    }
}

/// One line: whether training diverged, the number of epochs, and the final losses.
impl<M, T> fmt::Display for TrainingReport<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(divergence) = &self.divergence {
            write!(f, "DIVERGED: {divergence}; ")?;
        }
        let epochs = self.history.len();
        write!(f, "{epochs} epochs, parameters of epoch {}: ", self.best_epoch)?;
        write!(f, "train loss {:.4}", self.train.loss)?;
        for (part, metrics) in [("validation", self.validation), ("test", self.test)] {
            if let Some(metrics) = metrics {
                write!(f, ", {part} loss {:.4}", metrics.loss)?;
            }
        }
        Ok(())
    }
}

/// What is serialised of a report.
#[cfg(feature = "serde")]
impl<M, T> serde::Serialize for TrainingReport<M, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let issues: Vec<String> = self.issues.iter().map(ToString::to_string).collect();
        let mut report = serializer.serialize_struct("TrainingReport", 10)?;
        report.serialize_field("train", &self.train)?;
        report.serialize_field("validation", &self.validation)?;
        report.serialize_field("test", &self.test)?;
        report.serialize_field("history", &self.history)?;
        report.serialize_field("own", &self.own)?;
        report.serialize_field("best_epoch", &self.best_epoch)?;
        report.serialize_field("stop", &self.stop)?;
        report.serialize_field("divergence", &self.divergence.as_ref().map(ToString::to_string))?;
        report.serialize_field("issues", &issues)?;
        report.serialize_field("seconds", &self.seconds)?;
        report.end()
    }
}

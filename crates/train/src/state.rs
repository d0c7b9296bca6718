//! The state of a training run, as plain data.

use crate::epoch::Epoch;
use crate::metrics::Metrics;
use crate::parameter_names::names_and_shapes;
use crate::partial_epoch::PartialEpoch;
use std::fmt;
use wengert_ad::Element;
use wengert_data::Scaling;
use wengert_nn::{Layout, Params, RowMixing};
use wengert_optim::{OptimizerState, StateError};

/// The state of a training run: everything that it needs to continue with the same bits.
///
/// [`Training::state`](crate::Training::state) and [`TrainingReport::state`](crate::TrainingReport::state)
/// return it; [`Training::restore`](crate::Training::restore) and
/// [`Trainer::resume`](crate::Trainer::resume) of the same model, loss, optimizer and settings continue
/// from it. It is plain data, for any file format that stores numbers exactly. Random numbers and the
/// order of the examples follow from the seed and the counts, so there is no other state.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::Trainer;
///
/// let data = moons(200, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
/// let trainer = || Trainer::new(Mlp::new([2, 16, 2]), CrossEntropy, Adam::new(1e-2)).early_stopping(5);
/// let half = trainer().epochs(5).fit(&data)?;
/// let state = half.state.expect("training did not diverge");
/// let resumed = trainer().epochs(10).resume(state, &data)?;
/// let whole = trainer().epochs(10).fit(&data)?;
/// assert_eq!(resumed.model.params, whole.model.params);
/// assert_eq!(resumed.history, whole.history);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState<T = f32> {
    /// The seed of the random numbers and of the order of the examples.
    pub seed: u64,
    /// The number of forward and backward passes so far: the random numbers of the next pass follow from it.
    pub passes: u64,
    /// The number of updates of the parameters so far: the schedule follows it.
    pub steps: u64,
    /// The parameters and running statistics after the last step, and which of them are frozen.
    pub params: Params<T>,
    /// The scaling of the data; `None` before the first step.
    pub scaling: Option<Scaling>,
    /// The state of the optimizer.
    pub optimizer: OptimizerState<T>,
    /// The metrics of all completed epochs, in order; empty for a loop of the user's own.
    pub history: Vec<Epoch>,
    /// The best epoch so far; `None` without early stopping or [`best_by`](crate::Trainer::best_by).
    pub best: Option<BestEpoch<T>>,
    /// The part of the next epoch that is done; `None` between two epochs, and for a loop of the user's own.
    pub partial: Option<PartialEpoch>,
}

/// The best epoch: see [`BestBy`](crate::BestBy).
#[derive(Clone, Debug, PartialEq)]
pub struct BestEpoch<T = f32> {
    /// The number of the epoch, counted from 1.
    pub epoch: usize,
    /// Its metrics on the validation data. The loss is finite.
    pub metrics: Metrics,
    /// The parameters and running statistics after it.
    pub params: Params<T>,
}

/// The reason why a training run cannot continue from a state.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ResumeError {
    /// The state is that of another optimizer.
    Optimizer {
        /// The difference.
        source: StateError,
    },
    /// The parameters are those of another model.
    Parameters {
        /// The parameters of the model: each name with its shape.
        model: Vec<(String, Vec<usize>)>,
        /// The parameters in the state.
        state: Vec<(String, Vec<usize>)>,
    },
    /// The layouts of the model and of the parameters declare different [mixing](RowMixing) of rows.
    RowMixing {
        /// The declaration of the model.
        model: RowMixing,
        /// That of the parameters in the state.
        state: RowMixing,
    },
    /// The data are scaled otherwise than those before the interruption.
    Scaling,
    /// The training data are not those before the interruption.
    Data {
        /// The number of examples before, with the checksum of their numbers.
        saved: String,
        /// That of the data.
        found: String,
    },
    /// A setting of the batches is not that before the interruption.
    Setting {
        /// The name of the setting.
        name: &'static str,
        /// Its value before.
        saved: String,
        /// Its value now.
        found: String,
    },
    /// An epoch has fewer batches than were done before the interruption.
    Batches {
        /// The number of batches that were done.
        done: usize,
        /// The number of batches of the epoch.
        batches: usize,
    },
    /// The numbers of the epochs in the history are not 1, 2, and so on.
    History,
    /// The loss of the best epoch is not finite, or the history does not have this epoch.
    Best {
        /// The number of the epoch.
        epoch: usize,
        /// Its loss.
        loss: f64,
    },
}

impl fmt::Display for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Optimizer { source } => source.fmt(f),
            Self::Parameters { model, state } => write!(
                f,
                "the model has the parameters {model:?}, but the state has {state:?}; build the model that \
                 was trained"
            ),
            Self::RowMixing { model, state } => write!(
                f,
                "the layout of the model mixes rows {model:?}, but that of the parameters in the state \
                 {state:?}; create the parameters from the layout of the model"
            ),
            Self::Scaling => f.write_str(
                "the data are scaled otherwise than those that the state comes from; standardise them as \
                 before",
            ),
            Self::Data { saved, found } => write!(
                f,
                "the training data are not those before the interruption: there were {saved}, now \
                 there are {found}; give the same data, split and scaled in the same way"
            ),
            Self::Setting { name, saved, found } => write!(
                f,
                "{name} was {saved} before the interruption, and is {found} now; only with the same one does \
                 the run continue"
            ),
            Self::Batches { done, batches } => write!(
                f,
                "{done} batches of an epoch were done before the interruption, but it has {batches}; give \
                 the same data and the same batch size"
            ),
            Self::History => {
                f.write_str("the epochs in the history of the state must be numbered 1, 2, and so on")
            }
            Self::Best { epoch, loss } => write!(
                f,
                "the best epoch of the state is {epoch} with loss {loss}; it must be in the history, and its \
                 loss finite"
            ),
        }
    }
}

impl std::error::Error for ResumeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Optimizer { source } => Some(source),
            _ => None,
        }
    }
}

impl<T: Element> TrainingState<T> {
    /// Checks that the parameters are those of a model, and that the state of the optimizer has their number.
    pub(crate) fn check_model(&self, layout: &Layout) -> Result<(), ResumeError> {
        let (model, state) = (names_and_shapes(layout), names_and_shapes(self.params.layout()));
        if model != state {
            return Err(ResumeError::Parameters { model, state });
        }
        let (model, state) = (layout.row_mixing(), self.params.layout().row_mixing());
        if model != state {
            return Err(ResumeError::RowMixing { model, state });
        }
        let expected = self.params.len();
        let buffers = self.optimizer.buffers.iter().map(|(name, numbers)| (name.as_str(), numbers.len()));
        let counts = self.optimizer.steps.last().map(|&(end, _)| ("steps", end));
        match buffers.chain(counts).find(|&(_, saved)| saved != expected && saved != 0) {
            Some((name, saved)) => {
                let source = StateError::Length { buffer: name.to_owned(), saved, expected };
                Err(ResumeError::Optimizer { source })
            }
            None => Ok(()),
        }
    }

    /// Checks that the parts of the state agree with each other.
    pub(crate) fn check_progress(&self) -> Result<(), ResumeError> {
        if self.history.iter().zip(1..).any(|(epoch, number)| epoch.number != number) {
            return Err(ResumeError::History);
        }
        match &self.best {
            Some(best)
                if !best.metrics.loss.is_finite() || !(1..=self.history.len()).contains(&best.epoch) =>
            {
                Err(ResumeError::Best { epoch: best.epoch, loss: best.metrics.loss })
            }
            _ => Ok(()),
        }
    }
}

//! What a training run starts from.

use crate::compatibility::assert_parameters_of;
use crate::epoch::Epoch;
use crate::error::TrainError;
use crate::state::{BestEpoch, TrainingState};
use crate::step_settings::StepSettings;
use crate::training::Training;
use wengert_ad::Real;
use wengert_nn::{Loss, Model, Module, Params};
use wengert_optim::Optimizer;

/// What a training run starts from.
pub(crate) enum Start<T> {
    /// Initial parameters that are drawn from the seed.
    Seed,
    /// Given parameters.
    Params(Params<T>),
    /// The state of an earlier run.
    State(Box<TrainingState<T>>),
}

/// The epochs before the start, and the best of them under early stopping.
pub(crate) type Progress<T> = (Vec<Epoch>, Option<BestEpoch<T>>);

/// A training run, and the epochs before its start.
pub(crate) type Begun<M, L, O, T> = (Training<M, L, O, T>, Progress<T>);

impl<T: Real> Start<T> {
    /// The training run before its first step, or where the earlier run ended.
    ///
    /// # Panics
    /// If the given parameters are not those of the model, or if a pattern of the settings matches no
    /// parameter.
    #[track_caller]
    pub(crate) fn begin<M: Module<T>, L: Loss<T>, O: Optimizer<T>>(
        self,
        model: Model<M>,
        loss: L,
        optimizer: O,
        settings: StepSettings,
    ) -> Result<Begun<M, L, O, T>, TrainError> {
        if let Self::Params(params) = self {
            assert_parameters_of(model.layout(), &params);
            let training = Training::with_settings(model, params, loss, optimizer, settings);
            return Ok((training, Progress::default()));
        }
        let params = model.layout().initialise(settings.seed);
        let mut training = Training::with_settings(model, params, loss, optimizer, settings);
        let Self::State(mut state) = self else { return Ok((training, Progress::default())) };
        let resume = |source| TrainError::Resume { source };
        state.check_progress().map_err(resume)?;
        let progress = (std::mem::take(&mut state.history), state.best.take());
        training.restore(*state).map_err(resume)?;
        Ok((training, progress))
    }
}

//! What a training run starts from.

use crate::compatibility::assert_parameters_of;
#[cfg(feature = "safetensors")]
use crate::data_digest::DataDigest;
use crate::epoch::Epoch;
use crate::error::TrainError;
use crate::partial_epoch::PartialEpoch;
#[cfg(feature = "safetensors")]
use crate::saved::Checkpoint;
use crate::settings::Settings;
#[cfg(feature = "safetensors")]
use crate::state::ResumeError;
use crate::state::{BestEpoch, TrainingState};
use crate::step_settings::StepSettings;
use crate::strategy::Strategy;
use crate::training::Training;
use wengert_ad::Real;
use wengert_data::Examples;
#[cfg(feature = "safetensors")]
use wengert_files::excerpt;
use wengert_nn::{Layout, Loss, Model, Module, Params};
use wengert_optim::Optimizer;

/// What a training run starts from.
pub(crate) enum Start<T> {
    /// Initial parameters that are drawn from the seed.
    Seed,
    /// Given parameters.
    Params(Params<T>),
    /// The state of an earlier run.
    State(Box<TrainingState<T>>),
    /// The state of an earlier run in a file.
    #[cfg(feature = "safetensors")]
    File(std::path::PathBuf),
}

/// The epochs before the start, the best of them under early stopping, and the part of the next one that is
/// done.
pub(crate) type Progress<T> = (Vec<Epoch>, Option<BestEpoch<T>>, Option<PartialEpoch>);

/// A training run, and the epochs before its start.
pub(crate) type Begun<M, L, O, T> = (Training<M, L, O, T>, Progress<T>);

impl<T: Real> Start<T> {
    /// The same start, with the state if it is in a file: that of a run of a model with this layout, on these
    /// examples, with these settings.
    #[cfg(feature = "safetensors")]
    pub(crate) fn loaded(
        self,
        layout: &Layout,
        train: &dyn Examples<T>,
        settings: &Settings,
        strategy: Strategy,
    ) -> Result<Self, TrainError> {
        let Self::File(path) = &self else { return Ok(self) };
        let checkpoint =
            Checkpoint::load(path, layout).map_err(|source| TrainError::Checkpoint { source })?;
        let resume = |source| Err(TrainError::Resume { source });
        let found = DataDigest::of(train);
        if let Some(saved) = checkpoint.data.filter(|saved| *saved != found) {
            return resume(ResumeError::Data { saved: saved.to_string(), found: found.to_string() });
        }
        let saved_settings = &checkpoint.metadata.provenance.settings;
        let saved = saved_settings.get("strategy").map_or("automatic", String::as_str);
        if saved != strategy.to_string() {
            let (saved, found) = (excerpt(saved), strategy.to_string());
            return resume(ResumeError::Setting { name: "strategy", saved, found });
        }
        for (name, found) in settings.of_batches() {
            if let Some(saved) = saved_settings.get(name)
                && *saved != found
            {
                return resume(ResumeError::Setting { name, saved: excerpt(saved), found });
            }
        }
        Ok(Self::State(Box::new(checkpoint.state)))
    }

    /// Without the feature `safetensors`, states are not in files.
    #[cfg(not(feature = "safetensors"))]
    pub(crate) fn loaded(
        self,
        _: &Layout,
        _: &dyn Examples<T>,
        _: &Settings,
        _: Strategy,
    ) -> Result<Self, TrainError> {
        Ok(self)
    }

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
        let progress = (std::mem::take(&mut state.history), state.best.take(), state.partial.take());
        training.restore(*state).map_err(resume)?;
        Ok((training, progress))
    }
}

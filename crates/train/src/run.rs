//! The start of a training run.

use crate::compatibility::{
    check_batch_size, check_parts, check_streams, check_targets, check_weights, check_widths,
};
use crate::error::TrainError;
use crate::fingerprint::check_agreement;
use crate::independent_rows::sampled_rows;
use crate::observers::Observers;
use crate::settings::Settings;
use crate::start::{Progress, Start};
use crate::state::ResumeError;
use crate::step_settings::StepSettings;
use crate::threads::number_of;
use crate::training::ErasedTraining;
use rayon::ThreadPoolBuilder;
use wengert_ad::Real;
use wengert_data::Parts;
use wengert_nn::{Loss, Model, Module};
use wengert_optim::Optimizer;

/// How to train.
pub(crate) struct Plan<T: Real> {
    pub(crate) settings: Settings,
    pub(crate) steps: StepSettings,
    /// The number of threads; 0 for that of rayon.
    pub(crate) threads: usize,
    pub(crate) observers: Observers<T>,
}

/// A training run that can take its steps.
pub(crate) struct Run<'a, 'm, T: Real> {
    pub(crate) training: ErasedTraining<'m, T>,
    pub(crate) settings: Settings,
    pub(crate) observers: Observers<T>,
    pub(crate) data: Parts<'a, T>,
    pub(crate) progress: Progress<T>,
}

impl<T: Real> Plan<T> {
    /// Checks that everything fits together, and has `run` take the steps, on the threads of the plan.
    #[track_caller]
    pub(crate) fn run<'m, R: Send>(
        self,
        model: Model<&'m dyn Module<T>>,
        loss: &'m dyn Loss<T>,
        optimizer: &'m mut dyn Optimizer<T>,
        data: Parts<'_, T>,
        from: Start<T>,
        run: impl FnOnce(Run<'_, 'm, T>) -> Result<R, TrainError> + Send,
    ) -> Result<R, TrainError> {
        let Self { settings, mut steps, threads, mut observers } = self;
        steps.part_rows = (settings.accumulate > 1).then_some(settings.batch_size);
        check_targets(loss.kind(), data)?;
        check_widths(*model.module(), loss.kind(), data.train.sample())?;
        check_parts(settings.keeps_best(), data)?;
        check_streams(&settings, &observers.metrics, data)?;
        let weighted = settings.class_weights.weighted(data.train)?;
        let data = Parts { train: weighted.as_deref().unwrap_or(data.train), ..data };
        check_weights(data)?;
        let from = from.loaded(model.layout(), data.train, &settings, steps.strategy)?;
        let (mut training, progress) = from.begin(model, loss, optimizer, steps)?;
        let sample = data.train.sample();
        if !training.set_scaling(sample.scaling()) {
            return Err(TrainError::Resume { source: ResumeError::Scaling });
        }
        let (examples, batch_size) = (data.train.examples(), settings.batch_size);
        check_batch_size(training.params().layout(), examples, batch_size)?;
        let useful = training.useful_threads(batch_size.min(examples));
        in_pool(threads, useful, || {
            let some: Vec<usize> = sampled_rows(sample.examples()).collect();
            training.check(sample.batch(&some))?;
            if training.settings.ranks.size() > 1 {
                training.check_ranks(batch_size.min(examples))?;
                check_agreement(&training, &settings, &observers, data, &progress)?;
            }
            if training.settings.ranks.rank() > 0 {
                observers.observe_nothing();
            }
            run(Run { training, settings, observers, data, progress })
        })
    }
}

/// Runs `work` in a pool with this many threads, or that of rayon if it is 0, but no more than can be used:
/// these would be woken for nothing. In WebAssembly, there are no threads, and it runs by itself.
fn in_pool<R: Send>(
    threads: usize,
    useful: usize,
    work: impl FnOnce() -> Result<R, TrainError> + Send,
) -> Result<R, TrainError> {
    if cfg!(target_family = "wasm") {
        return work();
    }
    let pool = ThreadPoolBuilder::new().num_threads(number_of(threads).min(useful)).build();
    pool.map_err(|source| TrainError::Threads { source })?.install(work)
}

//! Short runs before a training run: on a single batch, and over rising learning rates.

use crate::batch_fit::BatchFit;
use crate::error::TrainError;
use crate::run::Run;
use crate::start::Start;
use crate::trained::batch_metrics;
use crate::trainer::Trainer;
use crate::training::Training;
use wengert_ad::Real;
use wengert_data::{Batches, Parts};
use wengert_nn::{Architecture, Loss, Module};
use wengert_optim::{Optimizer, RateFinder};

/// The number of examples whose loss a sweep over rates records.
const SAMPLE: usize = 512;

/// Short runs, to find mistakes and settings before a long one. Their parameters are discarded.
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T>
where
    A::Module: Module<T>,
    L: Loss<T>,
    O: Optimizer<T>,
{
    /// Takes `steps` steps on one batch, the first of a run, again and again. A network that does not learn
    /// even this by heart has a mistake in its model, its loss, its data or its settings. Dropout and weight
    /// decay work against it: leave them out.
    ///
    /// The steps end early where the loss is not finite.
    ///
    /// ```
    /// use wengert_data::moons;
    /// use wengert_nn::{CrossEntropy, Mlp};
    /// use wengert_optim::Adam;
    /// use wengert_train::Trainer;
    ///
    /// let data = moons(200, 0.1, 7).split(0.8, 0.2, 0.0, 7)?.standardised();
    /// let trainer = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2));
    /// let fit = trainer.overfit_batch(300, &data)?;
    /// assert_eq!(fit.examples, 64);
    /// assert!(fit.after.loss < 0.05 * fit.losses[0] && fit.after.accuracy == Some(1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Panics
    /// As [`fit`](Self::fit).
    #[track_caller]
    pub fn overfit_batch<'a>(
        self,
        steps: usize,
        data: impl Into<Parts<'a, T>>,
    ) -> Result<BatchFit, TrainError> {
        Ok(self.begin(data.into(), Start::Seed, overfit(steps))?.1)
    }

    /// Runs a sweep over learning rates from the initial parameters, one step per rate, instead of the
    /// schedule, and returns it: its [suggestion](RateFinder::suggestion) is a rate to begin with. The losses
    /// are those of up to 512 training examples, the same before each step, so that the noise of batches does
    /// not hide where they fall.
    ///
    /// ```
    /// use wengert_data::moons;
    /// use wengert_nn::{CrossEntropy, Mlp};
    /// use wengert_optim::{RateFinder, Sgd};
    /// use wengert_train::Trainer;
    ///
    /// let data = moons(200, 0.1, 7).split(0.8, 0.2, 0.0, 7)?.standardised();
    /// let trainer = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Sgd::new(0.0));
    /// let finder = trainer.find_rate(RateFinder::new(1e-5, 100.0, 100), &data)?;
    /// assert!((1e-3..10.0).contains(&finder.suggestion()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Panics
    /// As [`fit`](Self::fit).
    #[track_caller]
    pub fn find_rate<'a>(
        mut self,
        finder: RateFinder,
        data: impl Into<Parts<'a, T>>,
    ) -> Result<RateFinder, TrainError> {
        self.steps.schedule = None;
        Ok(self.begin(data.into(), Start::Seed, sweep(finder))?.1)
    }
}

/// Takes this many steps on the first batch.
fn overfit<T: Real>(steps: usize) -> impl FnOnce(Run<'_, '_, T>) -> Result<BatchFit, TrainError> {
    move |run| {
        let Run { mut training, settings, data, .. } = run;
        let mut batches =
            Batches::new(data.train.examples(), settings.examples_per_update(), training.settings.seed);
        let mut epoch = batches.over(data.train, 1);
        let batch = epoch.next_batch()?.ok_or(TrainError::NoExamples)?;
        let mut losses = Vec::with_capacity(steps);
        for _ in 0..steps {
            let loss = training.pass(batch, false)?.mean_loss();
            losses.push(loss);
            if !loss.is_finite() {
                break;
            }
            training.update()?;
        }
        let after = batch_metrics(training.model.module(), &training.loss, &training.result(), batch);
        Ok(BatchFit { examples: batch.indices.len(), losses, after })
    }
}

/// Takes one step at each learning rate of a sweep.
fn sweep<T: Real>(mut finder: RateFinder) -> impl FnOnce(Run<'_, '_, T>) -> Result<RateFinder, TrainError> {
    move |run| {
        let Run { mut training, settings, data, .. } = run;
        let mut batches =
            Batches::new(data.train.examples(), settings.examples_per_update(), training.settings.seed);
        let sample = data.train.sample();
        let rows: Vec<usize> = (0..sample.examples()).step_by(sample.examples().div_ceil(SAMPLE)).collect();
        let mut number = 1;
        while finder.next_rate().is_some() {
            let mut epoch = batches.over(data.train, number);
            while let (Some(rate), Some(batch)) = (finder.next_rate(), epoch.next_batch()?) {
                let Training { model, loss, params, .. } = &training;
                finder.record(batch_metrics(model.module(), loss, params, sample.batch(&rows)).loss);
                if finder.next_rate().is_none() || !training.pass(batch, false)?.loss.is_finite() {
                    return Ok(finder);
                }
                training.optimizer_mut().set_learning_rate(rate);
                training.update()?;
            }
            number += 1;
        }
        Ok(finder)
    }
}

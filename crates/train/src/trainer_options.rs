//! The settings of a training run that are not needed for every run.

use crate::callback::{AfterEpoch, Callback};
use crate::class_weights::ClassWeights;
use crate::epoch::Epoch;
use crate::keep_state::Every;
use crate::selection::{BestBy, Sampling};
use crate::step_settings::Clipping;
use crate::trainer::Trainer;
use ndarray::ArrayView2;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use wengert_ad::Real;
use wengert_data::Targets;
use wengert_kernels::validate::assert_at_least_one;
use wengert_nn::{Architecture, Regulariser};
use wengert_optim::{Group, Schedule};

/// Settings of the steps.
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Sets the learning rate of each step from a schedule, instead of the rate of the optimizer.
    /// Steps are counted from 0 over all epochs.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.steps.schedule = Some(schedule);
        self
    }

    /// Scales down each gradient whose Euclidean norm exceeds `limit`: see
    /// [`clip_norm`](wengert_optim::clip_norm). Replaces an earlier clipping.
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_norm(mut self, limit: f64) -> Self {
        self.steps.clipping = Some(Clipping::to_norm(limit));
        self
    }

    /// Clamps each element of the gradient to `[-limit, limit]`: see
    /// [`clip_value`](wengert_optim::clip_value). Replaces an earlier clipping.
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_value(mut self, limit: f64) -> Self {
        self.steps.clipping = Some(Clipping::to_value(limit));
        self
    }

    /// Sharpness-aware minimisation (SAM): takes the gradient of each step at the worst point nearby,
    /// `w + rho g / |g|` with the gradient `g` at the parameters `w`, so that training prefers flat minima.
    ///
    /// Source: Foret et al. 2021, algorithm 1, with `p = 2`; `rho` is 0.05 there, and larger for small data.
    /// It works with every optimizer. A step has two passes over its batch and costs twice as much. Reported
    /// losses and running statistics are those at `w`. Clipping follows the second gradient.
    ///
    /// # Panics
    /// If `rho` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn sharpness_aware(mut self, rho: f64) -> Self {
        self.steps.set_sharpness(rho);
        self
    }

    /// Adds a penalty on the parameters to the mean loss. Reported losses are without the penalty. A
    /// parameter that both an L2 penalty and weight decay would shrink is an error.
    #[must_use]
    pub fn regularise(mut self, regulariser: Regulariser) -> Self {
        self.steps.regulariser = Some(regulariser);
        self
    }

    /// Freezes the parameters and running statistics whose names match the pattern: training does
    /// not change them. See [`Layout::freeze`](wengert_nn::Layout::freeze). May be called several
    /// times.
    #[must_use]
    pub fn freeze(mut self, pattern: &str) -> Self {
        self.steps.frozen.push(pattern.to_owned());
        self
    }

    /// Sets optimizer options for the parameters whose names match the pattern. If several patterns
    /// match a parameter, the first one applies.
    ///
    /// ```
    /// use wengert_data::moons;
    /// use wengert_nn::{CrossEntropy, Mlp};
    /// use wengert_optim::Adam;
    /// use wengert_train::Trainer;
    ///
    /// let data = moons(100, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
    /// let adamw = Adam::new(1e-3).decoupled_weight_decay(0.1);
    /// let report = Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, adamw)
    ///     .group("*.bias", |biases| biases.weight_decay(0.0))
    ///     .group("out.*", |head| head.rate_factor(10.0))
    ///     .epochs(1)
    ///     .fit(&data)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn group(mut self, pattern: &str, options: impl Fn(Group) -> Group + Send + 'static) -> Self {
        self.steps.groups.push((pattern.to_owned(), Box::new(options)));
        self
    }
}

/// Settings of the epochs.
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Returns the parameters of the best epoch by this criterion instead of those of the last. Also the
    /// criterion of [early stopping](Self::early_stopping), which uses the loss by default.
    ///
    /// ```
    /// use wengert_data::moons;
    /// use wengert_nn::{CrossEntropy, Mlp};
    /// use wengert_optim::Adam;
    /// use wengert_train::{BestBy, Trainer};
    ///
    /// let data = moons(200, 0.3, 7).split(0.8, 0.2, 0.0, 7)?.standardised();
    /// let trainer = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2));
    /// let report = trainer.epochs(20).best_by(BestBy::Accuracy).fit(&data)?;
    /// let accuracy = report.validation.and_then(|metrics| metrics.accuracy);
    /// assert!(report.history.iter().all(|epoch| epoch.validation.and_then(|m| m.accuracy) <= accuracy));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn best_by(mut self, criterion: BestBy) -> Self {
        self.settings.best_by = Some(criterion);
        self
    }

    /// Computes the gradient of a step in `parts` batches of [`batch_size`](Self::batch_size) examples, which
    /// need the memory of one: the step is that on `parts` times as many examples. 1 by default.
    ///
    /// See [`Backprop::part_rows`](crate::Backprop::part_rows) for what is the same, bit for bit.
    ///
    /// # Panics
    /// If `parts` is 0.
    #[must_use]
    #[track_caller]
    pub fn accumulate(mut self, parts: usize) -> Self {
        assert_at_least_one("trainer: the number of accumulated batches", parts as u64);
        self.settings.accumulate = parts;
        self
    }

    /// Sets the order in which an epoch takes the examples; [`Sampling::Reshuffle`] by default.
    #[must_use]
    pub fn sampling(mut self, sampling: Sampling) -> Self {
        self.settings.sampling = sampling;
        self
    }

    /// Sets the weights of the classes in training; [`ClassWeights::None`] by default.
    #[must_use]
    pub fn class_weights(mut self, weights: ClassWeights) -> Self {
        self.settings.class_weights = weights;
        self
    }
}

/// Interruptions.
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Sets how often the state of the run is saved to the file of its `checkpoint`; after each epoch by
    /// default.
    ///
    /// # Panics
    /// If the number of epochs or steps is 0.
    #[must_use]
    #[track_caller]
    pub fn every(mut self, every: Every) -> Self {
        let number = match every {
            Every::Epochs(epochs) => epochs as u64,
            Every::Steps(steps) => steps,
        };
        assert_at_least_one("trainer: the number of epochs or steps between checkpoints", number);
        self.observers.keeping.every = every;
        self
    }

    /// Ends the run after the batch in which `flag` becomes true: the state is saved to the file of its
    /// `checkpoint`, if it has one, and the result is [`TrainError::Interrupted`]. A handler of signals sets
    /// the flag, for example. To end a run early with a result, use a [`callback`](Self::callback).
    ///
    /// [`TrainError::Interrupted`]: crate::TrainError::Interrupted
    #[must_use]
    pub fn interrupted_by(mut self, flag: Arc<AtomicBool>) -> Self {
        self.observers.keeping.interrupt = Some(flag);
        self
    }
}

/// Observers.
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Calls `observer` after each epoch.
    #[must_use]
    pub fn on_epoch(self, mut observer: impl FnMut(&Epoch) + Send + 'static) -> Self {
        self.callback(move |run: &AfterEpoch<'_, T>| {
            observer(run.epoch);
            ControlFlow::Continue(())
        })
    }

    /// Adds code that is called after each epoch, sees metrics and parameters, and may end the run. See
    /// [`Callback`].
    #[must_use]
    pub fn callback(mut self, callback: impl Callback<T> + 'static) -> Self {
        self.observers.callbacks.push(Box::new(callback));
        self
    }

    /// Adds a metric of the program's own: a function of outputs and targets, both in the user's units and in
    /// double precision. It is computed on the validation data after each epoch ([`Epoch::own`]), and on all
    /// parts at the end ([`TrainingReport::own`](crate::TrainingReport::own)).
    ///
    /// Outputs have the shape `(examples, outputs)`; those of a classifier are logits or scores.
    ///
    /// ```
    /// use wengert_data::{Targets, sine};
    /// use wengert_nn::{MeanSquared, Mlp};
    /// use wengert_optim::Adam;
    /// use wengert_train::Trainer;
    ///
    /// let data = sine(200, 0.1, 7).split(0.8, 0.2, 0.0, 7)?.standardised().standardised_targets();
    /// let report = Trainer::new(Mlp::new([1, 16, 1]), MeanSquared, Adam::new(1e-2))
    ///     .metric("largest_error", |outputs, targets| {
    ///         let Targets::Values { values, .. } = targets else { return f64::NAN };
    ///         outputs.iter().zip(values).map(|(y, t)| (y - t).abs()).fold(0.0, f64::max)
    ///     })
    ///     .epochs(5)
    ///     .fit(&data)?;
    /// assert!(report.history[4].own[0] > 0.0 && report.own[0].name == "largest_error");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// If there is a metric of this name.
    #[must_use]
    #[track_caller]
    pub fn metric(
        mut self,
        name: impl Into<String>,
        measure: impl Fn(ArrayView2<'_, f64>, &Targets<f64>) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.observers.metrics.add(name.into(), Box::new(measure));
        self
    }
}

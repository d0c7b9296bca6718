//! The settings of a training run step by step.

use crate::compatibility::assert_parameters_of;
use crate::step_settings::Clipping;
use crate::strategy::Strategy;
use crate::training::Training;
use wengert_ad::Real;
use wengert_kernels::validate::assert_at_least_one;
use wengert_nn::{Loss, Module, Params, Regulariser};
use wengert_optim::{Group, Optimizer, Schedule};

/// Settings of the steps.
impl<M: Module<T>, L: Loss<T>, O: Optimizer<T>, T: Real> Training<M, L, O, T> {
    /// Sets the seed of the initial parameters and of the random numbers of the steps; 0 by default. Before
    /// the first step, draws the initial parameters anew, unless they were
    /// [given](Self::start_from).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        if !self.given && self.passes == 0 {
            let drawn = self.params.layout().initialise(seed);
            self.params.values_mut().copy_from_slice(drawn.values());
        }
        self.change(|settings| settings.seed = seed)
    }

    /// Starts from these parameters, for fine-tuning, instead of initial parameters that are drawn from the
    /// seed. Parameters that are frozen in `params` stay frozen.
    ///
    /// # Panics
    /// If `params` have other names or shapes than the parameters of the model.
    #[must_use]
    #[track_caller]
    pub fn start_from(mut self, params: Params<T>) -> Self {
        assert_parameters_of(self.model.layout(), &params);
        (self.params, self.given) = (params, true);
        self.change(|_| ())
    }

    /// Sets the learning rate of each step from a schedule: see
    /// [`Trainer::schedule`](crate::Trainer::schedule).
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        self.change(|settings| settings.schedule = Some(schedule))
    }

    /// Scales down each gradient whose Euclidean norm exceeds `limit`, as
    /// [`Trainer::clip_norm`](crate::Trainer::clip_norm).
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_norm(self, limit: f64) -> Self {
        let clipping = Clipping::to_norm(limit);
        self.change(|settings| settings.clipping = Some(clipping))
    }

    /// Clamps each element of the gradient, as [`Trainer::clip_value`](crate::Trainer::clip_value).
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_value(self, limit: f64) -> Self {
        let clipping = Clipping::to_value(limit);
        self.change(|settings| settings.clipping = Some(clipping))
    }

    /// Takes each gradient at the worst point nearby, as
    /// [`Trainer::sharpness_aware`](crate::Trainer::sharpness_aware).
    ///
    /// # Panics
    /// If `rho` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn sharpness_aware(mut self, rho: f64) -> Self {
        self.settings.set_sharpness(rho);
        self
    }

    /// Adds a penalty on the parameters, as [`Trainer::regularise`](crate::Trainer::regularise).
    ///
    /// # Panics
    /// If it selects no parameter.
    #[must_use]
    #[track_caller]
    pub fn regularise(self, regulariser: Regulariser) -> Self {
        self.change(|settings| settings.regulariser = Some(regulariser))
    }

    /// Freezes the parameters and running statistics whose names match the pattern, as
    /// [`Trainer::freeze`](crate::Trainer::freeze).
    ///
    /// # Panics
    /// If nothing matches.
    #[must_use]
    #[track_caller]
    pub fn freeze(self, pattern: &str) -> Self {
        self.change(|settings| settings.frozen.push(pattern.to_owned()))
    }

    /// Sets optimizer options for the parameters whose names match the pattern, as
    /// [`Trainer::group`](crate::Trainer::group).
    ///
    /// # Panics
    /// If nothing matches.
    #[must_use]
    #[track_caller]
    pub fn group(self, pattern: &str, options: impl Fn(Group) -> Group + Send + 'static) -> Self {
        self.change(|settings| settings.groups.push((pattern.to_owned(), Box::new(options))))
    }

    /// Computes batches of more than `rows` examples in parts of that many, as
    /// [`Backprop::part_rows`](crate::Backprop::part_rows): large batches in little memory.
    ///
    /// # Panics
    /// If `rows` is 0.
    #[must_use]
    #[track_caller]
    pub fn part_rows(self, rows: usize) -> Self {
        assert_at_least_one("training: the number of rows of a part", rows as u64);
        self.change(|settings| settings.part_rows = Some(rows))
    }

    /// Sets how a step is divided among threads; [`Strategy::Automatic`] by default.
    ///
    /// # Panics
    /// If the strategy is 0 shards.
    #[must_use]
    #[track_caller]
    pub fn strategy(self, strategy: Strategy) -> Self {
        strategy.assert_valid("training");
        self.change(|settings| settings.strategy = strategy)
    }
}

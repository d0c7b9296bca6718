//! Training step by step, for loops of the user's own.

use crate::ascent::Ascent;
use crate::backprop::Backprop;
use crate::compatibility::check_decay;
use crate::divergence::{DivergenceCause, Steps};
use crate::error::TrainError;
use crate::independent_rows::check_independent_rows;
use crate::metrics::Totals;
use crate::numerical_issue::IssueKind;
use crate::parameter_names::array_shapes;
use crate::ranks::RankError;
use crate::state::{ResumeError, TrainingState};
use crate::step_settings::StepSettings;
use wengert_ad::Real;
use wengert_data::{Batch, Dataset, Scaling};
use wengert_nn::{Architecture, Loss, Model, Module, Params};
use wengert_optim::{Group, Optimizer};

/// A model in training: its parameters, the loss, the optimizer with its state, and the settings of the
/// steps. [`Trainer`](crate::Trainer) runs the usual loop over epochs with it; a loop of the user's own
/// calls [`step`](Self::step).
///
/// A step takes care of what such a loop would have to do by hand: the pass runs in training mode, with the
/// random numbers of this step; gradients are clipped; the learning rate follows the schedule; frozen
/// parameters do not move, neither by momentum nor by weight decay; running statistics are updated. After the
/// first steps, a step allocates nothing. The same settings, seed and batches give the same bits for any
/// number of threads; a step runs on the rayon pool in which it is called.
///
/// ```
/// use wengert_data::{Batches, moons};
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::{Adam, Schedule};
/// use wengert_train::Training;
///
/// let data = moons(400, 0.1, 7).split(0.8, 0.0, 0.2, 7)?.standardised();
/// let mut training = Training::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2))
///     .schedule(Schedule::cosine(1e-2, 200))
///     .clip_norm(1.0)
///     .seed(7);
/// let mut batches = Batches::new(data.train.examples(), 32, 7);
/// for epoch in 1..=20 {
///     for indices in batches.epoch(epoch) {
///         let loss = training.step(&data.train.batch(indices));
///         assert!(loss.is_finite());
///     }
/// }
/// let metrics = training.evaluate(&data.test).expect("the test part is not empty");
/// assert!(metrics.accuracy > Some(0.9));
/// # Ok::<(), wengert_data::DataError>(())
/// ```
pub struct Training<M, L, O, T: Real = f32> {
    pub(crate) model: Model<M>,
    pub(crate) loss: L,
    pub(crate) optimizer: O,
    pub(crate) params: Params<T>,
    pub(crate) settings: StepSettings,
    pub(crate) backprop: Backprop<T>,
    pub(crate) ascent: Ascent<T>,
    pub(crate) groups: Vec<Group>,
    /// Whether the layout of the parameters may have changed since the groups were determined.
    pub(crate) stale_groups: bool,
    /// Whether the parameters were given, and not drawn from the seed.
    pub(crate) given: bool,
    pub(crate) passes: u64,
    pub(crate) steps: u64,
    is_checked: bool,
    /// Whether the parameters are the result already: no more steps follow.
    pub(crate) is_result: bool,
    /// The scaling of the data of the steps; `None` before the first.
    pub(crate) scaling: Option<Scaling>,
}

/// A training run whose parts are known by their traits only. What uses it is compiled once for each number
/// type, and not for each combination of a model, a loss and an optimizer.
pub(crate) type ErasedTraining<'m, T> =
    Training<&'m dyn Module<T>, &'m dyn Loss<T>, &'m mut dyn Optimizer<T>, T>;

impl<M: Module<T>, L: Loss<T>, O: Optimizer<T>, T: Real> Training<M, L, O, T> {
    /// A training run before its first step, with the default settings: seed 0, and nothing frozen,
    /// scheduled, clipped or penalised.
    pub fn new(architecture: impl Architecture<Module = M>, loss: L, optimizer: O) -> Self {
        let model = architecture.into_model();
        let params = model.layout().initialise(0);
        Self::with_settings(model, params, loss, optimizer, StepSettings::default())
    }

    /// # Panics
    /// If a pattern of the settings matches no parameter.
    #[track_caller]
    pub(crate) fn with_settings(
        model: Model<M>,
        params: Params<T>,
        loss: L,
        optimizer: O,
        settings: StepSettings,
    ) -> Self {
        let mut training = Self {
            model,
            loss,
            optimizer,
            params,
            settings,
            backprop: Backprop::for_evaluation(),
            ascent: Ascent::default(),
            groups: Vec::new(),
            stale_groups: true,
            given: false,
            passes: 0,
            steps: 0,
            is_checked: false,
            is_result: false,
            scaling: None,
        };
        training.optimizer.set_shapes(&array_shapes(training.params.layout()));
        training.apply_settings();
        training
    }

    /// Applies the settings to the parameters and to the next pass.
    ///
    /// # Panics
    /// If a pattern of the settings matches no parameter.
    #[track_caller]
    fn apply_settings(&mut self) {
        self.settings.freeze(&mut self.params);
        self.groups = self.settings.groups(self.params.layout());
        self.stale_groups = false;
        let mut backprop = Backprop::for_training(self.settings.seed).strategy(self.settings.strategy);
        backprop = backprop.ranks(self.settings.ranks.clone());
        if let Some(rows) = self.settings.part_rows {
            backprop = backprop.part_rows(rows);
        }
        if let Some(regulariser) = &self.settings.regulariser {
            backprop = backprop.penalty(regulariser.on(self.params.layout()));
        }
        self.backprop = backprop;
    }

    /// Changes the settings.
    #[track_caller]
    pub(crate) fn change(mut self, change: impl FnOnce(&mut StepSettings)) -> Self {
        change(&mut self.settings);
        self.apply_settings();
        self.is_checked = false;
        self
    }

    /// Takes one step: a forward and a backward pass over the batch in training mode, and an update of the
    /// parameters. Returns the mean loss over the examples of the batch, before the update and without
    /// penalties: `sum w_i l_i / sum w_i` if the examples have [weights](Dataset::weights). If all weights of
    /// a batch are 0, its loss is 0, and only penalties and weight decay move the parameters.
    ///
    /// If this loss is infinite or NaN, there is no update: parameters, running statistics and the state
    /// of the optimizer keep their values. Check it: later steps do not repair parameters that already
    /// are too large. [`find_issue`](Self::find_issue) says where it comes from. To continue from good
    /// parameters, keep a [`state`](Self::state).
    ///
    /// # Panics
    /// If the batch is empty, if the shapes of model, loss and data do not match, or if the data are scaled
    /// otherwise than those of earlier steps. In the first step, if
    /// the outputs or the losses of examples depend on other examples although neither the layout nor the
    /// loss [declares](wengert_nn::RowMixing) it.
    #[track_caller]
    pub fn step(&mut self, batch: &Batch<'_, T>) -> f64 {
        let loss = self.compute_gradient(batch);
        if loss.is_finite() {
            self.apply_gradient();
        }
        loss
    }

    /// The first half of a [`step`](Self::step): computes the [gradient](Self::gradient), and returns
    /// the mean loss over the batch.
    ///
    /// # Panics
    /// As [`step`](Self::step).
    #[track_caller]
    pub fn compute_gradient(&mut self, batch: &Batch<'_, T>) -> f64 {
        if let Err(error) = self.check(*batch) {
            panic!("training: {error}");
        }
        let same = self.set_scaling(batch.data.scaling());
        assert!(same, "training: the data of this step are scaled otherwise than those of earlier steps");
        self.pass(*batch, false).expect("a loop of the user's own runs on one rank").mean_loss()
    }

    /// The second half of a [`step`](Self::step): clips the gradient of the last pass, updates the parameters
    /// with it, and updates the running statistics.
    ///
    /// # Panics
    /// If no gradient was computed.
    #[track_caller]
    pub fn apply_gradient(&mut self) {
        let computed = self.params.is_empty() || !self.backprop.gradient().is_empty();
        assert!(computed, "training: there is no gradient yet; call compute_gradient first");
        self.update().expect("a loop of the user's own runs on one rank");
    }

    /// Sets the scaling of the data, if it is not known yet. Returns whether it is this one.
    pub(crate) fn set_scaling(&mut self, scaling: &Scaling) -> bool {
        self.scaling.get_or_insert_with(|| scaling.clone()) == scaling
    }

    /// Checks, before the first step with these settings, on some examples of a batch, that rows are as
    /// independent as model and loss declare; and that no parameter is shrunk twice.
    pub(crate) fn check(&mut self, batch: Batch<'_, T>) -> Result<(), TrainError> {
        if !self.is_checked {
            let layout = self.params.layout();
            if let Some(regulariser) = &self.settings.regulariser {
                let groups = self.settings.groups(layout);
                check_decay(&regulariser.on(layout), &self.optimizer, &groups, layout)?;
            }
            self.check_statistics()?;
            check_independent_rows(self.model.module(), &self.loss, &self.params, batch)?;
            self.is_checked = true;
        }
        Ok(())
    }

    /// A forward and a backward pass in training mode. Correct classifications are counted if `count` is set.
    ///
    /// # Errors
    /// If there are several ranks, and one of them ends.
    pub(crate) fn pass(&mut self, batch: Batch<'_, T>, count: bool) -> Result<Totals, RankError> {
        self.backprop.set_step(self.passes);
        self.backprop.keeps_share = self.divides_updates();
        self.passes += 1;
        let totals = self.backprop.totals(self.model.module(), &self.loss, &self.params, batch, count)?;
        self.sharpened(batch, totals)
    }

    /// Checks that a step on `rows` examples can be divided among the ranks.
    pub(crate) fn check_ranks(&self, rows: usize) -> Result<(), RankError> {
        let (ranks, layout) = (self.settings.ranks.size(), self.params.layout());
        let whole = self.loss.mixes_rows() || layout.row_mixing().applies(true);
        if whole || layout.statistics().iter().any(|statistics| statistics.trainable) {
            return Err(RankError::WholeBatches);
        }
        let shards = self.settings.strategy.shards(rows, layout, whole);
        if shards < ranks { Err(RankError::TooMany { ranks, shards }) } else { Ok(()) }
    }

    /// The number of threads that a step on `rows` examples can use.
    pub(crate) fn useful_threads(&self, rows: usize) -> usize {
        let layout = self.params.layout();
        let whole = self.loss.mixes_rows() || layout.row_mixing().applies(true);
        self.settings.strategy.threads(rows, layout, whole)
    }

    /// The gradient of the last pass, in the layout of the parameters; 0 for frozen parameters. It is that
    /// of the mean loss plus the penalty, before clipping. Empty before the first pass.
    pub fn gradient(&self) -> &[T] {
        self.backprop.gradient()
    }

    /// The gradient of the last pass, to change it before [`apply_gradient`](Self::apply_gradient).
    pub fn gradient_mut(&mut self) -> &mut [T] {
        self.backprop.gradient_mut()
    }

    /// The likely cause if a loss was not finite.
    pub(crate) fn cause_of_divergence(&self, issue: &IssueKind, data: &Dataset<T>) -> DivergenceCause {
        let (rate, settings) = (self.optimizer.learning_rate(), self.optimizer.state().settings);
        let setting = |name: &str| settings.iter().find(|(own, _)| own == name).map_or(0.0, |(_, x)| *x);
        let penalty =
            self.settings.regulariser.as_ref().map_or(0.0, |regulariser| 2.0 * regulariser.l2_strength());
        // The steps of adaptive methods do not grow with the gradient of an L2 term.
        let through_gradient =
            if self.optimizer.name() == "sgd" { setting("weight_decay") + penalty } else { 0.0 };
        let decoupled = setting("decoupled_weight_decay");
        let decay = through_gradient.max(decoupled);
        // `w <- (1 - eta lambda) w` grows from 2 on; with heavy-ball momentum mu, from 2 (1 + mu) on.
        let decay_limit = if decoupled > 0.0 { 2.0 } else { 2.0 * (1.0 + setting("momentum")) };
        DivergenceCause::find(&Steps { updates: self.steps, rate, decay, decay_limit }, issue, data)
    }

    /// The state, to continue later with the same bits. It has no epochs: the loop of the user counts these.
    pub fn state(&self) -> TrainingState<T> {
        TrainingState {
            seed: self.settings.seed,
            passes: self.passes,
            steps: self.steps,
            params: self.params.clone(),
            scaling: self.scaling.clone(),
            optimizer: self.optimizer.state(),
            history: Vec::new(),
            best: None,
            partial: None,
        }
    }

    /// Continues from a state of the same model, loss, optimizer and settings: later steps on the same
    /// batches give the same bits as those of the run that was saved. The seed is that of the state.
    ///
    /// # Errors
    /// If the state is that of another model, of another optimizer, or of other settings of the optimizer.
    /// The training run is then not changed.
    ///
    /// # Panics
    /// If the pattern of a frozen parameter or of a group matches no parameter.
    #[track_caller]
    pub fn restore(&mut self, state: TrainingState<T>) -> Result<(), ResumeError> {
        state.check_model(self.model.layout())?;
        self.optimizer.restore(state.optimizer).map_err(|source| ResumeError::Optimizer { source })?;
        (self.params, self.given, self.is_result) = (state.params, true, false);
        self.scaling = state.scaling;
        (self.passes, self.steps) = (state.passes, state.steps);
        self.settings.seed = state.seed;
        self.apply_settings();
        Ok(())
    }
}

/// The parts of a training run.
impl<M, L, O, T: Real> Training<M, L, O, T> {
    /// The model.
    pub fn model(&self) -> &Model<M> {
        &self.model
    }

    /// The loss.
    pub fn loss(&self) -> &L {
        &self.loss
    }

    /// The parameters and running statistics, at which gradients are computed. For an optimizer whose result
    /// is an average, they are not those to evaluate: see [`result`](Self::result).
    pub fn params(&self) -> &Params<T> {
        &self.params
    }

    /// The parameters and running statistics, to change their values or what is frozen.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        self.stale_groups = true;
        &mut self.params
    }

    /// The optimizer.
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }

    /// The optimizer, for example to change its learning rate, if there is no schedule.
    pub fn optimizer_mut(&mut self) -> &mut O {
        &mut self.optimizer
    }

    /// The number of updates so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

//! The training loop.

use crate::backprop::Backprop;
use crate::batch::Batch;
use crate::metrics::{Metrics, Totals};
use crate::numerical_issue::{IssueKind, NumericalIssue, locate_non_finite};
use crate::report::{Epoch, StopReason, TrainingReport};
use crate::settings::Settings;
use crate::trained::{TrainedModel, evaluate};
use std::time::Instant;
use wengert_ad::Real;
use wengert_data::{Batches, Split, Targets};
use wengert_nn::diagnostics::large_parameter;
use wengert_nn::{Loss, Model, Module, Params, TrainingPass};
use wengert_optim::{Group, Optimizer};

/// A callback after each epoch.
pub(crate) type EpochObserver = Box<dyn FnMut(&Epoch) + Send>;

/// The state of a training run.
pub(crate) struct Fit<'a, M, L, O, T: Real> {
    model: Model<M>,
    loss: L,
    optimizer: O,
    settings: Settings,
    observer: Option<EpochObserver>,
    data: &'a Split<T>,
    params: Params<T>,
    groups: Vec<Group>,
    backprop: Backprop<T>,
    /// The number of steps so far, over all epochs.
    steps: u64,
    history: Vec<Epoch>,
    issues: Vec<NumericalIssue>,
    /// Under early stopping: the best epoch so far.
    best: Option<Best<T>>,
}

/// The epoch with the smallest validation loss.
struct Best<T> {
    epoch: usize,
    loss: f64,
    params: Params<T>,
}

impl<'a, T: Real, M: Module<T>, L: Loss<T>, O: Optimizer<T>> Fit<'a, M, L, O, T> {
    pub(crate) fn new(
        (model, params): (Model<M>, Params<T>),
        loss: L,
        optimizer: O,
        settings: Settings,
        observer: Option<EpochObserver>,
        data: &'a Split<T>,
    ) -> Self {
        let groups = settings.groups(params.layout());
        let mut backprop = Backprop::for_training(settings.seed).strategy(settings.strategy);
        if let Some(regulariser) = &settings.regulariser {
            backprop = backprop.penalty(regulariser.on(params.layout()));
        }
        Self {
            history: Vec::with_capacity(settings.epochs),
            issues: Vec::new(),
            steps: 0,
            best: None,
            model,
            loss,
            optimizer,
            settings,
            observer,
            data,
            params,
            groups,
            backprop,
        }
    }

    pub(crate) fn run(mut self) -> TrainingReport<M, T> {
        let start = Instant::now();
        let (batch_size, seed) = (self.settings.batch_size, self.settings.seed);
        let mut batches = Batches::new(self.data.train.examples(), batch_size, seed);
        let stop = self.run_epochs(&mut batches);
        let mut best_epoch = self.history.len();
        if let Some(best) = self.best.take() {
            (self.params, best_epoch) = (best.params, best.epoch);
        }
        let metrics_on = |data| evaluate(self.model.module(), &self.loss, &self.params, data);
        let train = metrics_on(&self.data.train).expect("a split has training examples");
        let (validation, test) = (metrics_on(&self.data.validation), metrics_on(&self.data.test));
        let (history, issues, seconds) = (self.history, self.issues, start.elapsed().as_secs_f64());
        let scaling = self.data.train.scaling().clone();
        let model = TrainedModel { model: self.model, params: self.params, scaling };
        TrainingReport { model, train, validation, test, history, best_epoch, stop, issues, seconds }
    }

    fn run_epochs(&mut self, batches: &mut Batches) -> StopReason {
        for number in 1..=self.settings.epochs {
            let train = match self.run_epoch(batches, number) {
                Ok(train) => train,
                Err(step) => return StopReason::NotFinite { epoch: number, step },
            };
            let validation = evaluate(self.model.module(), &self.loss, &self.params, &self.data.validation);
            let epoch = Epoch { number, train, validation };
            self.history.push(epoch);
            self.check_parameters(number);
            if let Some(observer) = &mut self.observer {
                observer(&epoch);
            }
            if self.stops_early(&epoch) {
                return StopReason::EarlyStopping;
            }
        }
        StopReason::Finished
    }

    /// Runs one epoch. The error is the step, counted from 1, whose loss is not finite.
    fn run_epoch(&mut self, batches: &mut Batches, epoch: usize) -> Result<Metrics, usize> {
        let data = &self.data.train;
        let mut totals = Totals::default();
        for (index, indices) in batches.epoch(epoch as u64).enumerate() {
            let batch = Batch { data, indices };
            let of_batch = self.backprop.totals(self.model.module(), &self.loss, &self.params, batch, true);
            if !of_batch.loss.is_finite() {
                let training = TrainingPass::new(self.settings.seed, self.steps);
                let kind = locate_non_finite(self.model.module(), &self.loss, &self.params, batch, training);
                let step = index + 1;
                self.issues.push(NumericalIssue { epoch, step: Some(step), kind });
                return Err(step);
            }
            self.update_parameters();
            totals = totals + of_batch;
        }
        let are_classes = matches!(data.targets(), Targets::Classes { .. });
        Ok(Metrics::of(totals, data.examples(), are_classes))
    }

    /// Updates the parameters with the gradient of the last pass.
    fn update_parameters(&mut self) {
        if let Some(schedule) = &self.settings.schedule {
            self.optimizer.set_learning_rate(schedule.rate(self.steps));
        }
        if let Some(clipping) = self.settings.clipping {
            clipping.apply(self.backprop.gradient_mut());
        }
        self.optimizer.step_groups(self.params.values_mut(), self.backprop.gradient(), &self.groups);
        self.backprop.update_statistics(&mut self.params);
        self.steps += 1;
    }

    /// Records the first parameter beyond the limit, once per training run.
    fn check_parameters(&mut self, epoch: usize) {
        if self.issues.is_empty() {
            let limit = self.settings.parameter_limit;
            let parameter = large_parameter(self.params.layout(), self.params.values(), limit);
            let issue = |large| NumericalIssue { epoch, step: None, kind: IssueKind::LargeParameter(large) };
            self.issues.extend(parameter.map(issue));
        }
    }

    /// Under early stopping, keeps the parameters of the best epoch, and says whether training stops here.
    fn stops_early(&mut self, epoch: &Epoch) -> bool {
        let (Some(patience), Some(validation)) = (self.settings.patience, epoch.validation) else {
            return false;
        };
        match &self.best {
            Some(best) if validation.loss >= best.loss => epoch.number - best.epoch >= patience,
            _ => {
                let (loss, params) = (validation.loss, self.params.clone());
                self.best = Some(Best { epoch: epoch.number, loss, params });
                false
            }
        }
    }
}

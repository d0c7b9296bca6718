//! The fit loop.

use crate::backprop::{Backprop, Batch, Totals};
use crate::evaluate::{Metrics, Trained, evaluate};
use crate::plan::Plan;
use crate::report::{Epoch, Report, StopReason};
use crate::trouble::{Cause, Trouble, why_not_finite};
use std::time::Instant;
use wengert_ad::Real;
use wengert_data::{Batches, Split, Targets};
use wengert_nn::diagnostics::large_parameter;
use wengert_nn::{Loss, Model, Module, Params, TrainingPass};
use wengert_optim::{Group, Optimizer};

/// What is called after each epoch.
pub(crate) type Observer = Box<dyn FnMut(&Epoch) + Send>;

/// A fit under way.
pub(crate) struct Fit<'a, M, L, O, T: Real> {
    model: Model<M>,
    loss: L,
    optimizer: O,
    plan: Plan,
    observer: Option<Observer>,
    data: &'a Split<T>,
    params: Params<T>,
    groups: Vec<Group>,
    backprop: Backprop<T>,
    /// How many steps were done.
    steps: u64,
    history: Vec<Epoch>,
    troubles: Vec<Trouble>,
    /// Under early stopping: the best validation loss so far, and the parameters and the epoch it came with.
    best: Option<(f64, Params<T>, usize)>,
}

impl<'a, T: Real, M: Module<T>, L: Loss<T>, O: Optimizer<T>> Fit<'a, M, L, O, T> {
    pub(crate) fn new(
        (model, params): (Model<M>, Params<T>),
        loss: L,
        optimizer: O,
        plan: Plan,
        observer: Option<Observer>,
        data: &'a Split<T>,
    ) -> Self {
        let groups = plan.groups(params.layout());
        let mut backprop = Backprop::in_training(plan.seed).strategy(plan.strategy);
        if let Some(regulariser) = &plan.regulariser {
            backprop = backprop.penalty(regulariser.on(params.layout()));
        }
        let (history, troubles) = (Vec::with_capacity(plan.epochs), Vec::new());
        let (steps, best) = (0, None);
        Self {
            model,
            loss,
            optimizer,
            plan,
            observer,
            data,
            params,
            groups,
            backprop,
            steps,
            history,
            troubles,
            best,
        }
    }

    pub(crate) fn run(mut self) -> Report<M, T> {
        let start = Instant::now();
        let mut batches = Batches::new(self.data.train.examples(), self.plan.batch_size, self.plan.seed);
        let stop = self.epochs(&mut batches);
        let mut best_epoch = self.history.len();
        if let Some((_, params, epoch)) = self.best.take() {
            (self.params, best_epoch) = (params, epoch);
        }
        let on = |data| evaluate(self.model.module(), &self.loss, &self.params, data);
        let train = on(&self.data.train).expect("a split has training examples");
        let (validation, test) = (on(&self.data.validation), on(&self.data.test));
        let (history, troubles, seconds) = (self.history, self.troubles, start.elapsed().as_secs_f64());
        let model = Trained { model: self.model, params: self.params };
        Report { model, train, validation, test, history, best_epoch, stop, troubles, seconds }
    }

    fn epochs(&mut self, batches: &mut Batches) -> StopReason {
        for number in 1..=self.plan.epochs {
            let train = match self.epoch(batches, number) {
                Ok(train) => train,
                Err(step) => return StopReason::NotFinite { epoch: number, step },
            };
            let validation = evaluate(self.model.module(), &self.loss, &self.params, &self.data.validation);
            let epoch = Epoch { number, train, validation };
            self.history.push(epoch);
            self.look_for_large_parameters(number);
            if let Some(observer) = &mut self.observer {
                observer(&epoch);
            }
            if self.patience_is_over(&epoch) {
                return StopReason::EarlyStopping;
            }
        }
        StopReason::Finished
    }

    /// One pass over the training data; or the step, counted from 1, whose loss was not finite.
    fn epoch(&mut self, batches: &mut Batches, number: usize) -> Result<Metrics, usize> {
        let data = &self.data.train;
        let mut totals = Totals::default();
        for (step, indices) in batches.epoch(number as u64).enumerate() {
            let batch = Batch { data, indices };
            let found = self.backprop.totals(self.model.module(), &self.loss, &self.params, batch, true);
            if !found.loss.is_finite() {
                let training = TrainingPass::new(self.plan.seed, self.steps);
                let cause = why_not_finite(self.model.module(), &self.loss, &self.params, batch, training);
                self.troubles.push(Trouble { epoch: number, step: Some(step + 1), cause });
                return Err(step + 1);
            }
            self.step();
            totals = totals + found;
        }
        let classes = matches!(data.targets(), Targets::Classes { .. });
        Ok(Metrics::of(totals, data.examples(), classes))
    }

    /// Moves the parameters by the gradient of the last pass.
    fn step(&mut self) {
        if let Some(schedule) = &self.plan.schedule {
            self.optimizer.set_learning_rate(schedule.rate(self.steps));
        }
        if let Some(clipping) = self.plan.clipping {
            clipping.apply(self.backprop.gradient_mut());
        }
        self.optimizer.step_groups(self.params.values_mut(), self.backprop.gradient(), &self.groups);
        self.backprop.update_statistics(&mut self.params);
        self.steps += 1;
    }

    /// Reports the first parameter beyond the limit, once.
    fn look_for_large_parameters(&mut self, epoch: usize) {
        if self.troubles.is_empty() {
            let limit = self.plan.parameter_limit;
            let found = large_parameter(self.params.layout(), self.params.values(), limit);
            let trouble = |found| Trouble { epoch, step: None, cause: Cause::Large(found) };
            self.troubles.extend(found.map(trouble));
        }
    }

    /// Under early stopping, remembers the best epoch; whether it is too long ago.
    fn patience_is_over(&mut self, epoch: &Epoch) -> bool {
        let (Some(patience), Some(validation)) = (self.plan.patience, epoch.validation) else {
            return false;
        };
        match &self.best {
            Some((best, _, since)) if validation.loss >= *best => epoch.number - since >= patience,
            _ => {
                self.best = Some((validation.loss, self.params.clone(), epoch.number));
                false
            }
        }
    }
}

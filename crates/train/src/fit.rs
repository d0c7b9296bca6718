//! The fit loop.

use crate::backprop::{Backprop, Batch, Totals};
use crate::evaluate::{Metrics, Trained, evaluate};
use crate::report::{Epoch, Report, StopReason};
use std::time::Instant;
use wengert_ad::Real;
use wengert_data::{Batches, Split, Targets};
use wengert_nn::{Loss, Model, Module, Params};
use wengert_optim::Optimizer;

/// What is called after each epoch.
pub(crate) type Observer = Box<dyn FnMut(&Epoch) + Send>;

/// How long and in what portions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) batch_size: usize,
    pub(crate) epochs: usize,
    pub(crate) patience: Option<usize>,
    pub(crate) seed: u64,
}

/// A fit under way.
pub(crate) struct Fit<'a, M, L, O, T: Real> {
    model: Model<M>,
    loss: L,
    optimizer: O,
    schedule: Schedule,
    observer: Option<Observer>,
    data: &'a Split<T>,
    params: Params<T>,
    backprop: Backprop<T>,
    history: Vec<Epoch>,
    /// Under early stopping: the best validation loss so far, and the parameters and the epoch it came with.
    best: Option<(f64, Params<T>, usize)>,
}

impl<'a, T: Real, M: Module<T>, L: Loss<T>, O: Optimizer<T>> Fit<'a, M, L, O, T> {
    pub(crate) fn new(
        model: Model<M>,
        loss: L,
        optimizer: O,
        schedule: Schedule,
        observer: Option<Observer>,
        data: &'a Split<T>,
    ) -> Self {
        let params = model.layout().initialise(schedule.seed);
        let (backprop, history) = (Backprop::new(), Vec::with_capacity(schedule.epochs));
        Self { model, loss, optimizer, schedule, observer, data, params, backprop, history, best: None }
    }

    pub(crate) fn run(mut self) -> Report<M, T> {
        let start = Instant::now();
        let mut batches =
            Batches::new(self.data.train.examples(), self.schedule.batch_size, self.schedule.seed);
        let stop = self.epochs(&mut batches);
        let mut best_epoch = self.history.len();
        if let Some((_, params, epoch)) = self.best.take() {
            (self.params, best_epoch) = (params, epoch);
        }
        let on = |data| evaluate(self.model.module(), &self.loss, &self.params, data);
        let train = on(&self.data.train).expect("a split has training examples");
        let (validation, test) = (on(&self.data.validation), on(&self.data.test));
        let (history, seconds) = (self.history, start.elapsed().as_secs_f64());
        let model = Trained { model: self.model, params: self.params };
        Report { model, train, validation, test, history, best_epoch, stop, seconds }
    }

    fn epochs(&mut self, batches: &mut Batches) -> StopReason {
        for number in 1..=self.schedule.epochs {
            let train = match self.epoch(batches, number) {
                Ok(train) => train,
                Err(step) => return StopReason::NotFinite { epoch: number, step },
            };
            let validation = evaluate(self.model.module(), &self.loss, &self.params, &self.data.validation);
            let epoch = Epoch { number, train, validation };
            self.history.push(epoch);
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
            let found = self.backprop.totals(self.model.module(), &self.loss, &self.params, batch);
            if !found.loss.is_finite() {
                return Err(step + 1);
            }
            self.optimizer.step(self.params.values_mut(), self.backprop.gradient());
            totals = totals + found;
        }
        let classes = matches!(data.targets(), Targets::Classes { .. });
        Ok(Metrics::of(totals, data.examples(), classes))
    }

    /// Under early stopping, remembers the best epoch; whether it is too long ago.
    fn patience_is_over(&mut self, epoch: &Epoch) -> bool {
        let (Some(patience), Some(validation)) = (self.schedule.patience, epoch.validation) else {
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

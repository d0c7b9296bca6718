//! Steps, epochs and early stopping, as in `wengert train`, and the way back to an earlier step.

use super::data::Data;
use super::plan::{NetworkTraining, Plan};
use crate::error::RequestError;
use crate::reply::{number, object};
use serde_json::Value;
use std::sync::Arc;
use wengert_data::Batches;
use wengert_nn::{AnyActivation, Loss, MlpModule, Params};
use wengert_optim::Optimizer;
use wengert_train::{Metrics, TrainedModel, TrainingState};

/// The largest number of states that are kept, and the number of steps between them at the beginning.
const STATES: usize = 32;
const SPACING: u64 = 64;

/// The model of a run.
pub(super) type NetworkModel = TrainedModel<MlpModule<AnyActivation>>;

/// Why no further step is taken.
#[derive(Clone, Copy)]
enum Stop {
    /// All epochs are over.
    Finished,
    /// No epoch was better than the best one for too long.
    EarlyStopping,
    /// The loss of a step was not finite.
    Diverged,
}

impl Stop {
    fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::EarlyStopping => "early_stopping",
            Self::Diverged => "diverged",
        }
    }
}

/// Where a run is, apart from the state of its training.
#[derive(Clone, Default)]
struct Position {
    /// The number of epochs that are over, and of batches of the current one.
    epochs: usize,
    batches: usize,
    /// The sum of the losses of the examples of the current epoch, and their number.
    loss: f64,
    examples: usize,
    /// The mean loss of the last step.
    last: Option<f64>,
    best: Option<Arc<Best>>,
    stop: Option<Stop>,
}

/// The best epoch for early stopping.
struct Best {
    epoch: usize,
    metrics: Metrics,
    params: Params,
}

/// The state of a run after a step.
struct Saved {
    state: TrainingState,
    position: Position,
}

/// A run between two steps.
pub(super) struct Run {
    training: NetworkTraining,
    batches: Batches,
    /// The examples of the current epoch, in order; empty before its first step.
    order: Vec<usize>,
    batch_size: usize,
    position: Position,
    saved: Vec<Saved>,
    spacing: u64,
}

impl Run {
    pub(super) fn new(plan: &Plan, data: &Data) -> Result<Self, RequestError> {
        let batch_size = plan.defaults.batch_size;
        let mut run = Self {
            training: plan.training()?,
            batches: Batches::new(data.split.train.examples(), batch_size, plan.seed),
            order: Vec::new(),
            batch_size,
            position: Position::default(),
            saved: Vec::new(),
            spacing: SPACING,
        };
        run.save();
        Ok(run)
    }

    pub(super) fn training(&self) -> &NetworkTraining {
        &self.training
    }

    /// The model so far: that of the best epoch if early stopping has one and the run is over; the average
    /// for an optimizer whose result is one.
    pub(super) fn model(&self, data: &Data) -> NetworkModel {
        let Position { stop, best, .. } = &self.position;
        let params = match (stop, best) {
            (Some(Stop::Finished | Stop::EarlyStopping), Some(best)) => best.params.clone(),
            _ => self.training.result().into_owned(),
        };
        let (model, outputs) = (self.training.model().clone(), self.training.loss().outputs());
        let scaling = data.split.train.scaling().clone();
        TrainedModel { scaling, ..TrainedModel::new(model, params, outputs) }
    }

    pub(super) fn steps_per_epoch(&self) -> usize {
        self.batches.per_epoch()
    }

    /// Takes steps, unless the run is over. Returns the metrics of the epochs that ended.
    pub(super) fn advance(
        &mut self,
        plan: &Plan,
        data: &Data,
        steps: usize,
    ) -> Result<Vec<Value>, RequestError> {
        let mut epochs = Vec::new();
        for _ in 0..steps {
            if self.position.stop.is_some() {
                break;
            }
            if self.training.steps() >= self.saved.last().map_or(0, Saved::step) + self.spacing {
                self.save();
            }
            epochs.extend(self.step(plan, data)?);
        }
        Ok(epochs)
    }

    /// Takes one step. Returns the metrics of the epoch if it was the last one of it.
    fn step(&mut self, plan: &Plan, data: &Data) -> Result<Option<Value>, RequestError> {
        if self.order.is_empty() {
            let batches = self.batches.epoch(self.position.epochs as u64 + 1);
            self.order.extend(batches.flatten());
        }
        let position = &mut self.position;
        let start = position.batches * self.batch_size;
        let indices = &self.order[start..self.order.len().min(start + self.batch_size)];
        let loss = self.training.step(&data.split.train.batch(indices));
        position.last = Some(loss);
        if !loss.is_finite() {
            position.stop = Some(Stop::Diverged);
            return Ok(None);
        }
        position.batches += 1;
        position.loss += loss * indices.len() as f64;
        position.examples += indices.len();
        if start + indices.len() < self.order.len() {
            return Ok(None);
        }
        self.end_epoch(plan, data).map(Some)
    }

    fn end_epoch(&mut self, plan: &Plan, data: &Data) -> Result<Value, RequestError> {
        self.order.clear();
        let validation = self.training.evaluate_blocks(&data.split.validation)?;
        let position = &mut self.position;
        let train = position.loss / position.examples as f64;
        position.epochs += 1;
        (position.batches, position.loss, position.examples) = (0, 0.0, 0);
        let epoch = position.epochs;
        if let (Some(metrics), Some(patience)) = (validation, plan.patience) {
            let best = position.best.as_ref().map_or(f64::INFINITY, |best| best.metrics.loss);
            if metrics.loss < best {
                let params = self.training.result().into_owned();
                position.best = Some(Arc::new(Best { epoch, metrics, params }));
            }
            if epoch - position.best.as_ref().map_or(0, |best| best.epoch) >= patience {
                position.stop = Some(Stop::EarlyStopping);
            }
        }
        if epoch >= plan.defaults.epochs && position.stop.is_none() {
            position.stop = Some(Stop::Finished);
        }
        Ok(object!({
            "epoch": epoch, "step": self.training.steps(), "train": number(train),
            "validation": validation.map(|metrics| number(metrics.loss)),
            "accuracy": validation.and_then(|metrics| metrics.accuracy),
        }))
    }

    /// Keeps the current state; if there are too many, every second one, twice as far apart.
    fn save(&mut self) {
        if self.saved.len() == STATES {
            let mut i = 0;
            self.saved.retain(|_| {
                i += 1;
                i % 2 == 1
            });
            self.spacing *= 2;
        }
        self.saved.push(Saved { state: self.training.state(), position: self.position.clone() });
    }

    /// Goes back to the state after a number of steps: to the last one that was kept before it, and from
    /// there by the same steps again, which give the same bits.
    pub(super) fn rewind(&mut self, plan: &Plan, data: &Data, step: u64) -> Result<(), RequestError> {
        let taken = self.training.steps();
        if step > taken {
            return Err(RequestError::NoStep { step, taken });
        }
        self.saved.retain(|saved| saved.step() <= step);
        let saved = self.saved.last().expect("the state before the first step is kept");
        self.position = saved.position.clone();
        if saved.step() == 0 {
            // The state of an optimizer before its first step is that of a new one only.
            self.training = plan.training()?;
        } else {
            self.training.restore(saved.state.clone())?;
        }
        self.order.clear();
        if self.position.batches > 0 {
            self.order.extend(self.batches.epoch(self.position.epochs as u64 + 1).flatten());
        }
        while self.training.steps() < step {
            self.step(plan, data)?;
        }
        Ok(())
    }

    /// Where the run is, and the epochs that ended since the last request.
    pub(super) fn progress(&self, epochs: &[Value]) -> Value {
        let Position { last, stop, best, batches, .. } = &self.position;
        object!({
            "step": self.training.steps(), "epoch": self.position.epochs, "batch": *batches,
            "loss": last.map(number), "epochs": epochs, "stopped": stop.map(Stop::name),
            "best_epoch": best.as_ref().map(|best| best.epoch),
            "rate": number(self.training.optimizer().learning_rate()),
        })
    }
}

impl Saved {
    fn step(&self) -> u64 {
        self.state.steps
    }
}

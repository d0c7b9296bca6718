//! The training loop.

use crate::clock::Clock;
use crate::divergence::Divergence;
use crate::epoch::Epoch;
use crate::error::TrainError;
use crate::history::History;
use crate::independent_rows::sampled_rows;
use crate::keep_state::Every;
use crate::metrics::{Metrics, Totals};
use crate::numerical_issue::{IssueKind, NumericalIssue};
use crate::observers::Observers;
use crate::own_metrics::MeasuredPart;
use crate::partial_epoch::PartialEpoch;
use crate::provenance::metadata_of;
use crate::ranks::{any, first, of_first};
use crate::report::{OwnValues, StopReason, TrainingReport};
use crate::run::Run;
use crate::selection::Sampling;
use crate::settings::Settings;
use crate::snapshots::Snapshots;
use crate::state::{BestEpoch, ResumeError, TrainingState};
use crate::trained::{TrainedModel, batch_metrics};
use crate::training::{ErasedTraining, Training};
use wengert_ad::Real;
use wengert_data::{Batches, EpochBatches, Examples, Parts, Targets};
use wengert_nn::Params;
use wengert_nn::diagnostics::large_parameter;
use wengert_optim::Optimizer;

/// Trains over the epochs that are not done yet. The report has the model without its module.
pub(crate) fn over_epochs<T: Real>(run: Run<'_, '_, T>) -> Result<TrainingReport<(), T>, TrainError> {
    Fit::new(run).run()
}

/// A training run over epochs.
struct Fit<'a, 'm, T: Real> {
    training: ErasedTraining<'m, T>,
    settings: Settings,
    observers: Observers<T>,
    /// The validation part for the own metrics.
    measured: MeasuredPart,
    data: Parts<'a, T>,
    history: Vec<Epoch>,
    issues: Vec<NumericalIssue>,
    /// The best epoch so far, if its parameters are the result.
    best: Option<BestEpoch<T>>,
    /// The part of the first epoch that was done before an interruption.
    partial: Option<PartialEpoch>,
    snapshots: Snapshots<T>,
}

impl<'a, 'm, T: Real> Fit<'a, 'm, T> {
    fn new(run: Run<'a, 'm, T>) -> Self {
        let Run { training, settings, observers, data, progress: (history, best, partial) } = run;
        let snapshots = Snapshots::new(history.len(), &training.result());
        let measured = MeasuredPart::new(&observers.metrics, data.validation);
        let issues = Vec::new();
        Self { training, settings, observers, measured, data, history, issues, best, partial, snapshots }
    }

    fn run(mut self) -> Result<TrainingReport<(), T>, TrainError> {
        let clock = Clock::start();
        if let Some(keeper) = &mut self.observers.keeping.keeper {
            let train = self.data.train;
            keeper.begin(metadata_of(train.sample(), &self.training, &self.settings), train)?;
        }
        let mut batches = self.batches();
        self.agree_on_keeping()?;
        let mut stop = self.run_epochs(&mut batches)?;
        self.training.gather_state()?;
        let (state, is_good) = (self.state(self.partial), self.is_good());
        let keeps_best = self.settings.keeps_best().is_some() && self.best.is_some();
        let is_last = !keeps_best && !matches!(stop, StopReason::NotFinite { .. });
        let mut best_epoch = self.restore_final(stop)?;
        let mut train = self.training_metrics()?;
        if is_last && !train.loss.is_finite() && best_epoch > 0 {
            // The last steps made the parameters too large, and no later step was there to notice it.
            stop = self.not_finite(best_epoch, batches.per_epoch(), IssueKind::NonFiniteLoss);
            best_epoch = self.restore_final(stop)?;
            train = self.training_metrics()?;
        }
        let divergence = self.divergence(stop);
        let state = divergence.is_none().then_some(state);
        if let (Some(state), Some(keeper), true) = (&state, &mut self.observers.keeping.keeper, is_good) {
            keeper.keep(state.clone())?;
        }
        let (validation, test) = (self.evaluate(self.data.validation)?, self.evaluate(self.data.test)?);
        let own = self.own_values();
        let names = self.observers.metrics.names().map(str::to_owned).collect();
        let (history, issues) = (History::new(self.history, names), self.issues);
        let metadata = metadata_of(self.data.train.sample(), &self.training, &self.settings);
        let model = TrainedModel { metadata, ..self.training.into_trained().map(|_| ()) };
        let seconds = clock.seconds();
        Ok(TrainingReport {
            model,
            train,
            validation,
            test,
            history,
            own,
            best_epoch,
            stop,
            divergence,
            issues,
            state,
            seconds,
        })
    }

    fn run_epochs(&mut self, batches: &mut Batches) -> Result<StopReason, TrainError> {
        if self.is_patience_exhausted() {
            return Ok(StopReason::EarlyStopping);
        }
        for number in self.history.len() + 1..=self.settings.epochs {
            let train = match self.run_epoch(batches, number)? {
                Ok(train) => train,
                Err(stop) => return Ok(stop),
            };
            let validation = self.evaluate(self.data.validation)?;
            let (learning_rate, own) = (self.training.optimizer().learning_rate(), self.measure());
            self.history.push(Epoch { number, train, validation, learning_rate, own });
            self.check_parameters(number);
            self.keep_parameters(number, validation);
            let is_ended = self.observers.after_epoch(&self.history, &self.training).is_break();
            let is_ended = first(&*self.training.settings.ranks, is_ended)?;
            if self.observers.keeping.every.is_due_after_epoch(number) {
                self.keep_state(None)?;
            }
            if self.is_patience_exhausted() {
                return Ok(StopReason::EarlyStopping);
            }
            if is_ended {
                return Ok(StopReason::Callback);
            }
        }
        Ok(StopReason::Finished)
    }

    /// Runs one epoch, or the rest of it after an interruption, unless the loss of a step is not finite.
    fn run_epoch(
        &mut self,
        batches: &mut Batches,
        epoch: usize,
    ) -> Result<Result<Metrics, StopReason>, TrainError> {
        let train = self.data.train;
        let order = if self.settings.sampling == Sampling::Once { 0 } else { epoch as u64 };
        let mut batches = batches.over(train, order);
        let (mut totals, mut step) = self.skip_done(&mut batches)?;
        while let Some(batch) = batches.next_batch()? {
            step += 1;
            let of_batch = self.training.pass(batch, true)?;
            if !of_batch.loss.is_finite() {
                let best = self.best.as_ref().map(|best| &best.params);
                let earlier = best.into_iter().chain(self.snapshots.latest_first());
                let kind = self.training.suspect(batch).issue(&self.training.params, earlier);
                return Ok(Err(self.not_finite(epoch, step, kind.unwrap_or(IssueKind::NonFiniteLoss))));
            }
            self.training.update()?;
            totals = totals + of_batch;
            let keeping = &self.observers.keeping;
            let is_interrupted =
                keeping.interrupt.is_some() && any(&*self.training.settings.ranks, keeping.is_interrupted())?;
            if is_interrupted || keeping.every.is_due_after_step(self.training.steps()) {
                let is_saved = self.keep_state(Some(PartialEpoch::new(step, totals)))?;
                if is_interrupted {
                    let is_saved = first(&*self.training.settings.ranks, is_saved)?;
                    return Err(TrainError::Interrupted { epoch, step, is_saved });
                }
            }
        }
        let are_classes = matches!(train.sample().targets(), Targets::Classes { .. });
        Ok(Ok(Metrics::of(totals, are_classes)))
    }

    /// Passes over the batches that were done before an interruption; returns their totals and their number.
    fn skip_done(&mut self, batches: &mut EpochBatches<'_, T>) -> Result<(Totals, usize), TrainError> {
        let Some(partial) = self.partial.take() else { return Ok((Totals::default(), 0)) };
        for batches_before in 0..partial.batches {
            if batches.next_batch()?.is_none() {
                let source = ResumeError::Batches { done: partial.batches, batches: batches_before };
                return Err(TrainError::Resume { source });
            }
        }
        Ok((partial.totals(), partial.batches))
    }

    /// Tells all ranks whether rank 0 keeps the state, and how often: each has a share of it.
    fn agree_on_keeping(&mut self) -> Result<(), TrainError> {
        let keeping = &mut self.observers.keeping;
        let (by_steps, count) = match keeping.every {
            Every::Epochs(epochs) => (false, epochs as u64),
            Every::Steps(steps) => (true, steps),
        };
        let own = [keeping.keeper.is_some().into(), by_steps.into(), count];
        let [is_kept, by_steps, count] = of_first(&*self.training.settings.ranks, own)?;
        keeping.is_kept = is_kept == 1;
        keeping.every = if by_steps == 1 { Every::Steps(count) } else { Every::Epochs(count as usize) };
        Ok(())
    }

    /// Has the state kept, if rank 0 keeps it, and the loss is finite with the current parameters. Returns
    /// whether this rank kept it.
    fn keep_state(&mut self, partial: Option<PartialEpoch>) -> Result<bool, TrainError> {
        if !self.observers.keeping.is_kept || !self.is_good() {
            return Ok(false);
        }
        self.training.gather_state()?;
        if self.observers.keeping.keeper.is_none() {
            return Ok(false);
        }
        let state = self.state(partial);
        let Some(keeper) = &mut self.observers.keeping.keeper else { return Ok(false) };
        keeper.keep(state)?;
        Ok(true)
    }

    /// Whether the last validation loss, the parameters, and the loss of a few training examples are finite.
    /// Models and losses that see all rows at once may refuse a few of them, and are not asked.
    fn is_good(&self) -> bool {
        let validation = self.history.last().and_then(|epoch| epoch.validation);
        let Training { model, loss, params, .. } = &self.training;
        let are_finite = params.values().iter().chain(params.statistics()).all(|x| x.widened().is_finite());
        if !are_finite || validation.is_some_and(|metrics| !metrics.loss.is_finite()) {
            return false;
        }
        if loss.mixes_rows() || params.layout().row_mixing().applies(false) {
            return true;
        }
        let data = self.data.train.sample();
        let rows: Vec<usize> = sampled_rows(data.examples()).collect();
        batch_metrics(model.module(), loss, params, data.batch(&rows)).loss.is_finite()
    }

    /// The metrics on a part, if it has examples that count.
    fn evaluate(&self, part: Option<&dyn Examples<T>>) -> Result<Option<Metrics>, TrainError> {
        part.map_or(Ok(None), |part| self.training.evaluate_at(&self.training.result(), part))
    }

    /// Records the issue that ends the run in this step.
    fn not_finite(&mut self, epoch: usize, step: usize, kind: IssueKind) -> StopReason {
        self.issues.push(NumericalIssue { epoch, step: Some(step), kind });
        StopReason::NotFinite { epoch, step }
    }

    /// Records the first parameter beyond the limit, once per training run.
    fn check_parameters(&mut self, epoch: usize) {
        if self.issues.is_empty() {
            let (params, limit) = (self.training.params(), self.settings.parameter_limit);
            let parameter = large_parameter(params.layout(), params.values(), limit);
            let issue = |large| NumericalIssue { epoch, step: None, kind: IssueKind::LargeParameter(large) };
            self.issues.extend(parameter.map(issue));
        }
    }

    /// Keeps the parameters after an epoch, unless the validation loss is not finite: as the best so far, or
    /// to fall back on if training diverges.
    fn keep_parameters(&mut self, epoch: usize, validation: Option<Metrics>) {
        let params = self.training.result();
        match (validation, self.settings.keeps_best()) {
            (Some(metrics), _) if !metrics.loss.is_finite() => {}
            (Some(metrics), Some(by)) => {
                if by.is_better(&metrics, self.best.as_ref().map(|best| &best.metrics)) {
                    self.best = Some(BestEpoch { epoch, metrics, params: params.into_owned() });
                }
            }
            _ => self.snapshots.keep(epoch, &params),
        }
    }

    /// Whether no epoch was better than the best so far for as many epochs as early stopping allows.
    fn is_patience_exhausted(&self) -> bool {
        let best = self.best.as_ref().map_or(0, |best| best.epoch);
        self.settings.patience.is_some_and(|patience| self.history.len() - best >= patience)
    }
}

/// The end of a run.
impl<T: Real> Fit<'_, '_, T> {
    /// The state after the last step.
    fn state(&self, partial: Option<PartialEpoch>) -> TrainingState<T> {
        let (history, best) = (self.history.clone(), self.best.clone());
        TrainingState { history, best, partial, ..self.training.state() }
    }

    /// The batches of the epochs, each with the examples of one update.
    fn batches(&self) -> Batches {
        let (size, seed) = (self.settings.examples_per_update(), self.training.settings.seed);
        let examples = self.data.train.examples();
        match self.settings.sampling {
            Sampling::Replacement => Batches::with_replacement(examples, size, seed),
            Sampling::Reshuffle | Sampling::Once => Batches::new(examples, size, seed),
        }
    }

    /// The values of the own metrics on the validation data.
    fn measure(&self) -> Vec<f64> {
        self.values_of(&self.measured)
    }

    fn values_of(&self, part: &MeasuredPart) -> Vec<f64> {
        let (model, params) = (&self.training.model, self.training.result());
        self.observers.metrics.values(model.module(), &params, self.data.train.sample().scaling(), part)
    }

    /// The values of the own metrics on all parts.
    fn own_values(&self) -> Vec<OwnValues> {
        let part = |data| self.values_of(&MeasuredPart::new(&self.observers.metrics, data));
        let (train, validation, test) = (part(Some(self.data.train)), self.measure(), part(self.data.test));
        let values = |(i, name): (usize, &str)| OwnValues {
            name: name.to_owned(),
            train: train[i],
            validation: validation.get(i).copied(),
            test: test.get(i).copied(),
        };
        self.observers.metrics.names().enumerate().map(values).collect()
    }

    fn training_metrics(&self) -> Result<Metrics, TrainError> {
        Ok(self.evaluate(Some(self.data.train))?.expect("the training part is not empty"))
    }

    /// Sets the parameters to those of the best epoch, and to the last good ones if the run diverged;
    /// returns the number of the epoch that they come from.
    fn restore_final(&mut self, stop: StopReason) -> Result<usize, TrainError> {
        if let Some(best) = self.best.take().filter(|_| self.settings.keeps_best().is_some()) {
            self.training.settle(Some(best.params));
            return Ok(best.epoch);
        }
        if !matches!(stop, StopReason::NotFinite { .. }) {
            self.training.settle(None);
            return Ok(self.history.len());
        }
        let (training, Parts { train, validation, .. }) = (&self.training, self.data);
        let is_good = |params: &Params<T>| -> Result<bool, TrainError> {
            for part in [Some(train), validation].into_iter().flatten() {
                if training.evaluate_at(params, part)?.is_some_and(|metrics| !metrics.loss.is_finite()) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let chosen = self.snapshots.last_good(is_good)?;
        self.training.settle(Some(chosen.params));
        Ok(chosen.epoch)
    }

    /// Why the run diverged, if it did.
    fn divergence(&self, stop: StopReason) -> Option<Divergence> {
        let StopReason::NotFinite { epoch, step } = stop else { return None };
        let issue = self.issues.last().expect("a step that is not finite is an issue").clone();
        let cause = self.training.cause_of_divergence(&issue.kind, self.data.train.sample());
        Some(Divergence { epoch, step, cause, issue })
    }
}

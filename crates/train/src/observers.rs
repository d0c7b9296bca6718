//! What observes a training run: callbacks and metrics of the program's own.

use crate::callback::{AfterEpoch, Callback};
use crate::epoch::Epoch;
use crate::keep_state::StateKeeping;
use crate::own_metrics::OwnMetrics;
use crate::training::Training;
use std::ops::ControlFlow;
use wengert_ad::Real;
use wengert_optim::Optimizer;

/// What observes a training run, and keeps its state.
pub(crate) struct Observers<T> {
    pub(crate) callbacks: Vec<Box<dyn Callback<T>>>,
    pub(crate) metrics: OwnMetrics,
    pub(crate) keeping: StateKeeping<T>,
}

impl<T> Default for Observers<T> {
    fn default() -> Self {
        Self { callbacks: Vec::new(), metrics: OwnMetrics::default(), keeping: StateKeeping::default() }
    }
}

impl<T: Real> Observers<T> {
    /// Leaves callbacks and the file of the state to rank 0.
    pub(crate) fn observe_nothing(&mut self) {
        self.callbacks.clear();
        self.keeping.keeper = None;
    }

    /// Calls all callbacks; `Break` if one of them ends the run.
    pub(crate) fn after_epoch<M, L, O: Optimizer<T>>(
        &mut self,
        history: &[Epoch],
        training: &Training<M, L, O, T>,
    ) -> ControlFlow<()> {
        let Some(epoch) = history.last() else { return ControlFlow::Continue(()) };
        let run = AfterEpoch { epoch, history, params: &training.result(), steps: training.steps() };
        let calls = self.callbacks.iter_mut().map(|callback| callback.after_epoch(&run));
        // All are called, also after one that ends the run.
        let ends = calls.filter(ControlFlow::is_break).count();
        if ends > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

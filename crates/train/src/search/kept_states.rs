//! The states of runs between two rounds.

use crate::state::TrainingState;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wengert_ad::Real;

/// The memory that states may take.
const MOST_BYTES: usize = 1 << 30;

/// States by the number of their trial, as many as there is memory for.
pub(super) struct KeptStates<T>(Mutex<Kept<T>>);

struct Kept<T> {
    bytes: usize,
    states: BTreeMap<usize, TrainingState<T>>,
}

impl<T> Default for KeptStates<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept { bytes: 0, states: BTreeMap::new() }))
    }
}

impl<T: Real> KeptStates<T> {
    /// Keeps a state, if there is memory for it.
    pub(super) fn keep(&self, number: usize, state: TrainingState<T>) {
        let (mut kept, bytes) = (self.lock(), size(&state));
        if kept.bytes + bytes <= MOST_BYTES {
            kept.bytes += bytes;
            kept.states.insert(number, state);
        }
    }

    /// The state of a trial, which is then no longer kept.
    pub(super) fn take(&self, number: usize) -> Option<TrainingState<T>> {
        let mut kept = self.lock();
        let state = kept.states.remove(&number)?;
        kept.bytes -= size(&state);
        Some(state)
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of the numbers in a state.
fn size<T: Real>(state: &TrainingState<T>) -> usize {
    let buffers: usize = state.optimizer.buffers.iter().map(|(_, numbers)| numbers.len()).sum();
    let best = state.best.as_ref().map_or(0, |best| best.params.values().len());
    (state.params.values().len() + buffers + best) * size_of::<T>()
}

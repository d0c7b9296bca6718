//! The parameters of a model on a tape, and the mode of the pass.

use crate::layout::{Layout, ParameterSlot, RandomSlot, StatisticSlot};
use crate::params::Params;
use rand::SeedableRng;
use rand::rngs::StdRng;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::Arc;
use wengert_ad::{ArrayTape, Element, NodeId, Tensor};

/// What a training pass knows that an evaluation does not: the seed of its random draws, and which rows it sees.
///
/// A draw depends on the seed, the step, the layer and the row of the batch alone, so that a batch in one piece and the
/// same batch in parts see the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingPass {
    seed: u64,
    step: u64,
    first_row: usize,
    whole_batch: bool,
}

impl TrainingPass {
    /// A pass over a whole batch, the `step`-th under this seed.
    pub fn new(seed: u64, step: u64) -> Self {
        Self { seed, step, first_row: 0, whole_batch: true }
    }

    /// A pass over a part of the batch, from this row on.
    #[must_use]
    pub fn part_from(self, first_row: usize) -> Self {
        Self { first_row, whole_batch: false, ..self }
    }

    /// Whether it sees all examples of the batch.
    pub fn sees_whole_batch(&self) -> bool {
        self.whole_batch
    }

    /// The random draws of a layer for a row of the part of the batch that this pass sees.
    pub(crate) fn draws(&self, noise: RandomSlot, row: usize) -> StdRng {
        let mut key = [0; 32];
        let numbers = [self.seed, self.step, u64::from(noise.0), (self.first_row + row) as u64];
        for (bytes, number) in key.chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&number.to_le_bytes());
        }
        StdRng::from_seed(key)
    }
}

/// Where the parameters stand on the tape.
#[derive(Clone, Debug)]
enum Place<'t, T: Element> {
    /// One after another from this node on.
    From(usize),
    /// Each where it was recorded.
    Each(Vec<Tensor<'t, T>>),
}

/// The parameters of a model on a tape, and the mode of the pass: evaluation, unless [`in_training`](Self::in_training)
/// says otherwise.
#[derive(Clone, Debug)]
pub struct Bound<'t, T: Element = f32> {
    tape: &'t ArrayTape<T>,
    layout: Arc<Layout>,
    parameters: Place<'t, T>,
    first_statistic: usize,
    training: Option<TrainingPass>,
    /// Which statistics were updated, and the node with their new values. Up to 16 are kept without an allocation.
    updates: RefCell<SmallVec<[(StatisticSlot, NodeId); 16]>>,
}

impl<'t, T: Element> Bound<'t, T> {
    pub(crate) fn new(params: &Params<T>, tape: &'t ArrayTape<T>, active: bool) -> Self {
        let first = tape.len();
        for entry in params.layout().parameters() {
            let active = active && entry.trainable;
            tape.shared_var(params.shared_values(), entry.range.clone(), &entry.shape, active);
        }
        let layout = Arc::clone(params.shared_layout());
        Self::with_statistics(tape, layout, Place::From(first), params.statistics().iter().copied())
    }

    /// Parameters that are on the tape already, one tensor for each of the layout, with these running statistics: for
    /// derivatives in any mode, as [`gradcheck_arrays`](wengert_ad::check::gradcheck_arrays) takes them.
    ///
    /// # Panics
    /// If there is not one tensor of its shape for each parameter, or not a number for each of the statistics.
    #[track_caller]
    pub fn recorded(
        tape: &'t ArrayTape<T>,
        layout: &Layout,
        parameters: &[Tensor<'t, T>],
        statistics: &[f64],
    ) -> Self {
        let (want, have) = (layout.parameters().len(), parameters.len());
        assert!(want == have, "bound: the layout has {want} parameters, {have} were recorded");
        for (entry, recorded) in layout.parameters().iter().zip(parameters) {
            let (name, want, have) = (&entry.name, &entry.shape[..], recorded.shape());
            assert!(want == have.as_slice(), "bound: {name:?} has shape {want:?}, recorded was {have:?}");
        }
        let want = layout.first_statistics().count();
        let have = statistics.len();
        assert!(want == have, "bound: the layout has {want} statistics, {have} were given");
        let place = Place::Each(parameters.to_vec());
        let statistics = statistics.iter().map(|&x| T::constant(x));
        Self::with_statistics(tape, Arc::new(layout.clone()), place, statistics)
    }

    fn with_statistics(
        tape: &'t ArrayTape<T>,
        layout: Arc<Layout>,
        parameters: Place<'t, T>,
        mut statistics: impl Iterator<Item = T>,
    ) -> Self {
        let first_statistic = tape.len();
        for entry in layout.statistics() {
            let mut elements = statistics.by_ref().take(entry.range.len());
            tape.constant_from(&entry.shape, |buffer| buffer.extend(&mut elements));
        }
        Self { tape, layout, parameters, first_statistic, training: None, updates: RefCell::default() }
    }

    /// The same parameters in a training pass.
    #[must_use]
    pub fn in_training(self, training: TrainingPass) -> Self {
        Self { training: Some(training), ..self }
    }

    /// What the pass knows if it is one of training; `None` in an evaluation.
    pub fn training(&self) -> Option<TrainingPass> {
        self.training
    }

    /// The tape.
    pub fn tape(&self) -> &'t ArrayTape<T> {
        self.tape
    }

    /// The layout of the parameters.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The parameter that was declared as `slot`.
    pub fn get(&self, slot: ParameterSlot) -> Tensor<'t, T> {
        match &self.parameters {
            Place::From(first) => self.tape.node(NodeId::new(first + slot.0)),
            Place::Each(tensors) => tensors[slot.0],
        }
    }

    /// The running statistics that were declared as `slot`: a constant.
    pub fn statistic(&self, slot: StatisticSlot) -> Tensor<'t, T> {
        self.tape.node(NodeId::new(self.first_statistic + slot.0))
    }

    /// Whether these statistics are frozen.
    pub fn is_frozen(&self, slot: StatisticSlot) -> bool {
        !self.layout.statistics()[slot.0].trainable
    }

    /// Notes what the running statistics are after this pass.
    ///
    /// # Panics
    /// If `new` has another shape than the statistics, or lives on another tape.
    #[track_caller]
    pub fn update(&self, slot: StatisticSlot, new: Tensor<'t, T>) {
        let (want, have) = (self.statistic(slot).shape(), new.shape());
        assert!(want == have, "update: the statistics have shape {want:?}, the new ones {have:?}");
        assert!(
            std::ptr::eq(self.tape, new.tape()),
            "update: the new statistics are recorded on another tape"
        );
        self.updates.borrow_mut().push((slot, new.node()));
    }

    /// Whether the pass updated any statistics.
    pub fn has_updates(&self) -> bool {
        !self.updates.borrow().is_empty()
    }

    /// Writes the running statistics after this pass, those that it updated, into a flat buffer of all.
    ///
    /// # Panics
    /// If the buffer is not as long as the layout's statistics.
    #[track_caller]
    pub fn write_updates(&self, statistics: &mut [T]) {
        let want = self.layout.statistics().last().map_or(0, |last| last.range.end);
        let have = statistics.len();
        assert!(want == have, "updates: there are {want} statistics, the buffer holds {have}");
        for &(slot, node) in self.updates.borrow().iter() {
            let range = self.layout.statistics()[slot.0].range.clone();
            statistics[range].copy_from_slice(&self.tape.node(node).elements());
        }
    }
}

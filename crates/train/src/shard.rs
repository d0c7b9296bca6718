//! The shards of a batch, and how their gradients are added up.

use crate::batch::{ExampleBuffers, forward, gather};
use crate::metrics::count_correct;
use std::ops::Range;
use wengert_ad::{ArrayTape, Element, Real};
use wengert_data::Batch;
use wengert_kernels::{add_to, flush_subnormal};
use wengert_nn::{Loss, Module, Params, Penalty, TrainingPass};

/// A tape with the gradient of its part of a batch; both are reused in the next step.
#[derive(Debug)]
pub(crate) struct Shard<T: Element> {
    tape: ArrayTape<T>,
    pub(crate) gradient: Vec<T>,
    examples: ExampleBuffers,
    /// The sum of the losses, and of the correct examples, with weights relative to the mean weight.
    pub(crate) sums: [f64; 2],
    pub(crate) penalty: f64,
    /// The running statistics after the pass; empty if the pass did not change them.
    pub(crate) statistics: Vec<T>,
}

/// The place of a part in its batch.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// The row of the batch with which the part begins.
    pub(crate) first_row: usize,
    /// The number of rows of the batch.
    pub(crate) of_rows: usize,
    /// The mean weight of the examples of the batch.
    pub(crate) mean_weight: f64,
}

/// Sums of losses and of correct examples.
pub(crate) fn add_sums(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

/// The inputs of one step that all shards share.
pub(crate) struct Step<'a, T: Element> {
    pub(crate) module: &'a dyn Module<T>,
    pub(crate) loss: &'a dyn Loss<T>,
    pub(crate) params: &'a Params<T>,
    /// The number of examples in the whole batch.
    pub(crate) rows: usize,
    /// The mean weight of the examples in the whole batch.
    pub(crate) mean_weight: f64,
    /// Whether one shard computes the whole batch.
    pub(crate) is_whole: bool,
    pub(crate) training: Option<TrainingPass>,
    pub(crate) penalty: Option<&'a Penalty>,
    /// Whether to count correct classifications.
    pub(crate) count: bool,
}

impl<T: Real> Step<'_, T> {
    /// Runs the part of the batch that belongs to a node of the tree of shards and begins at row
    /// `first_row` of the batch, on those of its shards that are this rank's own. Leaves the sum of the
    /// gradients in the first shard if all are, and otherwise that of each subtree in its first shard.
    pub(crate) fn run(
        &self,
        shards: &mut [Shard<T>],
        own: Range<usize>,
        node: Range<usize>,
        batch: Batch<'_, T>,
        first_row: usize,
    ) {
        match shards {
            [] => return,
            [shard] if node.len() == 1 => return shard.run(batch, first_row, self),
            _ => {}
        }
        let half = node.len() / 2;
        let middle = node.start + half;
        let is_whole = shards.len() == node.len();
        let bound = middle.clamp(own.start, own.end);
        let (left, right) = shards.split_at_mut(bound - own.start);
        let (first, second) = batch.indices.split_at(batch.indices.len() * half / node.len());
        rayon::join(
            || {
                let batch = Batch { indices: first, ..batch };
                self.run(left, own.start..bound, node.start..middle, batch, first_row);
            },
            || {
                let batch = Batch { indices: second, ..batch };
                self.run(right, bound..own.end, middle..node.end, batch, first_row + first.len());
            },
        );
        if is_whole {
            left[0].add(&right[0]);
        }
    }
}

impl<T: Real> Shard<T> {
    pub(crate) fn new() -> Self {
        let (gradient, examples, statistics) = (Vec::new(), ExampleBuffers::default(), Vec::new());
        Self { tape: ArrayTape::new(), gradient, examples, sums: [0.0; 2], penalty: 0.0, statistics }
    }

    fn run(&mut self, batch: Batch<'_, T>, first_row: usize, step: &Step<'_, T>) {
        let params = match step.training {
            Some(pass) if step.is_whole => step.params.bind_for_training(&self.tape, pass),
            Some(pass) => step.params.bind_for_training(&self.tape, pass.part_from(first_row)),
            None => step.params.bind_for_evaluation(&self.tape),
        };
        let examples = &mut self.examples;
        let (outputs, total) =
            forward(step.module, step.loss, &params, batch, Some(step.mean_weight), examples, gather);
        let correct = if step.count { count_correct(outputs, examples) } else { 0.0 };
        self.sums = [total.item().value(), correct];
        // The penalty is added once, by the shard with the first row.
        let penalty = step.penalty.filter(|_| first_row == 0).map(|penalty| penalty.value(&params));
        self.penalty = penalty.map_or(0.0, |penalty| penalty.item().value());
        let objective = penalty.map_or(total, |penalty| total + penalty * step.rows as f64);
        self.statistics.clear();
        if params.has_updates() {
            self.statistics.extend_from_slice(step.params.statistics());
            params.write_updates(&mut self.statistics);
            self.statistics.iter_mut().for_each(|x| *x = flush_subnormal(*x));
        }
        let objective = objective.node();
        self.gradient.resize(step.params.len(), T::literal(0.0));
        // This clears the tape too: the tape shares the buffer of the parameters, to which the
        // optimizer writes next.
        self.tape.gradient_into_and_clear(objective, T::literal(1.0 / step.rows as f64), &mut self.gradient);
    }

    fn add(&mut self, other: &Self) {
        add_to(&mut self.gradient, &other.gradient);
        self.sums = add_sums(self.sums, other.sums);
    }
}

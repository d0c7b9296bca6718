//! The forward pass over a batch.

use wengert_ad::{ArrayTape, Element, Real, Tensor};
use wengert_data::{Batch, Dataset, Targets};
use wengert_kernels::gather_rows;
use wengert_nn::{Bound, Loss, Module, TargetBatch};

/// Reused buffers for what a loss needs of each example of a batch.
#[derive(Debug, Default)]
pub(crate) struct ExampleBuffers {
    /// The classes of the examples; empty if the targets are values.
    pub(crate) labels: Vec<u32>,
    /// The weights of the examples, relative to the mean weight; empty if the data set has no weights.
    pub(crate) weights: Vec<f64>,
}

/// The mean weight of the examples of a batch, by which their weights are divided; 1 if all of them are 0, or
/// if the data set has no weights.
pub(crate) fn mean_weight<T: Real>(batch: Batch<'_, T>) -> f64 {
    let mean = batch.weight() / batch.indices.len() as f64;
    if mean > 0.0 { mean } else { 1.0 }
}

/// Writes the rows with some indices of a table of some width, in the numbers of a tape.
pub(crate) type Gather<E, T> = fn(&mut [E], usize, &[usize], &[T]);

/// Runs a model and a loss on a batch, or on a part of one with this mean weight; returns the outputs and the
/// sum of the losses of the examples, each times its weight relative to the mean weight. Without a mean
/// weight, weights do not count.
pub(crate) fn forward<'t, E: Element, T: Real>(
    module: &dyn Module<E>,
    loss: &dyn Loss<E>,
    params: &Bound<'t, E>,
    Batch { data, indices }: Batch<'_, T>,
    mean_weight: Option<f64>,
    examples: &mut ExampleBuffers,
    gather: Gather<E, T>,
) -> (Tensor<'t, E>, Tensor<'t, E>) {
    let outputs = module.forward(params, inputs(params.tape(), Batch { data, indices }, gather));
    let total = total_loss(loss, outputs, Batch { data, indices }, mean_weight, examples, gather);
    (outputs, total)
}

/// The features of a batch.
pub(crate) fn inputs<'t, E: Element, T: Real>(
    tape: &'t ArrayTape<E>,
    Batch { data, indices }: Batch<'_, T>,
    gather: Gather<E, T>,
) -> Tensor<'t, E> {
    let width = data.width();
    tape.constant_filled_by(&[indices.len(), width], |rows| gather(rows, width, indices, data.features()))
}

/// The loss of [`forward`], given the outputs.
pub(crate) fn total_loss<'t, E: Element, T: Real>(
    loss: &dyn Loss<E>,
    outputs: Tensor<'t, E>,
    Batch { data, indices }: Batch<'_, T>,
    mean_weight: Option<f64>,
    ExampleBuffers { labels, weights }: &mut ExampleBuffers,
    gather: Gather<E, T>,
) -> Tensor<'t, E> {
    copy_labels(data, indices, labels);
    let targets = match data.targets() {
        Targets::Classes { .. } => TargetBatch::Classes(labels),
        Targets::Values { values, width } => {
            let shape = [indices.len(), *width];
            let rows = |rows: &mut [E]| gather(rows, *width, indices, values);
            TargetBatch::Values(outputs.tape().constant_filled_by(&shape, rows))
        }
    };
    weights.clear();
    match data.weights().zip(mean_weight) {
        Some((all, mean_weight)) => {
            weights.extend(indices.iter().map(|&i| all[i] / mean_weight));
            loss.weighted_total(outputs, targets, weights)
        }
        None => loss.total(outputs, targets),
    }
}

/// The classes of these examples; empty if the targets are values.
pub(crate) fn labels_of<T: Real>(data: &Dataset<T>, indices: &[usize]) -> Vec<u32> {
    let mut labels = Vec::new();
    copy_labels(data, indices, &mut labels);
    labels
}

fn copy_labels<T: Real>(data: &Dataset<T>, indices: &[usize], labels: &mut Vec<u32>) {
    labels.clear();
    if let Targets::Classes { labels: all, .. } = data.targets() {
        labels.extend(indices.iter().map(|&i| all[i]));
    }
}

/// Batches with more elements than this are gathered by two threads.
const PARALLEL_ELEMENTS: usize = 1 << 15;

/// Copies the rows with these indices from a table of this width.
pub(crate) fn gather<F: Real>(rows: &mut [F], width: usize, indices: &[usize], table: &[F]) {
    if rows.len() > PARALLEL_ELEMENTS && indices.len() > 1 && rayon::current_thread_index().is_some() {
        let (first, second) = indices.split_at(indices.len() / 2);
        let (front, back) = rows.split_at_mut(first.len() * width);
        rayon::join(|| gather(front, width, first, table), || gather(back, width, second, table));
        return;
    }
    gather_rows(table, width, indices, rows);
}

/// The same rows as constants of another number type.
pub(crate) fn gather_constants<E: Element, T: Real>(
    rows: &mut [E],
    width: usize,
    indices: &[usize],
    table: &[T],
) {
    for (row, &i) in rows.chunks_exact_mut(width.max(1)).zip(indices) {
        let table = &table[i * width..][..width];
        row.iter_mut().zip(table).for_each(|(slot, x)| *slot = E::constant(x.value()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_gathered_by_several_threads_are_the_requested_rows() {
        let (width, examples) = (100, 700);
        let table: Vec<f32> = (0..examples * width).map(|i| i as f32).collect();
        let indices: Vec<usize> = (0..examples).map(|i| (i * 37 + 5) % examples).collect();
        let expected: Vec<f32> =
            indices.iter().flat_map(|&i| &table[i * width..][..width]).copied().collect();
        assert!(expected.len() > 2 * PARALLEL_ELEMENTS);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads start");
        let mut rows = vec![f32::NAN; expected.len()];
        pool.install(|| gather(&mut rows, width, &indices, &table));
        assert_eq!(rows, expected);
    }
}

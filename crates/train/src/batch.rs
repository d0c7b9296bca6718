//! The forward pass over a batch.

use wengert_ad::{ArrayTape, Real, Tensor};
use wengert_data::{Batch, Dataset, Targets};
use wengert_kernels::{compiled_here, unrolled};
use wengert_nn::{Bound, Loss, Module, TargetBatch};

/// Runs a model and a loss on a batch; returns the outputs and the sum of the losses of the examples.
///
/// `labels` is a reused buffer that receives the classes of the examples; it is empty if the
/// targets are values.
pub(crate) fn forward<'t, T: Real>(
    tape: &'t ArrayTape<T>,
    module: &impl Module<T>,
    loss: &impl Loss<T>,
    params: &Bound<'t, T>,
    Batch { data, indices }: Batch<'_, T>,
    labels: &mut Vec<u32>,
) -> (Tensor<'t, T>, Tensor<'t, T>) {
    let rows_of = |width: usize, values: &[T]| {
        tape.constant_filled_by(&[indices.len(), width], |rows| gather(rows, width, indices, values))
    };
    let outputs = module.forward(params, rows_of(data.width(), data.features()));
    copy_labels(data, indices, labels);
    let targets = match data.targets() {
        Targets::Classes { .. } => TargetBatch::Classes(labels),
        Targets::Values { values, width } => TargetBatch::Values(rows_of(*width, values)),
    };
    (outputs, loss.total(outputs, targets))
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
fn gather<F: Real>(rows: &mut [F], width: usize, indices: &[usize], table: &[F]) {
    if rows.len() > PARALLEL_ELEMENTS && indices.len() > 1 && rayon::current_thread_index().is_some() {
        let (first, second) = indices.split_at(indices.len() / 2);
        let (front, back) = rows.split_at_mut(first.len() * width);
        rayon::join(|| gather(front, width, first, table), || gather(back, width, second, table));
        return;
    }
    let copy = compiled_here!(F: copy_rows(rows: &mut [F], width: usize, indices: &[usize], table: &[F]));
    copy(rows, width, indices, table);
}

fn copy_rows<F: Copy>(rows: &mut [F], width: usize, indices: &[usize], table: &[F]) {
    unrolled(
        width.max(1),
        #[inline(always)]
        |width| {
            for (row, &i) in rows.chunks_exact_mut(width).zip(indices) {
                row.copy_from_slice(&table[i * width..][..width]);
            }
        },
    );
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

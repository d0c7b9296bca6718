//! Rows of tables.

use wengert_kernels::{Float, compiled_here};

/// The index of the first number that is infinite or NaN.
pub(crate) fn first_not_finite<F: Float>(values: &[F]) -> Option<usize> {
    // A loop over a whole block compiles to SIMD; a search that may end at any element does not.
    let all_finite = |block: &[F]| block.iter().fold(true, |all, x| all & x.is_finite());
    let block = values.chunks(1024).position(|block| !all_finite(block))?;
    values[1024 * block..].iter().position(|x| !x.is_finite()).map(|i| 1024 * block + i)
}

/// The labels at these indices.
pub(crate) fn labels_at(labels: &[u32], indices: &[usize]) -> Vec<u32> {
    indices.iter().map(|&i| labels[i]).collect()
}

/// The rows of a table of this width at these indices.
pub(crate) fn rows<F: Float>(values: &[F], width: usize, indices: &[usize]) -> Vec<F> {
    compiled_here!(F: selected(values: &[F], width: usize, indices: &[usize]) -> Vec<F>)(
        values, width, indices,
    )
}

fn selected<F: Float>(values: &[F], width: usize, indices: &[usize]) -> Vec<F> {
    let mut selected = Vec::with_capacity(indices.len() * width);
    for &i in indices {
        selected.extend_from_slice(&values[i * width..(i + 1) * width]);
    }
    selected
}

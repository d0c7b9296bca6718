//! Rows of tables.

#[cfg(feature = "csv")]
use wengert_kernels::compiled_here;
use wengert_kernels::{Float, gather_rows};

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
    let mut selected = vec![F::literal(0.0); indices.len() * width];
    gather_rows(values, width, indices, &mut selected);
    selected
}

/// Brings the rows of a table of this width to another order, in place: row `i` becomes what was row
/// `order[i]`. The order has each row once.
#[cfg(feature = "csv")]
pub(crate) fn reorder<F: Float>(values: &mut [F], width: usize, order: &[usize]) {
    compiled_here!(F: reordered(values: &mut [F], width: usize, order: &[usize]))(values, width, order);
}

/// [`reorder`], by the cycles of the permutation.
#[cfg(feature = "csv")]
fn reordered<F: Float>(values: &mut [F], width: usize, order: &[usize]) {
    let (mut is_placed, mut first) = (vec![false; order.len()], Vec::with_capacity(width));
    for start in 0..order.len() {
        if is_placed[start] {
            continue;
        }
        first.clear();
        first.extend_from_slice(&values[start * width..(start + 1) * width]);
        let mut to = start;
        loop {
            is_placed[to] = true;
            let from = order[to];
            if from == start {
                break;
            }
            values.copy_within(from * width..(from + 1) * width, to * width);
            to = from;
        }
        values[to * width..(to + 1) * width].copy_from_slice(&first);
    }
}

#[cfg(all(test, feature = "csv"))]
mod tests {
    use super::*;

    #[test]
    fn rows_in_another_order_are_those_that_were_there() {
        let values: Vec<f64> = (0..14).map(f64::from).collect();
        for order in [[0, 1, 2, 3, 4, 5, 6], [3, 0, 2, 6, 5, 4, 1], [6, 5, 4, 3, 2, 1, 0]] {
            let mut in_place = values.clone();
            reorder(&mut in_place, 2, &order);
            assert_eq!(in_place, rows(&values, 2, &order), "{order:?}");
        }
    }
}

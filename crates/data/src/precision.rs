//! Storage of columns in another precision, without loss of the differences between their values.

use crate::column_statistics::{Range, add_to_ranges, ranges};
use crate::standardiser::Standardiser;
use std::borrow::Cow;
use wengert_kernels::{Float, PerFloat, compiled_here};

/// The largest rounding error of a column that is stored as it is, as a share of its half range.
const TOLERANCE: f64 = 1.0 / (1 << 20) as f64;

/// The number of values that are standardised at a time: a small share of the second-level cache.
const BLOCK: usize = 8192;

/// Row-major values in another precision, and the map from the given values to the stored ones; no map if
/// each is stored as the nearest number.
///
/// A column is stored as its values less the middle of their range if the nearest numbers would overflow or
/// differ from its values by more than 2^-20 of half the range: single precision cannot distinguish the
/// seconds of an hour in 2023, counted from 1970. If even the half range is beyond 1e30 or below 1e-30, the
/// differences are divided by it.
pub(crate) fn stored<F: Float, G: Float>(values: &[F], width: usize) -> (Vec<G>, Option<Standardiser>) {
    /// The values in double precision.
    struct Widened;
    impl PerFloat for Widened {
        type Of<F: Float> = fn(&[F]) -> Cow<'_, [f64]>;
    }
    let wide = F::choose::<Widened>(widened, |values| Cow::Borrowed(values))(values);
    let store = compiled_here!(G: stored_in(values: &[f64], width: usize) -> (Vec<G>, Option<Standardiser>));
    store(&wide, width)
}

fn widened(values: &[f32]) -> Cow<'_, [f64]> {
    Cow::Owned(values.iter().map(|&x| x.into()).collect())
}

/// The nearest numbers of type `G`.
pub(crate) fn nearest<G: Float>(values: &[f64]) -> Vec<G> {
    compiled_here!(G: nearest_of(values: &[f64]) -> Vec<G>)(values)
}

fn nearest_of<G: Float>(values: &[f64]) -> Vec<G> {
    values.iter().map(|&x| G::literal(x)).collect()
}

/// [`stored`], of values in double precision.
fn stored_in<G: Float>(values: &[f64], width: usize) -> (Vec<G>, Option<Standardiser>) {
    let mut nearest = vec![G::zero(); values.len()];
    if values.is_empty() {
        return (nearest, None);
    }
    let mut errors = vec![0.0_f64; width];
    for (row, near) in values.chunks_exact(width).zip(nearest.chunks_exact_mut(width)) {
        for ((error, x), near) in errors.iter_mut().zip(row).zip(near) {
            *near = G::literal(*x);
            *error = error.max((near.widened() - x).abs());
        }
    }
    if errors.iter().all(|&error| error == 0.0) {
        return (nearest, None);
    }
    let columns = ranges(values, width);
    let suffices: Vec<bool> = columns.iter().zip(&errors).map(suffices).collect();
    if suffices.iter().all(|&suffices| suffices) {
        return (nearest, None);
    }
    let maps = columns.iter().zip(suffices).map(|(column, suffices)| match column.half {
        _ if suffices => (0.0, 1.0),
        half if half > 1e30 || (half > 0.0 && half < 1e-30) => (column.middle, half),
        _ => (column.middle, 1.0),
    });
    let (mean, deviation) = maps.unzip();
    let map = Standardiser::new(mean, deviation).expect("ranges of finite numbers are finite");
    (map.applied(values), Some(map))
}

/// Whether the nearest numbers, with this error at most, keep the differences between the values of a column.
fn suffices((column, &error): (&Range, &f64)) -> bool {
    error <= TOLERANCE * column.half || column.half == 0.0 && error.is_finite()
}

/// The numbers of type `G` nearest to the standardised values; `None` if [`stored`] would store those of a
/// column by their differences. In blocks of rows, so that the standardised values are never all in memory.
pub(crate) fn standardised<G: Float>(values: &[f64], map: &Standardiser) -> Option<Vec<G>> {
    compiled_here!(G: standardised_in(values: &[f64], map: &Standardiser) -> Option<Vec<G>>)(values, map)
}

fn standardised_in<G: Float>(values: &[f64], map: &Standardiser) -> Option<Vec<G>> {
    let width = map.width();
    let (mut nearest, mut block) = (Vec::with_capacity(values.len()), Vec::new());
    let (mut errors, mut ends) =
        (vec![0.0_f64; width], (vec![f64::INFINITY; width], vec![-f64::INFINITY; width]));
    for rows in values.chunks((BLOCK / width).max(1) * width) {
        block.clear();
        block.extend_from_slice(rows);
        map.apply(&mut block);
        nearest.extend(block.iter().map(|&x| G::literal(x)));
        for row in block.chunks_exact(width) {
            let error = |x: f64| (G::literal(x).widened() - x).abs();
            errors.iter_mut().zip(row).for_each(|(largest, &x)| *largest = largest.max(error(x)));
        }
        add_to_ranges(&mut ends, &block);
    }
    let ranges = ends.0.into_iter().zip(ends.1).map(|(low, high)| Range::new(low, high));
    ranges.zip(&errors).all(|(range, error)| suffices((&range, error))).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_single_precision_can_hold_are_stored_as_they_are() {
        // Years, thousandths, and a constant that is not a number of single precision.
        let rows = [1990.0, 0.001, 0.1, 2000.0, 0.002, 0.1, 2023.0, -5.0, 0.1];
        let (narrow, map) = stored::<f64, f32>(&rows, 3);
        assert_eq!(map, None);
        assert_eq!(narrow, rows.map(|x| x as f32));
    }

    #[test]
    fn a_column_that_single_precision_cannot_hold_is_stored_by_its_differences() {
        let rows = [1_700_000_000.0, 0.1, 1_700_000_001.0, 0.2, 1_700_000_060.0, 0.3];
        let (narrow, map) = stored::<f64, f32>(&rows, 2);
        assert_eq!(narrow, [-30.0, 0.1, -29.0, 0.2, 30.0, 0.3]);
        let map = map.expect("the first column is shifted");
        assert_eq!((map.mean(), map.deviation()), (&[1_700_000_030.0, 0.0][..], &[1.0, 1.0][..]));
        // Double precision holds them.
        assert_eq!(stored::<f64, f64>(&rows, 2), (rows.to_vec(), None));
    }

    #[test]
    fn columns_beyond_the_range_of_single_precision_are_scaled() {
        for size in [1e300, 1e39, 1e-300] {
            let (narrow, map) = stored::<f64, f32>(&[size, -size, 0.5 * size], 1);
            assert_eq!((narrow, map.expect("a map").deviation()), (vec![1.0, -1.0, 0.5], &[size][..]));
        }
        let (narrow, map) = stored::<f64, f32>(&[1e300, 1e300], 1);
        assert_eq!((narrow, map.expect("a map").mean()), (vec![0.0, 0.0], &[1e300][..]));
    }

    #[test]
    fn standardised_values_are_those_of_two_steps_or_need_differences() {
        let rows: Vec<f64> = (0..3 * 5000).map(|i| f64::from(i * i % 1009) * 0.1).collect();
        let map = Standardiser::fit(&rows, 3);
        let two_steps = stored::<f64, f32>(&map.applied::<f64>(&rows), 3);
        assert_eq!((standardised::<f32>(&rows, &map), None), (Some(two_steps.0), two_steps.1));
        let shifted = Standardiser::new(vec![-1e9; 3], vec![1.0; 3]).expect("a map");
        assert!(stored::<f64, f32>(&shifted.applied::<f64>(&rows), 3).1.is_some());
        assert_eq!(standardised::<f32>(&rows, &shifted), None);
        assert_eq!(standardised::<f32>(&[], &map), Some(vec![]));
    }

    #[test]
    fn no_values_need_no_map() {
        assert_eq!(stored::<f64, f32>(&[], 3), (vec![], None));
    }
}

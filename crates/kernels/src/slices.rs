//! Loops that write slices element by element.

use super::simd::vectorised;
use crate::compiled_here;
use crate::float::Float;

/// Writes `values` to `y`, element by element, in the widest vector registers of [`vectorised`].
#[inline(always)]
pub fn fill<T>(y: &mut [T], values: impl Iterator<Item = T>) {
    vectorised(
        #[inline(always)]
        || {
            for (y, value) in y.iter_mut().zip(values) {
                *y = value;
            }
        },
    );
}

/// Adds `values` to `y`, element by element.
#[inline(always)]
pub fn accumulate<T: Copy + std::ops::Add<Output = T>>(y: &mut [T], values: impl Iterator<Item = T>) {
    vectorised(
        #[inline(always)]
        || {
            for (y, value) in y.iter_mut().zip(values) {
                *y = *y + value;
            }
        },
    );
}

/// Adds each element of `terms` to that of `sums`; compiled in this crate.
pub fn add_to<F: Float>(sums: &mut [F], terms: &[F]) {
    compiled_here!(F: accumulate_copied(sums: &mut [F], terms: &[F]))(sums, terms);
}

#[inline(always)]
fn accumulate_copied<F: Float>(sums: &mut [F], terms: &[F]) {
    accumulate(sums, terms.iter().copied());
}

/// The largest number of elements that [`repeat`] copies at a time.
const REPEATED: usize = 1 << 12;

/// Fills `y` with copies of `row`.
///
/// # Panics
/// If the length of `y` is not a multiple of the length of `row`.
#[track_caller]
pub fn repeat<T: Copy>(row: &[T], y: &mut [T]) {
    let (length, room) = (row.len(), y.len());
    assert!(room.is_multiple_of(length), "repeat: rows of {length} do not fit {room} elements");
    if y.is_empty() {
        return;
    }
    y[..row.len()].copy_from_slice(row);
    // Twice as many rows with every copy: rows may be short.
    let (mut done, mut block) = (row.len(), row.len());
    while done < y.len() {
        let count = block.min(y.len() - done);
        y.copy_within(..count, done);
        done += count;
        if block < REPEATED {
            block = done;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[should_panic(expected = "rows of 0 do not fit 3 elements")]
    fn no_number_of_empty_rows_fills_anything() {
        super::repeat(&[], &mut [1, 2, 3]);
    }

    #[test]
    fn each_element_is_added_to_the_one_at_its_place() {
        let mut sums: Vec<f32> = (0..77).map(|i| i as f32).collect();
        super::add_to(&mut sums, &[0.5; 77]);
        assert_eq!(sums, (0..77).map(|i| i as f32 + 0.5).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_is_repeated_however_often() {
        for (rows, length) in [(0, 3), (1, 5), (2, 1), (7, 3), (32, 2), (3, 5000), (2000, 7)] {
            let row: Vec<u32> = (0..length).collect();
            let mut y = vec![u32::MAX; rows * row.len()];
            super::repeat(&row, &mut y);
            assert!(y == row.repeat(rows), "{rows} rows of {length}");
        }
    }
}

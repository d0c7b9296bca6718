//! The bytes of numbers in memory, for messages and files that need no other representation.

use crate::float::{Float, PerFloat};

struct Bytes;
impl PerFloat for Bytes {
    type Of<F: Float> = fn(&[F]) -> &[u8];
}

struct BytesMut;
impl PerFloat for BytesMut {
    type Of<F: Float> = fn(&mut [F]) -> &mut [u8];
}

/// The bytes of numbers, in the order of the processor.
///
/// ```
/// use wengert_kernels::{bytes_of, bytes_of_mut};
///
/// let mut x = [0.0_f32; 2];
/// bytes_of_mut(&mut x).copy_from_slice(bytes_of(&[1.5_f32, -0.0]));
/// assert_eq!(x, [1.5, -0.0]);
/// assert_eq!(bytes_of(&[2.5_f64]), 2.5_f64.to_ne_bytes());
/// ```
pub fn bytes_of<F: Float>(numbers: &[F]) -> &[u8] {
    F::choose::<Bytes>(single, double)(numbers)
}

/// The bytes of numbers, in the order of the processor, to change them.
pub fn bytes_of_mut<F: Float>(numbers: &mut [F]) -> &mut [u8] {
    F::choose::<BytesMut>(single_mut, double_mut)(numbers)
}

macro_rules! views {
    ($($float:ty: $of:ident, $of_mut:ident;)*) => {$(
        #[allow(unsafe_code, reason = "copies take longer than a message between cores: docs/ranks.md")]
        fn $of(numbers: &[$float]) -> &[u8] {
            // SAFETY: a float has no padding, bytes need no alignment, and the bytes are borrowed as long as
            // the numbers.
            unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
        }

        #[allow(unsafe_code, reason = "copies take longer than a message between cores: docs/ranks.md")]
        fn $of_mut(numbers: &mut [$float]) -> &mut [u8] {
            // SAFETY: as above, the borrow is the only one, and all bytes make a float.
            unsafe { std::slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), size_of_val(numbers)) }
        }
    )*};
}

views! {
    f32: single, single_mut;
    f64: double, double_mut;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The safe twin of [`bytes_of`].
    fn copied_bytes(numbers: &[f64]) -> Vec<u8> {
        numbers.iter().flat_map(|x| x.to_ne_bytes()).collect()
    }

    #[test]
    fn every_bit_of_a_number_is_in_its_bytes() {
        let numbers = [0.0, -0.0, 1.5, f64::MIN_POSITIVE / 8.0, f64::NEG_INFINITY, f64::NAN];
        for count in 0..numbers.len() {
            assert_eq!(bytes_of(&numbers[..count]), copied_bytes(&numbers[..count]));
        }
        let mut back = [1.0; 6];
        bytes_of_mut(&mut back).copy_from_slice(&copied_bytes(&numbers));
        assert_eq!(back.map(f64::to_bits), numbers.map(f64::to_bits));
        let single = [f32::MIN_POSITIVE / 8.0, -3.5];
        let copied: Vec<u8> = single.iter().flat_map(|x| x.to_ne_bytes()).collect();
        assert_eq!(bytes_of(&single), copied);
        let mut back = [0.0_f32; 2];
        bytes_of_mut(&mut back).copy_from_slice(&copied);
        assert_eq!(back.map(f32::to_bits), single.map(f32::to_bits));
    }
}

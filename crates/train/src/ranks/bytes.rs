//! Numbers as bytes, least significant first.

use wengert_kernels::{Float, PerFloat};

struct Append;
impl PerFloat for Append {
    type Of<F: Float> = fn(&[F], &mut Vec<u8>);
}

struct Read;
impl PerFloat for Read {
    type Of<F: Float> = fn(&[u8], &mut [F]);
}

/// The number of bytes of a number.
pub(super) const fn size<F: Float>() -> usize {
    size_of::<F>()
}

/// Appends the bytes of numbers.
pub(super) fn append<F: Float>(numbers: &[F], bytes: &mut Vec<u8>) {
    F::choose::<Append>(append_single, append_double)(numbers, bytes);
}

/// Reads as many numbers as the slice has.
pub(super) fn read<F: Float>(bytes: &[u8], numbers: &mut [F]) {
    F::choose::<Read>(read_single, read_double)(bytes, numbers);
}

/// Numbers that are converted at a time, in the first-level cache.
const BLOCK: usize = 512;

fn append_single(numbers: &[f32], bytes: &mut Vec<u8>) {
    let mut block = [[0; 4]; BLOCK];
    for numbers in numbers.chunks(BLOCK) {
        block.iter_mut().zip(numbers).for_each(|(bytes, x)| *bytes = x.to_le_bytes());
        bytes.extend_from_slice(block[..numbers.len()].as_flattened());
    }
}

fn append_double(numbers: &[f64], bytes: &mut Vec<u8>) {
    let mut block = [[0; 8]; BLOCK];
    for numbers in numbers.chunks(BLOCK) {
        block.iter_mut().zip(numbers).for_each(|(bytes, x)| *bytes = x.to_le_bytes());
        bytes.extend_from_slice(block[..numbers.len()].as_flattened());
    }
}

fn read_single(bytes: &[u8], numbers: &mut [f32]) {
    for (x, &bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
        *x = f32::from_le_bytes(bytes);
    }
}

fn read_double(bytes: &[u8], numbers: &mut [f64]) {
    for (x, &bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
        *x = f64::from_le_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_number_travels() {
        let numbers = [0.0, -0.0, 1.5, f64::MIN_POSITIVE / 8.0, f64::NEG_INFINITY, f64::NAN];
        let mut bytes = vec![7];
        append(&numbers, &mut bytes);
        let mut back = [0.0; 6];
        read(&bytes[1..], &mut back);
        assert_eq!(bytes.len(), 1 + 6 * size::<f64>());
        assert_eq!(back.map(f64::to_bits), numbers.map(f64::to_bits));
        let (single, mut back) = ([f32::MIN_POSITIVE / 8.0, -3.5], [0.0; 2]);
        bytes.clear();
        append(&single, &mut bytes);
        read(&bytes, &mut back);
        assert_eq!(back.map(f32::to_bits), single.map(f32::to_bits));
        let (many, mut back) =
            ((0..3 * BLOCK + 1).map(|i| i as f32).collect::<Vec<_>>(), vec![0.0; 3 * BLOCK + 1]);
        bytes.clear();
        append(&many, &mut bytes);
        read(&bytes, &mut back);
        assert_eq!(back, many);
    }
}

//! Matrix products in vector registers, which are chosen at run time.
//!
//! `C` is computed in tiles whose sums stay in registers during the loop over the inner dimension. If `B`
//! fits the cache, operands are read in place; copied are only a transpose, a panel at a time, and what
//! tiles read often and slowly, such as rows that share few sets of the cache. Libraries copy both operands
//! into blocks at every size, and the best of them takes 0.8 to 4.8 times as long
//! (`cargo bench --manifest-path benches/peers/Cargo.toml --bench gemm`). If `B` is larger, both are
//! copied here too.
//!
//! Every unsafe function in this module needs the processor features of its register, and matrices that
//! contain all elements that their strides lead to.
//!
//! An element of `C` is summed in the same order in every tile and register, so that the bits depend
//! neither on the rows and columns that are computed together nor on the processor, of those with fused
//! multiply-adds: AVX-512, AVX2 with FMA and NEON. WebAssembly rounds each product before it is added.

#![allow(
    unsafe_code,
    reason = "vector registers; up to 4.8x on the products of a training step: benches/peers/benches/gemm.rs"
)]

#[allow(dead_code, reason = "without vector registers, one of the sizes is used")]
mod blocking;
mod parts;
mod tiled;

/// Modules for the processors whose registers are in `register`.
macro_rules! with_registers {
    ($(mod $name:ident;)*) => { $(
        #[cfg(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            all(target_arch = "wasm32", target_feature = "simd128")
        ))]
        mod $name;
    )* };
}
with_registers! {
    mod copies;
    mod instances;
    mod outlined;
    mod places;
    mod product;
    mod register;
    mod tile;
}

pub(super) use parts::{Onto, Product, Window};
pub(super) use tiled::Tiled;

#[cfg(test)]
mod tests {
    use super::blocking::{CACHED, DEEP, DEPTH};
    use super::*;
    use crate::float::Float;
    use crate::instruction_set::InstructionSet;
    use crate::matrix::Matrix;
    use crate::simd::vectorised;

    /// The sums in the order of the inner dimension, with fused multiply-adds except in WebAssembly, in parts
    /// of `depth` terms; the initial value is added to the first part.
    fn one_by_one<T: Float>(
        a: Matrix<'_, T>,
        b: Matrix<'_, T>,
        c: &mut [T],
        onto: Onto<'_, T>,
        depth: usize,
    ) {
        let ([_, k], [_, n]) = (a.shape, b.shape);
        let at = |x: Matrix<'_, T>, i: usize, j: usize| x.data[i * x.strides[0] + j * x.strides[1]];
        let mut sums = vec![T::literal(0.0); n];
        for (i, row) in c.chunks_exact_mut(n.max(1)).enumerate() {
            for start in (0..k.max(1)).step_by(depth) {
                sums.fill(T::literal(0.0));
                // In the baseline, fused operations are calls to a library.
                vectorised(
                    #[inline(always)]
                    || {
                        for p in start..k.min(start + depth) {
                            let x = at(a, i, p);
                            for (j, sum) in sums.iter_mut().enumerate() {
                                let y = at(b, p, j);
                                *sum = if cfg!(target_arch = "wasm32") {
                                    x * y + *sum
                                } else {
                                    x.mul_add(y, *sum)
                                };
                            }
                        }
                    },
                );
                for (j, (c, &sum)) in row.iter_mut().zip(&sums).enumerate() {
                    *c = match onto {
                        Onto::Nothing if start == 0 => sum,
                        Onto::Row(row) if start == 0 => sum + row[j],
                        _ => sum + *c,
                    };
                }
            }
        }
    }

    fn check<T: Tiled + Float>() {
        let numbers = |count: usize, seed: f64| -> Vec<T> {
            (0..count).map(|i| T::literal((i as f64 * 0.7 + seed).sin())).collect()
        };
        let sets: Vec<_> =
            InstructionSet::ALL[1..].iter().copied().filter(|set| set.is_available()).collect();
        for (m, k, n) in [
            (1, 3, 1),
            (4, 1, 16),
            (9, 5, 2),
            (9, 5, 3),
            (13, 9, 17),
            (25, 40, 33),
            (64, 37, 64),
            (3, 0, 5),
            (40, 0, 5),
            (0, 3, 5),
            (71, 300, 5),
            (23, 40, 10),
            // Rows at a distance of 4096 or 8192 bytes.
            (27, 1024, 10),
            (3, 300, 0),
            (29, 256, 50),
            (29, 300, 50),
            (131, 300, 256),
            (131, 300, 270),
            (265, 400, 1400),
            (29, 1100, 700),
        ] {
            let (a, b, row) = (numbers(m * k, 0.0), numbers(k * n, 1.0), numbers(n, 3.0));
            let depth = if k * n * size_of::<T>() > CACHED { DEEP } else { DEPTH };
            for (a, b) in [
                (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
                (Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n)),
                (Matrix::new(&a, m, k), Matrix::new(&b, n, k).transposed()),
            ] {
                let onto = [Onto::Nothing, Onto::Output, Onto::Row(&row)];
                for (set, onto) in sets.iter().flat_map(|set| onto.map(|onto| (*set, onto))) {
                    let (mut c, mut expected) = (numbers(m * n, 2.0), numbers(m * n, 2.0));
                    let product = Product::new(a, b, onto);
                    assert!(T::product_in(set, product, &mut Window::new(&mut c, [m, n])), "{set:?}");
                    one_by_one(a, b, &mut expected, onto, depth);
                    assert!(c == expected, "{m} x {k} x {n}, {set:?}, onto {onto:?}");
                }
            }
        }
    }

    #[test]
    fn every_tile_gives_the_bits_of_the_sums_one_by_one() {
        check::<f32>();
        check::<f64>();
    }
}

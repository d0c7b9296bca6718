//! Matrix products in vector registers, chosen at run time.
//!
//! `C` is worked out in tiles that stay in registers while the inner dimension runs. `A` is read where it stands, and so is `B`
//! if its rows are contiguous; only a transpose is copied, a panel at a time. The libraries copy both into blocks, which pays
//! once `B` is larger than the second-level cache; below, this is 1.05 to 3.6 times as fast as the best of them (`cargo bench --bench gemm`).
//!
//! An element of `C` is summed in the same order whatever its tile and its register, so the bits depend neither on the
//! processor nor on which rows of `A` a call is given.

#![allow(
    unsafe_code,
    reason = "vector registers and their masks; 1.05-3.6x on the products of a training step: benches/gemm.rs"
)]

#[cfg(target_arch = "x86_64")]
mod register;

use super::gemm::Matrix;

/// Which vector registers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Registers {
    /// Of 512 bits: AVX-512.
    Wide,
    /// Of 256 bits: AVX2 with FMA.
    Narrow,
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Onto<'a, T> {
    /// Nothing: what is in the output does not matter.
    Nothing,
    /// What is in the output.
    Output,
    /// The same row for each row of the output.
    Row(&'a [T]),
}

/// A number whose matrix products can be worked out in vector registers.
pub(super) trait Tiled: Copy {
    /// `C = A B`, added to something, where the shapes fit; whether this processor has these registers, else nothing is done.
    fn product_in(
        registers: Registers,
        a: Matrix<'_, Self>,
        b: Matrix<'_, Self>,
        c: &mut [Self],
        onto: Onto<'_, Self>,
    ) -> bool;

    /// As [`product_in`](Self::product_in), in the widest that there are.
    fn tiled_product(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], onto: Onto<'_, Self>) -> bool {
        Self::product_in(Registers::Wide, a, b, c, onto) || Self::product_in(Registers::Narrow, a, b, c, onto)
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl<T: Copy> Tiled for T {
    fn product_in(_: Registers, _: Matrix<'_, T>, _: Matrix<'_, T>, _: &mut [T], _: Onto<'_, T>) -> bool {
        false
    }
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::super::repeat;
    use super::register::Register;
    use super::{Matrix, Onto, Registers, Tiled};
    use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};
    use std::mem::MaybeUninit;

    /// How many rows of a panel of `B` are used together at a time, so that they stay in the first-level cache.
    const DEPTH: usize = 256;
    /// The bytes of a row of the widest panel.
    const WIDTH: usize = 128;

    macro_rules! tiled {
        ($T:ty: $Wide:ty, $Narrow:ty) => {
            impl Tiled for $T {
                #[inline]
                fn product_in(
                    registers: Registers,
                    a: Matrix<'_, $T>,
                    b: Matrix<'_, $T>,
                    c: &mut [$T],
                    onto: Onto<'_, $T>,
                ) -> bool {
                    #[target_feature(enable = "avx512f,avx2,fma")]
                    unsafe fn wide(a: At<$T>, b: At<$T>, c: *mut $T, shape: [usize; 3], onto: Onto<'_, $T>) {
                        unsafe { product::<$T, $Wide>(a, b, c, shape, onto) }
                    }
                    #[target_feature(enable = "avx2,fma")]
                    unsafe fn narrow(
                        a: At<$T>,
                        b: At<$T>,
                        c: *mut $T,
                        shape: [usize; 3],
                        onto: Onto<'_, $T>,
                    ) {
                        unsafe { product::<$T, $Narrow>(a, b, c, shape, onto) }
                    }
                    let ([m, k], [l, n]) = (a.shape, b.shape);
                    let row = if let Onto::Row(row) = onto { row.len() } else { n };
                    assert!(k == l && c.len() == m * n && row == n, "the shapes fit");
                    let has_fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
                    let is_there = match registers {
                        Registers::Wide => has_fma && is_x86_feature_detected!("avx512f"),
                        Registers::Narrow => has_fma,
                    };
                    if !is_there || c.is_empty() {
                        return is_there;
                    }
                    if k == 0 {
                        match onto {
                            Onto::Nothing => c.fill(0.0),
                            Onto::Output => {}
                            Onto::Row(row) => repeat(row, c),
                        }
                    }
                    let (a, b, to) = (At::of(a), At::of(b), c.as_mut_ptr());
                    // SAFETY: the features were detected; a matrix holds all its elements, as its strides say, and there are some.
                    unsafe {
                        match registers {
                            Registers::Wide => wide(a, b, to, [m, k, n], onto),
                            Registers::Narrow => narrow(a, b, to, [m, k, n], onto),
                        }
                    }
                    true
                }
            }
        };
    }
    tiled!(f32: __m512, __m256);
    tiled!(f64: __m512d, __m256d);

    /// The corner of a matrix to read, and how far it is to the next row and the next column.
    #[derive(Clone, Copy)]
    struct At<T> {
        corner: *const T,
        down: usize,
        right: usize,
    }

    impl<T> At<T> {
        fn of(matrix: Matrix<'_, T>) -> Self {
            let [down, right] = matrix.strides;
            Self { corner: matrix.data.as_ptr(), down, right }
        }

        /// The matrix from row `i` and column `j` on.
        #[inline(always)]
        unsafe fn from(self, i: usize, j: usize) -> Self {
            Self { corner: unsafe { self.corner.add(i * self.down + j * self.right) }, ..self }
        }
    }

    /// A part of `C` to write: its corner, the distance between rows, and how many columns it has.
    #[derive(Clone, Copy)]
    struct Target<T> {
        corner: *mut T,
        down: usize,
        columns: usize,
    }

    /// As [`Onto`], from the first column of a target on.
    trait Base<T>: Copy {
        /// Where that stands which the sums of a register are added to, whose output is `to`, so many columns to the right.
        unsafe fn of(self, to: *const T, column: usize) -> Option<*const T>;
    }

    #[derive(Clone, Copy)]
    struct Nothing;
    #[derive(Clone, Copy)]
    struct Output;
    #[derive(Clone, Copy)]
    struct Row<T>(*const T);

    impl<T> Base<T> for Nothing {
        #[inline(always)]
        unsafe fn of(self, _: *const T, _: usize) -> Option<*const T> {
            None
        }
    }
    impl<T> Base<T> for Output {
        #[inline(always)]
        unsafe fn of(self, to: *const T, _: usize) -> Option<*const T> {
            Some(to)
        }
    }
    impl<T: Copy> Base<T> for Row<T> {
        #[inline(always)]
        unsafe fn of(self, _: *const T, column: usize) -> Option<*const T> {
            Some(unsafe { self.0.add(column) })
        }
    }

    #[inline(always)]
    unsafe fn product<T: Copy, V: Register<T>>(
        a: At<T>,
        b: At<T>,
        c: *mut T,
        [m, k, n]: [usize; 3],
        onto: Onto<'_, T>,
    ) {
        let mut copy = MaybeUninit::<[[u8; WIDTH]; DEPTH]>::uninit();
        let width = 2 * V::LANES;
        for p in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - p);
            for j in (0..n).step_by(width) {
                let columns = width.min(n - j);
                unsafe {
                    let mut panel = b.from(p, j);
                    if b.right != 1 {
                        let corner = copy.as_mut_ptr().cast();
                        copy_transposed::<T, V>(panel, corner, depth, columns);
                        panel = At { corner, down: width, right: 1 };
                    }
                    let a = a.from(0, p);
                    let target = Target { corner: c.add(j), down: n, columns };
                    match onto {
                        Onto::Nothing if p == 0 => by_tiles::<T, V>(m, depth, a, panel, target, Nothing),
                        Onto::Row(row) if p == 0 => {
                            by_tiles::<T, V>(m, depth, a, panel, target, Row(row.as_ptr().add(j)));
                        }
                        _ => by_tiles::<T, V>(m, depth, a, panel, target, Output),
                    }
                }
            }
        }
    }

    /// Copies `depth` rows of a panel whose columns are contiguous, each to a row of two registers.
    #[inline(always)]
    unsafe fn copy_transposed<T: Copy, V: Register<T>>(
        panel: At<T>,
        to: *mut T,
        depth: usize,
        columns: usize,
    ) {
        for q in (0..columns).step_by(V::LANES) {
            for p in (0..depth).step_by(V::LANES) {
                let (rows, count) = (V::LANES.min(columns - q), V::LANES.min(depth - p));
                unsafe {
                    let mut block = [V::zero(); 16];
                    for (i, row) in block[..rows].iter_mut().enumerate() {
                        let from = panel.from(p, q + i).corner;
                        *row = if count == V::LANES { V::load(from) } else { V::load_first(from, count) };
                    }
                    transpose(&mut block);
                    for (i, row) in block[..count].iter().enumerate() {
                        row.store(to.add((p + i) * 2 * V::LANES + q));
                    }
                }
            }
        }
    }

    /// Transposes the square block in the first registers: a perfect shuffle of rows with columns, once for each bit of an index.
    #[inline(always)]
    unsafe fn transpose<T, V: Register<T>>(block: &mut [V; 16]) {
        let half = V::LANES / 2;
        for _ in 0..V::LANES.ilog2() {
            let rows = *block;
            for i in 0..half {
                [block[2 * i], block[2 * i + 1]] = unsafe { rows[i].interleave(rows[i + half]) };
            }
        }
    }

    /// All rows of `A` times a panel of one or two registers a row.
    #[inline(always)]
    unsafe fn by_tiles<T: Copy, V: Register<T>>(
        m: usize,
        depth: usize,
        a: At<T>,
        panel: At<T>,
        target: Target<T>,
        base: impl Base<T>,
    ) {
        unsafe {
            if target.columns <= V::LANES {
                let i = by_tiles_of::<T, V, 12, 1>(0, m, depth, a, panel, target, base);
                let i = by_tiles_of::<T, V, 4, 1>(i, m, depth, a, panel, target, base);
                by_tiles_of::<T, V, 1, 1>(i, m, depth, a, panel, target, base);
            } else {
                let i = if V::ROWS == 12 {
                    by_tiles_of::<T, V, 12, 2>(0, m, depth, a, panel, target, base)
                } else {
                    by_tiles_of::<T, V, 6, 2>(0, m, depth, a, panel, target, base)
                };
                let i = by_tiles_of::<T, V, 4, 2>(i, m, depth, a, panel, target, base);
                by_tiles_of::<T, V, 1, 2>(i, m, depth, a, panel, target, base);
            }
        }
    }

    /// The rows of `A` from `i` on, `R` at a time; returns the first row that is left.
    #[inline(always)]
    unsafe fn by_tiles_of<T: Copy, V: Register<T>, const R: usize, const C: usize>(
        mut i: usize,
        m: usize,
        depth: usize,
        a: At<T>,
        panel: At<T>,
        target: Target<T>,
        base: impl Base<T>,
    ) -> usize {
        while i + R <= m {
            unsafe {
                let corner = target.corner.add(i * target.down);
                tile::<T, V, R, C>(depth, a.from(i, 0), panel, Target { corner, ..target }, base);
            }
            i += R;
        }
        i
    }

    /// `R` rows of `A` times a panel of at most `C` registers a row, of which the last may be filled in part.
    #[inline(always)]
    unsafe fn tile<T: Copy, V: Register<T>, const R: usize, const C: usize>(
        depth: usize,
        a: At<T>,
        panel: At<T>,
        target: Target<T>,
        base: impl Base<T>,
    ) {
        let last = target.columns - (C - 1) * V::LANES;
        let is_full = |j: usize| j + 1 < C || last == V::LANES;
        unsafe {
            let mut sums = [[V::zero(); C]; R];
            for p in 0..depth {
                let mut row = [V::zero(); C];
                for (j, x) in row.iter_mut().enumerate() {
                    let from = panel.from(p, j * V::LANES).corner;
                    *x = if is_full(j) { V::load(from) } else { V::load_first(from, last) };
                }
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = V::splat(*a.from(i, p).corner);
                    for (sum, row) in sums.iter_mut().zip(row) {
                        *sum = x.multiply_add(row, *sum);
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                for (j, &sum) in sums.iter().enumerate() {
                    let to = target.corner.add(i * target.down + j * V::LANES);
                    match (base.of(to, j * V::LANES), is_full(j)) {
                        (None, true) => sum.store(to),
                        (None, false) => sum.store_first(to, last),
                        (Some(base), true) => sum.add(V::load(base)).store(to),
                        (Some(base), false) => sum.add(V::load_first(base, last)).store_first(to, last),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Float;

    /// The sums in the order of the inner dimension, each term fused; what they are added to comes last.
    fn one_by_one<T: Float>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], onto: Onto<'_, T>) {
        let ([m, k], [_, n]) = (a.shape, b.shape);
        let at = |x: Matrix<'_, T>, i: usize, j: usize| x.data[i * x.strides[0] + j * x.strides[1]];
        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let sum = (0..k).fold(T::literal(0.0), |sum, p| at(a, i, p).mul_add(at(b, p, j), sum));
            c[i * n + j] = match onto {
                Onto::Nothing => sum,
                Onto::Output => sum + c[i * n + j],
                Onto::Row(row) => sum + row[j],
            };
        }
    }

    fn check<T: Tiled + Float>() {
        let numbers = |count: usize, seed: f64| -> Vec<T> {
            (0..count).map(|i| T::literal((i as f64 * 0.7 + seed).sin())).collect()
        };
        for (m, k, n) in [
            (1, 3, 1),
            (4, 1, 16),
            (13, 9, 17),
            (25, 40, 33),
            (64, 37, 64),
            (3, 0, 5),
            (0, 3, 5),
            (3, 300, 0),
            (29, 256, 50),
        ] {
            let (a, b, row) = (numbers(m * k, 0.0), numbers(k * n, 1.0), numbers(n, 3.0));
            for (a, b) in [
                (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
                (Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n)),
                (Matrix::new(&a, m, k), Matrix::new(&b, n, k).transposed()),
            ] {
                let onto = [Onto::Nothing, Onto::Output, Onto::Row(&row)];
                let cases = onto.into_iter().flat_map(|o| [(Registers::Wide, o), (Registers::Narrow, o)]);
                for (registers, onto) in cases {
                    let (mut c, mut expected) = (numbers(m * n, 2.0), numbers(m * n, 2.0));
                    if T::product_in(registers, a, b, &mut c, onto) {
                        one_by_one(a, b, &mut expected, onto);
                        assert!(c == expected, "{m} x {k} x {n}, {registers:?}, onto {onto:?}");
                    }
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

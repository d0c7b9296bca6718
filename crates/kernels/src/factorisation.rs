//! Factorisations of small and medium-sized matrices, and the solution of triangular systems.

use super::sums::{dot, subtract_scaled};
use crate::numeric::{Numeric, zero};
use crate::simd::vectorised;

/// A triangle of a square matrix, including the diagonal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triangle {
    /// On and below the diagonal.
    Lower,
    /// On and above the diagonal.
    Upper,
}

/// A triangular matrix stored in a square one, in row-major order. The elements of the other triangle are
/// not read.
#[derive(Clone, Copy, Debug)]
pub struct Triangular<'a, T> {
    /// All `n^2` elements of the square matrix.
    pub elements: &'a [T],
    /// The number of rows.
    pub n: usize,
    /// The triangle that is read.
    pub triangle: Triangle,
    /// Whether the diagonal consists of ones, and is not read either.
    pub unit: bool,
}

impl<T: Numeric> Triangular<'_, T> {
    /// Solves `T X = B` (or `T' X = B`) in place, where `b` holds `n` rows of `columns` elements. Cost:
    /// `n^2 columns` flops.
    ///
    /// If an element of the diagonal is zero, the result is not finite.
    pub fn solve(self, transposed: bool, b: &mut [T], columns: usize) {
        solve_rows(self, transposed, b, columns);
    }

    /// The elements of row `i` off the diagonal, and the index of their first column.
    #[inline(always)]
    fn off_diagonal(&self, i: usize) -> (usize, &[T]) {
        let row = &self.elements[i * self.n..][..self.n];
        match self.triangle {
            Triangle::Lower => (0, &row[..i]),
            Triangle::Upper => (i + 1, &row[i + 1..]),
        }
    }

    /// `b_i -= sum_j t_ij x_j` over the rows that are solved already.
    #[inline(always)]
    fn subtract_known(&self, i: usize, b: &mut [T], columns: usize) {
        let (first, row) = self.off_diagonal(i);
        if columns == 1 {
            b[i] = b[i] - dot(row, &b[first..][..row.len()]);
            return;
        }
        let (above, rest) = b.split_at_mut(i * columns);
        let (now, below) = rest.split_at_mut(columns);
        let known = if first == 0 { &above[..] } else { &below[..] };
        for (&t, x) in row.iter().zip(known.chunks_exact(columns.max(1))) {
            subtract_scaled(now, t, x);
        }
    }

    /// `b_j -= t_ij x_i` for the rows that are not yet solved.
    #[inline(always)]
    fn subtract_from_unknown(&self, i: usize, b: &mut [T], columns: usize) {
        let (first, row) = self.off_diagonal(i);
        if columns == 1 {
            let x = b[i];
            return subtract_scaled(&mut b[first..][..row.len()], x, row);
        }
        let (above, rest) = b.split_at_mut(i * columns);
        let (now, below) = rest.split_at_mut(columns);
        let unknown = if first == 0 { above } else { below };
        for (&t, b) in row.iter().zip(unknown.chunks_exact_mut(columns.max(1))) {
            subtract_scaled(b, t, now);
        }
    }
}

/// Substitution, starting at the row of the triangle that has one element.
fn solve_rows<T: Numeric>(t: Triangular<'_, T>, transposed: bool, b: &mut [T], columns: usize) {
    vectorised(
        #[inline(always)]
        || {
            let from_the_top = (t.triangle == Triangle::Lower) != transposed;
            for step in 0..t.n {
                let i = if from_the_top { step } else { t.n - 1 - step };
                if !transposed {
                    t.subtract_known(i, b, columns);
                }
                if !t.unit {
                    let diagonal = t.elements[i * t.n + i];
                    b[i * columns..][..columns].iter_mut().for_each(|x| *x = *x / diagonal);
                }
                if transposed {
                    t.subtract_from_unknown(i, b, columns);
                }
            }
        },
    );
}

/// The factorisation `P A = L U` with partial pivoting. `L`, whose diagonal is 1, is stored below the
/// diagonal, and `U` on and above it.
///
/// Cost: `2 n^3 / 3` flops. Source: Golub and Van Loan 2013, section 3.4.
#[derive(Clone, Debug)]
pub struct Lu<T> {
    elements: Vec<T>,
    /// Entry `k` is the row that was exchanged with row `k` in step `k`.
    exchanged: Vec<usize>,
}

impl<T> Default for Lu<T> {
    fn default() -> Self {
        Self { elements: Vec::new(), exchanged: Vec::new() }
    }
}

impl<T: Numeric> Lu<T> {
    /// Factorises the `n x n` matrix `a`, reusing the memory of the previous factorisation. Pivots are
    /// compared by value.
    pub fn factorise(&mut self, a: &[T], n: usize) {
        self.elements.clear();
        self.elements.extend_from_slice(a);
        self.exchanged.clear();
        for k in 0..n {
            let size = |i: &usize| self.elements[i * n + k].value().abs();
            let pivot = (k..n).fold(k, |best, i| if size(&i) > size(&best) { i } else { best });
            self.exchanged.push(pivot);
            if pivot != k {
                let (above, below) = self.elements.split_at_mut(pivot * n);
                above[k * n..][..n].swap_with_slice(&mut below[..n]);
            }
            // If the column consists of zeros, there is nothing to eliminate, and the pivot stays zero.
            if self.elements[k * n + k].value() != 0.0 {
                eliminate(&mut self.elements, n, k);
            }
        }
    }

    fn n(&self) -> usize {
        self.exchanged.len()
    }

    /// The pivots: the diagonal of `U`.
    pub fn pivots(&self) -> impl Iterator<Item = T> {
        let n = self.n();
        (0..n).map(move |k| self.elements[k * n + k])
    }

    /// The size of each pivot relative to the terms whose sum it is: `|u_kk|` divided by
    /// `|u_kk| + sum_j |l_kj u_jk|`.
    ///
    /// It is 1 where nothing cancelled, whatever the scale of the rows. Next to `n eps` or below it, the
    /// pivot has no correct digit: the matrix cannot be told from a singular one (Higham 2002, section 9.3).
    pub fn relative_pivots(&self) -> impl Iterator<Item = f64> {
        let n = self.n();
        let size = move |i: usize, j: usize| self.elements[i * n + j].value().abs();
        (0..n).map(move |k| {
            let (pivot, row) = (size(k, k), &self.elements[k * n..][..k]);
            let others = row.iter().enumerate().map(|(j, l)| l.value().abs() * size(j, k));
            if pivot == 0.0 { 0.0 } else { pivot / (pivot + others.sum::<f64>()) }
        })
    }

    /// `det A`, the signed product of the pivots.
    pub fn determinant(&self) -> T {
        let exchanges = self.exchanged.iter().enumerate().filter(|&(k, &row)| k != row).count();
        let sign = if exchanges % 2 == 0 { T::constant(1.0) } else { T::constant(-1.0) };
        self.pivots().fold(sign, |product, pivot| product * pivot)
    }

    /// Solves `A X = B` in place, where `b` holds `n` rows of `columns` elements. Cost: `2 n^2 columns`
    /// flops.
    pub fn solve(&self, b: &mut [T], columns: usize) {
        for (k, &row) in self.exchanged.iter().enumerate() {
            exchange(b, columns, k, row);
        }
        self.part(Triangle::Lower).solve(false, b, columns);
        self.part(Triangle::Upper).solve(false, b, columns);
    }

    /// Solves `A' X = B` in place, with the same factors.
    pub fn solve_transposed(&self, b: &mut [T], columns: usize) {
        self.part(Triangle::Upper).solve(true, b, columns);
        self.part(Triangle::Lower).solve(true, b, columns);
        for (k, &row) in self.exchanged.iter().enumerate().rev() {
            exchange(b, columns, k, row);
        }
    }

    fn part(&self, triangle: Triangle) -> Triangular<'_, T> {
        Triangular { elements: &self.elements, n: self.n(), triangle, unit: triangle == Triangle::Lower }
    }
}

/// Subtracts multiples of row `k` from the rows below, which leaves the multipliers in column `k`.
fn eliminate<T: Numeric>(elements: &mut [T], n: usize, k: usize) {
    vectorised(
        #[inline(always)]
        || {
            let (above, below) = elements.split_at_mut((k + 1) * n);
            let pivot_row = &above[k * n + k..];
            for row in below.chunks_exact_mut(n) {
                let multiplier = row[k] / pivot_row[0];
                row[k] = multiplier;
                subtract_scaled(&mut row[k + 1..], multiplier, &pivot_row[1..]);
            }
        },
    );
}

fn exchange<T>(b: &mut [T], columns: usize, i: usize, j: usize) {
    let (i, j) = (i.min(j), i.max(j));
    if i != j {
        let (above, below) = b.split_at_mut(j * columns);
        above[i * columns..][..columns].swap_with_slice(&mut below[..columns]);
    }
}

/// The Cholesky factorisation: writes the lower triangular `L` with `L L' = (A + A') / 2` into `l`, with
/// zeros above the diagonal.
///
/// If a pivot is not greater than `rounding` times the element of `A` on the diagonal, the result is NaN from
/// its row on; below `n eps`, a pivot has no correct digit. Cost: `n^3 / 3` flops. Source: Golub and Van Loan
/// 2013, section 4.2.
///
/// `root` computes square roots in the type `T`.
pub fn cholesky<T: Numeric>(a: &[T], n: usize, l: &mut [T], root: impl Fn(T) -> T, rounding: f64) {
    vectorised(
        #[inline(always)]
        || {
            for i in 0..n {
                let (above, rest) = l.split_at_mut(i * n);
                let row = &mut rest[..n];
                for j in 0..i {
                    let other = &above[j * n..][..n];
                    let symmetric = (a[i * n + j] + a[j * n + i]) * T::constant(0.5);
                    row[j] = (symmetric - dot(&row[..j], &other[..j])) / other[j];
                }
                let pivot = a[i * n + i] - dot(&row[..i], &row[..i]);
                let least = a[i * n + i] * T::constant(rounding);
                let positive: fn(f64, f64) -> bool = |pivot, least| pivot > least && pivot > 0.0;
                row[i] = pivot.select(least, positive, root(pivot), T::constant(f64::NAN));
                row[i + 1..].fill(zero());
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An unsymmetric matrix whose factorisation exchanges rows.
    fn matrix(n: usize) -> Vec<f64> {
        (0..n * n).map(|i| (i as f64 * 1.7 + 0.3).sin() + f64::from(u8::from(i % (n + 1) == 1))).collect()
    }

    fn product(a: &[f64], b: &[f64], n: usize, columns: usize, transposed: bool) -> Vec<f64> {
        let at = |i: usize, j: usize| if transposed { a[j * n + i] } else { a[i * n + j] };
        let entry = |i: usize, c: usize| (0..n).map(|j| at(i, j) * b[j * columns + c]).sum();
        (0..n * columns).map(|k| entry(k / columns, k % columns)).collect()
    }

    #[track_caller]
    fn assert_close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        // The condition numbers are below 1e3, which leaves at least ten digits.
        a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() <= 1e-12 * 1e3, "{a} {b}"));
    }

    #[test]
    fn solutions_solve_their_systems_with_the_matrix_and_with_its_transpose() {
        for (n, columns) in [(1, 1), (2, 3), (5, 1), (5, 4), (13, 1), (13, 9), (0, 3), (3, 0)] {
            let (a, b) = (matrix(n), matrix(n.max(columns))[..n * columns].to_vec());
            let mut lu = Lu::default();
            lu.factorise(&a, n);
            for transposed in [false, true] {
                let mut x = b.clone();
                if transposed {
                    lu.solve_transposed(&mut x, columns);
                } else {
                    lu.solve(&mut x, columns);
                }
                assert_close(&product(&a, &x, n, columns, transposed), &b);
            }
        }
    }

    #[test]
    fn a_determinant_changes_its_sign_with_every_exchange_of_rows() {
        let mut lu = Lu::default();
        lu.factorise(&[0.0, 2.0, 3.0, 0.0], 2);
        assert_eq!(lu.determinant(), -6.0);
        lu.factorise(&[], 0);
        assert_eq!(lu.determinant(), 1.0);
    }

    #[test]
    fn a_relative_pivot_tells_rounding_noise_from_small_rows() {
        let mut lu = Lu::default();
        let mut least = |a: &[f64], n: usize| {
            lu.factorise(a, n);
            lu.relative_pivots().fold(1.0, f64::min)
        };
        assert_eq!(least(&[1.0, 2.0, 2.0, 4.0], 2), 0.0);
        assert!(least(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 3) < 3.0 * f64::EPSILON);
        assert!(least(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 3) < 3.0 * f64::EPSILON);
        assert_eq!(least(&[1.0, 0.0, 0.0, 1e-200], 2), 1.0);
        assert_eq!(least(&[1e-200], 1), 1.0);
        assert_eq!(least(&[], 0), 1.0);
    }

    #[test]
    fn a_cholesky_factor_times_its_transpose_is_the_matrix() {
        let n = 12;
        let a = matrix(n);
        let at = |i: usize, j: usize| (0..n).map(|k| a[i * n + k] * a[j * n + k]).sum::<f64>();
        let gram: Vec<f64> =
            (0..n * n).map(|e| at(e / n, e % n) + f64::from(u8::from(e / n == e % n))).collect();
        let mut l = vec![f64::NAN; n * n];
        cholesky(&gram, n, &mut l, f64::sqrt, 0.0);
        let transposed: Vec<f64> = (0..n * n).map(|e| l[e % n * n + e / n]).collect();
        assert_close(&product(&l, &transposed, n, n, false), &gram);
    }
}

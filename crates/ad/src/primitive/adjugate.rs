//! Adjugates of square matrices, also of singular ones.

use crate::element::{Element, rounding};
use crate::rules::{Elementary, one, zero};
use wengert_kernels::{Matrix, add_scaled};

/// `det A` and `adj(A)`, where `A adj(A) = det A  I`, without division by small numbers.
///
/// Elimination with complete pivoting stops when all remaining elements are small beside the first pivot:
///
/// ```text
/// P A Q = L [ U  V ]        adj [ U  V ] = [ det S  adj U   -adj U  V adj S ]
///           [ 0  S ]            [ 0  S ]   [      0            det U  adj S ]
/// ```
///
/// and `adj S` is computed in the same way. This is an identity for any `S`, small or not, so that
/// derivatives of all orders are right.
pub(super) fn with_adjugate<T: Element>(a: Matrix<'_, T>) -> (T, Vec<T>) {
    let [n, _] = a.shape();
    let elements = a.elements().to_vec();
    let noise = n as f64 * rounding::<T>() * largest(&elements);
    recursive(elements, n, noise)
}

/// Elements of at most the size `noise` have no correct digits.
fn recursive<T: Element>(a: Vec<T>, n: usize, noise: f64) -> (T, Vec<T>) {
    match a[..] {
        [] => (one(), a),
        [determinant] => (determinant, vec![one()]),
        [p, q, r, s] => (p * s - q * r, vec![s, -q, -r, p]),
        _ => {
            let size = largest(&a);
            // The adjugate of noise is of the size of a power of noise.
            if size > noise && size.is_finite() {
                Elimination::of(a, n, size * rounding::<T>().cbrt()).adjugate(noise)
            } else {
                by_characteristic_polynomial(Matrix::new(&a, n, n))
            }
        }
    }
}

/// The largest absolute value; infinite if one is not finite.
fn largest<T: Element>(a: &[T]) -> f64 {
    let sizes = a.iter().map(|a| a.value().abs());
    sizes.fold(0.0, |most, size| if size.is_finite() { size.max(most) } else { f64::INFINITY })
}

/// The factors of `P A Q`, in the same memory: `L` below the diagonal in the first `steps` columns, `U` and
/// `V` in the first `steps` rows, `S` in the other rows.
struct Elimination<T> {
    elements: Vec<T>,
    n: usize,
    steps: usize,
    /// The row and the column of `A` that each row and column comes from.
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// The determinant of `P` and `Q` together.
    sign: f64,
}

impl<T: Element> Elimination<T> {
    /// Eliminates as long as there is a pivot greater than `least`.
    fn of(elements: Vec<T>, n: usize, least: f64) -> Self {
        let (rows, columns) = ((0..n).collect(), (0..n).collect());
        let mut this = Self { elements, n, steps: 0, rows, columns, sign: 1.0 };
        while this.steps < n && this.bring_largest() > least {
            this.eliminate();
            this.steps += 1;
        }
        this
    }

    /// Exchanges rows and columns so that the largest of the remaining elements is the next pivot, and
    /// returns its size.
    fn bring_largest(&mut self) -> f64 {
        let (n, k) = (self.n, self.steps);
        let size = |place: usize| self.elements[place].value().abs();
        let places = (k..n).flat_map(|i| (k..n).map(move |j| i * n + j));
        let place = places.fold(k * n + k, |best, place| if size(place) > size(best) { place } else { best });
        let (row, column, size) = (place / n, place % n, size(place));
        if row != k {
            (0..n).for_each(|j| self.elements.swap(k * n + j, row * n + j));
            self.rows.swap(k, row);
            self.sign = -self.sign;
        }
        if column != k {
            (0..n).for_each(|i| self.elements.swap(i * n + k, i * n + column));
            self.columns.swap(k, column);
            self.sign = -self.sign;
        }
        size
    }

    fn eliminate(&mut self) {
        let (n, k) = (self.n, self.steps);
        let (above, below) = self.elements.split_at_mut((k + 1) * n);
        let pivot_row = &above[k * n + k..];
        for row in below.chunks_exact_mut(n) {
            let multiplier = row[k] / pivot_row[0];
            row[k] = multiplier;
            add_scaled(&mut row[k + 1..], -multiplier, &pivot_row[1..]);
        }
    }

    /// `det A` and `adj(A)`.
    fn adjugate(&self, noise: f64) -> (T, Vec<T>) {
        let (n, steps) = (self.n, self.steps);
        let rest: Vec<T> =
            (steps..n).flat_map(|i| &self.elements[i * n + steps..(i + 1) * n]).copied().collect();
        let (det_rest, adj_rest) = recursive(rest, n - steps, noise);
        let det_upper = (0..steps).fold(T::constant(self.sign), |det, k| det * self.elements[k * n + k]);
        let mut x = self.of_upper(det_upper, det_rest, &adj_rest);
        // X L = adj(..), from the last column on.
        for row in x.chunks_exact_mut(n) {
            for j in (0..steps).rev() {
                row[j] = (j + 1..n).fold(row[j], |sum, i| sum - row[i] * self.elements[i * n + j]);
            }
        }
        let mut adjugate = vec![zero(); n * n];
        for (i, row) in x.chunks_exact(n).enumerate() {
            for (&x, &column) in row.iter().zip(&self.rows) {
                adjugate[self.columns[i] * n + column] = x;
            }
        }
        (det_upper * det_rest, adjugate)
    }

    /// The adjugate of `[U V; 0 S]`, times the determinant of `P` and `Q`.
    fn of_upper(&self, det_upper: T, det_rest: T, adj_rest: &[T]) -> Vec<T> {
        let (n, steps) = (self.n, self.steps);
        let mut x = vec![zero(); n * n];
        for (i, row) in adj_rest.chunks_exact((n - steps).max(1)).enumerate() {
            let lower = &mut x[(steps + i) * n + steps..][..n - steps];
            lower.iter_mut().zip(row).for_each(|(x, &adj)| *x = det_upper * adj);
        }
        for i in (0..steps).rev() {
            let (above, below) = x.split_at_mut((i + 1) * n);
            let (now, factors) = (&mut above[i * n..], &self.elements[i * n..][..n]);
            now[i] = det_upper * det_rest;
            for (row, &factor) in below.chunks_exact(n).zip(&factors[i + 1..]) {
                add_scaled(now, -factor, row);
            }
            now.iter_mut().for_each(|x| *x = *x / factors[i]);
        }
        x
    }
}

/// By the recurrence of Faddeev and LeVerrier for the characteristic polynomial, which divides by integers
/// only (Householder 1964, section 6.7).
fn by_characteristic_polynomial<T: Element>(a: Matrix<'_, T>) -> (T, Vec<T>) {
    let [n, _] = a.shape();
    let add_to_diagonal = |m: &mut [T], c: T| m.iter_mut().step_by(n + 1).for_each(|m| *m = *m + c);
    let (mut adjugate, mut product) = (vec![zero(); n * n], vec![zero(); n * n]);
    // The coefficients of the characteristic polynomial, starting from the highest power.
    let mut coefficient: T = one();
    for k in 1..=n {
        std::mem::swap(&mut adjugate, &mut product);
        add_to_diagonal(&mut adjugate, coefficient);
        T::gemm(a, Matrix::new(&adjugate, n, n), &mut product, true);
        let trace = product.iter().step_by(n + 1).fold(zero(), |sum: T, &p| sum + p);
        coefficient = -trace.divide(k as f64);
    }
    // The signs are (-1)^(n-1) and (-1)^n.
    if n % 2 == 0 {
        adjugate.iter_mut().for_each(|a| *a = -*a);
        (coefficient, adjugate)
    } else {
        (-coefficient, adjugate)
    }
}

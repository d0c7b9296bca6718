//! Cholesky factorisation of a symmetric matrix that may have to be made positive definite by a shift.
//!
//! The factorisation of the differentiation engine reads both triangles, averages them and returns NaN
//! where a pivot is not positive. Here only the lower triangle is read, the diagonal is shifted, and a
//! pivot that is not positive ends the attempt, so that a larger shift can be tried.

/// The factor `L` of an `n * n` matrix `A = L L'`, row by row.
pub(crate) struct Cholesky {
    n: usize,
    factor: Vec<f64>,
}

impl Cholesky {
    /// Factorises `a + shift I`, of which the lower triangle is read; `None` if that is not positive
    /// definite.
    fn new(a: &[f64], n: usize, shift: f64) -> Option<Self> {
        let mut factor = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| factor[i * n + k] * factor[j * n + k]).sum();
                let rest = a[i * n + j] - known;
                if i != j {
                    factor[i * n + j] = rest / factor[j * n + j];
                } else if rest + shift > 0.0 && (rest + shift).is_finite() {
                    factor[i * n + i] = (rest + shift).sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { n, factor })
    }

    /// Factorises `a + tau I` for the first `tau` of a growing sequence for which that is positive
    /// definite.
    ///
    /// The sequence starts at 0 unless a diagonal entry rules that out (Nocedal and Wright 2006, algorithm
    /// 3.3). `None` if an entry is not finite.
    pub(crate) fn shifted(a: &[f64], n: usize) -> Option<Self> {
        if a.iter().any(|a| !a.is_finite()) {
            return None;
        }
        let size = a.iter().fold(0.0, |most: f64, a| most.max(a.abs()));
        let smallest = (0..n).map(|i| a[i * n + i]).fold(f64::INFINITY, f64::min);
        let least = if size > 0.0 { 1e-3 * size } else { 1.0 };
        let mut tau = if smallest > 0.0 { 0.0 } else { least - smallest };
        loop {
            if let Some(factor) = Self::new(a, n, tau) {
                return Some(factor);
            }
            tau = f64::max(2.0 * tau, least);
            if !tau.is_finite() {
                return None;
            }
        }
    }

    /// Solves `L L' x = b` in place: `x` holds `b` on entry.
    pub(crate) fn solve(&self, x: &mut [f64]) {
        let (n, factor) = (self.n, &self.factor);
        for i in 0..n {
            let known: f64 = (0..i).map(|k| factor[i * n + k] * x[k]).sum();
            x[i] = (x[i] - known) / factor[i * n + i];
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| factor[k * n + i] * x[k]).sum();
            x[i] = (x[i] - known) / factor[i * n + i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_positive_definite_matrix_is_solved_without_a_shift() {
        // The part above the diagonal is not read.
        let a = [4.0, f64::MAX, f64::MAX, 2.0, 5.0, f64::MAX, -2.0, 1.0, 6.0];
        let mut x = [4.0 + 4.0 - 6.0, 2.0 + 10.0 + 3.0, -2.0 + 2.0 + 18.0];
        Cholesky::new(&a, 3, 0.0).expect("it is positive definite").solve(&mut x);
        assert!(x.iter().zip([1.0, 2.0, 3.0]).all(|(x, y)| (x - y).abs() < 1e-14), "{x:?}");
    }

    #[test]
    fn an_indefinite_matrix_has_no_factor_but_a_shifted_one_has() {
        let saddle = [1.0, 0.0, 0.0, -3.0];
        assert!(Cholesky::new(&saddle, 2, 0.0).is_none());
        let mut x = [1.0, 1.0];
        Cholesky::shifted(&saddle, 2).expect("some shift is enough").solve(&mut x);
        assert!(x.iter().all(|x| *x > 0.0 && x.is_finite()), "a downhill step: {x:?}");
        assert!(Cholesky::shifted(&[0.0], 1).is_some(), "even a zero matrix");
        assert!(Cholesky::shifted(&[f64::NAN], 1).is_none());
    }

    #[test]
    fn off_diagonal_entries_may_rule_out_a_shift_of_zero() {
        let mut x = [1.0, 0.0];
        Cholesky::shifted(&[1.0, 0.0, 5.0, 1.0], 2).expect("some shift is enough").solve(&mut x);
        assert!(x[0] > 0.0 && x[0].is_finite(), "{x:?}");
    }
}

//! Families of functions of one variable that approximate any continuous one, and least squares with them.

use ndarray::Array2;
use std::f64::consts::PI;
use wengert_minimize::LeastSquares;

/// A family of basis functions on an interval. Each basis contains the smaller ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// `1, x`, and ReLU units with their corners at the places of the sequence.
    Corners,
    /// `1` and units that jump from 0 to 1 at these places.
    Steps,
    /// `1` and `tanh(4 (x - c))` with `c` at these places.
    Tanh,
    /// Chebyshev polynomials, of which the first `k + 1` span the polynomials of degree `k`.
    Polynomials,
    /// `1, cos(pi x / a), sin(pi x / a), cos(2 pi x / a), ...` on `[-a, a]`.
    Fourier,
}

/// Half of the length of the interval.
pub(super) const HALF: f64 = 2.0;

impl Basis {
    pub(super) const ALL: [Self; 5] =
        [Self::Corners, Self::Steps, Self::Tanh, Self::Polynomials, Self::Fourier];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Corners => "ReLU corners",
            Self::Steps => "steps",
            Self::Tanh => "tanh",
            Self::Polynomials => "polynomials",
            Self::Fourier => "Fourier series",
        }
    }

    /// The constant, and `width` functions, at a place.
    fn at(self, x: f64, width: usize) -> Vec<f64> {
        let place = |i: usize| HALF * (2.0 * radical_inverse(i as u32) - 1.0);
        let function = |i: usize| match self {
            Self::Corners if i == 1 => x,
            Self::Corners => (x - place(i - 1)).max(0.0),
            Self::Steps => f64::from(x > place(i)),
            Self::Tanh => (4.0 * (x - place(i))).tanh(),
            Self::Polynomials => (i as f64 * (x / HALF).clamp(-1.0, 1.0).acos()).cos(),
            Self::Fourier if i % 2 == 1 => (PI * i.div_ceil(2) as f64 * x / HALF).cos(),
            Self::Fourier => (PI * (i / 2) as f64 * x / HALF).sin(),
        };
        [1.0].into_iter().chain((1..=width).map(function)).collect()
    }

    /// The best approximation of the values at the places with a constant and `width` functions, in the sense
    /// of least squares.
    pub(super) fn fit(self, x: &[f64], y: &[f64], width: usize) -> Vec<f64> {
        let rows: Vec<f64> = x.iter().flat_map(|&x| self.at(x, width)).collect();
        let matrix =
            Array2::from_shape_vec((x.len(), width + 1), rows).expect("each row has width + 1 numbers");
        let rows = matrix.as_slice().expect("the array is in row-major order");
        let found = LeastSquares::new(rows, y)
            .solve()
            .expect("the functions differ on more places than their number");
        matrix.dot(&ndarray::Array1::from(found)).to_vec()
    }
}

/// The binary digits of `i` behind the point, in reversed order: 1/2, 1/4, 3/4, 1/8, ...: the first `2^k - 1`
/// numbers divide the interval into equal parts (van der Corput 1935).
fn radical_inverse(i: u32) -> f64 {
    f64::from(i.reverse_bits()) / 2f64.powi(32)
}

//! A function along a line: its derivatives, and what differences make of them.

use crate::graphs::formula::Formula;
use wengert_ad::{Function, derivatives_along};

/// A function along a line through a point, with its derivatives there.
pub(super) struct Line<'a> {
    function: &'a Formula,
    point: &'a [f64],
    direction: Vec<f64>,
    /// The value and the first seven derivatives with respect to the distance.
    pub(super) derivatives: [f64; 8],
}

impl<'a> Line<'a> {
    /// The line along which all variables grow alike, by one unit of length per unit of distance.
    pub(super) fn diagonal(function: &'a Formula, point: &'a [f64]) -> Self {
        let direction = vec![1.0 / (point.len() as f64).sqrt(); point.len()];
        let derivatives = derivatives_along(|v| function.eval(v), point, &direction);
        Self { function, point, direction, derivatives }
    }

    /// The direction of the line.
    pub(super) fn direction(&self) -> &[f64] {
        &self.direction
    }

    /// The slope, from forward mode.
    pub(super) fn slope(&self) -> f64 {
        self.derivatives[1]
    }

    /// A slope that is 1 % off, on the side where its error adds to the curvature.
    pub(super) fn wrong_slope(&self) -> f64 {
        self.slope() - 0.01 * self.slope().abs() * self.derivatives[2].signum()
    }

    fn value_at(&self, t: f64) -> f64 {
        let moved: Vec<f64> = self.point.iter().zip(&self.direction).map(|(x, v)| x + t * v).collect();
        self.function.eval(&moved)
    }

    /// The error of `(f(h) - f(0)) / h`.
    pub(super) fn one_sided_error(&self, h: f64) -> f64 {
        ((self.value_at(h) - self.value_at(0.0)) / h - self.slope()).abs()
    }

    /// The error of `(f(h) - f(-h)) / 2h`.
    pub(super) fn central_error(&self, h: f64) -> f64 {
        ((self.value_at(h) - self.value_at(-h)) / (2.0 * h) - self.slope()).abs()
    }

    /// What Taylor's formula says about the error of a central difference: `|f'''| h^2 / 6` and the next
    /// term.
    pub(super) fn central_error_in_theory(&self, h: f64) -> f64 {
        (self.derivatives[3] * h * h / 6.0 + self.derivatives[5] * h.powi(4) / 120.0).abs()
    }

    /// The largest error that the rounding of two values may leave in a central difference, where a value is
    /// right to four units in the last place: those of its last operations.
    pub(super) fn rounding(&self, h: f64) -> f64 {
        4.0 * f64::EPSILON * self.derivatives[0].abs() / h
    }

    /// The step at which both parts of the error are of one size: `(3 eps |f| / |f'''|)^(1/3)`.
    pub(super) fn best_step(&self) -> f64 {
        (3.0 * f64::EPSILON * self.derivatives[0].abs() / self.derivatives[3].abs()).cbrt()
    }

    /// The remainder `|f(t) - f(0) - t slope|`.
    pub(super) fn remainder(&self, t: f64, slope: f64) -> f64 {
        (self.value_at(t) - self.value_at(0.0) - t * slope).abs()
    }

    /// The same from the derivatives, up to the sixth power of `t`.
    pub(super) fn remainder_in_theory(&self, t: f64, slope: f64) -> f64 {
        let derivatives = &self.derivatives;
        let powers = [(2, 2.0), (3, 6.0), (4, 24.0), (5, 120.0), (6, 720.0)];
        let rest: f64 =
            powers.iter().map(|&(n, factorial)| derivatives[n] * t.powi(n as i32) / factorial).sum();
        (t * (self.slope() - slope) + rest).abs()
    }
}

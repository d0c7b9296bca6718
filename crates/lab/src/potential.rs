//! Losses of one variable: a parabola, and two wells.

use crate::quadrature::gauss_legendre;
use std::ops::Range;
use wengert_ad::{Number, derivatives};
use wengert_kernels::validate::assert_positive;

/// A loss of one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Potential {
    /// `k x^2 / 2`.
    Parabola {
        /// The curvature `k`.
        curvature: f64,
    },
    /// `(x^2 - 1)^2 / 4 + tilt x`: two wells, of which the left one is lower if the tilt is positive.
    TwoWells {
        /// The tilt. There are two wells if it is less than `2 / sqrt(27) = 0.3849` in size.
        tilt: f64,
    },
}

/// The minima of two wells, and the top of the barrier between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wells {
    /// The minimum on the left.
    pub left: f64,
    /// The maximum between the minima.
    pub top: f64,
    /// The minimum on the right.
    pub right: f64,
}

/// Density ratios below `exp(-37)` count as 0.
const NEGLIGIBLE: f64 = 37.0;

impl Potential {
    /// The value, for any number type.
    #[must_use]
    pub fn value<T: Number>(self, x: T) -> T {
        match self {
            Self::Parabola { curvature } => x * x * (0.5 * curvature),
            Self::TwoWells { tilt } => (x * x - 1.0) * (x * x - 1.0) * 0.25 + x * tilt,
        }
    }

    /// The derivative, computed in forward mode.
    #[must_use]
    pub fn slope(self, x: f64) -> f64 {
        let [_, slope] = derivatives(|x| self.value(x), x);
        slope
    }

    /// The second derivative, computed in forward mode.
    #[must_use]
    pub fn curvature(self, x: f64) -> f64 {
        let [_, _, curvature] = derivatives(|x| self.value(x), x);
        curvature
    }

    /// The minima and the barrier; `None` if there is only one minimum.
    #[must_use]
    pub fn wells(self) -> Option<Wells> {
        let Self::TwoWells { tilt } = self else { return None };
        // The slope `x^3 - x + tilt` has its extrema at -e and e.
        let e = 1.0 / 3.0_f64.sqrt();
        let root = |low, high| self.root_of_slope(low, high);
        (tilt.abs() < 2.0 * e / 3.0).then(|| Wells {
            left: root(-2.0, -e),
            top: root(-e, e),
            right: root(e, 2.0),
        })
    }

    /// The point between `low` and `high` where the slope changes its sign, by bisection.
    fn root_of_slope(self, mut low: f64, mut high: f64) -> f64 {
        let sign = self.slope(low).signum();
        while let middle = 0.5 * (low + high)
            && low < middle
            && middle < high
        {
            let end = if self.slope(middle).signum() == sign { &mut low } else { &mut high };
            *end = middle;
        }
        low
    }

    /// The least value.
    #[must_use]
    pub fn least(self) -> f64 {
        match (self, self.wells()) {
            (Self::Parabola { .. }, _) => 0.0,
            (_, Some(Wells { left, right, .. })) => self.value(left).min(self.value(right)),
            // One minimum: the slope is negative far to the left and positive far to the right.
            (Self::TwoWells { tilt }, None) => {
                let far = 2.0 + tilt.abs();
                self.value(self.root_of_slope(-far, far))
            }
        }
    }

    /// The interval outside of which `exp(-beta (U - min U))` is below `exp(-37)`.
    #[track_caller]
    pub(crate) fn support(self, beta: f64) -> Range<f64> {
        self.support_from(beta, self.least())
    }

    /// The interval outside of which `exp(-beta (U - level))` is below `exp(-37)`.
    ///
    /// # Panics
    /// If `beta` is not positive and finite, or if the loss does not grow to infinity on both sides.
    #[track_caller]
    pub(crate) fn support_from(self, beta: f64, level: f64) -> Range<f64> {
        let negligible = |x: f64| beta * (self.value(x) - level) > NEGLIGIBLE;
        assert_positive("Gibbs distribution: the inverse temperature", beta);
        let ends = [-1.0, 1.0].map(|sign: f64| {
            let mut x = sign;
            while x.is_finite() && !negligible(x) {
                x *= 1.02;
            }
            x
        });
        let [start, end] = ends;
        assert!(start.is_finite() && end.is_finite(), "Gibbs distribution: the loss {self:?} has no minimum");
        start..end
    }

    /// The density `exp(-beta U) / Z` of the Gibbs distribution.
    ///
    /// # Panics
    /// If `beta` is not positive and finite, or if the loss does not grow to infinity on both sides.
    #[track_caller]
    pub fn gibbs_density(self, beta: f64) -> impl Fn(f64) -> f64 {
        let least = self.least();
        let weight = move |x: f64| (-beta * (self.value(x) - least)).exp();
        let total = integral(self.support(beta), weight);
        move |x| weight(x) / total
    }

    /// The loss whose Gibbs distribution is, up to terms of order `eta^2`, the stationary distribution of
    /// gradient descent with the rate `eta` and normal noise: `U - (eta / 4) U'^2 + (eta / (2 beta)) U''`.
    ///
    /// It follows from the modified equation of the step, whose generator agrees with that of the step to
    /// second order in `eta`.
    #[must_use]
    pub fn corrected_for_steps(self, x: f64, rate: f64, beta: f64) -> f64 {
        let [value, slope, curvature] = derivatives(|x| self.value(x), x);
        value - 0.25 * rate * slope * slope + 0.5 * rate / beta * curvature
    }

    /// The mean of a function under the Gibbs distribution, by quadrature on both sides of `split`, where the
    /// function may jump.
    ///
    /// # Panics
    /// As [`gibbs_density`](Self::gibbs_density).
    #[must_use]
    #[track_caller]
    pub fn gibbs_mean(self, beta: f64, split: f64, f: impl Fn(f64) -> f64) -> f64 {
        let (density, support) = (self.gibbs_density(beta), self.support(beta));
        let split = split.clamp(support.start, support.end);
        let weighted = |x: f64| density(x) * f(x);
        integral(support.start..split, weighted) + integral(split..support.end, weighted)
    }
}

/// The integral of a smooth function, in 8 panels of 40 nodes.
fn integral(interval: Range<f64>, f: impl Fn(f64) -> f64) -> f64 {
    const PANELS: usize = 8;
    let (nodes, weights) = gauss_legendre(0.0..1.0, 40);
    let width = (interval.end - interval.start) / PANELS as f64;
    let panel = |i: usize| {
        let start = interval.start + width * i as f64;
        nodes.iter().zip(&weights).map(|(x, w)| w * f(start + width * x)).sum::<f64>() * width
    };
    (0..PANELS).map(panel).sum()
}

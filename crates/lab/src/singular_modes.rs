//! Gradient descent on least squares in the basis of singular vectors, in which the coordinates are
//! independent.
//!
//! With `X = sum_i sigma_i u_i v_i'`, the loss `|y - X w|^2` is `sum_i (y~_i - sigma_i w~_i)^2`
//! plus a constant, where `y~ = U'y` and `w~ = V'w`: **without 1/2, and without the mean**.

use wengert_kernels::validate::{assert_at_least_one, assert_positive};

/// Least squares along one singular vector of `X`.
///
/// ```
/// use wengert_lab::{SingularMode, Regime};
///
/// let mode = SingularMode { sigma: 2.0, target: 6.0 };
/// assert_eq!(mode.optimum(), 3.0);
/// assert_eq!(mode.regime(0.125), Regime::OneStep);
/// assert_eq!(mode.weight_after(0.125, 1), 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SingularMode {
    /// The singular value `sigma`.
    pub sigma: f64,
    /// The coordinate `y~ = u'y` of the targets.
    pub target: f64,
}

/// The behaviour of gradient descent along a mode, depending on the learning rate `eta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// `2 eta sigma^2 < 1/100`: the error shrinks by a factor of `e` in more than 99.5 steps, as
    /// `-1 / ln 0.99 = 99.5`.
    Slow,
    /// Up to `eta = 1/(2 sigma^2)`: the error shrinks and keeps its sign.
    Monotone,
    /// `eta = 1/(2 sigma^2)`, up to rounding: the error is 0 after one step.
    OneStep,
    /// Up to `eta = 1/sigma^2`: the error shrinks and changes its sign in every step.
    Alternating,
    /// From `eta = 1/sigma^2` on: the error changes its sign in every step, and grows; at
    /// `eta = 1/sigma^2` it keeps its size.
    Diverging,
}

impl SingularMode {
    /// The factor by which a step multiplies the error: `1 - 2 eta sigma^2`.
    pub fn factor(self, eta: f64) -> f64 {
        1.0 - 2.0 * eta * self.sigma * self.sigma
    }

    /// The behaviour of gradient descent with this learning rate along the mode.
    ///
    /// # Panics
    /// If `eta` is not positive and finite.
    #[track_caller]
    pub fn regime(self, eta: f64) -> Regime {
        assert_positive("regime: eta", eta);
        let factor = self.factor(eta);
        if factor.abs() <= 4.0 * f64::EPSILON {
            Regime::OneStep
        } else if factor > 0.99 {
            Regime::Slow
        } else if factor > 0.0 {
            Regime::Monotone
        } else if factor > -1.0 {
            Regime::Alternating
        } else {
            Regime::Diverging
        }
    }

    /// The limit of gradient descent from 0: `y~ / sigma`, or 0 if `sigma = 0`, where the gradient is 0.
    pub fn optimum(self) -> f64 {
        if self.sigma == 0.0 { 0.0 } else { self.target / self.sigma }
    }

    /// The fraction of the optimum that gradient descent from 0 reaches after `t = steps` steps:
    /// `1 - (1 - 2 eta sigma^2)^t`.
    pub fn fraction_after(self, eta: f64, steps: u64) -> f64 {
        let (factor, t) = (self.factor(eta), steps as f64);
        if factor > 0.0 {
            // `1 - (1 - x)^t` loses all digits at x = 1e-17.
            -(t * (-2.0 * eta * self.sigma * self.sigma).ln_1p()).exp_m1()
        } else {
            1.0 - factor.powf(t)
        }
    }

    /// The exact weight along the mode after `t = steps` steps of gradient descent from 0:
    /// `(y~ / sigma) (1 - (1 - 2 eta sigma^2)^t)`.
    pub fn weight_after(self, eta: f64, steps: u64) -> f64 {
        self.optimum() * self.fraction_after(eta, steps)
    }

    /// The fraction of the optimum in the solution of ridge regression: `sigma^2 / (sigma^2 + lambda)`.
    pub fn ridge_fraction(self, lambda: f64) -> f64 {
        let square = self.sigma * self.sigma;
        square / (square + lambda)
    }

    /// The weight of ridge regression along the mode: `y~ sigma / (sigma^2 + lambda)`.
    pub fn ridge_weight(self, lambda: f64) -> f64 {
        self.target * self.sigma / (self.sigma * self.sigma + lambda)
    }

    /// The strength `lambda` of ridge regression that corresponds to stopping after `t = steps`
    /// steps: `1 / (2 eta t)`.
    ///
    /// Both reach the fraction `2 eta t sigma^2` of the optimum for small `sigma`, and all of it
    /// for large `sigma`. Between, early stopping reaches up to 1.3 times the fraction of ridge
    /// regression.
    ///
    /// # Panics
    /// If `eta` is not positive and finite, or if `steps` is 0.
    #[track_caller]
    pub fn equivalent_ridge(eta: f64, steps: u64) -> f64 {
        assert_positive("equivalent ridge: eta", eta);
        assert_at_least_one("equivalent ridge: the number of steps", steps);
        0.5 / (eta * steps as f64)
    }
}

/// The index of the mode that gradient descent with this learning rate fits first: the one whose
/// [factor](SingularMode::factor) is closest to **zero**. For a small learning rate, it is the mode
/// of the largest singular value. `None` if there are no modes; one whose factor is NaN is not chosen.
pub fn first_fitted_mode(modes: &[SingularMode], eta: f64) -> Option<usize> {
    let size = |mode: &SingularMode| mode.factor(eta).abs();
    let sizes = modes.iter().map(size).enumerate().filter(|(_, size)| !size.is_nan());
    sizes.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
}

/// The condition number of the Hessian of `|y - X w|^2`: the ratio of its largest curvature to the
/// smallest, which is the square of the ratio of the singular values of `X`.
///
/// # Panics
/// If there is no singular value, or if a singular value is not positive and finite. Along a
/// singular value of 0, the loss is constant.
#[track_caller]
pub fn condition_number(singular_values: &[f64]) -> f64 {
    assert!(!singular_values.is_empty(), "condition number: there are no singular values; give at least one");
    let mut range = (f64::INFINITY, 0.0_f64);
    for &sigma in singular_values {
        assert_positive("condition number: a singular value", sigma);
        range = (range.0.min(sigma), range.1.max(sigma));
    }
    (range.1 / range.0).powi(2)
}

//! Gradient descent on least squares in the basis of singular vectors, where each coordinate goes its own way.
//!
//! With `X = sum_i sigma_i u_i v_i'`, the loss `|y - X w|^2` is `sum_i (y~_i - sigma_i w~_i)^2` and a constant, where
//! `y~ = U'y` and `w~ = V'w`: **no 1/2, no mean**.

/// One singular vector: what least squares looks like along it.
///
/// ```
/// use wengert_lab::{Mode, Regime};
///
/// let mode = Mode { sigma: 2.0, target: 6.0 };
/// assert_eq!(mode.optimum(), 3.0);
/// assert_eq!(mode.regime(0.125), Regime::OneStep);
/// assert_eq!(mode.weight_after(0.125, 1), 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// The singular value `sigma`.
    pub sigma: f64,
    /// The coordinate `y~ = u'y` of the targets.
    pub target: f64,
}

/// How gradient descent goes along a mode, by its rate `eta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// `2 eta sigma^2 < 1/100`: it hardly moves; more than 100 steps for a factor of `e`.
    Slow,
    /// Up to `eta = 1/(2 sigma^2)`: the error shrinks and keeps its sign.
    Monotone,
    /// `eta = 1/(2 sigma^2)`, to rounding: the error is gone after one step.
    OneStep,
    /// Up to `eta = 1/sigma^2`: the error shrinks and changes its sign with every step.
    Alternating,
    /// From `eta = 1/sigma^2` on, at which the error keeps its size: it grows and changes its sign with every step.
    Diverging,
}

impl Mode {
    /// What a step multiplies the error by: `1 - 2 eta sigma^2`.
    pub fn factor(self, eta: f64) -> f64 {
        1.0 - 2.0 * eta * self.sigma * self.sigma
    }

    /// How gradient descent of this rate goes along the mode.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[track_caller]
    pub fn regime(self, eta: f64) -> Regime {
        wengert_kernels::validate::assert_positive("regime: eta", eta);
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

    /// Where the mode ends: `y~ / sigma`, and 0 at `sigma = 0`, where no weight helps and descent from 0 stays.
    pub fn optimum(self) -> f64 {
        if self.sigma == 0.0 { 0.0 } else { self.target / self.sigma }
    }

    /// The share of the optimum that gradient descent from 0 has reached after some steps: `1 - (1 - 2 eta sigma^2)^t`.
    pub fn share_after(self, eta: f64, steps: u64) -> f64 {
        let (factor, t) = (self.factor(eta), steps as f64);
        if factor > 0.0 {
            // `1 - (1 - x)^t` loses all digits at x = 1e-17.
            -(t * (-2.0 * eta * self.sigma * self.sigma).ln_1p()).exp_m1()
        } else {
            1.0 - factor.powf(t)
        }
    }

    /// The weight along the mode after some steps of gradient descent from 0, exactly:
    /// `(y~ / sigma) (1 - (1 - 2 eta sigma^2)^t)`.
    pub fn weight_after(self, eta: f64, steps: u64) -> f64 {
        self.optimum() * self.share_after(eta, steps)
    }

    /// The share of the optimum that ridge regression leaves: `sigma^2 / (sigma^2 + lambda)`.
    pub fn ridge_share(self, lambda: f64) -> f64 {
        let square = self.sigma * self.sigma;
        square / (square + lambda)
    }

    /// The weight of ridge regression along the mode: `y~ sigma / (sigma^2 + lambda)`.
    pub fn ridge_weight(self, lambda: f64) -> f64 {
        self.target * self.sigma / (self.sigma * self.sigma + lambda)
    }

    /// The strength of ridge regression that stopping after `steps` steps is like: `1 / (2 eta t)`. Both leave `2 eta t
    /// sigma^2` of a mode of small `sigma`, and all of one of large `sigma`; between, stopping leaves up to 1.3 times as
    /// much.
    ///
    /// # Panics
    /// If the rate or the number of steps is not positive.
    #[track_caller]
    pub fn ridge_like_stopping(eta: f64, steps: u64) -> f64 {
        wengert_kernels::validate::assert_positive("ridge like stopping: eta", eta);
        assert!(steps > 0, "ridge like stopping: steps is 0, must be at least 1");
        0.5 / (eta * steps as f64)
    }
}

/// The mode that gradient descent of this rate fits first, the one whose [factor](Mode::factor) is nearest to **zero**; that
/// of the largest singular value if the rate is small. None if there are no modes.
pub fn fitted_first(modes: &[Mode], eta: f64) -> Option<usize> {
    let size = |mode: &Mode| mode.factor(eta).abs();
    let fastest = modes.iter().enumerate().min_by(|a, b| size(a.1).total_cmp(&size(b.1)));
    fastest.map(|(i, _)| i)
}

/// The ratio of the largest curvature of `|y - X w|^2` to the smallest: the square of the ratio of the singular values of
/// `X`.
///
/// # Panics
/// If there is no singular value, or one is not positive and finite: there the loss is flat.
#[track_caller]
pub fn condition_number(singular_values: &[f64]) -> f64 {
    assert!(!singular_values.is_empty(), "condition number: there are no singular values; give at least one");
    let mut range = (f64::INFINITY, 0.0_f64);
    for &sigma in singular_values {
        wengert_kernels::validate::assert_positive("condition number: a singular value", sigma);
        range = (range.0.min(sigma), range.1.max(sigma));
    }
    (range.1 / range.0).powi(2)
}

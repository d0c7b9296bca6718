//! Weight decay: L2 regularisation or decoupled.

use wengert_kernels::validate::assert_non_negative;

/// The kind of weight decay, with its strength `lambda`.
///
/// In plain gradient descent both kinds are the same. With momentum or scaling they differ: L2 goes through
/// the momentum and is divided by the root mean square like the rest of the gradient (Loshchilov and Hutter
/// 2019, section 2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeightDecay {
    /// `g <- g + lambda w`: the gradient of `lambda |w|^2 / 2` is added to the gradient.
    L2(f64),
    /// `w <- (1 - eta lambda) w - ...`: the parameters shrink, independently of the gradient.
    Decoupled(f64),
}

impl WeightDecay {
    /// The strength.
    #[must_use]
    pub fn lambda(self) -> f64 {
        match self {
            Self::L2(lambda) | Self::Decoupled(lambda) => lambda,
        }
    }

    /// Weight decay of the same kind with another strength.
    pub(crate) fn with_lambda(self, lambda: f64) -> Self {
        match self {
            Self::L2(_) => Self::L2(lambda),
            Self::Decoupled(_) => Self::Decoupled(lambda),
        }
    }

    /// The multiple of the parameter that is added to the gradient, and the factor by which the parameter
    /// shrinks.
    pub(crate) fn coefficients(self, rate: f64) -> (f64, f64) {
        match self {
            Self::L2(lambda) => (lambda, 1.0),
            Self::Decoupled(lambda) => (0.0, 1.0 - rate * lambda),
        }
    }

    /// The name of `lambda` in a saved state.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::L2(_) => "weight_decay",
            Self::Decoupled(_) => "decoupled_weight_decay",
        }
    }

    /// Changes the setting of an optimizer to `wanted`.
    ///
    /// # Panics
    /// If `lambda` is out of range, or if both kinds are set with a positive `lambda`.
    #[track_caller]
    pub(crate) fn set(&mut self, optimizer: &str, wanted: Self) {
        assert_non_negative(&format!("{optimizer}: weight decay"), wanted.lambda());
        let before = *self;
        let is_the_other_kind = before.name() != wanted.name();
        assert!(
            !(is_the_other_kind && before.lambda() > 0.0 && wanted.lambda() > 0.0),
            "{optimizer}: weight decay is set twice, as {} = {} and as {} = {}; choose one",
            before.name(),
            before.lambda(),
            wanted.name(),
            wanted.lambda()
        );
        if !(is_the_other_kind && before.lambda() > 0.0) {
            *self = wanted;
        }
    }
}

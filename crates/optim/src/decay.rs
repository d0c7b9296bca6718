//! Weight decay, of either kind.

use wengert_kernels::validate::assert_non_negative;

/// How parameters are drawn towards zero.
///
/// Without momentum and scaling the two are the same, as in plain gradient descent. With them they are not: L2
/// goes through the momentum and is divided by the root mean square like the rest of the gradient (Loshchilov
/// and Hutter 2019, section 2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decay {
    /// `g <- g + lambda w`: the gradient of `lambda |w|^2 / 2` is added.
    L2(f64),
    /// `w <- (1 - eta lambda) w - ...`: the parameters shrink beside the step.
    Decoupled(f64),
}

impl Decay {
    /// How strong it is.
    #[must_use]
    pub fn lambda(self) -> f64 {
        match self {
            Self::L2(lambda) | Self::Decoupled(lambda) => lambda,
        }
    }

    /// Decay of the same kind, `lambda` strong.
    pub(crate) fn with(self, lambda: f64) -> Self {
        match self {
            Self::L2(_) => Self::L2(lambda),
            Self::Decoupled(_) => Self::Decoupled(lambda),
        }
    }

    /// What to add to the gradient, as a multiple of the parameter, and what to keep of the parameter.
    pub(crate) fn coefficients(self, rate: f64) -> (f64, f64) {
        match self {
            Self::L2(lambda) => (lambda, 1.0),
            Self::Decoupled(lambda) => (0.0, 1.0 - rate * lambda),
        }
    }

    /// The name under which a saved state has `lambda`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::L2(_) => "weight_decay",
            Self::Decoupled(_) => "decoupled_weight_decay",
        }
    }

    /// Asks for decay; refuses to be asked for both kinds.
    #[track_caller]
    pub(crate) fn ask(&mut self, optimizer: &str, wanted: Self) {
        assert_non_negative(&format!("{optimizer}: weight decay"), wanted.lambda());
        let before = *self;
        let is_the_other_kind = before.name() != wanted.name();
        assert!(
            !(is_the_other_kind && before.lambda() > 0.0 && wanted.lambda() > 0.0),
            "{optimizer}: weight decay was asked for twice, as {} = {} and as {} = {}; choose one",
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

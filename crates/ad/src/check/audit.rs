//! Parameters that training would not change: no path to the loss, or a gradient that is exactly
//! zero.

use crate::element::Element;
use crate::number::Scalar;
use crate::tape::{ArrayGradient, Gradient, Tensor, Var};
use std::fmt;

/// The parameters for which a gradient is missing or zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The number of parameters.
    pub parameters: usize,
    /// The parameters from which no path leads to the output: unused, detached, or constants.
    pub no_path: Vec<String>,
    /// The parameters with a path and a gradient that is exactly zero in every element, for example
    /// because a `relu` after them is inactive.
    pub zero: Vec<String>,
}

impl Audit {
    /// Whether every parameter has a non-zero gradient.
    pub fn passed(&self) -> bool {
        self.no_path.is_empty() && self.zero.is_empty()
    }

    /// Takes the name of each parameter, and whether its gradient is zero, or `None` without a
    /// path.
    fn of<'n>(parameters: impl Iterator<Item = (&'n str, Option<bool>)>) -> Self {
        let mut audit = Self::default();
        for (name, zero) in parameters {
            audit.parameters += 1;
            match zero {
                None => audit.no_path.push(name.to_owned()),
                Some(true) => audit.zero.push(name.to_owned()),
                Some(false) => {}
            }
        }
        audit
    }
}

/// A variable on either tape whose gradient can be audited.
pub trait AuditedVariable<'t>: Copy {
    /// The gradient of a function of such variables.
    type Gradient;

    /// Whether the gradient with respect to this variable is zero in every element; `None` if no
    /// path leads from it to the output.
    fn has_zero_gradient(self, gradient: &Self::Gradient) -> Option<bool>;
}

impl<'t, T: Scalar> AuditedVariable<'t> for Var<'t, T> {
    type Gradient = Gradient<'t, T>;

    fn has_zero_gradient(self, gradient: &Self::Gradient) -> Option<bool> {
        gradient.get(self).map(is_zero)
    }
}

impl<'t, T: Element> AuditedVariable<'t> for Tensor<'t, T> {
    type Gradient = ArrayGradient<'t, T>;

    fn has_zero_gradient(self, gradient: &Self::Gradient) -> Option<bool> {
        gradient.get(self).map(|g| g.iter().all(|&g| is_zero(g)))
    }
}

fn is_zero<T: Scalar>(derivative: T) -> bool {
    derivative.is_finite() && derivative.value() == 0.0
}

/// Lists the named parameters, of scalar code or arrays, that have no path to the output or a zero
/// gradient.
///
/// ```
/// use wengert_ad::{Elementary, Tape, check::audit};
///
/// let tape = Tape::new();
/// let (w, dead, unused) = (tape.var(2.0), tape.var(-1.0), tape.var(3.0));
/// let loss = w.square() + dead.relu();
/// let found = audit(&loss.gradient(), &[("w", w), ("dead", dead), ("unused", unused)]);
/// assert_eq!(found.to_string(), "gradient audit FAILED: 3 parameters; no path: unused; exactly zero: dead");
/// ```
pub fn audit<'t, V: AuditedVariable<'t>>(gradient: &V::Gradient, parameters: &[(&str, V)]) -> Audit {
    Audit::of(parameters.iter().map(|&(name, x)| (name, x.has_zero_gradient(gradient))))
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        write!(f, "gradient audit {verdict}: {} parameters", self.parameters)?;
        for (problem, names) in [("no path", &self.no_path), ("exactly zero", &self.zero)] {
            if !names.is_empty() {
                write!(f, "; {problem}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

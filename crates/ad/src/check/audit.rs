//! Parameters that learn nothing: without a path to the loss, or with a gradient that is exactly zero.

use crate::element::Element;
use crate::number::Scalar;
use crate::tape::{ArrayGradient, Gradient, Tensor, Var};
use std::fmt;

/// The parameters that a gradient leaves where they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many parameters there are.
    pub parameters: usize,
    /// Those from which no path leads to the output: forgotten, cut off, or constants.
    pub no_path: Vec<String>,
    /// Those with a path and a gradient that is exactly zero in every element: behind a unit that is off, say.
    pub zero: Vec<String>,
}

impl Audit {
    /// Whether every parameter has a gradient that is not zero.
    pub fn passed(&self) -> bool {
        self.no_path.is_empty() && self.zero.is_empty()
    }

    /// From each parameter's name, and whether its gradient is zero, if it has one.
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

/// Audits the gradient of scalar code.
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
pub fn audit<'t, T: Scalar>(gradient: &Gradient<'t, T>, parameters: &[(&str, Var<'t, T>)]) -> Audit {
    let zero = |x| gradient.get(x).map(|g: T| g.is_finite() && g.value() == 0.0);
    Audit::of(parameters.iter().map(|&(name, x)| (name, zero(x))))
}

/// Audits the gradient of arrays, as [`audit`] does.
pub fn audit_arrays<'t, T: Element>(
    gradient: &ArrayGradient<'t, T>,
    parameters: &[(&str, Tensor<'t, T>)],
) -> Audit {
    let zero = |x| gradient.get(x).map(|g| g.iter().all(|g| g.is_finite() && g.value() == 0.0));
    Audit::of(parameters.iter().map(|&(name, x)| (name, zero(x))))
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        write!(f, "gradient audit {verdict}: {} parameters", self.parameters)?;
        for (what, names) in [("no path", &self.no_path), ("exactly zero", &self.zero)] {
            if !names.is_empty() {
                write!(f, "; {what}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

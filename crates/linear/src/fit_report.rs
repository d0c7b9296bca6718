//! The report of a fit.

use std::fmt;
use wengert_minimize::MinimizeReport;

/// The result of fitting a linear model, apart from its coefficients.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// The loss, summed over the examples, without the penalty.
    pub loss: f64,
    /// The minimised objective: the loss plus the penalty.
    pub objective: f64,
    /// The report of the minimisation by a method of [`wengert_minimize`]; `None` if the model was
    /// solved directly or by an interior-point method. The documentation of each model says which
    /// function was minimised.
    pub minimisation: Option<MinimizeReport>,
    /// An upper bound on the difference between the objective and its minimum; `None` if it is not
    /// known. It is known for the hinge loss.
    pub duality_gap: Option<f64>,
}

impl FitReport {
    /// Whether the minimum was found: directly, by a minimisation that reached its tolerance, or to
    /// a duality gap of at most 1e-8 of the objective.
    pub fn converged(&self) -> bool {
        let closed = self.duality_gap.is_none_or(|gap| gap <= 1e-8 * self.objective);
        closed && self.minimisation.as_ref().is_none_or(|report| report.termination.converged())
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.6e}, objective {:.6e}, ", self.loss, self.objective)?;
        match &self.minimisation {
            Some(report) => write!(f, "{report}"),
            None => match self.duality_gap {
                Some(gap) => write!(f, "solved to a duality gap of {gap:.1e}"),
                None => write!(f, "solved directly"),
            },
        }
    }
}

//! Results of a gradient check.

use super::estimate::Difference;
use super::kinks::Kink;
use super::precision::Precision;
use super::verdict::{TOLERANCE, Verdict, excess, excess_between_modes, judge, relative_error};
use super::wrong_partials::WrongPartial;
use crate::tape::NonFinite;
use std::fmt;
use std::panic::Location;

/// The derivative with respect to one element of the inputs, computed in two or three ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The position of the element among those of all inputs, counted from 0 through the inputs in
    /// order.
    pub input: usize,
    /// The derivative computed by a reverse sweep.
    pub reverse: f64,
    /// The derivative computed by a forward sweep, if the function runs in forward mode too.
    pub forward: Option<f64>,
    /// The derivative estimated by a central difference.
    pub difference: Difference,
}

impl Comparison {
    /// `|reverse - difference| / max(|reverse|, |difference|)`; 0 if both are equal, infinite if either
    /// is not finite.
    pub fn error(&self) -> f64 {
        relative_error(self.reverse, self.difference.value)
    }

    /// The relative error against forward mode, defined like [`error`](Self::error); 0 without
    /// forward mode.
    pub fn forward_error(&self) -> f64 {
        self.forward.map_or(0.0, |forward| relative_error(self.reverse, forward))
    }

    /// Whether the results agree: with forward mode to [`ROUNDING`](super::ROUNDING), with the
    /// difference to [`TOLERANCE`] plus its uncertainty. A difference whose uncertainty is more than
    /// 1 % of the derivative cannot tell.
    pub fn verdict(&self) -> Verdict {
        let modes_agree = self.forward_excess() <= 1.0;
        if modes_agree { judge(self.reverse, &self.difference) } else { Verdict::Failed }
    }

    /// The larger of the two errors, in units of the largest that is allowed.
    fn excess(&self) -> f64 {
        excess(self.reverse, &self.difference).max(self.forward_excess())
    }

    fn forward_excess(&self) -> f64 {
        let tolerance = Precision::DOUBLE.tolerance_between_modes();
        let excess = |forward| excess_between_modes(self.reverse, forward, tolerance, &self.difference);
        self.forward.map_or(0.0, excess)
    }
}

/// The result of a gradient check: one comparison per element of the inputs, and findings about
/// single operations.
#[derive(Clone, Debug)]
pub struct GradcheckReport {
    /// The comparisons, in the order of the elements.
    pub comparisons: Vec<Comparison>,
    /// The names of the inputs; empty if they have none.
    pub names: Vec<String>,
    /// The shapes of the inputs if they are arrays; empty for numbers.
    pub shapes: Vec<Vec<usize>>,
    /// The operations whose own partials are wrong. Always empty for a closure over numbers, which
    /// cannot be traced.
    pub wrong: Vec<WrongPartial>,
    /// The operations with an operand exactly on a kink, where the derivative is a convention.
    pub kinks: Vec<Kink>,
    /// The first value or derivative that is not finite.
    pub non_finite: Option<NonFinite>,
    /// The line of code that called the check.
    pub site: &'static Location<'static>,
}

impl GradcheckReport {
    /// A report without findings.
    pub(super) fn new(comparisons: Vec<Comparison>, site: &'static Location<'static>) -> Self {
        let (names, shapes) = (Vec::new(), Vec::new());
        Self { comparisons, names, shapes, wrong: Vec::new(), kinks: Vec::new(), non_finite: None, site }
    }

    /// The comparison with the worst verdict, among these the one with the largest error relative to
    /// its tolerance; `None` for a function without inputs.
    pub fn worst(&self) -> Option<Comparison> {
        let key = |comparison: &Comparison| (comparison.verdict(), comparison.excess());
        self.comparisons.iter().copied().max_by(|a, b| {
            let ((verdict_a, excess_a), (verdict_b, excess_b)) = (key(a), key(b));
            verdict_a.cmp(&verdict_b).then(excess_a.total_cmp(&excess_b))
        })
    }

    /// The verdict of the check.
    ///
    /// - [`Failed`](Verdict::Failed) if one derivative is wrong, or one operation has a wrong partial.
    /// - Otherwise [`CannotTell`](Verdict::CannotTell) if the differences leave one derivative open. One
    ///   whose difference is certain to [`TOLERANCE`] of the largest derivative does not count: it is
    ///   too small to matter in a step along the gradient.
    /// - Otherwise [`Passed`](Verdict::Passed).
    pub fn verdict(&self) -> Verdict {
        let sizes = self.comparisons.iter().map(|comparison| comparison.reverse.abs());
        let largest = sizes.filter(|size| size.is_finite()).fold(0.0, f64::max);
        let is_negligible =
            |comparison: &Comparison| comparison.difference.uncertainty <= TOLERANCE * largest;
        let counted = |comparison: &Comparison| match comparison.verdict() {
            Verdict::CannotTell if is_negligible(comparison) => Verdict::Passed,
            verdict => verdict,
        };
        let wrong = if self.wrong.is_empty() { Verdict::Passed } else { Verdict::Failed };
        self.comparisons.iter().map(counted).fold(wrong, Verdict::max)
    }

    /// Whether the [verdict](Self::verdict) is that the gradient is right: all derivatives agree, no
    /// operation has a wrong partial, and no difference leaves a derivative open. A check whose
    /// differences cannot tell has not passed, but it has not failed either.
    pub fn passed(&self) -> bool {
        self.verdict() == Verdict::Passed
    }

    /// The comparisons whose difference cannot tell whether the derivative is right.
    pub fn undecided(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().filter(|comparison| comparison.verdict() == Verdict::CannotTell)
    }

    /// The name or position of an element; for arrays also the array and the index in it.
    fn place(&self, input: usize) -> String {
        let mut rest = input;
        for (array, shape) in self.shapes.iter().enumerate() {
            let elements: usize = shape.iter().product();
            if rest >= elements {
                rest -= elements;
                continue;
            }
            let mut index = vec![0; shape.len()];
            for (place, &extent) in index.iter_mut().zip(shape).rev() {
                (*place, rest) = (rest % extent, rest / extent);
            }
            return format!("input {input} (array {array} at {index:?})");
        }
        match self.names.get(input) {
            Some(name) => format!("input {name}"),
            None => format!("input {input}"),
        }
    }
}

impl fmt::Display for GradcheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gradcheck {}: {} derivatives", self.verdict(), self.comparisons.len())?;
        let undecided = self.undecided().count();
        if undecided > 0 {
            write!(f, ", {undecided} of which the differences cannot tell")?;
        }
        if let Some(worst) = self.worst() {
            let Difference { value, step, uncertainty, .. } = worst.difference;
            write!(f, ", worst with respect to {}: reverse {:e}", self.place(worst.input), worst.reverse)?;
            if let Some(forward) = worst.forward {
                write!(f, ", forward {forward:e}")?;
            }
            write!(
                f,
                ", difference {value:e} (step {step:.0e}, uncertainty {uncertainty:.0e}), error {:.1e}",
                worst.error()
            )?;
        }
        write!(f, "; checked at {}", self.site)?;
        for wrong in &self.wrong {
            write!(f, "\n  {wrong}")?;
        }
        if let Some(non_finite) = &self.non_finite {
            write!(f, "\n  {non_finite}")?;
        }
        for kink in &self.kinks {
            write!(f, "\n  {kink}")?;
        }
        Ok(())
    }
}

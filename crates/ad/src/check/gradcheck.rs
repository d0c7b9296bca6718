//! First derivatives of scalar code.

use super::blame::{WrongPartial, wrong_partials};
use super::difference::{Difference, difference};
use super::finite::non_finite_in;
use super::kinks::{Kink, kinks_of};
use super::{input_names, named, relative_error};
use crate::function::Function;
use crate::tape::{NonFinite, Tape, Var};
use crate::trace::{Graph, Traced};
use crate::transform::{jvp, value_and_grad};
use std::fmt;
use std::panic::Location;

/// One derivative, computed in two or three ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The position among all inputs, counted through all arrays in order.
    pub input: usize,
    /// By the reverse sweep.
    pub reverse: f64,
    /// By a forward sweep, where the function runs in forward mode too.
    pub forward: Option<f64>,
    /// By a central difference.
    pub difference: Difference,
}

/// The largest relative error against a central difference: on the plateau of a smooth function about 1e-10 remain.
pub const TOLERANCE: f64 = 1e-6;

/// The largest relative error of forward against reverse mode, which differ only in the order of their operations.
pub const ROUNDING: f64 = 1e-9;

impl Comparison {
    /// `|reverse - difference| / max(1, |reverse|, |difference|)`; infinite if either is not finite.
    pub fn error(&self) -> f64 {
        relative_error(self.reverse, self.difference.value)
    }

    /// The same against forward mode; 0 where there is none.
    pub fn forward_error(&self) -> f64 {
        self.forward.map_or(0.0, |forward| relative_error(self.reverse, forward))
    }

    /// Whether the ways agree: with forward mode to [`ROUNDING`], with the difference to [`TOLERANCE`] and what the
    /// rounding of the function's values makes uncertain in it.
    pub fn agrees(&self) -> bool {
        self.excess() < 1.0
    }

    /// The larger error, in terms of what is allowed.
    fn excess(&self) -> f64 {
        let scale = self.reverse.abs().max(self.difference.value.abs()).max(1.0);
        let uncertain = 8.0 * self.difference.rounding / scale;
        let by_difference = self.error() / (TOLERANCE + if uncertain.is_finite() { uncertain } else { 0.0 });
        by_difference.max(self.forward_error() / ROUNDING)
    }
}

/// What a gradient check found: one comparison for each input, and what is to blame.
#[derive(Clone, Debug)]
pub struct GradcheckReport {
    /// The comparisons, in the order of the inputs.
    pub comparisons: Vec<Comparison>,
    /// The names of the inputs, where they have any.
    pub names: Vec<String>,
    /// The shapes of the inputs, where they are arrays.
    pub shapes: Vec<Vec<usize>>,
    /// The operations whose own partials are wrong. A function given as a closure over one type cannot be asked.
    pub wrong: Vec<WrongPartial>,
    /// The operations that the point puts exactly on a kink, where the derivative is a choice.
    pub kinks: Vec<Kink>,
    /// The first value or derivative that is not finite.
    pub non_finite: Option<NonFinite>,
    /// The line that asked.
    pub site: &'static Location<'static>,
}

impl GradcheckReport {
    /// The comparison that disagrees most; `None` of a function without inputs.
    pub fn worst(&self) -> Option<Comparison> {
        self.comparisons.iter().copied().max_by(|a, b| a.excess().total_cmp(&b.excess()))
    }

    /// Whether all derivatives agree, and no operation has a wrong partial.
    pub fn passed(&self) -> bool {
        self.comparisons.iter().all(Comparison::agrees) && self.wrong.is_empty()
    }

    /// An input as people count it: for arrays with the array's number and the place in it.
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
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        write!(f, "gradcheck {verdict}: {} derivatives", self.comparisons.len())?;
        if let Some(worst) = self.worst() {
            let Difference { value, step, .. } = worst.difference;
            write!(f, ", worst by {}: reverse {:e}", self.place(worst.input), worst.reverse)?;
            if let Some(forward) = worst.forward {
                write!(f, ", forward {forward:e}")?;
            }
            write!(f, ", difference {value:e} (step {step:.0e}), error {:.1e}", worst.error())?;
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

/// Checks the gradient of `f` at `x` against central differences of its value.
///
/// A closure runs on one type of number only. To have forward mode compared too, and a wrong partial blamed on its
/// operator, give the function as a [`Function`] to [`gradcheck_modes`].
///
/// ```
/// let report = wengert_ad::gradcheck(|v| v[0] * v[1], &[2.0, 3.0]);
/// assert!(report.passed(), "{report}");
/// ```
#[track_caller]
pub fn gradcheck(f: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>, x: &[f64]) -> GradcheckReport {
    let (_, gradient) = value_and_grad(&f, x);
    let value = |x: &[f64]| {
        let tape = Tape::new();
        let variables = tape.vars(x);
        f(&variables).primal()
    };
    report(compare(x, &gradient, None, value), Location::caller())
}

/// Checks the gradient of `f` at `x` in three ways: reverse mode, forward mode and central differences; and each
/// operation's partials against differences of that operation.
///
/// ```
/// use wengert_ad::{Elementary, Function, Number, check::gradcheck_modes};
///
/// struct Wave;
///
/// impl Function for Wave {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         (v[0] * v[1]).sin()
///     }
/// }
/// let report = gradcheck_modes(&Wave, &[2.0, 3.0]);
/// assert!(report.passed(), "{report}");
/// ```
#[track_caller]
pub fn gradcheck_modes(f: &impl Function, x: &[f64]) -> GradcheckReport {
    let names = input_names(x.len());
    gradcheck_named(f, &named(&names, x))
}

/// As [`gradcheck_modes`], with names for the inputs, in which the report speaks of them.
#[track_caller]
pub fn gradcheck_named(f: &impl Function, inputs: &[(&str, f64)]) -> GradcheckReport {
    let x: &[f64] = &inputs.iter().map(|&(_, x)| x).collect::<Vec<_>>();
    let (_, gradient) = value_and_grad(|v| f.eval(v), x);
    let forward = tangents(f, x);
    let comparisons = compare(x, &gradient, Some(&forward), |x| f.eval(x));
    let graph = Graph::of(inputs, |v: &[Traced<'_>]| f.eval(v));
    GradcheckReport {
        names: inputs.iter().map(|&(name, _)| name.to_owned()).collect(),
        wrong: wrong_partials(&graph),
        kinks: kinks_of(&graph),
        non_finite: non_finite_in(&graph),
        ..report(comparisons, Location::caller())
    }
}

/// The gradient by one forward sweep an input.
fn tangents(f: &impl Function, x: &[f64]) -> Vec<f64> {
    let mut direction = vec![0.0; x.len()];
    let along = |input| {
        direction[input] = 1.0;
        let (_, tangent) = jvp(|v| f.eval(v), x, &direction);
        direction[input] = 0.0;
        tangent
    };
    (0..x.len()).map(along).collect()
}

pub(super) fn report(comparisons: Vec<Comparison>, site: &'static Location<'static>) -> GradcheckReport {
    GradcheckReport {
        comparisons,
        names: Vec::new(),
        shapes: Vec::new(),
        wrong: Vec::new(),
        kinks: Vec::new(),
        non_finite: None,
        site,
    }
}

pub(super) fn compare(
    x: &[f64],
    gradient: &[f64],
    forward: Option<&[f64]>,
    f: impl Fn(&[f64]) -> f64,
) -> Vec<Comparison> {
    let mut moved = x.to_vec();
    let comparisons = gradient.iter().enumerate().map(|(input, &reverse)| {
        let at = |value: f64| {
            moved[input] = value;
            f(&moved)
        };
        let difference = difference(at, x[input]);
        moved[input] = x[input];
        Comparison { input, reverse, forward: forward.map(|forward| forward[input]), difference }
    });
    comparisons.collect()
}

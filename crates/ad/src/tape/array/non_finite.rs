//! The first number on an array tape that is not finite.

use super::observer::Observer;
use super::tape::ArrayTape;
use crate::kernels::Element;
use crate::primitive::{Primitive, Recorded, Shape, View};
use std::fmt;
use std::panic::Location;

impl<T: Element> ArrayTape<T> {
    /// Whether to look for numbers that are not finite: see [`first_non_finite`](Self::first_non_finite).
    ///
    /// Turned on, it forgets what was found before. It costs a pass over every value and every cotangent.
    pub fn set_checks(&mut self, on: bool) {
        *self.observer.get_mut() = on.then(|| Box::<FirstNonFinite>::default() as Box<dyn Observer<T>>);
    }

    /// The first value or cotangent on this tape that is not finite, since [checks were turned on](Self::set_checks).
    ///
    /// Clearing the tape keeps it, so that a training loop can ask at its end.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::{ArrayTape, Elementary};
    ///
    /// let mut tape = ArrayTape::<f64>::new();
    /// tape.set_checks(true);
    /// let x = tape.var(&array![1.0, 0.0]);
    /// let loss = x.ln().sum();
    /// let found = tape.first_non_finite().expect("the logarithm of 0 is not finite");
    /// assert_eq!(found.operator, "ln");
    /// ```
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        self.observer::<FirstNonFinite>().and_then(|observer| observer.first.clone())
    }
}

/// The smallest and the largest of some numbers, and how many are none.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    /// The shape of the array; empty for a number.
    pub shape: Shape,
    /// The smallest finite number and the largest; `None` where none is finite.
    pub range: Option<(f64, f64)>,
    /// How many are infinite.
    pub infinite: usize,
    /// How many are NaN.
    pub nan: usize,
}

impl Extent {
    /// The extent of one number.
    pub fn of_number(x: f64) -> Self {
        Self::of(View { shape: &[], data: &[x] })
    }

    /// The extent of an array's primals. A tangent that is not finite counts as NaN.
    fn of<T: Element>(x: View<'_, T>) -> Self {
        let mut extent = Self { shape: x.shape.into(), range: None, infinite: 0, nan: 0 };
        for x in x.data {
            let value = x.value();
            match (x.is_finite(), value.is_infinite()) {
                (true, _) => {
                    let (low, high) = extent.range.unwrap_or((value, value));
                    extent.range = Some((low.min(value), high.max(value)));
                }
                (false, true) => extent.infinite += 1,
                (false, false) => extent.nan += 1,
            }
        }
        extent
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.range {
            Some((low, high)) if low == high => parts.push(format!("{low:e}")),
            Some((low, high)) => parts.push(format!("from {low:e} to {high:e}")),
            None => {}
        }
        for (count, what) in [(self.infinite, "infinite"), (self.nan, "NaN")] {
            match count {
                0 => {}
                1 if self.shape.is_empty() => parts.push(what.to_owned()),
                _ => parts.push(format!("{count} {what}")),
            }
        }
        let numbers = parts.join(" and ");
        if self.shape.is_empty() {
            f.write_str(&numbers)
        } else {
            write!(f, "{:?} {numbers}", self.shape.as_slice())
        }
    }
}

/// The sweep in which something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// While values were computed.
    Forward,
    /// In the reverse sweep.
    Reverse {
        /// The operand whose derivative it is, counted from 0.
        operand: usize,
    },
}

/// The first number that is not finite: where it arose, and from what.
#[derive(Clone, Debug, PartialEq)]
pub struct NonFinite {
    /// The operator that gave it; `input` if it was given from outside.
    pub operator: &'static str,
    /// The operation as a formula, where there is one: `v1 = ln(x)`.
    pub application: Option<String>,
    /// In which sweep.
    pub phase: Phase,
    /// What came out: the value, or the derivative by the operand.
    pub result: Extent,
    /// The values of the operands.
    pub operands: Vec<Extent>,
    /// In the reverse sweep, the cotangent that came in.
    pub cotangent: Option<Extent>,
    /// The line of code that applied the operator.
    pub site: &'static Location<'static>,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operator, result, site, .. } = self;
        let formula = self.application.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        match self.phase {
            Phase::Forward => {
                write!(f, "not finite first: the value of `{operator}`{formula} at {site}: {result}")?;
            }
            Phase::Reverse { operand } => {
                write!(
                    f,
                    "not finite first: in the reverse sweep, the derivative of `{operator}`{formula} at {site} "
                )?;
                write!(f, "by operand {operand}: {result}")?;
            }
        }
        for (i, operand) in self.operands.iter().enumerate() {
            write!(f, "; operand {i}: {operand}")?;
        }
        self.cotangent.as_ref().map_or(Ok(()), |cotangent| write!(f, "; cotangent: {cotangent}"))
    }
}

#[derive(Debug, Default)]
struct FirstNonFinite {
    first: Option<NonFinite>,
}

impl FirstNonFinite {
    /// Keeps what `finding` tells of these numbers, if they are the first that are not finite.
    fn look<T: Element>(&mut self, numbers: View<'_, T>, finding: impl FnOnce(Extent) -> NonFinite) {
        if self.first.is_none() && !numbers.data.iter().all(|x| x.is_finite()) {
            self.first = Some(finding(Extent::of(numbers)));
        }
    }
}

impl<T: Element> Observer<T> for FirstNonFinite {
    fn placed(&mut self, value: View<'_, T>, site: &'static Location<'static>) {
        self.look(value, |result| NonFinite {
            operator: "input",
            application: None,
            phase: Phase::Forward,
            result,
            operands: Vec::new(),
            cotangent: None,
            site,
        });
    }

    fn recorded(
        &mut self,
        primitive: &mut dyn Primitive<T>,
        xs: &[View<'_, T>],
        y: View<'_, T>,
        site: &'static Location<'static>,
    ) {
        self.look(y, |result| NonFinite {
            operator: primitive.name(),
            application: None,
            phase: Phase::Forward,
            result,
            operands: xs.iter().map(|&x| Extent::of(x)).collect(),
            cotangent: None,
            site,
        });
    }

    fn pulled_back(
        &mut self,
        primitive: &dyn Primitive<T>,
        operand: usize,
        at: Recorded<'_, T>,
        adjoint: &[T],
        site: &'static Location<'static>,
    ) {
        self.look(View { shape: at.xs[operand].shape, data: adjoint }, |result| NonFinite {
            operator: primitive.name(),
            application: None,
            phase: Phase::Reverse { operand },
            result,
            operands: at.xs.iter().map(|&x| Extent::of(x)).collect(),
            cotangent: Some(Extent::of(View { shape: at.y.shape, data: at.y_bar })),
            site,
        });
    }
}

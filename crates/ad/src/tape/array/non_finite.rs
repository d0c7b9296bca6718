//! The search for the first value on an array tape that is not finite.

use super::observer::TapeObserver;
use super::tape::ArrayTape;
use super::value_range::ValueRange;
use crate::element::Element;
use crate::primitive::{Primitive, Recorded, View};
use std::fmt;
use std::panic::Location;

impl<T: Element> ArrayTape<T> {
    /// Turns the search for values that are not finite on or off; see
    /// [`first_non_finite`](Self::first_non_finite).
    ///
    /// Turning it on discards an earlier finding and any other [observer](Self::set_observer). It
    /// costs a pass over every value and every cotangent.
    pub fn set_checks(&mut self, on: bool) {
        if on { self.set_observer(FirstNonFinite::default()) } else { self.remove_observer() }
    }

    /// The first value or cotangent on this tape that is not finite, since
    /// [checks were turned on](Self::set_checks).
    ///
    /// Clearing the tape keeps the finding, so that a training loop can ask at its end.
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

/// The sweep in which a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The computation of the values.
    Forward,
    /// The reverse sweep.
    Reverse {
        /// The operand that the derivative is taken with respect to, counted from 0.
        operand: usize,
    },
}

/// The first value that is not finite: the operation that produced it, and its operands.
#[derive(Clone, Debug, PartialEq)]
pub struct NonFinite {
    /// The operator that produced the value; `input` for a variable or a constant.
    pub operator: &'static str,
    /// The operation as a formula, such as `v1 = ln(x)`. For arrays `None`, or in the training of a model the
    /// names of the parameters among the operands.
    pub application: Option<String>,
    /// The sweep in which it was produced.
    pub phase: Phase,
    /// The value, or in the reverse sweep the derivative with respect to the operand.
    pub result: ValueRange,
    /// The values of the operands.
    pub operands: Vec<ValueRange>,
    /// The cotangent of the output, in the reverse sweep.
    pub cotangent: Option<ValueRange>,
    /// The line of code that applied the operator.
    pub site: &'static Location<'static>,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_with_place(f, &format_args!("at {}", self.site))
    }
}

impl NonFinite {
    /// Writes the message with another description of the place than the line, such as `in the loss`.
    ///
    /// # Errors
    /// If the formatter returns one.
    pub fn write_with_place(&self, f: &mut fmt::Formatter<'_>, place: &dyn fmt::Display) -> fmt::Result {
        let Self { operator, result, .. } = self;
        let formula = self.application.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        match self.phase {
            Phase::Forward => {
                write!(f, "the first non-finite number is the value of `{operator}`{formula}")?;
            }
            Phase::Reverse { operand } => {
                write!(f, "the first non-finite number is the derivative of `{operator}`{formula} ")?;
                write!(f, "with respect to operand {operand}, in the reverse sweep")?;
            }
        }
        write!(f, ", {place}: {result}")?;
        for (i, operand) in self.operands.iter().enumerate() {
            write!(f, "; operand {i}: {operand}")?;
        }
        self.cotangent.as_ref().map_or(Ok(()), |cotangent| write!(f, "; cotangent: {cotangent}"))
    }
}

/// An observer that keeps the first finding.
#[derive(Debug, Default)]
struct FirstNonFinite {
    first: Option<NonFinite>,
}

impl FirstNonFinite {
    /// Keeps `finding` if `values` are the first that are not finite.
    fn inspect<T: Element>(&mut self, values: View<'_, T>, finding: impl FnOnce(ValueRange) -> NonFinite) {
        if self.first.is_none() && !values.data.iter().all(|x| x.is_finite()) {
            self.first = Some(finding(ValueRange::of(values)));
        }
    }
}

impl<T: Element> TapeObserver<T> for FirstNonFinite {
    fn on_input(&mut self, value: View<'_, T>, site: &'static Location<'static>) {
        self.inspect(value, |result| NonFinite {
            operator: "input",
            application: None,
            phase: Phase::Forward,
            result,
            operands: Vec::new(),
            cotangent: None,
            site,
        });
    }

    fn on_operation(
        &mut self,
        primitive: &mut dyn Primitive<T>,
        xs: &[View<'_, T>],
        y: View<'_, T>,
        site: &'static Location<'static>,
    ) {
        self.inspect(y, |result| NonFinite {
            operator: primitive.name(),
            application: None,
            phase: Phase::Forward,
            result,
            operands: xs.iter().map(|&x| ValueRange::of(x)).collect(),
            cotangent: None,
            site,
        });
    }

    fn on_pullback(
        &mut self,
        primitive: &dyn Primitive<T>,
        operand: usize,
        at: Recorded<'_, T>,
        adjoint: &[T],
        site: &'static Location<'static>,
    ) {
        self.inspect(View { shape: at.xs[operand].shape, data: adjoint }, |result| NonFinite {
            operator: primitive.name(),
            application: None,
            phase: Phase::Reverse { operand },
            result,
            operands: at.xs.iter().map(|&x| ValueRange::of(x)).collect(),
            cotangent: Some(ValueRange::of(View { shape: at.y.shape, data: at.y_bar })),
            site,
        });
    }
}

//! Comparison of the pullback of each array operation with central differences of that operation.

use super::difference::difference;
use super::kinks::Kink;
use super::report::GradcheckReport;
use super::tolerance::is_wrong;
use super::wrong_partials::WrongPartial;
use crate::primitive::{Adjoint, Primitive, PullbackStart, Recorded, View};
use crate::tape::{ArrayTape, TapeObserver, Tensor};
use ndarray::ArrayD;
use std::panic::Location;

/// Looks for wrong pullbacks, kinks and non-finite numbers in the operations of `f`, in two more
/// recordings of it.
pub(super) fn examine(
    report: &mut GradcheckReport,
    f: &impl for<'t> Fn(&'t [Tensor<'t, f64>]) -> Tensor<'t, f64>,
    at: &[ArrayD<f64>],
) {
    let record = |tape: &ArrayTape<f64>, sweep: bool| {
        let variables: Vec<_> = at.iter().map(|x| tape.var(x)).collect();
        let y = f(&variables);
        if sweep {
            drop(y.gradient());
        }
    };
    let mut tape = ArrayTape::new();
    tape.set_observer(Pullbacks::default());
    record(&tape, false);
    let found = tape.observer::<Pullbacks>().map(|found| found.clone()).unwrap_or_default();
    (report.wrong, report.kinks) = (found.wrong, found.kinks);
    tape.clear();
    tape.set_checks(true);
    record(&tape, true);
    report.non_finite = tape.first_non_finite();
}

/// Compares each pullback `u -> J' u` with central differences: `<v, J' u>` is the derivative of
/// `<u, f(x + t v)>` with respect to `t` at 0.
#[derive(Clone, Debug, Default)]
struct Pullbacks {
    wrong: Vec<WrongPartial>,
    kinks: Vec<Kink>,
}

impl TapeObserver<f64> for Pullbacks {
    fn on_operation(
        &mut self,
        primitive: &mut dyn Primitive<f64>,
        xs: &[View<'_, f64>],
        y: View<'_, f64>,
        site: &'static Location<'static>,
    ) {
        let u: Vec<f64> = (0..y.data.len()).map(|i| weight(i, 0.7)).collect();
        for operand in 0..xs.len() {
            let mut x_bar = vec![0.0; xs[operand].data.len()];
            let (mut y_bar, sum_of) = (u.clone(), |other| (other == operand).then_some(&[][..]));
            primitive.start_pullback(&mut PullbackStart::new(xs, y, &mut y_bar, &sum_of));
            primitive.vjp(operand, Recorded { xs, y, y_bar: &y_bar }, Adjoint::new(&mut x_bar, true));
            let partial = x_bar.iter().enumerate().map(|(i, x_bar)| weight(i, 1.9) * x_bar).sum::<f64>();
            let operation = Operation { xs, operand, u: &u, site };
            self.compare(primitive, &operation, partial);
        }
        // A primitive may keep values of its primal for the pullback: restore those of the recorded
        // point.
        primitive.primal(xs, &mut vec![0.0; y.data.len()]);
    }
}

/// A recorded operation, of which one operand moves.
struct Operation<'a> {
    xs: &'a [View<'a, f64>],
    operand: usize,
    /// The cotangent.
    u: &'a [f64],
    site: &'static Location<'static>,
}

/// The distance to either side of the point at which one-sided slopes are computed.
const SIDE: f64 = 1e-8;

impl Pullbacks {
    /// Compares `partial`, computed by the pullback, with the one-sided slopes of the operation,
    /// and with a central difference if these agree.
    fn compare(&mut self, primitive: &mut dyn Primitive<f64>, operation: &Operation<'_>, partial: f64) {
        let &Operation { operand, site, .. } = operation;
        let (operator, application) = (primitive.name().to_owned(), operation.application());
        let [left, here, right] = [-SIDE, 0.0, SIDE].map(|t| operation.value(primitive, t));
        let slopes = [(here - left) / SIDE, (right - here) / SIDE];
        let rounding = 8.0 * f64::EPSILON * here.abs() / SIDE;
        let jump = (slopes[0] - slopes[1]).abs();
        if jump > 1e-3 * slopes[0].abs().max(slopes[1].abs()).max(1.0) + rounding {
            let (derivative, operands) = ([slopes[0], partial, slopes[1]], Vec::new());
            self.kinks.push(Kink { operator, application, operands, derivative, site });
            return;
        }
        let found = difference(|t| operation.value(primitive, t), 0.0);
        if is_wrong(partial, &found) {
            let difference = found.value;
            self.wrong.push(WrongPartial { operator, application, operand, partial, difference, site });
        }
    }
}

impl Operation<'_> {
    /// `<u, f(x + t v)>`, where `x` is the operand that moves.
    fn value(&self, primitive: &mut dyn Primitive<f64>, t: f64) -> f64 {
        let x = self.xs[self.operand].data;
        let moved: Vec<f64> = x.iter().enumerate().map(|(i, x)| x + t * weight(i, 1.9)).collect();
        let mut xs = self.xs.to_vec();
        xs[self.operand].data = &moved;
        let mut y = vec![0.0; self.u.len()];
        primitive.primal(&xs, &mut y);
        y.iter().zip(self.u).map(|(y, u)| y * u).sum()
    }

    fn application(&self) -> String {
        let shapes: Vec<String> = self.xs.iter().map(|x| format!("{:?}", x.shape)).collect();
        format!("an application to shapes {}", shapes.join(", "))
    }
}

/// Component `i` of a vector of numbers near 1 without an obvious pattern, the same in every run.
fn weight(i: usize, frequency: f64) -> f64 {
    1.0 + 0.5 * (frequency * (i as f64 + 1.0).powi(2)).sin()
}

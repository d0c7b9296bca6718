//! Comparison of the pullback of each array operation with central differences of that operation.

use super::difference::differences;
use super::kinks::Kink;
use super::precision::Precision;
use super::report::GradcheckReport;
use super::verdict::{Verdict, judge};
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
    let mut tape = ArrayTape::new();
    let found = observed(&mut tape, f, at, Pullbacks::default());
    (report.wrong, report.kinks) = (found.wrong, found.kinks);
    tape.clear();
    tape.remove_observer();
    tape.set_checks(true);
    let variables: Vec<_> = at.iter().map(|x| tape.var(x)).collect();
    drop(f(&variables).gradient());
    report.non_finite = tape.first_non_finite();
}

/// The operations of `f` at which the second derivatives are not to be trusted: those on a kink, and
/// those whose pullback is not continuous.
pub(super) fn second_order_kinks(
    f: &impl for<'t> Fn(&'t [Tensor<'t, f64>]) -> Tensor<'t, f64>,
    at: &[ArrayD<f64>],
) -> Vec<Kink> {
    observed(&mut ArrayTape::new(), f, at, Pullbacks { second_order: true, ..Pullbacks::default() }).kinks
}

/// What `observer` found in the operations of `f`.
fn observed(
    tape: &mut ArrayTape<f64>,
    f: &impl for<'t> Fn(&'t [Tensor<'t, f64>]) -> Tensor<'t, f64>,
    at: &[ArrayD<f64>],
    observer: Pullbacks,
) -> Pullbacks {
    tape.set_observer(observer);
    let variables: Vec<_> = at.iter().map(|x| tape.var(x)).collect();
    f(&variables);
    tape.observer::<Pullbacks>().map(|found| found.clone()).unwrap_or_default()
}

/// Compares each pullback `u -> J' u` with central differences: `<v, J' u>` is the derivative of
/// `<u, f(x + t v)>` with respect to `t` at 0.
#[derive(Clone, Debug, Default)]
struct Pullbacks {
    wrong: Vec<WrongPartial>,
    kinks: Vec<Kink>,
    /// Whether to look for kinks of the pullbacks instead of wrong ones.
    second_order: bool,
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
        let directions: Vec<Vec<f64>> = xs.iter().map(direction).collect();
        for operand in 0..xs.len() {
            let operation = Operation { xs, y_shape: y.shape, operand, directions: &directions, u: &u, site };
            match operation.kink(primitive) {
                Some(kink) => self.kinks.push(kink),
                None if self.second_order => self.kinks.extend(operation.edge(primitive)),
                None => self.wrong.extend(operation.wrong(primitive)),
            }
        }
        // A primitive may keep values of its primal for the pullback: restore those of the recorded
        // point.
        primitive.primal(xs, &mut vec![0.0; y.data.len()]);
    }
}

/// A recorded operation, of which one operand moves.
struct Operation<'a> {
    xs: &'a [View<'a, f64>],
    y_shape: &'a [usize],
    operand: usize,
    /// The direction in which each operand moves.
    directions: &'a [Vec<f64>],
    /// The cotangent.
    u: &'a [f64],
    site: &'static Location<'static>,
}

/// Two distances to either side of the point. What jumps there has the same jump at both; what is smooth
/// changes a hundred times less at the shorter one.
const SIDES: [f64; 2] = [1e-6, 1e-8];

impl Operation<'_> {
    /// The kink on which the operation is.
    fn kink(&self, primitive: &mut dyn Primitive<f64>) -> Option<Kink> {
        let here = self.value(primitive, 0.0);
        let [far, near] = SIDES.map(|t| {
            let (low, high) = (self.value(primitive, -t), self.value(primitive, t));
            [(here - low) / t, (high - here) / t]
        });
        let rounding = 8.0 * f64::EPSILON * here.abs() / SIDES[1];
        let jump = |[left, right]: [f64; 2]| (right - left).abs();
        let size = near[0].abs().max(near[1].abs());
        let is_kink = jump(near) > 1e-3 * size + rounding && jump(near) > 0.5 * jump(far);
        is_kink.then(|| {
            let chosen = self.partial(primitive, self.operand, 0.0);
            self.kink_with(primitive, [near[0], chosen, near[1]])
        })
    }

    /// The discontinuity of a pullback at the point, where it is finite.
    fn edge(&self, primitive: &mut dyn Primitive<f64>) -> Option<Kink> {
        (0..self.xs.len()).find_map(|operand| {
            let here = self.partial(primitive, operand, 0.0);
            let mut leaves = |side: f64| {
                let [far, near] = SIDES.map(|t| self.partial(primitive, operand, side * t));
                let (jump, size) = ((near - here).abs(), near.abs().max(here.abs()));
                let jumps = near.is_infinite() || jump > 1e-6 * size && jump > 4.0 * (far - near).abs();
                (jumps, near)
            };
            let ((left_jumps, left), (right_jumps, right)) = (leaves(-1.0), leaves(1.0));
            let is_edge = here.is_finite() && (left_jumps || right_jumps);
            is_edge.then(|| self.kink_with(primitive, [left, here, right]))
        })
    }

    /// The pullback of the operand, if it is wrong.
    fn wrong(&self, primitive: &mut dyn Primitive<f64>) -> Option<WrongPartial> {
        let partial = self.partial(primitive, self.operand, 0.0);
        // Around 1, so that the steps end where the operand does not change any more.
        let mut value = |t: f64| vec![self.value(primitive, t - 1.0)];
        let found = differences(&mut value, 1.0, Precision::DOUBLE)[0];
        let is_wrong = partial.is_finite() && judge(partial, &found) == Verdict::Failed;
        is_wrong.then(|| WrongPartial {
            operator: primitive.name().to_owned(),
            application: self.application(),
            operand: self.operand,
            partial,
            difference: found.value,
            site: self.site,
        })
    }

    fn kink_with(&self, primitive: &dyn Primitive<f64>, derivative: [f64; 3]) -> Kink {
        let operator = primitive.name().to_owned();
        Kink { operator, application: self.application(), operands: Vec::new(), derivative, site: self.site }
    }

    /// The operands, with that which moves at distance `t` along its direction.
    fn moved(&self, t: f64) -> Vec<f64> {
        let x = self.xs[self.operand].data;
        x.iter().zip(&self.directions[self.operand]).map(|(x, v)| x + t * v).collect()
    }

    /// `<u, f(x + t v)>`, where `x` is the operand that moves.
    fn value(&self, primitive: &mut dyn Primitive<f64>, t: f64) -> f64 {
        let moved = self.moved(t);
        let mut xs = self.xs.to_vec();
        xs[self.operand].data = &moved;
        let mut y = vec![0.0; self.u.len()];
        primitive.primal(&xs, &mut y);
        y.iter().zip(self.u).map(|(y, u)| y * u).sum()
    }

    /// `<v, J' u>` at `x + t v`, where `x` is the operand that moves and `J` the Jacobian with respect to
    /// the operand `wrt`, whose direction is `v`.
    fn partial(&self, primitive: &mut dyn Primitive<f64>, wrt: usize, t: f64) -> f64 {
        let moved = self.moved(t);
        let mut xs = self.xs.to_vec();
        xs[self.operand].data = &moved;
        let mut y = vec![0.0; self.u.len()];
        primitive.primal(&xs, &mut y);
        let y = View { shape: self.y_shape, data: &y };
        let mut x_bar = vec![0.0; xs[wrt].data.len()];
        let (mut y_bar, sum_of) = (self.u.to_vec(), |other| (other == wrt).then_some(&[][..]));
        primitive.start_pullback(&mut PullbackStart::new(&xs, y, &mut y_bar, &sum_of));
        primitive.vjp(wrt, Recorded { xs: &xs, y, y_bar: &y_bar }, Adjoint::new(&mut x_bar, true));
        x_bar.iter().zip(&self.directions[wrt]).map(|(x_bar, v)| v * x_bar).sum()
    }

    fn application(&self) -> String {
        let shapes: Vec<String> = self.xs.iter().map(|x| format!("{:?}", x.shape)).collect();
        format!("an application to shapes {}", shapes.join(", "))
    }
}

/// A direction along which each element changes by about its own size, an element that is 0 by about the
/// size of the largest one.
fn direction(x: &View<'_, f64>) -> Vec<f64> {
    let largest = x.data.iter().map(|x| x.abs()).filter(|x| x.is_finite()).fold(0.0, f64::max);
    let size = if largest > 0.0 { largest } else { 1.0 };
    let scale = |x: f64| if x == 0.0 || !x.is_finite() { size } else { x.abs() };
    x.data.iter().enumerate().map(|(i, &x)| weight(i, 1.9) * scale(x)).collect()
}

/// Component `i` of a vector of numbers near 1 without an obvious pattern, the same in every run.
fn weight(i: usize, frequency: f64) -> f64 {
    1.0 + 0.5 * (frequency * (i as f64 + 1.0).powi(2)).sin()
}

//! First and second derivatives of functions of arrays.

use super::blame::WrongPartial;
use super::difference::difference;
use super::gradcheck::{GradcheckReport, TOLERANCE, compare, report};
use super::kinks::Kink;
use super::relative_error;
use super::second::{GradgradcheckReport, second};
use crate::function::ArrayFunction;
use crate::primitive::{Adjoint, Primitive, Recorded, View};
use crate::tape::{ArrayTape, NonFinite, TapeObserver, Tensor};
use crate::transform::arrays;
use ndarray::ArrayD;
use std::panic::Location;

/// Checks the gradient of `f`, which returns one number, by every element of the arrays `xs` against central differences;
/// and each operation's pullback against differences of that operation.
///
/// # Panics
/// If `f` returns more than one number.
#[track_caller]
pub fn gradcheck_arrays(
    f: impl for<'t> Fn(&[Tensor<'t, f64>]) -> Tensor<'t, f64>,
    xs: &[ArrayD<f64>],
) -> GradcheckReport {
    check(f, xs, None, Location::caller())
}

/// As [`gradcheck_arrays`], and against forward mode.
///
/// # Panics
/// If `f` returns more than one number.
#[track_caller]
pub fn gradcheck_arrays_modes(f: &impl ArrayFunction, xs: &[ArrayD<f64>]) -> GradcheckReport {
    let elements = flat(xs).len();
    let along = |input: usize| {
        let unit: Vec<f64> = (0..elements).map(|i| if i == input { 1.0 } else { 0.0 }).collect();
        arrays::jvp(|v| f.eval(v), xs, &shaped(xs, &unit)).1.sum()
    };
    let forward: Vec<f64> = (0..elements).map(along).collect();
    check(|v| f.eval(v), xs, Some(&forward), Location::caller())
}

/// Checks the second derivatives of `f`, which returns one number, as [`gradgradcheck`](super::gradgradcheck) does; the
/// inputs are the elements of all arrays in order.
///
/// # Panics
/// If `f` returns more than one number.
#[track_caller]
pub fn gradgradcheck_arrays(f: &impl ArrayFunction, xs: &[ArrayD<f64>]) -> GradgradcheckReport {
    let gradient = |x: &[f64]| flat(&arrays::grad(|v| f.eval(v), &shaped(xs, x)));
    let product = |direction: &[f64]| flat(&arrays::hvp(|v| f.eval(v), xs, &shaped(xs, direction)));
    second(&flat(xs), gradient, product, Location::caller())
}

#[track_caller]
fn check(
    f: impl for<'t> Fn(&[Tensor<'t, f64>]) -> Tensor<'t, f64>,
    xs: &[ArrayD<f64>],
    forward: Option<&[f64]>,
    site: &'static Location<'static>,
) -> GradcheckReport {
    let gradient = flat(&arrays::grad(&f, xs));
    let value = |x: &[f64]| {
        let tape = ArrayTape::new();
        let variables: Vec<_> = shaped(xs, x).iter().map(|x| tape.var(x)).collect();
        f(&variables).item()
    };
    let comparisons = compare(&flat(xs), &gradient, forward, value);
    let shapes = xs.iter().map(|x| x.shape().to_vec()).collect();
    let (Pullbacks { wrong, kinks }, non_finite) = look_closer(&f, xs);
    GradcheckReport { shapes, wrong, kinks, non_finite, ..report(comparisons, site) }
}

/// Runs `f` again, once with every pullback compared, once with every number looked at.
fn look_closer(
    f: impl for<'t> Fn(&[Tensor<'t, f64>]) -> Tensor<'t, f64>,
    xs: &[ArrayD<f64>],
) -> (Pullbacks, Option<NonFinite>) {
    let mut tape = ArrayTape::new();
    tape.set_observer(Pullbacks::default());
    f(&xs.iter().map(|x| tape.var(x)).collect::<Vec<_>>());
    let found = tape.observer::<Pullbacks>().map(|found| found.clone()).unwrap_or_default();
    tape.clear();
    tape.set_checks(true);
    drop(f(&xs.iter().map(|x| tape.var(x)).collect::<Vec<_>>()).gradient());
    (found, tape.first_non_finite())
}

fn flat(arrays: &[ArrayD<f64>]) -> Vec<f64> {
    arrays.iter().flatten().copied().collect()
}

/// Elements in the shapes of `xs`.
fn shaped(xs: &[ArrayD<f64>], elements: &[f64]) -> Vec<ArrayD<f64>> {
    let mut elements = elements.iter().copied();
    let shaped = xs.iter().map(|x| {
        let elements = elements.by_ref().take(x.len()).collect();
        ArrayD::from_shape_vec(x.raw_dim(), elements).expect("as many elements as the arrays")
    });
    shaped.collect()
}

/// Compares each operation's pullback with differences: `<v, J' u>` with the derivative of `<u, f(x + t v)>`.
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
            primitive.vjp(operand, Recorded { xs, y, y_bar: &u }, Adjoint::new(&mut x_bar, true));
            let partial = x_bar.iter().enumerate().map(|(i, x_bar)| weight(i, 1.9) * x_bar).sum::<f64>();
            self.compare(
                primitive,
                operand,
                partial,
                site,
                |primitive, t| weighted(primitive, xs, operand, t, &u),
                xs,
            );
        }
        // A primitive may keep what its pullback uses: bring it back to the recorded point.
        primitive.primal(xs, &mut vec![0.0; y.data.len()]);
    }
}

impl Pullbacks {
    /// Compares the derivative of `along` at 0, as the pullback has it, with its slopes on both sides, and with a
    /// difference where these agree.
    fn compare(
        &mut self,
        primitive: &mut dyn Primitive<f64>,
        operand: usize,
        partial: f64,
        site: &'static Location<'static>,
        along: impl Fn(&mut dyn Primitive<f64>, f64) -> f64,
        xs: &[View<'_, f64>],
    ) {
        let shapes: Vec<String> = xs.iter().map(|x| format!("{:?}", x.shape)).collect();
        let application = format!("an application to shapes {}", shapes.join(", "));
        let operator = primitive.name().to_owned();
        let [left, here, right] = [-SIDE, 0.0, SIDE].map(|t| along(primitive, t));
        let slopes = [(here - left) / SIDE, (right - here) / SIDE];
        let rounding = 8.0 * f64::EPSILON * here.abs() / SIDE;
        let jump = (slopes[0] - slopes[1]).abs();
        if jump > 1e-3 * slopes[0].abs().max(slopes[1].abs()).max(1.0) + rounding {
            let (derivative, operands) = ([slopes[0], partial, slopes[1]], Vec::new());
            self.kinks.push(Kink { operator, application, operands, derivative, site });
            return;
        }
        let found = difference(|t| along(primitive, t), 0.0);
        let slack = TOLERANCE + 8.0 * found.rounding / partial.abs().max(1.0);
        let comparable = partial.is_finite() && found.value.is_finite();
        if comparable && relative_error(partial, found.value) > slack {
            let difference = found.value;
            self.wrong.push(WrongPartial { operator, application, operand, partial, difference, site });
        }
    }
}

/// How far to either side of an operand its slopes are taken.
const SIDE: f64 = 1e-8;

/// `<u, f(x + t v)>`, only `operand` moving.
fn weighted(
    primitive: &mut dyn Primitive<f64>,
    xs: &[View<'_, f64>],
    operand: usize,
    t: f64,
    u: &[f64],
) -> f64 {
    let moved: Vec<f64> = xs[operand].data.iter().enumerate().map(|(i, x)| x + t * weight(i, 1.9)).collect();
    let mut xs = xs.to_vec();
    xs[operand].data = &moved;
    let mut y = vec![0.0; u.len()];
    primitive.primal(&xs, &mut y);
    y.iter().zip(u).map(|(y, u)| y * u).sum()
}

/// Numbers of order one without a pattern, the same in every run.
fn weight(i: usize, frequency: f64) -> f64 {
    1.0 + 0.5 * (frequency * (i as f64 + 1.0).powi(2)).sin()
}

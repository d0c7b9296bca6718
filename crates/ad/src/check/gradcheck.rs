//! Checks of first derivatives.

use super::difference::differences;
use super::function::CheckFunction;
use super::input::CheckInput;
use super::precision::Precision;
use super::report::{Comparison, GradcheckReport};
use std::panic::Location;

/// Checks the gradient of a closure `f` at the inputs `at` against central differences of its
/// value.
///
/// The inputs are numbers, named numbers or arrays (see [`CheckInput`]); `f` takes one variable per
/// input and returns one number. For arrays, the pullback of each operation is compared with
/// central differences of that operation too.
///
/// A closure runs in one mode only. To compare forward mode as well, and to have a wrong partial of
/// scalar code traced to its operator, implement [`Function`](crate::Function) and call
/// [`gradcheck_modes`].
///
/// ```
/// let report = wengert_ad::gradcheck(|v| v[0] * v[1], &[2.0, 3.0]);
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Panics
/// If `f` returns an array with more than one element.
///
/// # Cost
/// About 31 evaluations for each element of the inputs: those of a [`difference`](super::difference).
#[track_caller]
pub fn gradcheck<I: CheckInput>(
    f: impl for<'t> Fn(&'t [I::Variable<'t>]) -> I::Variable<'t>,
    at: &[I],
) -> GradcheckReport {
    let x = I::elements(at);
    let gradient = I::gradient(&f, at, &x);
    let comparisons = compare(I::PRECISION, &x, &gradient, None, &|x| I::value(&f, at, x));
    let mut report = GradcheckReport::new(comparisons, Location::caller());
    I::complete(&mut report, &f, at);
    report
}

/// Checks the gradient of `f` at the inputs `at` in three ways: reverse mode, forward mode and
/// central differences; and the partials of each operation against central differences of that
/// operation.
///
/// `f` is a [`Function`](crate::Function) for numbers and named numbers, an
/// [`ArrayFunction`](crate::ArrayFunction) for arrays.
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
///
/// # Panics
/// If `f` returns an array with more than one element.
///
/// # Cost
/// About 31 evaluations and one forward sweep for each element of the inputs.
#[track_caller]
pub fn gradcheck_modes<I: CheckInput>(f: &impl CheckFunction<I>, at: &[I]) -> GradcheckReport {
    let x = I::elements(at);
    let gradient = f.gradient(at, &x);
    let mut direction = vec![0.0; x.len()];
    let slope = |input| {
        direction[input] = 1.0;
        let slope = f.slope(at, &direction);
        direction[input] = 0.0;
        slope
    };
    let forward: Vec<f64> = (0..x.len()).map(slope).collect();
    let comparisons = compare(I::PRECISION, &x, &gradient, Some(&forward), &|x| f.value(at, x));
    let mut report = GradcheckReport::new(comparisons, Location::caller());
    f.complete(&mut report, at);
    report
}

fn compare(
    precision: Precision,
    x: &[f64],
    gradient: &[f64],
    forward: Option<&[f64]>,
    f: &dyn Fn(&[f64]) -> f64,
) -> Vec<Comparison> {
    let mut moved = x.to_vec();
    let comparisons = gradient.iter().enumerate().map(|(input, &reverse)| {
        let mut at = |value: f64| {
            moved[input] = value;
            vec![f(&moved)]
        };
        let difference = differences(&mut at, x[input], precision)[0];
        moved[input] = x[input];
        Comparison { input, reverse, forward: forward.map(|forward| forward[input]), difference }
    });
    comparisons.collect()
}

//! Checks of functions computed in single precision.

use super::input::{CheckInput, shaped};
use super::precision::Precision;
use super::report::GradcheckReport;
use crate::tape::{ArrayTape, Tape, Tensor, Var};
use ndarray::{ArrayD, LayoutRef};

/// An input of a function that is computed in `f32`.
///
/// | input | variable |
/// |---|---|
/// | `Single(f64)` | [`Var<f32>`](Var) |
/// | `Single(ArrayD<f64>)` | [`Tensor<f32>`](Tensor) |
///
/// The input is rounded to `f32`, and so are the points at which differences are taken. Single precision
/// leaves an uncertainty of about 1e-4 in a difference, and none of the operations is examined on its own.
///
/// ```
/// use wengert_ad::{Elementary, Scalar, check::{Single, Verdict}, gradcheck};
///
/// let report = gradcheck(|v| v[0].exp() * v[1], &[Single(0.3), Single(2.0)]);
/// assert!(report.passed(), "{report}");
/// let report = gradcheck(|v| v[0].stop_gradient() * v[0], &[Single(1e-12)]);
/// assert_eq!(report.verdict(), Verdict::Failed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Single<I>(pub I);

impl CheckInput for Single<f64> {
    type Variable<'t> = Var<'t, f32>;
    const PRECISION: Precision = Precision::SINGLE;

    fn shape(&self) -> &[usize] {
        &[]
    }
    fn elements(at: &[Self]) -> Vec<f64> {
        at.iter().map(|x| (Precision::SINGLE.nearest)(x.0)).collect()
    }
    fn value(f: &impl for<'t> Fn(&'t [Var<'t, f32>]) -> Var<'t, f32>, _: &[Self], x: &[f64]) -> f64 {
        let tape = Tape::new();
        let variables = tape.vars(&single(x));
        f(&variables).value()
    }
    fn gradient(f: &impl for<'t> Fn(&'t [Var<'t, f32>]) -> Var<'t, f32>, _: &[Self], x: &[f64]) -> Vec<f64> {
        let tape = Tape::new();
        let variables = tape.vars(&single(x));
        let gradient = f(&variables).gradient();
        variables.iter().map(|&x| f64::from(gradient.get(x).unwrap_or(0.0))).collect()
    }
    fn complete(
        _: &mut GradcheckReport,
        _: &impl for<'t> Fn(&'t [Var<'t, f32>]) -> Var<'t, f32>,
        _: &[Self],
    ) {
    }
}

impl CheckInput for Single<ArrayD<f64>> {
    type Variable<'t> = Tensor<'t, f32>;
    const PRECISION: Precision = Precision::SINGLE;

    fn shape(&self) -> &[usize] {
        LayoutRef::shape(&self.0)
    }
    fn elements(at: &[Self]) -> Vec<f64> {
        at.iter().flat_map(|x| &x.0).map(|&x| (Precision::SINGLE.nearest)(x)).collect()
    }
    #[track_caller]
    fn value(f: &impl for<'t> Fn(&'t [Tensor<'t, f32>]) -> Tensor<'t, f32>, at: &[Self], x: &[f64]) -> f64 {
        let tape = ArrayTape::new();
        let variables: Vec<_> = single_arrays(at, x).iter().map(|x| tape.var(x)).collect();
        f64::from(f(&variables).item())
    }
    #[track_caller]
    fn gradient(
        f: &impl for<'t> Fn(&'t [Tensor<'t, f32>]) -> Tensor<'t, f32>,
        at: &[Self],
        x: &[f64],
    ) -> Vec<f64> {
        let tape = ArrayTape::new();
        let variables: Vec<_> = single_arrays(at, x).iter().map(|x| tape.var(x)).collect();
        let gradient = f(&variables).gradient();
        let of = |(&variable, x): (&Tensor<'_, f32>, &Self)| match gradient.get(variable) {
            Some(x_bar) => x_bar.into_iter().map(f64::from).collect(),
            None => vec![0.0; x.0.len()],
        };
        variables.iter().zip(at).flat_map(of).collect()
    }
    fn complete(
        report: &mut GradcheckReport,
        _: &impl for<'t> Fn(&'t [Tensor<'t, f32>]) -> Tensor<'t, f32>,
        at: &[Self],
    ) {
        report.shapes = at.iter().map(|x| x.0.shape().to_vec()).collect();
    }
}

fn single(x: &[f64]) -> Vec<f32> {
    x.iter().map(|&x| x as f32).collect()
}

fn single_arrays(at: &[Single<ArrayD<f64>>], x: &[f64]) -> Vec<ArrayD<f32>> {
    let arrays: Vec<ArrayD<f64>> = at.iter().map(|x| x.0.clone()).collect();
    shaped(&arrays, x).iter().map(|x| x.mapv(|x| x as f32)).collect()
}

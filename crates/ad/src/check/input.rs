//! Inputs of the functions that are checked.

use super::precision::Precision;
use super::pullbacks;
use super::report::GradcheckReport;
use crate::tape::{ArrayTape, Tape, Tensor, Var};
use ndarray::{ArrayD, LayoutRef};

/// One input of a function that is checked: a number, a named number or an array.
///
/// The type of the inputs determines the type of the variables on which the function computes:
///
/// | input | variable | in reports |
/// |---|---|---|
/// | `f64` | [`Var<f64>`](Var) | by position |
/// | `(&str, f64)` | [`Var<f64>`](Var) | by name |
/// | `ArrayD<f64>` | [`Tensor<f64>`](Tensor) | by position, array and index |
/// | [`Single`](super::Single) of a number or an array | [`Var<f32>`](Var), [`Tensor<f32>`](Tensor) | the same |
///
/// ```
/// use ndarray::array;
/// use wengert_ad::{Elementary, gradcheck};
///
/// assert!(gradcheck(|v| v[0] * v[1].sin(), &[2.0, 3.0]).passed());
/// assert!(gradcheck(|v| v[0] * v[1].sin(), &[("amplitude", 2.0), ("phase", 3.0)]).passed());
/// assert!(gradcheck(|v| v[0].sin().sum(), &[array![2.0, 3.0].into_dyn()]).passed());
/// ```
///
/// In the methods, `at` are the inputs, and `x` their elements in order, possibly moved.
pub trait CheckInput: Sized {
    /// The variable that represents the input on a tape.
    type Variable<'t>;

    /// The precision in which the function is computed.
    const PRECISION: Precision = Precision::DOUBLE;

    /// The shape: empty for a number.
    fn shape(&self) -> &[usize];

    /// The elements of all inputs in order.
    fn elements(at: &[Self]) -> Vec<f64>;

    /// The value of `f` at `x`.
    fn value(
        f: &impl for<'t> Fn(&'t [Self::Variable<'t>]) -> Self::Variable<'t>,
        at: &[Self],
        x: &[f64],
    ) -> f64;

    /// The gradient of `f` at `x`, computed by a reverse sweep.
    fn gradient(
        f: &impl for<'t> Fn(&'t [Self::Variable<'t>]) -> Self::Variable<'t>,
        at: &[Self],
        x: &[f64],
    ) -> Vec<f64>;

    /// Adds the names or shapes of the inputs to a report, and the findings about the operations of
    /// `f`, where the tape can provide them.
    fn complete(
        report: &mut GradcheckReport,
        f: &impl for<'t> Fn(&'t [Self::Variable<'t>]) -> Self::Variable<'t>,
        at: &[Self],
    );
}

impl CheckInput for f64 {
    type Variable<'t> = Var<'t, f64>;

    fn shape(&self) -> &[usize] {
        &[]
    }
    fn elements(at: &[Self]) -> Vec<f64> {
        at.to_vec()
    }
    fn value(f: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>, _: &[Self], x: &[f64]) -> f64 {
        scalar_value(f, x)
    }
    fn gradient(f: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>, _: &[Self], x: &[f64]) -> Vec<f64> {
        scalar_gradient(f, x)
    }
    fn complete(
        _: &mut GradcheckReport,
        _: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>,
        _: &[Self],
    ) {
    }
}

impl CheckInput for (&str, f64) {
    type Variable<'t> = Var<'t, f64>;

    fn shape(&self) -> &[usize] {
        &[]
    }
    fn elements(at: &[Self]) -> Vec<f64> {
        at.iter().map(|&(_, x)| x).collect()
    }
    fn value(f: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>, _: &[Self], x: &[f64]) -> f64 {
        scalar_value(f, x)
    }
    fn gradient(f: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>, _: &[Self], x: &[f64]) -> Vec<f64> {
        scalar_gradient(f, x)
    }
    fn complete(
        report: &mut GradcheckReport,
        _: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>,
        at: &[Self],
    ) {
        report.names = at.iter().map(|&(name, _)| name.to_owned()).collect();
    }
}

fn scalar_value(f: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>, x: &[f64]) -> f64 {
    let tape = Tape::new();
    let variables = tape.vars(x);
    f(&variables).value()
}

#[track_caller]
fn scalar_gradient(f: &impl for<'t> Fn(&'t [Var<'t, f64>]) -> Var<'t, f64>, x: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let variables = tape.vars(x);
    let gradient = f(&variables).gradient();
    variables.iter().map(|&x| gradient.get(x).unwrap_or(0.0)).collect()
}

impl CheckInput for ArrayD<f64> {
    type Variable<'t> = Tensor<'t, f64>;

    fn shape(&self) -> &[usize] {
        LayoutRef::shape(self)
    }
    fn elements(at: &[Self]) -> Vec<f64> {
        at.iter().flatten().copied().collect()
    }
    #[track_caller]
    fn value(f: &impl for<'t> Fn(&'t [Tensor<'t, f64>]) -> Tensor<'t, f64>, at: &[Self], x: &[f64]) -> f64 {
        let tape = ArrayTape::new();
        let variables: Vec<_> = shaped(at, x).iter().map(|x| tape.var(x)).collect();
        f(&variables).item()
    }
    #[track_caller]
    fn gradient(
        f: &impl for<'t> Fn(&'t [Tensor<'t, f64>]) -> Tensor<'t, f64>,
        at: &[Self],
        x: &[f64],
    ) -> Vec<f64> {
        let tape = ArrayTape::new();
        let variables: Vec<_> = shaped(at, x).iter().map(|x| tape.var(x)).collect();
        let gradient = f(&variables).gradient();
        let of = |(&variable, x): (&Tensor<'_, f64>, &Self)| match gradient.get(variable) {
            Some(x_bar) => x_bar.into_iter().collect(),
            None => vec![0.0; x.len()],
        };
        variables.iter().zip(at).flat_map(of).collect()
    }
    fn complete(
        report: &mut GradcheckReport,
        f: &impl for<'t> Fn(&'t [Tensor<'t, f64>]) -> Tensor<'t, f64>,
        at: &[Self],
    ) {
        report.shapes = at.iter().map(|x| CheckInput::shape(x).to_vec()).collect();
        pullbacks::examine(report, f, at);
    }
}

/// The elements as arrays of the shapes of `at`.
pub(super) fn shaped(at: &[ArrayD<f64>], elements: &[f64]) -> Vec<ArrayD<f64>> {
    let mut elements = elements.iter().copied();
    let shaped = at.iter().map(|x| {
        let elements = elements.by_ref().take(x.len()).collect();
        ArrayD::from_shape_vec(x.raw_dim(), elements).expect("there is one element per element of the inputs")
    });
    shaped.collect()
}

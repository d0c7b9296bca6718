//! Norms of gradients and of updates, relative to the parameters.

use crate::layout::Layout;
use crate::model::Module;
use crate::params::Params;
use ndarray::Array2;
use std::fmt;
use wengert_ad::{ArrayTape, Real};
use wengert_kernels::{Float, compiled_here, norm};

/// The norms of a parameter and of its gradient or its update.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterNorm {
    /// The name of the parameter: `hidden.0.weight`.
    pub name: String,
    /// The Euclidean norm of the parameter.
    pub parameter: f64,
    /// The Euclidean norm of its gradient, or of its update.
    pub change: f64,
}

impl ParameterNorm {
    /// `change / parameter`; infinite for a change of a parameter that is 0. For updates, about 1e-3 is
    /// usual.
    pub fn ratio(&self) -> f64 {
        if self.change == 0.0 { 0.0 } else { self.change / self.parameter }
    }
}

/// The norms of each parameter and of its part of the flat `gradient`.
///
/// # Panics
/// If the gradient and the parameters differ in length.
#[track_caller]
pub fn gradient_norms<T: Real>(params: &Params<T>, gradient: &[T]) -> Vec<ParameterNorm> {
    let (want, have) = (params.len(), gradient.len());
    assert!(want == have, "gradient norms: there are {want} parameters, but the gradient has length {have}");
    norms(params, |i| gradient[i])
}

/// The norms of each parameter before an update, and of the update; the update-to-weight ratio is their
/// [ratio](ParameterNorm::ratio).
///
/// # Panics
/// If names or shapes of the parameters differ.
#[track_caller]
pub fn update_ratios<T: Real>(before: &Params<T>, after: &Params<T>) -> Vec<ParameterNorm> {
    let same = before.layout().parameters().iter().map(|entry| (&entry.name, &entry.shape));
    let other = after.layout().parameters().iter().map(|entry| (&entry.name, &entry.shape));
    assert!(same.eq(other), "update ratios: the parameters before and after have different layouts");
    norms(before, |i| after.values()[i] - before.values()[i])
}

fn norms<T: Real>(params: &Params<T>, change: impl Fn(usize) -> T) -> Vec<ParameterNorm> {
    let parameters = params.layout().parameters().iter();
    let of = parameters.map(|entry| {
        let norm_of = |number: &dyn Fn(usize) -> T| {
            norm(&entry.range.clone().map(|i| number(i).value()).collect::<Vec<_>>())
        };
        let (parameter, change) = (norm_of(&|i| params.values()[i]), norm_of(&change));
        ParameterNorm { name: entry.name.clone(), parameter, change }
    });
    of.collect()
}

/// The Jacobian of a module with one output with respect to its parameters: one row per row of `x`, one
/// column per element of the flat buffer of parameters.
///
/// Column `j`, as a function of the examples, is the feature that parameter `j` adds to first order. Gradient
/// descent with a small learning rate fits the left singular vectors in the order of decreasing singular
/// values.
///
/// # Panics
/// If there are no examples, if the module does not have one output, or if it mixes rows in every pass:
/// then an example has no gradient of its own.
#[track_caller]
pub fn stacked_gradients<T: Real>(module: &impl Module<T>, params: &Params<T>, x: &Array2<T>) -> Array2<T> {
    assert!(x.nrows() > 0, "stacked gradients: there are no examples; it needs at least one");
    let mixes = params.layout().row_mixing().applies(false);
    assert!(!mixes, "stacked gradients: the module mixes rows, so an example has no gradient of its own");
    let mut stacked = Array2::zeros((x.nrows(), params.len()));
    let mut tape = ArrayTape::new();
    for (example, mut row) in x.rows().into_iter().zip(stacked.rows_mut()) {
        let example = tape.constant(&example.insert_axis(ndarray::Axis(0)));
        let output = module.forward(&params.bind_for_evaluation(&tape), example);
        let outputs: usize = output.shape().iter().product();
        assert!(outputs == 1, "stacked gradients: the module has {outputs} outputs, must have 1");
        output.gradient_into(T::literal(1.0), row.as_slice_mut().expect("rows of a new array are whole"));
        tape.clear();
    }
    stacked
}

/// An element of a parameter that is larger than a limit, or not finite.
#[derive(Clone, Debug, PartialEq)]
pub struct LargeParameter {
    /// The name of the parameter: `hidden.0.weight`.
    pub name: String,
    /// The position of the element in the parameter, row-major.
    pub index: usize,
    /// The value of the element.
    pub value: f64,
}

impl fmt::Display for LargeParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] is {:e}", self.name, self.index, self.value)
    }
}

/// The first element of `values`, in flat order, whose absolute value is larger than `limit` or that is NaN.
pub fn large_parameter<T: Real>(layout: &Layout, values: &[T], limit: f64) -> Option<LargeParameter> {
    let at = compiled_here!(T: first_beyond(values: &[T], limit: f64) -> Option<usize>)(values, limit)?;
    let entry = layout.parameters().iter().find(|entry| entry.range.contains(&at))?;
    Some(LargeParameter {
        name: entry.name.clone(),
        index: at - entry.range.start,
        value: values[at].value(),
    })
}

/// The index of the first number beyond the limit or NaN.
fn first_beyond<F: Float>(values: &[F], limit: f64) -> Option<usize> {
    // Comparisons with NaN are false.
    values.iter().position(|x| x.widened().is_nan() || x.widened().abs() > limit)
}

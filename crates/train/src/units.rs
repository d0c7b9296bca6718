//! Conversion between the user's units and the numbers that a model computes with.

use ndarray::{Array2, ArrayView2};
use wengert_ad::Real;
use wengert_data::Standardiser;
use wengert_kernels::compiled_here;

/// The numbers that a model computes with for rows in the user's units; both in any precision.
///
/// # Panics
/// If the rows have another width than the map.
#[track_caller]
pub(crate) fn to_model<X: Real, T: Real>(x: &ArrayView2<'_, X>, inputs: Option<&Standardiser>) -> Array2<T> {
    let shape = x.dim();
    let width = inputs.map_or(shape.1, Standardiser::width);
    assert!(shape.1 == width, "predict: the rows have {} features, the model takes {width}", shape.1);
    let wide = compiled_here!(X: widened(x: &ArrayView2<'_, X>) -> Vec<f64>)(x);
    let numbers = match inputs {
        Some(map) => map.applied(&wide),
        None => compiled_here!(T: rounded(wide: &[f64]) -> Vec<T>)(&wide),
    };
    Array2::from_shape_vec(shape, numbers).expect("one number per element")
}

/// The outputs of a model in the user's units; both in any precision.
///
/// # Panics
/// If the outputs have another width than the map.
#[track_caller]
pub(crate) fn to_user<T: Real, X: Real>(outputs: &Array2<T>, targets: Option<&Standardiser>) -> Array2<X> {
    let mut wide = compiled_here!(T: widened(x: &ArrayView2<'_, T>) -> Vec<f64>)(&outputs.view());
    if let Some(map) = targets {
        let (found, width) = (outputs.ncols(), map.width());
        assert!(found == width, "predict: the model has {found} outputs, the scaling of the targets {width}");
        map.invert(&mut wide);
    }
    let numbers = compiled_here!(X: rounded(wide: &[f64]) -> Vec<X>)(&wide);
    Array2::from_shape_vec(outputs.dim(), numbers).expect("one number per output")
}

fn widened<X: Real>(x: &ArrayView2<'_, X>) -> Vec<f64> {
    match x.as_slice() {
        // A plain loop, which takes less time than one over the indices of an array.
        Some(x) => x.iter().map(|x| x.widened()).collect(),
        None => x.iter().map(|x| x.widened()).collect(),
    }
}

fn rounded<X: Real>(wide: &[f64]) -> Vec<X> {
    wide.iter().map(|&x| X::literal(x)).collect()
}

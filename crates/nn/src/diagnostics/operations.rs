//! Statistics of intermediate results.

use super::observed;
use crate::model::Module;
use crate::params::Params;
use ndarray::Array2;
use std::panic::Location;
use wengert_ad::primitive::{Primitive, View};
use wengert_ad::tape::TapeObserver;
use wengert_ad::{Element, Real};
use wengert_kernels::norm;

/// Statistics of the results of one operation on a set of examples.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationStatistics {
    /// The name of the operation: `affine` for a linear layer with a bias, `matmul` for one without, `relu`,
    /// `tanh`, ...
    pub operator: &'static str,
    /// The line of code that recorded the operation.
    pub site: &'static Location<'static>,
    /// The shape of the result, with one example per row.
    pub shape: Vec<usize>,
    /// The mean of all elements of the result.
    pub mean: f64,
    /// The population variance of all elements.
    pub variance: f64,
    /// The Euclidean norm of the result.
    pub norm: f64,
}

/// Statistics of every operation whose result has one row per example of `x`, in the order of computation:
/// pre-activations, activations and all others.
///
/// # Panics
/// If there are no examples.
#[track_caller]
pub fn operation_statistics<T: Real>(
    module: &impl Module<T>,
    params: &Params<T>,
    x: &Array2<T>,
) -> Vec<OperationStatistics> {
    assert!(x.nrows() > 0, "operation statistics: there are no examples; it needs at least one");
    observed(module, params, x, Operations { examples: x.nrows(), list: Vec::new() }).list
}

#[derive(Clone, Debug)]
struct Operations {
    examples: usize,
    list: Vec<OperationStatistics>,
}

impl<T: Element> TapeObserver<T> for Operations {
    fn on_operation(
        &mut self,
        primitive: &mut dyn Primitive<T>,
        _: &[View<'_, T>],
        y: View<'_, T>,
        site: &'static Location<'static>,
    ) {
        if y.shape.len() < 2 || y.shape[0] != self.examples || y.data.is_empty() {
            return;
        }
        let (operator, shape, n) = (primitive.name(), y.shape.to_vec(), y.data.len() as f64);
        let values: Vec<f64> = y.data.iter().map(|y| y.value()).collect();
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
        let norm = norm(&values);
        self.list.push(OperationStatistics { operator, site, shape, mean, variance, norm });
    }
}

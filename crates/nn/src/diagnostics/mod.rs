//! What goes on inside of a network: numbers to look at, for any module.

mod activity;
mod gradients;
mod operations;

pub use activity::{LayerActivity, relu_activity};
pub use gradients::{
    LargeParameter, ParameterNorm, gradient_norms, large_parameter, stacked_gradients, update_ratios,
};
pub use operations::{OperationStatistics, operation_statistics};

use crate::bound::Bound;
use crate::model::Module;
use crate::params::Params;
use ndarray::Array2;
use wengert_ad::tape::TapeObserver;
use wengert_ad::{ArrayTape, Element};

/// Runs the module on the inputs, as an evaluation, under the eyes of an observer, and returns what that saw.
fn observed<T: Element, O: TapeObserver<T> + Clone>(
    module: &impl Module<T>,
    params: &Params<T>,
    x: &Array2<T>,
    observer: O,
) -> O {
    let mut tape = ArrayTape::new();
    tape.set_observer(observer);
    let bound: Bound<'_, T> = params.bind_constant(&tape);
    module.forward(&bound, tape.constant(x));
    let seen = tape.observer::<O>().expect("set above");
    O::clone(&seen)
}

//! Diagnostics of networks: activity of units, sizes of intermediate results, gradients and updates, and
//! independence of rows, for any module.

mod activity;
mod gradients;
mod library_part;
mod operations;
mod rows;

pub use activity::{LayerActivity, relu_activity};
pub use gradients::{
    LargeParameter, ParameterNorm, gradient_norms, large_parameter, stacked_gradients, update_ratios,
};
pub use library_part::{LibraryPart, library_part};
pub use operations::{OperationStatistics, operation_statistics};
pub use rows::{loss_mixes_rows, observed_row_mixing};

use crate::bound::Bound;
use crate::model::Module;
use crate::params::Params;
use ndarray::Array2;
use wengert_ad::tape::TapeObserver;
use wengert_ad::{ArrayTape, Element};

/// Runs an evaluation pass of the module on a tape with the given observer, and returns the observer.
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
    let observer = tape.observer::<O>().expect("set above");
    O::clone(&observer)
}

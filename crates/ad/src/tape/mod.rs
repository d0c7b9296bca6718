//! Reverse mode: record the operations going forward, sweep the cotangents back.
//!
//! Two tapes with one vocabulary. [`Tape`] records scalars, two partials a node, for irregular code; [`ArrayTape`]
//! records whole-array primitives, for linear algebra. Both lend out `Copy` handles, [`Var`] and [`Tensor`], and both
//! keep their memory when cleared. Clearing needs the tape for itself, so that no handle outlives it:
//!
//! ```compile_fail,E0502
//! let mut tape = wengert_ad::Tape::<f64>::new();
//! let x = tape.var(2.0);
//! tape.clear();
//! let y = x * x; // x was recorded before the tape was cleared
//! ```

mod array;
mod custom;
mod gradient;
mod linear;
mod list;
mod observer;
mod pointwise;
mod reach;
mod scalar;
mod sweep;
mod tensor;

pub use array::ArrayTape;
pub use custom::Arrival;
pub use gradient::Gradient;
pub use observer::{Extent, NonFinite, Observer, Phase};
pub use scalar::{Tape, Var};
pub use sweep::ArrayGradient;
pub use tensor::Tensor;

use std::panic::Location;

#[cold]
#[track_caller]
fn mixed_tapes(operator: &str, left: &Location<'_>, right: &Location<'_>) -> ! {
    panic!(
        "{operator}: the left operand lives on the tape made at {left}, the right one on the tape made at {right}"
    );
}

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
mod mixed;
mod scalar;

pub use array::{ArrayGradient, ArrayTape, Extent, NonFinite, Observer, Phase, Tensor};
pub use scalar::{Arrival, Gradient, Tape, Var};

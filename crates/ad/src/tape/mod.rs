//! Reverse mode: operations are recorded going forward, and one sweep backwards propagates the cotangents.
//!
//! There are two tapes with the same vocabulary. [`Tape`] records scalar operations, each with up
//! to two parents and two partials, for irregular code. [`ArrayTape`] records primitives on whole
//! arrays, for linear algebra. Both hand out `Copy` handles, [`Var`] and [`Tensor`], and both keep
//! their memory when they are cleared. Clearing takes `&mut self`, so that no handle outlives it:
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

pub use array::{ArrayGradient, ArrayTape, NonFinite, Phase, TapeObserver, Tensor, ValueRange};
pub use scalar::{Gradient, PullbackInputs, Tape, Var};

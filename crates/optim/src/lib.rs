//! Optimizers on flat slices: parameters and gradient in, parameters out.
//!
//! What lives here: the [`Optimizer`] trait and its implementations, one a file, each with its formula, its
//! source and the map to PyTorch's arguments. What does not: models, tapes and losses. An optimizer sees two
//! slices of one length and nothing else, so it serves any model in any precision.
//!
//! ```
//! use wengert_optim::{Optimizer, Sgd};
//!
//! let mut w = [1.0_f64, -2.0];
//! let mut sgd = Sgd::new(0.1);
//! for _ in 0..200 {
//!     let gradient = w.map(|x| 2.0 * x); // of |w|^2
//!     sgd.step(&mut w, &gradient);
//! }
//! assert!(w.iter().all(|x| x.abs() < 1e-12));
//! ```

mod adam;
mod expect;
mod float;
mod optimizer;
mod sgd;

pub use adam::Adam;
pub use float::Float;
pub use optimizer::Optimizer;
pub use sgd::Sgd;

//! Optimizers on flat slices: parameters and gradient in, parameters out.
//!
//! What lives here: the [`Optimizer`] trait and its implementations, one a file, each with its formula, its
//! source and the map to PyTorch's arguments; learning-rate schedules, clipping, averages of the parameters. What does not: models, tapes, losses, and the
//! minimisers of plain functions (`wengert-minimize`). An optimizer sees two slices of one
//! length and nothing else, so it serves any model in any precision.
//!
//! | optimizer | direction of a step | extra memory a parameter |
//! |---|---|---|
//! | [`Sgd`] | gradient; velocity; Nesterov's | 0 or 1 |
//! | [`AdaGrad`] | gradient over the root of its sum of squares | 1 |
//! | [`RmsProp`] | over its running root mean square, or standard deviation | 1 to 3 |
//! | [`Adadelta`] | in units of earlier steps | 2 |
//! | [`Adam`] | running mean over root mean square; AdamW, AMSGrad | 2 or 3 |
//! | [`NAdam`] | Adam with Nesterov's momentum | 2 |
//! | [`RAdam`] | Adam that begins as momentum | 2 |
//! | [`Lion`] | sign of a running mean | 1 |
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

mod average;
mod clip;
mod decay;
mod elementwise;
mod expect;
mod float;
mod group;
mod grouped;
mod method;
mod optimizer;
mod rate_finder;
mod schedule;
mod state;
mod trajectory;

pub use average::Average;
pub use clip::{clip_norm, clip_value, gradient_norm};
pub use decay::Decay;
pub use elementwise::{Elementwise, Rule, Stretch};
pub use float::Float;
pub use group::Group;
pub use grouped::Grouped;
pub use method::{AdaGrad, Adadelta, Adam, Lion, NAdam, RAdam, RmsProp, Sgd};
pub use method::{AdaGradRule, AdadeltaRule, AdamRule, LionRule, NAdamRule, RAdamRule, RmsPropRule, SgdRule};
pub use optimizer::Optimizer;
pub use rate_finder::{NoSuggestion, RateFinder, suggest_rate};
pub use schedule::Schedule;
pub use state::{State, StateError};
pub use trajectory::trajectory;

//! Optimizers on flat slices: parameters and gradient in, parameters out.
//!
//! | items | topic |
//! |---|---|
//! | [`Sgd`], [`AdaGrad`], [`RmsProp`], [`Adadelta`], [`Adam`], [`NAdam`], [`RAdam`], [`Adamax`], [`AdEmaMix`], [`Adopt`], [`Lion`], [`Rprop`], [`Muon`], [`Lamb`], [`Adafactor`], [`Prodigy`], [`ScheduleFreeSgd`], [`ScheduleFreeAdamW`], [`Asgd`] | optimizers, each with formula, source and the map to PyTorch's arguments; [`all_optimizers`] compares them |
//! | [`Optimizer`], [`ArrayShape`], [`OptimizerState`], [`Group`], [`Grouped`] | their interface, saved states, parameter groups |
//! | [`Rule`], [`Elementwise`], [`Segment`] | your own optimizers |
//! | [`Schedule`], [`RateFinder`] | learning rates |
//! | [`OptimizerChoice`], [`ScheduleChoice`] | both by name, in text such as `sgd:momentum=0.9` |
//! | [`clip_norm`], [`clip_value`], [`gradient_norm`] | gradient clipping |
//! | [`Average`] | averages of the parameters |
//! | [`trajectory`] | the points that an optimizer visits |
//!
//! An optimizer sees two slices of equal length and nothing else, so it serves any model in `f32` or `f64`.
//! Models, tapes, losses and the minimisers of plain functions (`wengert-minimize`) are elsewhere.
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

mod array_shape;
mod average;
mod clip;
mod elementwise;
mod float;
mod group;
mod grouped;
mod method;
mod named;
mod optimizer;
mod rate_finder;
mod schedule;
mod schedule_free;
mod state;
mod trajectory;
mod validate;
mod weight_decay;

pub use array_shape::ArrayShape;
pub use average::Average;
pub use clip::{clip_norm, clip_value, gradient_norm};
pub use elementwise::{Elementwise, Rule, Segment};
pub use float::Float;
pub use group::Group;
pub use grouped::Grouped;
pub use method::*;
pub use named::{OptimizerChoice, Run, ScheduleChoice, ScheduleError};
pub use optimizer::Optimizer;
pub use rate_finder::{RateFinder, SuggestRateError, suggest_rate};
pub use schedule::{Schedule, ScheduleSample, Trend, all_schedules};
pub use state::{OptimizerState, StateError};
pub use trajectory::trajectory;
pub use weight_decay::WeightDecay;

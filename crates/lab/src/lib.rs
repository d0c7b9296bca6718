//! The experiments of lectures on gradients, networks and their training, as library functions.
//!
//! What lives here: what only a lecture asks for. What a user of the library needs lives in the crate of its topic.
//!
//! | of gradient descent | |
//! |---|---|
//! | [`Mode`] | what gradient descent does along one singular vector, exactly: trajectory, regime, filters |
//! | [`SquaredError`] | `\|y - X w\|^2` with its gradients: of all examples, of batches, of each example |
//! | [`stochastic_descent`] | SGD on it |
//! | [`Sampling`] | means of draws with and without replacement |
//! | [`gradient_covariance`], [`region_of_confusion`] | the noise of mini-batches, and where it wins |
//! | [`Landscape`], [`compare_optimizers`] | optimizers side by side on functions of two variables |
//!
//! | of ReLU networks | |
//! |---|---|
//! | [`corners`] | where the units of a layer with one input turn on |
//! | [`piecewise_linear`] | the network that is a given piecewise linear function |

mod landscape;
mod modes;
mod noise;
mod piecewise;
mod relu_corners;
mod sampling;
mod squared_error;

pub use landscape::{GradientNoise, Landscape, OptimizerPath, compare_optimizers};
pub use modes::{Mode, Regime, condition_number, fitted_first};
pub use noise::{Confusion, gradient_covariance, region_of_confusion, sampled_updates, update_covariance};
pub use piecewise::piecewise_linear;
pub use relu_corners::{Corner, corners};
pub use sampling::Sampling;
pub use squared_error::{SquaredError, stochastic_descent};

//! Experiments from lectures on gradient descent and on neural networks, as library functions.
//!
//! This crate contains what only a lecture needs. Everything that a user of the library needs is in
//! the crate of its topic.
//!
//! | gradient descent | |
//! |---|---|
//! | [`SingularMode`] | gradient descent on least squares along one singular vector: trajectory, regimes, ridge and early stopping |
//! | [`SquaredError`] | `\|y - X w\|^2` and its gradients over all examples, over batches and per example |
//! | [`stochastic_gradient_descent`] | SGD on the squared error |
//! | [`Sampling`] | the variance of means of draws with and without replacement |
//! | [`gradient_covariance`], [`region_of_confusion`] | the noise of mini-batch gradients, and where it exceeds the gradient |
//! | [`Landscape`], [`compare_optimizers`] | optimizers side by side on functions of two variables |
//!
//! | ReLU networks | |
//! |---|---|
//! | [`relu_corners`] | the corners of the units of a layer with one input |
//! | [`piecewise_linear_network`] | the network that computes a given piecewise linear function |

mod gradient_noise;
mod landscape;
mod piecewise_linear;
mod relu_corners;
mod sampling;
mod singular_modes;
mod squared_error;

pub use gradient_noise::{
    ConfusionRegion, gradient_covariance, region_of_confusion, sampled_updates, update_covariance,
};
pub use landscape::{GradientNoise, Landscape, OptimizerPath, compare_optimizers};
pub use piecewise_linear::piecewise_linear_network;
pub use relu_corners::{Corner, relu_corners};
pub use sampling::Sampling;
pub use singular_modes::{Regime, SingularMode, condition_number, first_fitted_mode};
pub use squared_error::{SquaredError, stochastic_gradient_descent};

//! Experiments from lectures on gradient descent and on neural networks.
//!
//! This crate contains what only a lecture needs. Everything that a user of the library needs is in
//! the crate of its topic.
//!
//! An [`Experiment`] is a type whose fields are the settings; it runs to a [`Report`] with numbers, what they
//! should be, tables, figures, and what to see in them. [`TOPICS`] lists all experiments, which the program
//! runs by name.
//!
//! ```
//! use wengert_lab::Experiment;
//! use wengert_lab::least_squares::ConditionNumber;
//!
//! let report = ConditionNumber { condition: 100.0, ..ConditionNumber::with_defaults() }.run()?;
//! assert!(report.wrong().next().is_none());
//! # Ok::<(), wengert_lab::LabError>(())
//! ```
//!
//! The experiments use these functions, which can be used on their own:
//!
//! | gradient descent | |
//! |---|---|
//! | [`SingularMode`] | gradient descent on least squares along one singular vector: trajectory, regimes, ridge and early stopping |
//! | [`SquaredError`] | `\|y - X w\|^2` and its gradients over all examples, over batches and per example |
//! | [`stochastic_gradient_descent`] | SGD on the squared error |
//! | [`svrg`], [`saga`] | stochastic gradients whose variance vanishes at the minimum |
//! | [`SingularValues`] | the singular value decomposition |
//! | [`Sampling`] | the variance of means of draws with and without replacement |
//! | [`gradient_covariance`], [`region_of_confusion`] | the noise of mini-batch gradients, and where it exceeds the gradient |
//! | [`NoisyDescent`], [`Potential`] | SGD as a Markov chain on the line: Gibbs distribution, temperature, exact stationary distribution and times of escape |
//! | [`MarkovChain`], [`kl_divergence`] | chains with finitely many states, and their way to the stationary distribution |
//! | [`Landscape`], [`compare_optimizers`] | optimizers side by side on functions of two variables |
//!
//! | ReLU networks | |
//! |---|---|
//! | [`relu_corners`] | the corners of the units of a layer with one input |
//! | [`piecewise_linear_network`] | the network that computes a given piecewise linear function |

mod error;
mod experiment;
mod facts;
mod gradient_noise;
pub mod graphs;
mod landscape;
pub mod least_squares;
pub mod limits;
pub mod losses;
mod markov_chain;
pub mod networks;
mod noisy_descent;
mod number;
pub mod optimizers;
mod piecewise_linear;
mod potential;
mod quadrature;
mod ranges;
mod relu_corners;
mod report;
mod sampling;
mod singular_modes;
mod singular_values;
mod spectrum;
mod squared_error;
mod statistics;
pub mod stochastic;
mod variance_reduction;

pub use error::LabError;
pub use experiment::{Entry, Experiment, Topic};
pub use facts::{FACTS, Fact};
pub use gradient_noise::{
    ConfusionRegion, gradient_covariance, region_of_confusion, sampled_updates, update_covariance,
};
pub use landscape::{GradientNoise, Landscape, OptimizerPath, compare_optimizers};
pub use markov_chain::{MarkovChain, kl_divergence};
pub use noisy_descent::{ChainOnNodes, Moments, NoisyDescent};
pub use number::{Expected, Number, STANDARD_ERRORS, digits, short};
pub use piecewise_linear::piecewise_linear_network;
pub use potential::{Potential, Wells};
pub use quadrature::gauss_legendre;
pub use relu_corners::{Corner, relu_corners};
pub use report::{Report, Table};
pub use sampling::Sampling;
pub use singular_modes::{Regime, SingularMode, condition_number, first_fitted_mode};
pub use singular_values::SingularValues;
pub use spectrum::symmetric_eigenvalues;
pub use squared_error::{SquaredError, stochastic_gradient_descent};
pub use variance_reduction::{saga, svrg};

/// All experiments, topic by topic, in the order of the book.
pub static TOPICS: &[&Topic] = &[
    &graphs::TOPIC,
    &networks::TOPIC,
    &losses::TOPIC,
    &least_squares::TOPIC,
    &stochastic::TOPIC,
    &optimizers::TOPIC,
    &limits::TOPIC,
];

/// All experiments.
pub fn experiments() -> impl Iterator<Item = &'static Entry> {
    TOPICS.iter().flat_map(|topic| topic.experiments)
}

/// The experiment of this name.
#[must_use]
pub fn experiment(name: &str) -> Option<&'static Entry> {
    experiments().find(|entry| entry.name == name)
}

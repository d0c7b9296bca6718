//! Linear models in one line each, and what gradient descent does on least squares, in numbers.
//!
//! What lives here: regressions and classifiers that are linear in their features, solved directly or minimised to a
//! tolerance, in double precision; and, on the same examples, the descent towards those solutions: its modes, its noise.
//! What does not: networks and the fit loop ([`Trainer`](crate::Trainer)), methods of minimisation
//! ([`minimize`](wengert_optim::minimize)), optimizers.
//!
//! | model | minimises, summed over the examples | how |
//! |---|---|---|
//! | [`OrdinaryLeastSquares`] | `(y - x'w - b)^2` | Householder reflections |
//! | [`Ridge`] | that `+ lambda \|w\|^2` | Cholesky, primal or dual |
//! | [`Lasso`] | that `+ lambda \|w\|_1` | coordinate descent |
//! | [`LogisticRegression`] | `ln(1 + e^(-t s))` or cross-entropy, `+ lambda \|W\|^2` | L-BFGS |
//! | [`LinearSvm`] | `max(0, 1 - t s)` or its square, `+ lambda \|w\|^2` | interior point; L-BFGS for the square |
//!
//! All losses are **sums** over the examples, without 1/2, and no intercept is penalised; each page has the map to
//! scikit-learn's arguments.
//!
//! ```
//! use ndarray::array;
//! use wengert_train::linear::Ridge;
//!
//! let (x, y) = (array![[1.0, 0.5], [2.0, -1.0], [3.0, 0.0], [4.0, 2.0]], array![2.1, 3.9, 6.2, 7.8]);
//! let model = Ridge::new(0.1).fit((&x, &y))?;
//! assert!(model.score((&x, &y))? > 0.99);
//! println!("{} x + {}: {}", model.coefficients, model.intercept, model.report);
//! # Ok::<(), wengert_train::linear::LinearError>(())
//! ```
//!
//! | of the descent | |
//! |---|---|
//! | [`Mode`] | what gradient descent does along one singular vector, exactly: trajectory, regime, filters |
//! | [`SquaredError`] | `\|y - X w\|^2` with its gradients: of all examples, of batches, of each example |
//! | [`stochastic_descent`] | SGD on it |
//! | [`minimum_norm`], [`RidgeForm`] | where descent ends, in closed form |
//! | [`Sampling`] | means of draws with and without replacement |
//! | [`gradient_covariance`], [`region_of_confusion`] | the noise of mini-batches, and where it wins |

mod centred;
mod classifier;
mod dual_weights;
mod error;
mod examples;
mod hinge;
mod lasso;
mod least_squares;
mod logistic;
mod modes;
mod noise;
mod regressor;
mod ridge;
mod sampling;
mod scores;
mod squared_error;
mod svm;

pub use classifier::LinearClassifier;
pub use error::LinearError;
pub use examples::{Answers, Examples};
pub use lasso::Lasso;
pub use least_squares::OrdinaryLeastSquares;
pub use logistic::LogisticRegression;
pub use modes::{Mode, Regime, condition_number, fitted_first};
pub use noise::{Confusion, gradient_covariance, region_of_confusion, sampled_updates, update_covariance};
pub use regressor::{FitReport, LinearRegressor};
pub use ridge::{Ridge, RidgeForm, minimum_norm};
pub use sampling::Sampling;
pub use squared_error::{SquaredError, stochastic_descent};
pub use svm::LinearSvm;

/// Refuses a setting that is zero, negative, infinite or NaN.
#[track_caller]
fn expect_positive(setting: &str, value: f64) {
    assert!(value > 0.0 && value.is_finite(), "{setting} is {value}, must be in (0, inf)");
}

//! Linear models: least squares, ridge regression, the lasso, logistic regression and support-vector machines.
//!
//! What lives here: regressions and classifiers that are linear in their features, solved directly or minimised to a
//! tolerance, in double precision. What does not: networks and the fit loop (`wengert-train`), and the methods of
//! minimisation ([`wengert_minimize`]).
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
//! use wengert_linear::Ridge;
//!
//! let (x, y) = (array![[1.0, 0.5], [2.0, -1.0], [3.0, 0.0], [4.0, 2.0]], array![2.1, 3.9, 6.2, 7.8]);
//! let model = Ridge::new(0.1).fit((&x, &y))?;
//! assert!(model.score((&x, &y))? > 0.99);
//! println!("{} x + {}: {}", model.coefficients, model.intercept, model.report);
//! # Ok::<(), wengert_linear::LinearError>(())
//! ```

mod centred;
mod classifier;
mod dual_weights;
mod error;
mod examples;
mod hinge;
mod lasso;
mod least_squares;
mod logistic;
mod regressor;
mod ridge;
mod scores;
mod svm;

pub use classifier::LinearClassifier;
pub use error::LinearError;
pub use examples::{Answers, Examples, Regression};
pub use lasso::Lasso;
pub use least_squares::OrdinaryLeastSquares;
pub use logistic::LogisticRegression;
pub use regressor::{FitReport, LinearRegressor};
pub use ridge::{Ridge, RidgeForm, minimum_norm};
pub use svm::LinearSvm;

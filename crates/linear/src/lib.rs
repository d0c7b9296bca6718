//! Linear models: least squares, ridge regression, the lasso, logistic regression and
//! support-vector machines.
//!
//! The models are linear in their features, in double precision, and are solved directly or
//! minimised to a tolerance. Networks are trained by `wengert-train`; the methods of minimisation
//! are in [`wengert_minimize`].
//!
//! | model | objective, summed over the examples | method |
//! |---|---|---|
//! | [`OrdinaryLeastSquares`] | `(y - x'w - b)^2` | Householder reflections |
//! | [`Ridge`] | least squares `+ lambda \|w\|^2` | Cholesky, primal or dual |
//! | [`Lasso`] | least squares `+ lambda \|w\|_1` | coordinate descent |
//! | [`LogisticRegression`] | `ln(1 + e^(-t s))` or cross-entropy, `+ lambda \|W\|^2` | L-BFGS |
//! | [`LinearSvm`] | `max(0, 1 - t s)` or its square, `+ lambda \|w\|^2` | interior point; L-BFGS for the square |
//!
//! All losses are **sums** over the examples, without 1/2, and intercepts are not penalised. The
//! documentation of each model maps its settings to the arguments of scikit-learn.
//!
//! ```
//! use ndarray::array;
//! use wengert_linear::Ridge;
//!
//! let (x, y) = (array![[1.0, 0.5], [2.0, -1.0], [3.0, 0.0], [4.0, 2.0]], array![2.1, 3.9, 6.2, 7.8]);
//! let model = Ridge::new(0.1).fit((&x, &y))?;
//! assert!(model.r_squared((&x, &y))? > 0.99);
//! println!("{} x + {}: {}", model.coefficients, model.intercept, model.report);
//! # Ok::<(), wengert_linear::LinearError>(())
//! ```

mod centred;
mod classifier;
mod dual_weights;
mod error;
mod examples;
mod fit_report;
mod hinge;
mod lasso;
mod least_squares;
mod logistic;
mod regressor;
mod ridge;
mod score_objective;
mod svm;
mod width;

pub use classifier::LinearClassifier;
pub use error::{Compared, LinearError};
pub use examples::{Examples, LinearTargets, Regression};
pub use fit_report::FitReport;
pub use lasso::Lasso;
pub use least_squares::OrdinaryLeastSquares;
pub use logistic::LogisticRegression;
pub use regressor::LinearRegressor;
pub use ridge::{Ridge, RidgeForm, minimum_norm};
pub use svm::LinearSvm;

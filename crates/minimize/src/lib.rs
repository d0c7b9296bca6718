//! Deterministic minimisation of plain functions on flat slices.
//!
//! This crate holds methods that evaluate one function repeatedly until a point is a minimum, with line
//! searches, tolerances and a [`MinimizeReport`]. It does not hold the optimizers of training, which take
//! one step per call on a gradient that may be noisy (`wengert-optim`), nor derivatives, which the
//! objective supplies, written by hand or computed by automatic differentiation.
//!
//! | method | needs | use it |
//! |---|---|---|
//! | [`Lbfgs`] | gradient | first: any number of variables |
//! | [`ConjugateGradient`] | gradient | where even a few vectors of memory are too many |
//! | [`Newton`] | gradient, Hessian | up to a few hundred variables, and for the last digits |
//! | [`NewtonCg`] | gradient, Hessian times vector | many variables, ill-conditioned |
//! | [`LevenbergMarquardt`] | residuals, Jacobian | sums of squares, up to a few hundred variables |
//! | [`GaussNewtonCg`] | residuals, Jacobian times vector | sums of squares, many variables |
//! | [`ProximalGradient`] | gradient, [`Proximal`] term | with an L1 term or bounds |
//! | [`CoordinateDescent`] | a matrix | the lasso |
//! | [`GradientDescent`] | gradient | as the reference |
//! | [`RandomSearch`] | value | as the baseline |
//!
//! A method describes the descent; [`Minimizer`] runs it, with the stopping criteria and an observer. An
//! objective is a closure, several closures joined by [`with_hessian`] and the like, or a type of yours
//! that implements [`Objective`] and whatever else it knows.
//!
//! Everything is `f64`: tolerances of 1e-8 have no meaning in single precision. The same objective, start
//! and settings give the same bits. Numerical problems are a [`Termination`], never a panic.
//!
//! ```
//! use wengert_minimize::{Lbfgs, Minimizer, Stopping, Termination, minimize};
//!
//! /// Rosenbrock's valley, `100 (y - x^2)^2 + (1 - x)^2`.
//! fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
//!     let (bend, rest) = (x[1] - x[0] * x[0], 1.0 - x[0]);
//!     gradient[0] = -400.0 * x[0] * bend - 2.0 * rest;
//!     gradient[1] = 200.0 * bend;
//!     100.0 * bend * bend + rest * rest
//! }
//!
//! let report = minimize(rosenbrock, &[-1.2, 1.0]);
//! assert_eq!(report.termination, Termination::Gradient);
//! assert!((report.x[0] - 1.0).abs() < 1e-8 && (report.x[1] - 1.0).abs() < 1e-8);
//! println!("{report}");
//!
//! // The same with settings, and with an observer that sees every iterate.
//! let mut lowest = f64::INFINITY;
//! let minimizer = Minimizer::new(Lbfgs::new().memory(5)).stopping(Stopping::new().gradient(1e-4));
//! let report = minimizer.minimize_observed(&mut rosenbrock, &[-1.2, 1.0], &mut |iterate| {
//!     lowest = lowest.min(iterate.progress.value);
//!     std::ops::ControlFlow::Continue(())
//! });
//! assert!(report.gradient_max <= 1e-4 && report.value == lowest);
//! ```

mod cholesky;
mod damping;
mod interpolation;
mod least_squares;
mod line_search;
mod method;
mod minimizer;
mod objective;
mod proximal;
mod report;
mod residuals;
mod run;
mod stopping;
mod vector;

pub use least_squares::{DependentColumnError, LeastSquares};
pub use method::*;
pub use minimizer::{Descent, Method, Minimizer};
pub use objective::{
    Evaluate, Hessian, HessianProduct, Objective, SecondOrder, with_hessian, with_hessian_product,
};
pub use proximal::{Bounds, L1, Proximal, soft_threshold};
pub use report::{Evaluations, Iterate, IterateObserver, MinimizeReport, Progress};
pub use residuals::{
    Jacobian, JacobianProducts, LinearResiduals, Linearised, Residuals, with_jacobian, with_jacobian_products,
};
pub use run::{Point, Run};
pub use stopping::{Stopping, Termination};

/// Minimises `function`, which returns its value and writes its gradient, from `start`, by [`Lbfgs`] with
/// default settings.
pub fn minimize(mut function: impl FnMut(&[f64], &mut [f64]) -> f64, start: &[f64]) -> MinimizeReport {
    Minimizer::new(Lbfgs::new()).minimize(&mut function, start)
}

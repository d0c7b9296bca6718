//! Deterministic minimisation of plain functions on flat slices.
//!
//! What lives here: methods that evaluate one function again and again until a point is a minimum, with line
//! searches, tolerances and a [`Report`]. What does not: the optimizers of training, one step a call on a
//! gradient that may be noisy ([`Optimizer`](crate::Optimizer)); and derivatives, which the objective brings
//! along, by hand or by automatic differentiation.
//!
//! | method | asks for | use it |
//! |---|---|---|
//! | [`Lbfgs`] | gradient | first: any number of variables |
//! | [`ConjugateGradient`] | gradient | where even a few vectors of memory are too many |
//! | [`Newton`] | gradient, Hessian | up to some hundred variables, and for the last digits |
//! | [`NewtonCg`] | gradient, Hessian times vector | many variables, ill-conditioned |
//! | [`LevenbergMarquardt`] | residuals, Jacobian | sums of squares, up to some hundred variables |
//! | [`GaussNewtonCg`] | residuals, Jacobian times vector | sums of squares, many variables |
//! | [`ProximalGradient`] | gradient, [`Proximal`] term | with an L1 term or bounds |
//! | [`CoordinateDescent`] | a matrix | the lasso |
//! | [`GradientDescent`] | gradient | as the reference |
//! | [`RandomSearch`] | value | as the baseline |
//!
//! An objective is a closure, closures joined by [`with_hessian`] and its like, or a type of the user's own
//! that implements [`Objective`] and what else it knows. Everything is `f64`: tolerances of 1e-8 mean nothing
//! in single precision. The same objective, start and settings give the same bits. Numerical trouble is a
//! [`StopReason`], never a panic.
//!
//! ```
//! use wengert_minimize::{Lbfgs, Method, StopReason, Stopping, minimize};
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
//! assert_eq!(report.stop, StopReason::Gradient);
//! assert!((report.x[0] - 1.0).abs() < 1e-8 && (report.x[1] - 1.0).abs() < 1e-8);
//! println!("{report}");
//!
//! // The same with settings, and with an observer that sees every iterate.
//! let mut lowest = f64::INFINITY;
//! let report = Lbfgs::new().memory(5).stopping(Stopping::new().gradient(1e-4)).minimize_observed(
//!     &mut rosenbrock,
//!     &[-1.2, 1.0],
//!     &mut |iterate| {
//!         lowest = lowest.min(iterate.progress.value);
//!         std::ops::ControlFlow::Continue(())
//!     },
//! );
//! assert!(report.gradient_max <= 1e-4 && report.value == lowest);
//! ```

mod cholesky;
mod conjugate_gradient;
mod coordinate_descent;
mod damping;
mod gauss_newton_cg;
mod gradient_descent;
mod householder;
mod interpolate;
mod lbfgs;
mod levenberg_marquardt;
mod line_search;
mod linear;
mod newton;
mod newton_cg;
mod objective;
mod proximal;
mod proximal_gradient;
mod random_search;
mod report;
mod residuals;
mod run;
mod stopping;
mod vector;

use std::ops::ControlFlow;

pub use conjugate_gradient::{Conjugacy, ConjugateGradient};
pub use coordinate_descent::CoordinateDescent;
pub use gauss_newton_cg::GaussNewtonCg;
pub use gradient_descent::GradientDescent;
pub use lbfgs::Lbfgs;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use linear::{DependentColumn, LeastSquares};
pub use newton::Newton;
pub use newton_cg::NewtonCg;
pub use objective::{Hessian, HessianProduct, Objective, SecondOrder, with_hessian, with_hessian_product};
pub use proximal::{Interval, L1, Proximal, soft_threshold};
pub use proximal_gradient::ProximalGradient;
pub use random_search::RandomSearch;
pub use report::{Evaluations, Iterate, Observer, Progress, Report};
pub use residuals::{
    Jacobian, JacobianProducts, Linearised, Residuals, with_jacobian, with_jacobian_products,
};
pub use stopping::{StopReason, Stopping};

/// A way of minimising objectives of type `O`. The settings of a method are all that it holds: one value
/// serves any number of minimisations.
pub trait Method<O: ?Sized> {
    /// Minimises `objective` from `start`, and shows the start and each iterate to `observer`, which may
    /// interrupt.
    #[track_caller]
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report;

    /// Minimises `objective` from `start`.
    #[track_caller]
    fn minimize(&self, objective: &mut O, start: &[f64]) -> Report {
        self.minimize_observed(objective, start, &mut |_| ControlFlow::Continue(()))
    }
}

/// Minimises `function`, which gives its value and writes its gradient, from `start`, by [`Lbfgs`] at its
/// defaults.
pub fn minimize(mut function: impl FnMut(&[f64], &mut [f64]) -> f64, start: &[f64]) -> Report {
    Lbfgs::new().minimize(&mut function, start)
}

//! The methods, one per file, and the list of them that the tests walk.

use crate::minimizer::Method;
use crate::objective::{Evaluate, Hessian, HessianProduct};
use crate::proximal::L1;
use crate::residuals::{Jacobian, JacobianProducts, LinearResiduals};

/// Declares the module of each method, exports its items, and lists samples of the method by name.
macro_rules! methods {
    ($($module:ident { $($item:ident),+ } $($name:literal => $sample:expr),+;)+) => {
        $(
            mod $module;
            pub use $module::{$($item),+};
        )+

        /// Samples of every method of this crate by name, to be compared or tested on one objective.
        ///
        /// Every sample minimises the objective itself: terms without a gradient have the weight 0.
        pub fn all_methods<O: CompleteObjective + ?Sized>() -> Vec<(&'static str, Box<dyn Method<O>>)> {
            vec![$($(($name, Box::new($sample)),)+)+]
        }
    };
}

methods! {
    conjugate_gradient { Conjugacy, ConjugateGradient }
        "conjugate gradients" => ConjugateGradient::new(),
        "conjugate gradients, Polak-Ribiere" => ConjugateGradient::new().conjugacy(Conjugacy::PolakRibiere);
    coordinate_descent { CoordinateDescent }
        "coordinate descent" => CoordinateDescent::new(0.0);
    gauss_newton_cg { GaussNewtonCg }
        "Gauss-Newton-CG" => GaussNewtonCg::new();
    gradient_descent { GradientDescent }
        "gradient descent" => GradientDescent::new(0.05),
        "steepest descent" => GradientDescent::with_line_search();
    lbfgs { Lbfgs }
        "L-BFGS" => Lbfgs::new(),
        "L-BFGS with a memory of one step" => Lbfgs::new().memory(1);
    levenberg_marquardt { LevenbergMarquardt }
        "Levenberg-Marquardt" => LevenbergMarquardt::new(),
        "Gauss-Newton" => LevenbergMarquardt::new().damping(0.0);
    newton { Newton }
        "Newton" => Newton::new();
    newton_cg { NewtonCg }
        "Newton-CG" => NewtonCg::new();
    proximal_gradient { ProximalGradient }
        "ISTA" => ProximalGradient::ista(L1::new(0.0)),
        "FISTA" => ProximalGradient::fista(L1::new(0.0));
    random_search { RandomSearch }
        "random search" => RandomSearch::new(1);
}

/// An objective that every method can minimise, such as [`LeastSquares`](crate::LeastSquares).
pub trait CompleteObjective:
    Evaluate + Hessian + HessianProduct + Jacobian + JacobianProducts + LinearResiduals
{
}

impl<O> CompleteObjective for O where
    O: Evaluate + Hessian + HessianProduct + Jacobian + JacobianProducts + LinearResiduals + ?Sized
{
}

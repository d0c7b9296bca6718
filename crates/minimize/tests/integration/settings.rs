//! Settings and starts that are refused, with messages and places.

use std::panic::Location;

use crate::panics::{message_of, place_of};
use wengert_minimize::{
    Bounds, ConjugateGradient, CoordinateDescent, GaussNewtonCg, GradientDescent, L1, Lbfgs, LeastSquares,
    LevenbergMarquardt, Minimizer, Newton, NewtonCg, RandomSearch, Stopping,
};

#[test]
fn settings_out_of_range_are_refused_naming_argument_value_and_range() {
    let refused = [
        (message_of(|| Stopping::new().gradient(-1.0)), "gradient tolerance is -1, must be in [0, inf)"),
        (message_of(|| Stopping::new().decrease(f64::NAN)), "decrease tolerance is NaN, must be in [0, inf)"),
        (message_of(|| Stopping::new().step(f64::INFINITY)), "step tolerance is inf, must be in [0, inf)"),
        (message_of(|| Lbfgs::new().memory(0)), "memory is 0, must be at least 1"),
        (message_of(|| Lbfgs::new().wolfe(0.0, 0.9)), "c1 is 0, must be in (0, 0.5)"),
        (message_of(|| Newton::new().wolfe(f64::NAN, 0.9)), "c1 is NaN, must be in (0, 0.5)"),
        (message_of(|| ConjugateGradient::new().wolfe(0.1, 1.0)), "c2 is 1, must be in (c1, 1) = (0.1, 1)"),
        (message_of(|| NewtonCg::new().wolfe(0.1, 0.05)), "c2 is 0.05, must be in (c1, 1)"),
        (message_of(|| NewtonCg::new().max_products(0)), "max_products is 0, must be at least 1"),
        (message_of(|| GaussNewtonCg::new().max_products(0)), "max_products is 0, must be at least 1"),
        (message_of(|| GaussNewtonCg::new().damping(-1.0)), "damping is -1, must be in [0, inf)"),
        (message_of(|| LevenbergMarquardt::new().damping(-0.5)), "damping is -0.5, must be in [0, inf)"),
        (message_of(|| GradientDescent::new(0.0)), "rate is 0, must be in (0, inf)"),
        (message_of(|| RandomSearch::new(0).scale(-2.0)), "scale is -2, must be in (0, inf)"),
        (message_of(|| CoordinateDescent::new(-1.0)), "lambda is -1, must be in [0, inf)"),
        (message_of(|| L1::new(f64::NAN)), "lambda is NaN, must be in [0, inf)"),
        (message_of(|| Bounds::new(2.0, 1.0)), "low is 2, must be at most high, which is 1"),
        (
            message_of(|| LeastSquares::new(&[1.0; 5], &[1.0; 2])),
            "has 5 numbers, must be a multiple of the 2",
        ),
        (message_of(|| LeastSquares::new(&[], &[])), "has 0 numbers, must be a multiple of the 0"),
    ];
    for (message, expected) in refused {
        assert!(message.contains(expected), "{message:?} should say {expected:?}");
    }
}

#[test]
fn a_start_of_the_wrong_length_is_refused_naming_both_lengths() {
    let mut problem = LeastSquares::new(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0]);
    let expected = "x has length 3, but the matrix has 2 columns";
    assert!(
        message_of(|| Minimizer::new(CoordinateDescent::new(1.0)).minimize(&mut problem, &[0.0; 3]))
            .contains(expected)
    );
    assert!(message_of(|| Minimizer::new(Lbfgs::new()).minimize(&mut problem, &[0.0; 3])).contains(expected));
}

#[test]
fn a_panic_points_at_the_caller() {
    let refused = || Minimizer::new(CoordinateDescent::new(1.0));
    let places = [
        place_of(|| Stopping::new().gradient(-0.1)),
        place_of(|| Lbfgs::new().memory(0)),
        place_of(|| Lbfgs::new().wolfe(0.9, 0.1)),
        place_of(|| NewtonCg::new().max_products(0)),
        place_of(|| GradientDescent::new(-1.0)),
        place_of(|| Bounds::new(1.0, 0.0)),
        place_of(|| LeastSquares::new(&[1.0], &[1.0, 2.0])),
        place_of(|| refused().minimize(&mut LeastSquares::new(&[1.0], &[1.0]), &[0.0; 2])),
    ];
    assert_eq!(places, [Location::caller().file(); 8]);
}

//! Forward and reverse inside each other, to order four, against exact answers.

use crate::support::{ROUNDING, assert_close};
use wengert_ad::{Directions, Dual, Elementary, Number, Scalar, Tape, Var, grad};

/// A function of one number, in every mode.
trait OfOne: Copy {
    fn at<T: Number>(self, x: T) -> T;
}

/// The derivative by forward mode.
#[derive(Clone, Copy)]
struct Forward<F>(F);

/// The derivative by reverse mode.
#[derive(Clone, Copy)]
struct Reverse<F>(F);

impl<F: OfOne> OfOne for Forward<F> {
    fn at<T: Number>(self, x: T) -> T {
        self.0.at(Dual::new(x, T::constant(1.0))).tangent
    }
}

impl<F: OfOne> OfOne for Reverse<F> {
    fn at<T: Number>(self, x: T) -> T {
        grad(|v| self.0.at(v[0]), &[x])[0]
    }
}

/// `x^5`.
#[derive(Clone, Copy)]
struct FifthPower;

impl OfOne for FifthPower {
    fn at<T: Number>(self, x: T) -> T {
        let square = product(x, x);
        product(product(square, square), x)
    }
}

/// `a b`. Four modes inside each other make it long: it is compiled once for each of the nestings.
#[inline(never)]
fn product<T: Number>(a: T, b: T) -> T {
    a * b
}

/// `e^(2x) / 2 + 3 x^2 - 7`.
#[derive(Clone, Copy)]
struct Growth;

impl OfOne for Growth {
    fn at<T: Number>(self, x: T) -> T {
        (x * 2.0).exp() / 2.0 + x.powi(2) * 3.0 - 7.0
    }
}

/// Checks the next derivative of `f`, by both modes, to be the first of those `expected`, and all that
/// follow likewise.
macro_rules! both_modes {
    ($f:ident, $x:expr, $expected:expr $(, $then:ident)?) => {
        let left = $expected.len() - 1;
        assert_close(("forward outermost", left), Forward($f).at($x), $expected[0], ROUNDING);
        assert_close(("reverse outermost", left), Reverse($f).at($x), $expected[0], ROUNDING);
        $( $then(Forward($f), $x, &$expected[1..]);
        $then(Reverse($f), $x, &$expected[1..]); )?
    };
}

fn four(f: impl OfOne, x: f64, expected: &[f64]) {
    both_modes!(f, x, expected, three);
}

fn three(f: impl OfOne, x: f64, expected: &[f64]) {
    both_modes!(f, x, expected, two);
}

fn two(f: impl OfOne, x: f64, expected: &[f64]) {
    both_modes!(f, x, expected, one);
}

fn one(f: impl OfOne, x: f64, expected: &[f64]) {
    both_modes!(f, x, expected);
}

#[test]
fn all_sixteen_nestings_of_four_derivatives_of_a_power_are_exact() {
    let x = 1.5_f64;
    four(FifthPower, x, &[5.0 * x.powi(4), 20.0 * x.powi(3), 60.0 * x.powi(2), 120.0 * x]);
}

#[test]
fn all_eight_nestings_of_three_derivatives_of_an_exponential_are_exact() {
    let (x, exp) = (0.3, 0.6_f64.exp());
    three(Growth, x, &[exp + 6.0 * x, 2.0 * exp + 6.0, 4.0 * exp]);
}

#[test]
fn an_inner_mode_records_no_constants_on_the_outer_tape() {
    let outer = Tape::new();
    let x = outer.var(3.0);
    // x^2 and its partial 2x: neither the seed 1, nor the products with it, nor the sums that start at 0.
    assert_eq!(Reverse(Square).at(x).gradient().wrt(x), 2.0);
    assert_eq!(outer.len(), 3);
    assert_eq!(Forward(Square).at(x).gradient().wrt(x), 2.0);
    assert_eq!(outer.len(), 5);
    // Of a number that does not move, not even the partial.
    let still = Square.at(Directions::new(x, [Var::passive(0.0); 2]));
    assert_eq!((still.tangents.map(Scalar::is_zero), outer.len()), ([true; 2], 6));
}

#[test]
fn partials_of_one_hand_cotangents_on_unrecorded() {
    let outer = Tape::new();
    let x = outer.var(3.0);
    // x^2, the sum, its square; the partials 2s and 2x, their product, and the sum at the fan-out. The
    // sum's own partials, which are 1, add nothing.
    assert_eq!(Reverse(SquareOfSum).at(x).gradient().wrt(x), 2.0 * 49.0 + 4.0 * 12.0);
    assert_eq!(outer.len(), 1 + 3 + 2 + 1 + 1);
}

#[test]
fn directions_inside_reverse_mode_give_the_second_derivatives() {
    for (i, row) in [[156.0, 36.0], [36.0, 0.0]].into_iter().enumerate() {
        let tape = Tape::new();
        let v = [2.0, 3.0].map(|x| tape.var(x));
        let [x, y] = std::array::from_fn(|k| Directions::<2, _>::unit(v[k], k, 0));
        let slope = (x.powi(3) * (x + y * 3.0)).tangents[i].gradient();
        assert_eq!(v.map(|x| slope.or_zero(x)), row);
    }
}

#[derive(Clone, Copy)]
struct SquareOfSum;

impl OfOne for SquareOfSum {
    fn at<T: Number>(self, x: T) -> T {
        (x.square() + x).square()
    }
}

#[derive(Clone, Copy)]
struct Square;

impl OfOne for Square {
    fn at<T: Number>(self, x: T) -> T {
        x.square()
    }
}

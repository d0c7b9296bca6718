//! `Numeric::select` in every mode: the value and the derivative of the branch that is taken, lane by lane.

use wengert_ad::trace::Graph;
use wengert_ad::{Dual, Elementary, Lanes, Number, Numeric, Tape, hvp, jvp, value_and_grad};

/// `x^2` where `x > y`, else `3 x + y`.
fn square_or_line<T: Number>(x: T, y: T) -> T {
    x.select(y, |x, y| x > y, x.square(), x * 3.0 + y)
}

fn guarded_root<T: Number>(x: T) -> T {
    x.select(T::constant(0.0), |x, zero| x > zero, x.ln() + x.sqrt(), x * 2.0)
}

/// A point, the value there, and the derivatives.
const TAKEN: [([f64; 2], f64, [f64; 2]); 4] = [
    ([2.0, 1.0], 4.0, [4.0, 0.0]),
    ([1.0, 2.0], 5.0, [3.0, 1.0]),
    // The test decides a tie.
    ([1.0, 1.0], 4.0, [3.0, 1.0]),
    ([-0.0, 0.0], 0.0, [3.0, 1.0]),
];

#[test]
fn a_plain_number_takes_the_branch_of_the_test() {
    for ([x, y], value, _) in TAKEN {
        assert_eq!(square_or_line(x, y), value);
    }
    assert_eq!(1.0_f32.select(2.0, |x, y| x < y, 3.0, 4.0), 3.0);
    assert!(f64::NAN.select(0.0, |x, y| x > y, 1.0, f64::NAN).is_nan());
}

#[test]
fn forward_and_reverse_mode_differentiate_the_branch_that_is_taken() {
    for (point, value, gradient) in TAKEN {
        assert_eq!(value_and_grad(|v| square_or_line(v[0], v[1]), &point), (value, gradient.to_vec()));
        for (i, direction) in [[1.0, 0.0], [0.0, 1.0]].iter().enumerate() {
            assert_eq!(jvp(|v| square_or_line(v[0], v[1]), &point, direction), (value, gradient[i]));
        }
    }
    let x = Dual::new(2.0_f32, 1.0);
    assert_eq!(square_or_line(x, Dual::new(1.0, 0.0)), Dual::new(4.0, 4.0));
}

#[test]
fn second_derivatives_are_those_of_the_branch_too() {
    assert_eq!(hvp(|v| square_or_line(v[0], v[1]), &[2.0, 1.0], &[1.0, 0.0]), [2.0, 0.0]);
    assert_eq!(hvp(|v| square_or_line(v[0], v[1]), &[1.0, 2.0], &[1.0, 0.0]), [0.0, 0.0]);
    let x = Dual::new(Dual::new(2.0, 1.0), Dual::new(1.0, 0.0));
    assert_eq!(square_or_line(x, Dual::constant(1.0)).tangent, Dual::new(4.0, 2.0));
    // Reverse over reverse.
    let (outer, inner) = (Tape::new(), Tape::new());
    let (x, y) = (outer.var(2.0), outer.var(1.0));
    let inputs = (inner.var(x), inner.var(y));
    let slope = square_or_line(inputs.0, inputs.1).gradient().wrt(inputs.0);
    assert_eq!((slope.value(), slope.gradient().wrt(x)), (4.0, 2.0));
}

#[test]
fn each_lane_takes_its_own_branch() {
    let points = [Lanes(TAKEN.map(|(point, ..)| point[0])), Lanes(TAKEN.map(|(point, ..)| point[1]))];
    let (value, gradient) = value_and_grad(|v| square_or_line(v[0], v[1]), &points);
    assert_eq!(value, Lanes(TAKEN.map(|(_, value, _)| value)));
    for i in 0..2 {
        assert_eq!(gradient[i], Lanes(TAKEN.map(|(.., gradient)| gradient[i])), "by input {i}");
    }
}

#[test]
fn the_traced_graph_differentiates_the_branch_that_is_taken() {
    for (point, value, gradient) in TAKEN {
        let graph = Graph::of(&[("x", point[0]), ("y", point[1])], |v| square_or_line(v[0], v[1]));
        assert_eq!((graph.value(), &graph.reverse().derivatives[..2]), (value, &gradient[..]));
    }
}

#[test]
fn the_branch_that_is_not_taken_may_be_infinite_or_nan() {
    // `ln x` and its slope at 0, `sqrt x` below 0: a sum with weights 0 and 1 would make NaN of both.
    for x in [0.0, -1.0] {
        assert_eq!(value_and_grad(|v| guarded_root(v[0]), &[x]), (2.0 * x, vec![2.0]));
        assert_eq!(guarded_root(Dual::new(x, 1.0)), Dual::new(2.0 * x, 2.0));
    }
}

#[test]
fn a_choice_between_constants_is_a_constant() {
    let tape = Tape::new();
    let x = tape.var(1.0);
    let nodes = tape.len();
    let sign =
        x.select(Numeric::constant(0.0), |x, zero| x > zero, Numeric::constant(1.0), Numeric::constant(-1.0));
    assert_eq!((sign.value(), tape.len()), (1.0, nodes));
    assert!((sign * x).gradient().get(sign).is_none());
}

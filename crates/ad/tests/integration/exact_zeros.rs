//! Zero times infinity in the chain rule: what does not move passes nothing on, however steep the function
//! that follows, and a flat function passes nothing on, however fast its operand moves.

use crate::support::rules::{all_rules, edges};
use wengert_ad::trace::Graph;
use wengert_ad::{
    Directions, Dual, Elementary, Jet, Lanes, Number, Scalar, Sweeps, Tape, derivatives, grad, hessian, hvp,
    jacobian, jvp, value_and_jacobian,
};

const INF: f64 = f64::INFINITY;

#[test]
fn an_operand_that_stands_still_has_no_derivative_at_the_edges_of_any_rule() {
    for rule in &all_rules() {
        for xs in edges(rule.operands) {
            let duals: Vec<_> = xs.iter().map(|&x| Dual::new(x, 0.0)).collect();
            assert_eq!(rule.apply(&duals).tangent, 0.0, "{rule:?} at {xs:?}: a dual number");
            let directions: Vec<_> = xs.iter().map(|&x| Directions::<2>::new(x, [0.0; 2])).collect();
            assert_eq!(rule.apply(&directions).tangents, [0.0; 2], "{rule:?} at {xs:?}: directions");
            let jets: Vec<_> = xs.iter().map(|&x| Jet::<5>::line(x, 0.0)).collect();
            assert_eq!(rule.apply(&jets).derivatives()[1..], [0.0; 4], "{rule:?} at {xs:?}: a jet");
        }
    }
}

#[test]
fn a_rule_that_the_output_ignores_gets_a_zero_gradient_at_the_edges() {
    for rule in &all_rules() {
        for xs in edges(rule.operands) {
            let tape = Tape::new();
            let variables = tape.vars(&xs);
            let gradient = rule.apply(&variables).scale(0.0).gradient();
            assert!(variables.iter().all(|&x| gradient.wrt(x) == 0.0), "{rule:?} at {xs:?}: scalar tape");
            // Only the lane that the output ignores.
            let tape = Tape::new();
            let variables: Vec<_> = xs.iter().map(|&x| tape.var(Lanes([0.5, x]))).collect();
            let gradient = (rule.apply(&variables) * tape.var(Lanes([1.0, 0.0]))).gradient();
            assert!(variables.iter().all(|&x| gradient.wrt(x).0[1] == 0.0), "{rule:?} at {xs:?}: lanes");
        }
    }
}

#[test]
fn many_lanes_have_the_products_of_one() {
    let edges = [0.0, -0.0, 1.5, INF, -INF, f64::NAN, -2.0, f64::MIN_POSITIVE];
    let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    for partial in edges {
        // In one half of the lanes only, so that the others are ordinary, or not.
        for others in [1.0, f64::NAN] {
            let partials = Lanes::<16>::from_fn(|i| if i < 8 { partial } else { others });
            let dots = Lanes::from_fn(|i| edges[i % 8]);
            let expected = Lanes::<16>::from_fn(|i| partials.0[i].chain(dots.0[i]));
            let found = partials.chain(dots);
            assert_eq!(found.0.map(bits), expected.0.map(bits), "{partial}: {found:?}, not {expected:?}");
        }
    }
    let finite = Lanes::<16>::from_fn(|i| [0.0, -0.0, 1.5, -2.0][i / 4]);
    let dots = Lanes::from_fn(|i| [0.0, -0.0, 3.0, -4.0][i % 4]);
    let expected = Lanes::<16>::from_fn(|i| finite.0[i].chain(dots.0[i]));
    assert_eq!(finite.chain(dots).0.map(bits), expected.0.map(bits));
}

/// `sqrt x + y^2`, infinitely steep in `x` at 0.
fn steep<T: Number>(v: &[T]) -> T {
    v[0].sqrt() + v[1].square()
}

#[test]
fn a_zero_tangent_beside_an_infinite_slope_leaves_the_other_derivatives() {
    let at = [0.0, 3.0];
    assert_eq!(jvp(steep, &at, &[0.0, 1.0]), (9.0, 6.0));
    assert_eq!(jvp(steep, &at, &[1.0, 0.0]).1, INF);
    assert_eq!(hvp(|v| steep(v), &at, &[0.0, 1.0]), [0.0, 2.0]);
    assert_eq!(hessian(|v| steep(v), &at).column(1).to_vec(), [0.0, 2.0]);
    for sweeps in [Sweeps::Forward, Sweeps::Reverse] {
        let (_, j) = value_and_jacobian(|v| vec![steep(v), v[0]], &at, sweeps);
        assert_eq!(j.into_raw_vec_and_offset().0, [INF, 6.0, 1.0, 0.0], "{sweeps:?}");
    }
    let graph = Graph::of(&[("x", 0.0), ("y", 3.0)], |v| v[0].sqrt() + v[1].square());
    assert_eq!([0, 1].map(|input| graph.forward_derivative(input)), [INF, 6.0]);
    assert_eq!(graph.reverse().derivatives[..2], [INF, 6.0]);
}

#[test]
fn a_flat_rule_after_an_overflow_has_derivative_zero_in_every_mode() {
    // The exponential and its slope are infinite; the limits cut that off.
    fn limited<T: Number>(v: &[T]) -> T {
        v[0].exp().clamp(0.0, 10.0) + v[1] * 2.0
    }
    let at = [1000.0, 1.0];
    assert_eq!(jvp(limited, &at, &[1.0, 1.0]), (12.0, 2.0));
    assert_eq!(grad(|v| limited(v), &at), [0.0, 2.0]);
    assert_eq!(jacobian(|v| vec![limited(v)], &at).into_raw_vec_and_offset().0, [0.0, 2.0]);
    assert_eq!(hvp(|v| limited(v), &at, &[1.0, 1.0]), [0.0, 0.0]);
    assert_eq!(derivatives(|x| (x * 1000.0).exp().clamp(0.0, 10.0) + x, 1.0), [11.0, 1.0, 0.0, 0.0]);
}

#[test]
fn a_zero_slope_before_an_infinite_one_gives_zero_in_both_directions() {
    for f in [|v: &[Dual]| v[0].square().sqrt(), |v: &[Dual]| v[0].relu().sqrt()] {
        assert_eq!(jvp(f, &[0.0], &[1.0]).1, 0.0);
    }
    assert_eq!(grad(|v| v[0].square().sqrt(), &[0.0]), [0.0]);
    assert_eq!(grad(|v| v[0].relu().sqrt(), &[-1.0]), [0.0]);
    assert_eq!(grad(|v| v[0].sqrt() * v[1], &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(jvp(|v| v[0].sqrt() * v[1], &[0.0, 0.0], &[1.0, 0.0]).1, 0.0);
}

#[test]
fn an_infinite_cotangent_does_not_spoil_what_a_flat_rule_hides() {
    // The cotangent of the clamped number is infinite in the first lane only.
    let tape = Tape::new();
    let x = tape.var(Lanes([-1.0, 4.0]));
    let gradient = x.clamp(0.0, 9.0).sqrt().gradient();
    assert_eq!(gradient.wrt(x), Lanes([0.0, 0.25]));
    let tape = Tape::new();
    let x = tape.var(Dual::new(-1.0, 1.0));
    assert_eq!(x.clamp(0.0, 9.0).sqrt().gradient().wrt(x), Dual::new(0.0, 0.0));
}

#[test]
fn a_nan_is_not_hidden_by_a_factor_that_only_rounds_to_zero() {
    assert!(grad(|v| v[0] * v[1], &[f64::NAN, 1.0])[1].is_nan());
    let of_nan: f64 = jvp(|v| v[0].ln() * v[1], &[-1.0, 2.0], &[0.0, 1.0]).1;
    assert!(of_nan.is_nan());
    assert!(f64::NAN.chain(1e-300).is_nan() && 1e-300.chain(f64::NAN).is_nan());
    assert_eq!((f64::NAN.chain(0.0), 0.0.chain(f64::NAN), (-0.0).chain(-INF)), (0.0, 0.0, 0.0));
}

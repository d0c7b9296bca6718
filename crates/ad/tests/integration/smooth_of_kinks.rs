//! Smooth functions that are written with a kink: `|x|^2`, `hypot^2`, `x^y` at base 0. The first derivatives
//! of the kinks themselves are in `kinks.rs`.

use ndarray::array;
use wengert_ad::{
    Arithmetic, Dual, Elementary, Number, Tape, arrays, derivatives, derivatives_along, grad, hessian, hvp,
    jvp,
};

/// A function of one number, for jets of order 4 and for second derivatives on the scalar tape.
macro_rules! derivatives_of {
    (|$x:ident| $f:expr) => {{
        let jet: [f64; 5] = derivatives(|$x| $f, 0.0);
        let second = hvp(
            |v| {
                let $x = v[0];
                $f
            },
            &[0.0],
            &[1.0],
        )[0];
        assert_eq!(jet[2], second, "{}", stringify!($f));
        assert_eq!(
            hvp(
                |v| {
                    let $x = v[0];
                    $f
                },
                &[0.0],
                &[-3.0]
            )[0],
            -3.0 * second,
            "{}",
            stringify!($f)
        );
        jet
    }};
}

#[test]
fn smooth_functions_of_the_absolute_value_have_their_derivatives_at_zero() {
    assert_eq!(derivatives_of!(|x| x.abs().square()), [0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(derivatives_of!(|x| x.abs() * x.abs()), [0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(derivatives_of!(|x| x.abs().powi(2)), [0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(derivatives_of!(|x| x.abs().powf(2.0)), [0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(derivatives_of!(|x| x.abs().powi(4)), [0.0, 0.0, 0.0, 0.0, 24.0]);
    assert_eq!(derivatives_of!(|x| x.abs().cosh()), [1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(derivatives_of!(|x| (x.abs().square() + 1.0).sqrt()), [1.0, 0.0, 1.0, 0.0, -3.0]);
}

#[test]
fn the_absolute_value_is_differentiated_from_the_right_in_second_derivatives_only() {
    assert_eq!(grad(|v| v[0].abs(), &[0.0]), [0.0]);
    assert_eq!(jvp(|v| v[0].abs(), &[0.0], &[1.0]), (0.0, 0.0));
    assert_eq!(derivatives(|x| x.abs(), 0.0), [0.0, 0.0]);
    assert_eq!(derivatives(|x| x.abs(), 0.0), [0.0, 1.0, 0.0]);
    assert_eq!(hessian(|v| v[0].abs() * v[1], &[0.0, 3.0]), array![[0.0, 1.0], [1.0, 0.0]]);
    assert!(hvp(|v| v[0].abs(), &[f64::NAN], &[1.0])[0].is_nan());
}

/// `r^2 / 2`, and other functions of the length that are smooth in `r^2`.
fn of_length<T: Number>(v: &[T]) -> [T; 4] {
    let r = v[0].hypot(v[1]);
    [r.square() * 0.5, r * r * 0.5, r.cosh() - 1.0, (r.square() + 1.0).sqrt() - 1.0]
}

#[test]
fn the_hessian_of_half_the_squared_length_is_the_identity_at_the_origin_too() {
    for i in 0..4 {
        assert_eq!(hessian(|v| of_length(v)[i], &[0.0, 0.0]), array![[1.0, 0.0], [0.0, 1.0]], "{i}");
        assert_eq!(hvp(|v| of_length(v)[i], &[0.0, 0.0], &[3.0, -4.0]), [3.0, -4.0], "{i}");
        assert_eq!(
            derivatives_along(|v| of_length(v)[i], &[0.0, -0.0], &[3.0, -4.0]),
            [0.0, 0.0, 25.0],
            "{i}"
        );
        let twice = [3.0, -4.0].map(|v| Dual::new(Dual::new(0.0, v), Dual::new(v, 0.0)));
        assert_eq!(of_length(&twice)[i].tangent.tangent, 25.0, "{i}");
    }
    let single = hvp(|v| v[0].hypot(v[1]).square(), &[0.0_f32, 0.0], &[1.0, 2.0]);
    assert_eq!(single, [2.0, 4.0]);
}

#[test]
fn first_derivatives_of_a_length_at_the_origin_are_zero_in_second_order_computations_too() {
    assert_eq!(grad(|v| v[0].hypot(v[1]), &[0.0, 0.0]), [0.0, 0.0]);
    let tape = Tape::new();
    let (x, y) = (tape.var(Dual::new(0.0, 1.0)), tape.var(Dual::new(0.0, 0.0)));
    let r = x.hypot(y);
    let gradient = r.gradient();
    assert_eq!((gradient.wrt(x).primal, gradient.wrt(y).primal), (0.0, 0.0));
    // The curvature of the cone is infinite at its tip.
    assert!(gradient.wrt(x).tangent > 1e100);
    assert!(r.value() < 1e-100 && r.square().value() == 0.0);
}

#[test]
fn a_power_at_base_zero_has_a_symmetric_hessian() {
    let at = |x: f64, y: f64| hessian(|v| v[0].pow(v[1]), &[x, y]);
    const INF: f64 = f64::INFINITY;
    assert_eq!(at(0.0, 3.0), array![[0.0, 0.0], [0.0, 0.0]]);
    assert_eq!(at(0.0, 2.0), array![[2.0, 0.0], [0.0, 0.0]]);
    // d/dx d/dy x^y = x^(y-1) (1 + y ln x).
    assert_eq!(at(0.0, 1.5), array![[INF, 0.0], [0.0, 0.0]]);
    assert_eq!(at(0.0, 1.0), array![[0.0, -INF], [-INF, 0.0]]);
}

#[test]
fn squares_of_absolute_values_of_arrays_have_their_hessian_at_zero() {
    let (x, v) = ([array![0.0, 2.0, -0.0].into_dyn()], [array![1.0, -1.0, 5.0].into_dyn()]);
    assert_eq!(arrays::hvp(|x| x[0].abs().square().sum(), &x, &v), [array![2.0, -2.0, 10.0].into_dyn()]);
    assert_eq!(arrays::grad(|x| x[0].abs().sum(), &x), [array![0.0, 1.0, 0.0].into_dyn()]);
}

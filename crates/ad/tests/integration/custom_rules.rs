//! Custom rules: a value with its partials, or a value with its pullback; each is checked in one call.

use crate::support::{ROUNDING, assert_close, blames_this_line, panic_of};
use ndarray::{ArrayD, array};
use wengert_ad::primitive::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use wengert_ad::{
    ArrayTape, Directions, Dual, Element, Elementary, Jet, Lanes, Number, Operand, Scalar, Tape, Tensor,
    Unary, Var, arrays, derivatives, grad, gradcheck, hvp, jacobian, jvp, unary_rule,
};

unary_rule! {
    /// `x e^-x`; `dy/dx = (1 - x) e^-x`.
    Pulse pulse,
    primal |x| x * (-x).exp(),
    partial |x, _| (T::constant(1.0) - x) * (-x).exp()
}

#[test]
fn a_value_and_its_partial_are_a_rule_in_every_mode() {
    let report = gradcheck(|v| v[0].unary(Pulse), &[0.7]);
    assert!(report.passed(), "{report}");
    let composed = |x: f64| x * (-x).exp();
    let slope = |x: f64| (1.0 - x) * (-x).exp();
    let (x, curvature) = (0.7, (0.7 - 2.0) * (-0.7_f64).exp());
    assert_close("jvp", jvp(|v| v[0].unary(Pulse), &[x], &[1.0]).1, slope(x), ROUNDING);
    assert_close("hvp", hvp(|v| v[0].unary(Pulse), &[x], &[1.0])[0], curvature, ROUNDING);
    let [y, first, second, third]: [f64; 4] = derivatives(|x: Jet<4>| x.unary(Pulse), x);
    for (what, a, b) in [
        ("y", y, composed(x)),
        ("first", first, slope(x)),
        ("second", second, curvature),
        ("third", third, (3.0 - x) * (-x).exp()),
    ] {
        assert_close(what, a, b, ROUNDING);
    }
    let several = Directions::new(x, [1.0, -2.0]).unary(Pulse);
    assert_close("directions", several.tangents[1], -2.0 * slope(x), ROUNDING);
    assert_eq!(Lanes([0.0, 1.0]).unary(Pulse), Lanes([0.0, (-1.0_f64).exp()]));
    let report = gradcheck(|v| v[0].unary(Pulse).sum(), &[array![0.3, 1.9].into_dyn()]);
    assert!(report.passed(), "{report}");
}

unary_rule! {
    /// `Pulse` with a partial of the wrong sign.
    WrongPulse wrong_pulse,
    primal |x| Pulse.primal(x),
    partial |x, y| -Pulse.partial(x, y)
}

unary_rule! {
    /// `x / (c + x)`; `dy/dx = c / (c + x)^2`.
    Saturation(c: f64; c > 0.0) saturation,
    primal |x| x / (F::literal(c) + x),
    partial |x, _| x.shift(c).square().recip().scale(c)
}

#[test]
fn a_rule_with_a_constant_states_its_name_and_refuses_other_constants() {
    let report = gradcheck(|v| v[0].unary(Saturation(0.5)), &[0.7]);
    assert!(report.passed(), "{report}");
    assert_eq!((Saturation::NAME, Saturation(0.5).parameters()), ("saturation", vec![0.5]));
    assert_eq!(Saturation::with_parameters(&[2.0]), Some(Saturation(2.0)));
    assert_eq!(Saturation::with_parameters(&[-1.0]), None);
    assert_eq!(Saturation::with_parameters(&[]), None);
    const { assert!(!Saturation::FROM_OUTPUT && !Pulse::FROM_OUTPUT) }
}

#[test]
fn a_wrong_rule_is_found_by_the_same_call() {
    assert!(!gradcheck(|v| v[0].unary(WrongPulse), &[0.7]).passed());
    assert!(!gradcheck(|v| quotient(v, -1.0), &[2.0, 3.0]).passed());
    let x = [array![[1.0, 2.0]].into_dyn()];
    assert!(!gradcheck(|v| cumulative(v[0], false).square().sum(), &x).passed());
}

/// `a / b` as a statement with both partials; `sign` spoils one of them.
fn quotient<'t>(v: &[Var<'t>], sign: f64) -> Var<'t> {
    let (a, b) = (v[0].value(), v[1].value());
    v[0].tape().expect("a variable").record(a / b, &[(v[0], 1.0 / b), (v[1], -sign * a / (b * b))])
}

#[test]
fn a_statement_is_a_value_with_its_partials() {
    let report = gradcheck(|v| quotient(v, 1.0).sin() * v[0], &[2.0, 3.0]);
    assert!(report.passed(), "{report}");
}

/// Polar coordinates to Cartesian ones, with a pullback written by hand.
fn polar<'t, T: Scalar>(v: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
    let (r, angle) = (v[0].primal(), v[1].primal());
    let Some(tape) = v.iter().find_map(|x| x.tape()) else { panic!("polar: no variables") };
    tape.custom(&v[..2], &[r * angle.cos(), r * angle.sin()], |at, x_bar| {
        let (sin, cos) = (at.x[1].sin(), at.x[1].cos());
        x_bar[0] = x_bar[0] + cos * at.y_bar[0] + sin * at.y_bar[1];
        x_bar[1] = x_bar[1] + at.y[0] * at.y_bar[1] - at.y[1] * at.y_bar[0];
    })
}

#[test]
fn a_pullback_of_several_outputs_is_called_once_and_adds_to_what_is_there() {
    let report = gradcheck(
        |v| {
            let p = polar(v);
            let q = polar(&[p[0] + v[0], p[1]]);
            p[0] * p[1] + v[0] * v[1] + q[0] * v[1]
        },
        &[2.0, 0.7],
    );
    assert!(report.passed(), "{report}");
    let j = jacobian(polar, &[2.0, 0.0]);
    assert_eq!(j, array![[1.0, 0.0], [0.0, 2.0]]);
    let wide = jacobian(
        |v| {
            let p = polar(v);
            vec![p[0], p[1], p[0] * p[1], v[0], p[1] * 3.0]
        },
        &[2.0, 0.0],
    );
    assert_eq!(wide, array![[1.0, 0.0], [0.0, 2.0], [0.0, 4.0], [1.0, 0.0], [0.0, 6.0]]);
    // The same operand twice: r = angle.
    let twice = gradcheck(|v| polar(&[v[0], v[0]])[1] * v[0], &[0.8]);
    assert!(twice.passed(), "{twice}");
    // At dual numbers the pullback is differentiated as it stands.
    let product = hvp(|v| polar(v)[0], &[2.0, 0.7], &[1.0, 0.5]);
    let expected = hvp(|v| v[0] * v[1].cos(), &[2.0, 0.7], &[1.0, 0.5]);
    product.iter().zip(&expected).for_each(|(&a, &b)| assert_close("hvp", a, b, ROUNDING));
}

#[test]
fn operands_of_two_tapes_are_refused_with_both_places() {
    let (one, other) = (Tape::new(), Tape::new());
    let (x, y) = (one.var(1.0), other.var(2.0));
    blames_this_line(&["custom", "custom_rules.rs"], || one.custom(&[x, y], &[3.0], |_, _| ()));
}

/// Running sums along the only row, as a value with a pullback; `right` if the pullback is.
fn cumulative<'t>(x: Tensor<'t, f64>, right: bool) -> Tensor<'t, f64> {
    fn running<'a>(x: impl Iterator<Item = &'a f64>) -> Vec<f64> {
        let add = |sum: &mut f64, x: &f64| {
            *sum += x;
            Some(*sum)
        };
        x.scan(0.0, add).collect()
    }
    arrays::custom(
        "cumulative",
        &[x],
        |xs| ArrayD::from_shape_vec(xs[0].shape, running(xs[0].data.iter())).expect("the same shape"),
        move |_, at| {
            let mut x_bar = running(at.y_bar.iter().rev());
            if right {
                x_bar.reverse();
            }
            x_bar
        },
    )
}

#[test]
fn an_array_function_may_be_a_value_and_a_closure() {
    let x = [array![[0.3, -1.0, 2.0]].into_dyn()];
    let report = gradcheck(|v| (cumulative(v[0], true).square() * cumulative(v[0].sin(), true)).sum(), &x);
    assert!(report.passed(), "{report}");
    let mut tape = ArrayTape::new();
    for _ in 0..2 {
        let x = tape.var(&array![1.0, 2.0]);
        let y = cumulative(x, true);
        assert_eq!(
            (y.value(), y.sum().gradient().wrt(x)),
            (array![1.0, 3.0].into_dyn(), array![2.0, 1.0].into_dyn())
        );
        tape.clear();
    }
    fn copy(xs: &[View<'_, f64>]) -> ArrayD<f64> {
        ArrayD::from_shape_vec(xs[0].shape, xs[0].data.to_vec()).expect("the same shape")
    }
    let short =
        panic_of(|| arrays::grad(|v| arrays::custom("short", &[v[0]], copy, |_, _| vec![1.0]).sum(), &x));
    assert!(
        short.message.contains("short: the vjp for operand 0 has 1 elements, the operand has 3"),
        "{short:?}"
    );
    blames_this_line(&["lonely", "one operand"], || arrays::custom("lonely", &[], copy, |_, _| vec![]));
}

/// The outer product of two vectors, as a primitive: in every mode.
#[derive(Clone, Copy, Debug)]
struct Outer;

impl<T: Element> Primitive<T> for Outer {
    fn name(&self) -> &'static str {
        "my_outer"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match (operands[0], operands[1]) {
            (&[m], &[n]) => Ok([m, n].into_iter().collect()),
            _ => Err("two vectors"),
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let products = xs[0].data.iter().flat_map(|&a| xs[1].data.iter().map(move |&b| a * b));
        y.iter_mut().zip(products).for_each(|(y, product)| *y = product);
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let other = at.xs[1 - wrt].data;
        let n = at.xs[1].data.len();
        let entry = |i: usize, j: usize| at.y_bar[i * n + j];
        let slot = x_bar.slot();
        for (k, x_bar) in slot.iter_mut().enumerate() {
            let pull = |l: usize| if wrt == 0 { entry(k, l) } else { entry(l, k) };
            *x_bar = other.iter().enumerate().fold(*x_bar, |sum, (l, &other)| sum + pull(l) * other);
        }
    }
}

fn outer<'t, T: Element>(v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
    (v[0].apply(&[v[1]], Outer).sin() * v[1].apply(&[v[0]], Outer).transpose()).sum()
}

#[test]
fn a_primitive_of_the_users_own_runs_in_every_mode() {
    let xs = [array![0.3, -1.0, 2.0].into_dyn(), array![0.8, 0.1].into_dyn()];
    #[expect(clippy::redundant_closure, reason = "without it, the type of the tensors is not inferred")]
    let report = gradcheck(|v| outer(v), &xs);
    assert!(report.passed(), "{report}");
    let directions = [array![1.0, 0.5, -2.0].into_dyn(), array![0.4, -0.9].into_dyn()];
    let along = arrays::jvp(outer, &xs, &directions).1[[]];
    let dot = |g: &[ArrayD<f64>]| g.iter().zip(&directions).map(|(g, d)| (g * d).sum()).sum::<f64>();
    assert_close("jvp", along, dot(&arrays::grad(outer, &xs)), ROUNDING);
    let [_, first, second] = arrays::derivatives_along(outer, &xs, &directions);
    assert_close("first", first[[]], along, ROUNDING);
    assert_close("second", second[[]], dot(&arrays::hvp(outer, &xs, &directions)), ROUNDING);
}

#[test]
fn a_stopped_gradient_is_a_constant_in_every_mode() {
    fn f<T: Number>(v: &[T]) -> T {
        v[0] * v[0].square().stop_gradient()
    }
    assert_eq!(grad(|v| f(v), &[3.0]), [9.0]);
    assert_eq!(jvp(f, &[3.0], &[1.0]), (27.0, 9.0));
    assert_eq!(hvp(|v| f(v), &[3.0], &[1.0]), [0.0]);
    assert_eq!(derivatives(|x| f(&[x]), 3.0), [27.0, 9.0, 0.0]);
    assert_eq!(f(&[Directions::new(3.0, [1.0, 2.0])]).tangents, [9.0, 18.0]);
    assert_eq!(f(&[Dual::new(Lanes([1.0, 2.0]), Lanes([1.0, 1.0]))]).tangent, Lanes([1.0, 4.0]));
    // Differentiated twice, the inner derivative does not come back either.
    assert_eq!(grad(|v| grad(|w| f(w), v)[0], &[3.0]), [0.0]);
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = x * 0.0 + x.stop_gradient();
    assert_eq!((tape.len(), y.gradient().get(x)), (3, Some(0.0)));
    assert!(x.stop_gradient().tape().is_none());
    let arrays =
        arrays::grad(|v| (v[0] * v[0].square().stop_gradient()).sum(), &[array![3.0, 1.0].into_dyn()]);
    assert_eq!(arrays[0], array![9.0, 1.0].into_dyn());
}

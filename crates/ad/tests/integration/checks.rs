//! The checks themselves: that they pass what is right, and name what is wrong.

use crate::support::{assert_close, smooth};
use ndarray::{ArrayD, array};
use std::panic::Location;
use wengert_ad::check::{
    Comparison, Difference, GradgradcheckReport, SecondComparison, Single, Verdict, audit, difference,
    gradcheck, gradcheck_modes, gradgradcheck, kinks, taylor_test,
};
use wengert_ad::{
    Arithmetic, ArrayFunction, ArrayTape, Binary, Element, Elementary, Float, Function, Number, Operand,
    Scalar, Tensor, Unary,
};

/// `sin x` with a derivative that is not its own, on purpose.
#[derive(Clone, Copy, Debug)]
struct Wrong {
    /// What the derivative is multiplied by.
    factor: f64,
    /// Whether the derivative forgets that it depends on `x`.
    constant: bool,
}

impl Unary for Wrong {
    const NAME: &'static str = "wrong";
    fn primal<F: Float>(self, x: F) -> F {
        x.sin()
    }
    fn partial<T: Scalar>(self, x: T, _: T) -> T {
        if self.constant { x.cos().stop_gradient() } else { x.cos().scale(self.factor) }
    }
    fn parameters(self) -> Vec<f64> {
        Vec::new()
    }
    fn with_parameters(_: &[f64]) -> Option<Self> {
        None
    }
}

const DOUBLED: Wrong = Wrong { factor: 2.0, constant: false };
const CUT: Wrong = Wrong { factor: 1.0, constant: true };

/// The line on which [`Uses`] applies its rule.
const LINE: u32 = line!() + 5;
struct Uses(Wrong);

impl Function for Uses {
    fn eval<T: Number>(&self, v: &[T]) -> T {
        v[0].square() + v[1].unary(self.0) * v[0]
    }
}

impl ArrayFunction for Uses {
    fn eval<'t, T: Element>(&self, v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
        (v[0].square() * v[1].unary(self.0)).sum()
    }
}

struct Smooth;

impl Function for Smooth {
    fn eval<T: Number>(&self, v: &[T]) -> T {
        smooth(v)
    }
}

impl ArrayFunction for Smooth {
    fn eval<'t, T: Element>(&self, v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
        v[0].affine(v[1], v[2]).tanh().log_sum_exp()
    }
}

const PASSED: Verdict = Verdict::Passed;
const CANNOT_TELL: Verdict = Verdict::CannotTell;
const FAILED: Verdict = Verdict::Failed;

const AT: [f64; 3] = [0.7, -1.1, 0.4];

fn arrays() -> Vec<ArrayD<f64>> {
    let weight = array![[0.3, -0.8], [1.1, 0.2], [-0.4, 0.9]];
    vec![array![[0.5, -1.0, 2.0]].into_dyn(), weight.into_dyn(), array![0.2, -0.1].into_dyn()]
}

#[test]
fn what_is_right_passes_in_every_check() {
    let report = gradcheck_modes(&Smooth, &AT);
    assert!(report.passed() && report.comparisons.iter().all(|c| c.forward.is_some()), "{report}");
    assert!(report.wrong.is_empty() && report.kinks.is_empty() && report.non_finite.is_none(), "{report}");
    let report = gradgradcheck(&Smooth, &AT);
    assert!(report.passed() && report.comparisons.len() == 9, "{report}");
    let report = taylor_test(|v| Function::eval(&Smooth, v), &AT, &[1.0, -0.5, 2.0]);
    assert!(report.order.is_some_and(|order| (1.9..2.1).contains(&order)), "{report}");

    let report = gradcheck_modes(&Smooth, &arrays());
    assert!(report.passed() && report.comparisons.iter().all(|c| c.forward.is_some()), "{report}");
    let report = gradgradcheck(&Smooth, &arrays());
    assert!(report.passed() && report.comparisons.len() == 121, "{report}");
    let directions: Vec<_> = arrays().iter().map(|x| x.mapv(|x| (3.0 * x).cos())).collect();
    let report = taylor_test(|v| ArrayFunction::eval(&Smooth, v), &arrays(), &directions);
    assert!(report.order.is_some_and(|order| (1.9..2.1).contains(&order)), "{report}");
}

#[test]
fn a_wrong_partial_is_blamed_on_its_operator_and_on_the_line_that_applied_it() {
    let (report, line) = (gradcheck_modes(&Uses(DOUBLED), &[("a", 1.5), ("b", 0.4)]), line!());
    assert!(!report.passed());
    assert_eq!(report.worst().unwrap().input, 1);
    assert_eq!((report.site.file(), report.site.line()), (file!(), line));
    let [wrong] = &report.wrong[..] else { panic!("{report}") };
    assert_eq!((wrong.operator.as_str(), wrong.operand), ("wrong", 0));
    assert_eq!((wrong.site.file(), wrong.site.line()), (file!(), LINE));
    assert_close("partial", wrong.partial, 2.0 * 0.4_f64.cos(), 1e-12);
    assert_close("difference", wrong.difference, 0.4_f64.cos(), 1e-9);
    let text = report.to_string();
    for said in
        ["FAILED: 2 derivatives", "worst with respect to input b", "`wrong`", &format!("{}:{LINE}", file!())]
    {
        assert!(text.contains(said), "no {said:?} in {text}");
    }
}

#[test]
fn a_wrong_pullback_of_arrays_is_blamed_on_its_operator_line_array_and_place() {
    let xs = [array![[1.0, 2.0], [0.5, 1.0]].into_dyn(), array![[0.1, 1.2], [0.4, 0.3]].into_dyn()];
    let line = line!() + 1;
    let report = gradcheck(|v| (v[0].square() * v[1].unary(DOUBLED)).sum(), &xs);
    assert!(!report.passed());
    let [wrong] = &report.wrong[..] else { panic!("{report}") };
    assert_eq!((wrong.operator.as_str(), wrong.site.line()), ("wrong", line));
    assert!(wrong.application.contains("[2, 2]"), "{wrong}");
    let text = report.to_string();
    assert!(text.contains("worst with respect to input 7 (array 1 at [1, 1])"), "{text}");
    assert!(!gradcheck_modes(&Uses(DOUBLED), &xs).passed());
}

#[test]
fn a_wrong_gradient_has_a_taylor_remainder_of_order_one_and_a_linear_function_has_none() {
    let report = taylor_test(|v| v[0].unary(DOUBLED), &[0.4], &[1.0]);
    assert!(!report.passed() && report.order.is_some_and(|order| (0.9..1.1).contains(&order)), "{report}");
    let report = taylor_test(|v| v[0] * 3.0 + 1.0, &[0.4], &[1.0]);
    assert!(report.passed() && report.order.is_none(), "{report}");
}

#[test]
fn a_right_first_derivative_with_a_wrong_second_one_fails_the_second_check_only() {
    let (x, xs) = ([1.5, 0.4], [array![1.5].into_dyn(), array![0.4].into_dyn()]);
    assert!(gradcheck_modes(&Uses(CUT), &x).passed());
    let report = gradgradcheck(&Uses(CUT), &x);
    assert!(!report.passed());
    assert_eq!(report.worst().unwrap().inputs, [1, 1]);
    assert!(
        report.to_string().contains("FAILED: 4 second derivatives, worst with respect to inputs 1 and 1"),
        "{report}"
    );
    assert!(!gradgradcheck(&Uses(CUT), &xs).passed());
}

#[test]
fn second_derivatives_that_are_not_symmetric_fail() {
    /// A product whose derivative with respect to the second factor forgets that it depends on the first.
    #[derive(Clone, Copy, Debug)]
    struct Forgetful;
    impl Binary for Forgetful {
        const NAME: &'static str = "forgetful";
        fn primal<F: Float>(self, a: F, b: F) -> F {
            a * b
        }
        fn partials<T: Scalar>(self, a: T, b: T, _: T) -> (T, T) {
            (b, T::constant(a.value()))
        }
    }
    struct Lopsided;
    impl Function for Lopsided {
        fn eval<T: Number>(&self, v: &[T]) -> T {
            v[0].binary(v[1], Forgetful)
        }
    }
    let report = gradgradcheck(&Lopsided, &[1.5, 0.4]);
    assert!(!report.passed(), "{report}");
    let mixed = report.comparisons[1];
    assert_eq!(mixed.inputs, [0, 1]);
    assert!(mixed.asymmetry() > 0.1, "{report}");
}

#[test]
fn modes_that_differ_by_more_than_rounding_fail_even_where_a_difference_cannot_tell() {
    let difference = Difference { value: 1.0, step: 1e-5, uncertainty: 1e-10, converged: true };
    let modes = |forward| Comparison { input: 0, reverse: 1.0, forward: Some(forward), difference }.verdict();
    assert_eq!([1.0 + 1e-12, 1.0 + 1e-7, f64::NAN].map(modes), [PASSED, FAILED, FAILED]);
    let orders = |transposed| GradgradcheckReport {
        comparisons: vec![SecondComparison { inputs: [0, 1], exact: 1.0, transposed, difference }],
        kinks: Vec::new(),
        site: Location::caller(),
    };
    assert!(orders(1.0 + 1e-12).passed() && !orders(1.0 + 1e-7).passed());
}

#[test]
fn functions_in_single_precision_are_checked_in_single_precision() {
    let xs = || [Single(array![0.5, -1.25, 3e-8].into_dyn()), Single(array![2.0, 0.75, -1e10].into_dyn())];
    let report = gradcheck(|v| (v[0].exp() * v[1].square()).sum() * v[1].largest(), &xs());
    assert!(report.verdict() != FAILED, "{report}");
    let report = gradcheck(|v| (v[0].sin() * v[1]).norm(), &[xs()[0].clone(), xs()[0].clone()]);
    assert!(report.verdict() != FAILED && report.comparisons[0].verdict() == PASSED, "{report}");
    let report = gradcheck(|v| (v[0] * v[0].stop_gradient()).sum(), &xs()[..1]);
    assert_eq!(report.verdict(), FAILED, "{report}");
    let report =
        taylor_test(|v| v[0].exp() * v[1], &[Single(0.3), Single(2.0)], &[Single(1.0), Single(-1.0)]);
    assert!(report.passed(), "{report}");
}

#[test]
fn the_step_of_a_difference_is_found_whatever_the_scale() {
    for (what, f, x, exact) in [
        ("a root near its edge", f64::sqrt as fn(f64) -> f64, 1e-9, 0.5 / 1e-9_f64.sqrt()),
        ("a logarithm near its pole", f64::ln, 1e-6, 1e6),
        ("a large argument", f64::sqrt, 1e8, 0.5e-4),
        ("a fast wave", |x| (1e4 * x).sin(), 0.3, 1e4 * 3e3_f64.cos()),
        ("a corner nearby", |x| x.max(0.0), 1e-3, 1.0),
    ] {
        let found = difference(f, x);
        assert_close(what, found.value, exact, 1e-6);
    }
    let buried = difference(|x| 1e10 + x, 0.0);
    assert!((buried.value - 1.0).abs() < buried.uncertainty && buried.uncertainty < 1e-2, "{buried:?}");
    assert!(difference(|_| f64::NAN, 0.0).value.is_nan());
}

#[test]
fn kinks_are_found_where_they_are_and_nowhere_else() {
    struct Corners;
    impl Function for Corners {
        fn eval<T: Number>(&self, v: &[T]) -> T {
            v[0].relu() + v[1].abs() + v[0].max(v[1]) + (v[1] - 1.0).sin() * v[0].square()
        }
    }
    let operators = |x: [f64; 2]| kinks(&Corners, &x).into_iter().map(|k| k.operator).collect::<Vec<_>>();
    assert_eq!(operators([0.0, 0.0]), ["relu", "abs", "max"]);
    assert_eq!(operators([0.0, 1.0]), ["relu"]);
    assert_eq!(operators([1e6, 1e6]), ["max"]);
    assert_eq!(operators([f64::MIN_POSITIVE, 1.0 + std::f64::consts::FRAC_PI_2]), [""; 0]);
    let found = &kinks(&Corners, &[0.0, 0.0])[1];
    assert_eq!((found.derivative, &found.operands[..]), ([-1.0, 0.0, 1.0], &[0.0][..]));
    assert!(found.to_string().contains(file!()), "{found}");
}

#[test]
fn kinks_of_arrays_are_counted_and_not_taken_for_wrong_pullbacks() {
    let x = [array![0.0, 1.0, -2.0].into_dyn()];
    let line = line!() + 1;
    let report = gradcheck(|v| (v[0].relu() * v[0]).sum(), &x);
    assert!(report.passed(), "{report}");
    let [kink] = &report.kinks[..] else { panic!("{report}") };
    assert_eq!((kink.operator.as_str(), kink.site.line()), ("relu", line));
    let tied = [array![2.0, 2.0, 1.0].into_dyn()];
    let report = gradcheck(|v| v[0].largest(), &tied);
    assert_eq!((report.verdict(), report.wrong.len(), report.kinks.len()), (CANNOT_TELL, 0, 1), "{report}");
}

#[test]
fn parameters_without_a_path_or_with_a_zero_gradient_are_listed_by_name() {
    let tape = ArrayTape::<f64>::new();
    let [weight, dead, unused] =
        [array![0.5, 2.0], array![-1.0, -2.0], array![1.0, 1.0]].map(|x| tape.var(&x));
    let frozen = tape.constant(&array![1.0, 1.0]);
    let loss = (weight * frozen + dead.relu()).sum();
    let parameters = [("weight", weight), ("dead", dead), ("unused", unused), ("frozen", frozen)];
    let found = audit(&loss.gradient(), &parameters);
    assert!(!found.passed());
    assert_eq!(
        (&found.no_path[..], &found.zero[..]),
        (&["unused".into(), "frozen".into()][..], &["dead".into()][..])
    );
    assert!(audit(&loss.gradient(), &parameters[..1]).passed());
}

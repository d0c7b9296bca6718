//! The three verdicts of the checks, at values and operands of every scale.

use ndarray::array;
use wengert_ad::check::{
    Comparison, Difference, GradcheckReport, Verdict, gradcheck, gradgradcheck, kinks, taylor_test,
};
use wengert_ad::{Arithmetic, ArrayFunction, Element, Elementary, Function, Number, Scalar, Tensor};

const PASSED: Verdict = Verdict::Passed;
const CANNOT_TELL: Verdict = Verdict::CannotTell;
const FAILED: Verdict = Verdict::Failed;

#[test]
fn a_gradient_that_lost_half_of_its_value_fails_at_every_scale_and_nan_never_passes() {
    for scale in [1e-300, 1e-12, 1.0, 1e12, 1e150] {
        let report = gradcheck(|v| v[0] * v[0].stop_gradient() * scale, &[3.0]);
        assert_eq!(report.verdict(), FAILED, "value {scale:e}: {report}");
        let report = gradcheck(|v| v[0] * v[0].stop_gradient(), &[scale * 3.0]);
        // The square of 1e-300 is 0.
        assert_eq!(
            report.verdict(),
            if scale == 1e-300 { CANNOT_TELL } else { FAILED },
            "{scale:e}: {report}"
        );
        let report = taylor_test(|v| v[0] * v[0].stop_gradient() * scale, &[3.0], &[1.0]);
        assert_eq!(report.verdict(), FAILED, "value {scale:e}: {report}");
        let x = [array![3.0, -2.0].into_dyn() * scale];
        let report = gradcheck(|v| (v[0] * v[0].stop_gradient()).sum(), &x);
        assert_eq!(
            report.verdict(),
            if scale == 1e-300 { CANNOT_TELL } else { FAILED },
            "{scale:e}: {report}"
        );
    }
    // The root of a negative number, with a finite partial that the other factor makes NaN.
    assert_eq!(gradcheck(|v| v[0].sqrt(), &[-1.0]).verdict(), FAILED);
    let report = taylor_test(|v| v[0].sqrt(), &[-1.0], &[1.0]);
    assert!(!report.passed(), "{report}");
    let unseen = Difference { value: f64::NAN, step: f64::NAN, uncertainty: f64::INFINITY, converged: false };
    let verdict = |reverse| Comparison { input: 0, reverse, forward: None, difference: unseen }.verdict();
    assert_eq!(
        [f64::NAN, f64::INFINITY, 1.0, 0.0].map(verdict),
        [FAILED, CANNOT_TELL, CANNOT_TELL, CANNOT_TELL]
    );
}

#[test]
fn what_differences_cannot_see_is_neither_right_nor_wrong() {
    let undecided = |report: GradcheckReport| {
        assert_eq!(report.verdict(), CANNOT_TELL, "{report}");
        assert!(!report.passed() && report.undecided().count() > 0 && report.wrong.is_empty(), "{report}");
        assert!(report.to_string().contains("gradcheck cannot tell"), "{report}");
    };
    undecided(gradcheck(|v| v[0].abs(), &[0.0]));
    undecided(gradcheck(|v| v[0].cos(), &[1e-300]));
    undecided(gradcheck(|v| v[0].sin(), &[1e300]));
    // Steps of a power of ten would be whole periods.
    let report = gradcheck(|v| (v[0] * std::f64::consts::TAU).sin(), &[1e7]);
    assert!(report.verdict() != FAILED, "{report}");
    undecided(gradcheck(|v| v[0].scale(1e-9).shift(1e10), &[1.0]));
    // A slope that only steps shorter than 1e-12 see, beside one that longer steps see.
    undecided(gradcheck(|v| v[0] + v[0].scale(1e12).sin() * 1e-10, &[0.0]));
    // One derivative among others that is too small for its difference does not count.
    let report = gradcheck(|v| v[0] + v[1] * 1e-25, &[1.0, 1.0]);
    assert!(report.passed() && report.undecided().count() == 1, "{report}");
    assert!(report.to_string().contains("1 of which the differences cannot tell"), "{report}");
    let report = taylor_test(|v| v[0].abs(), &[0.0], &[1.0]);
    assert_eq!(report.verdict(), CANNOT_TELL, "{report}");
}

#[test]
fn second_derivatives_are_checked_at_every_scale() {
    struct Powers(f64);
    impl Function for Powers {
        fn eval<T: Number>(&self, v: &[T]) -> T {
            v[0].powi(3).scale(self.0) + v[0] * v[1].scale(self.0)
        }
    }
    for scale in [1e-200, 1e-12, 1.0, 1e12, 1e200] {
        let report = gradgradcheck(&Powers(scale), &[1.5, 0.4]);
        assert!(report.passed() && report.kinks.is_empty(), "{scale:e}: {report}");
    }
    for x in [1e-12, 1e12] {
        let report = gradgradcheck(&Powers(1.0), &[x, 0.4]);
        assert!(report.verdict() != FAILED, "{x:e}: {report}");
        assert_eq!(report.comparisons[0].verdict(), PASSED, "{x:e}: {report}");
    }
}

#[test]
fn the_second_check_names_operations_without_second_derivatives() {
    struct HalfSquaredLength;
    impl Function for HalfSquaredLength {
        fn eval<T: Number>(&self, v: &[T]) -> T {
            v[0].hypot(v[1]).square() * 0.5
        }
    }
    impl ArrayFunction for HalfSquaredLength {
        fn eval<'t, T: Element>(&self, v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
            v[0].norm().square() * 0.5
        }
    }
    let report = gradgradcheck(&HalfSquaredLength, &[0.0, 0.0]);
    assert_eq!((report.kinks.len(), report.kinks[0].operator.as_str()), (1, "hypot"), "{report}");
    assert!(report.to_string().contains("`hypot`"), "{report}");
    let report = gradgradcheck(&HalfSquaredLength, &[array![0.0, 0.0].into_dyn()]);
    assert_eq!((report.kinks.len(), report.kinks[0].operator.as_str()), (1, "norm"), "{report}");
    assert!(gradgradcheck(&HalfSquaredLength, &[array![3.0, 4.0].into_dyn()]).kinks.is_empty());

    struct Power;
    impl Function for Power {
        fn eval<T: Number>(&self, v: &[T]) -> T {
            v[0].pow(v[1])
        }
    }
    impl ArrayFunction for Power {
        fn eval<'t, T: Element>(&self, v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
            v[0].pow(v[1]).sum()
        }
    }
    let report = gradgradcheck(&Power, &[0.0, 1.0]);
    assert_eq!((report.passed(), report.kinks.len()), (false, 1), "{report}");
    let report = gradgradcheck(&Power, &[array![0.0].into_dyn(), array![1.0].into_dyn()]);
    assert_eq!((report.passed(), report.kinks.len()), (false, 1), "{report}");
    assert!(
        gradgradcheck(&Power, &[0.5, 1.0]).passed() && gradgradcheck(&Power, &[0.5, 1.0]).kinks.is_empty()
    );
}

#[test]
fn kinks_are_found_at_operands_of_every_magnitude() {
    struct Largest;
    impl Function for Largest {
        fn eval<T: Number>(&self, v: &[T]) -> T {
            v[0].max(v[1]) + v[0].sin()
        }
    }
    for x in [1e-300, 1e-12, 1.0, 1e12, 1e16, 1e300] {
        assert_eq!(kinks(&Largest, &[x, x]).len(), 1, "{x:e}");
        assert!(kinks(&Largest, &[x, 1.5 * x]).is_empty(), "{x:e}");
    }
}

//! Where numbers stop being finite: the operator, the user's line, what went in.

use ndarray::{arr0, array};
use wengert_ad::check::{NonFinite, Phase, first_non_finite};
use wengert_ad::{ArrayTape, Elementary, Function, Number, arrays};

const INF: f64 = f64::INFINITY;

/// The line on which [`Chain`] takes the logarithm; the root is on the next.
const LINE: u32 = line!() + 6;
struct Chain;

impl Function for Chain {
    fn eval<T: Number>(&self, v: &[T]) -> T {
        let shifted = v[0] + 1.0;
        let log = shifted.ln();
        log * v[1].sqrt()
    }
}

fn place(found: &NonFinite) -> (&str, &str, u32) {
    (found.operator, found.site.file(), found.site.line())
}

#[test]
fn the_first_value_that_is_not_finite_is_found_in_scalar_code() {
    let found = first_non_finite(&Chain, &[-1.0, 4.0]).expect("ln 0");
    assert_eq!((place(&found), found.phase), (("ln", file!(), LINE), Phase::Forward));
    assert_eq!((found.operands[0].finite, found.result.infinite), (Some((0.0, 0.0)), 1));
    assert!(found.to_string().contains("the value of `ln` (v3 = ln(v2))"), "{found}");
    assert!(first_non_finite(&Chain, &[1.0, 4.0]).is_none());
}

#[test]
fn the_first_derivative_that_is_not_finite_is_found_in_scalar_code() {
    let found = first_non_finite(&Chain, &[1.0, 0.0]).expect("the slope of the root at 0");
    assert_eq!((place(&found), found.phase), (("sqrt", file!(), LINE + 1), Phase::Reverse { operand: 0 }));
    assert_eq!(found.cotangent.as_ref().map(|c| c.finite), Some(Some((2_f64.ln(), 2_f64.ln()))));
    assert!(found.to_string().contains("the derivative of `sqrt`"), "{found}");
}

#[test]
fn an_input_that_is_not_finite_is_the_first_itself() {
    let found = first_non_finite(&Chain, &[f64::NAN, 1.0]).expect("a NaN is put in");
    assert_eq!((found.operator, found.result.nan), ("input", 1));
    let mut tape = ArrayTape::<f64>::new();
    tape.set_checks(true);
    let line = line!() + 1;
    let x = tape.var(&array![1.0, INF]);
    assert_eq!(x.sum().item(), INF);
    let found = tape.first_non_finite().expect("an infinity is put in");
    assert_eq!(place(&found), ("input", file!(), line));
}

#[test]
fn the_first_value_that_is_not_finite_is_found_on_an_array_tape_with_shapes_and_ranges() {
    let mut tape = ArrayTape::<f64>::new();
    tape.set_checks(true);
    let x = tape.var(&array![[1.0, -3.0], [0.0, 2.0]]);
    let line = line!() + 1;
    let y = x.ln();
    y.exp().recip().sum();
    let found = tape.first_non_finite().expect("logarithms of -3 and 0");
    assert_eq!((place(&found), found.phase), (("ln", file!(), line), Phase::Forward));
    assert_eq!(found.operands[0].finite, Some((-3.0, 2.0)));
    assert_eq!((found.result.infinite, found.result.nan), (1, 1));
    let text = found.to_string();
    for said in ["operand 0: [2, 2] from -3e0 to 2e0", "[2, 2] from 0e0 to", "1 infinite and 1 NaN"] {
        assert!(text.contains(said), "no {said:?} in {text}");
    }
}

#[test]
fn the_first_cotangent_that_is_not_finite_is_found_on_an_array_tape() {
    let mut tape = ArrayTape::<f64>::new();
    tape.set_checks(true);
    let x = tape.var(&array![4.0, 0.0]);
    let line = line!() + 1;
    let loss = x.sqrt().sum();
    assert!(tape.first_non_finite().is_none());
    drop(loss.gradient());
    let found = tape.first_non_finite().expect("the slope of the root at 0");
    assert_eq!((place(&found), found.phase), (("sqrt", file!(), line), Phase::Reverse { operand: 0 }));
    assert_eq!(found.cotangent.map(|cotangent| cotangent.finite), Some(Some((1.0, 1.0))));
}

#[test]
fn checks_keep_the_first_finding_when_the_tape_is_cleared_and_find_nothing_when_off() {
    let mut tape = ArrayTape::<f64>::new();
    let log_of_zero = |tape: &ArrayTape<f64>| tape.var(&arr0(0.0)).ln().item();
    assert_eq!(log_of_zero(&tape), -INF);
    assert!(tape.first_non_finite().is_none(), "checks are off");
    tape.clear();
    tape.set_checks(true);
    log_of_zero(&tape);
    tape.clear();
    tape.var(&arr0(INF));
    assert_eq!(tape.first_non_finite().map(|found| found.operator), Some("ln"));
    tape.set_checks(true);
    assert!(tape.first_non_finite().is_none(), "turned on again, the checks start anew");
}

#[test]
fn checks_change_no_number() {
    let x = array![0.3, -0.7];
    let mut tape = ArrayTape::<f64>::new();
    tape.set_checks(true);
    let v = tape.var(&x);
    let loss = (v.exp() * v).log_sum_exp();
    let expected = arrays::value_and_grad(|v| (v[0].exp() * v[0]).log_sum_exp(), &[x.into_dyn()]);
    assert_eq!((loss.item(), vec![loss.gradient().wrt(v)]), expected);
}

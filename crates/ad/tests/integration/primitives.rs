//! Every array primitive: forward and reverse are each other's transposes, both agree with differences,
//! cotangents add up, and a reused tape computes what a new one does.

use crate::support::cases::{Case, cases, cases_of_primitives, random};
use crate::support::{ROUNDING, SINGLE, assert_close, rng};
use ndarray::ArrayD;
use std::collections::BTreeSet;
use wengert_ad::check::{Comparison, Verdict, gradcheck};
use wengert_ad::primitive::{Primitive, PrimitiveVisitor, each_primitive};
use wengert_ad::{ArrayTape, Dual, Element, Lanes, Tensor, arrays};

fn dot(a: &ArrayD<f64>, b: &ArrayD<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `<weights, y>`, so that everything of `y` is in one number.
fn weighted<'t, T: Element>(y: Tensor<'t, T>, weights: &ArrayD<f64>) -> Tensor<'t, T> {
    (y * y.tape().constant(&weights.mapv(T::constant))).sum()
}

/// Random weights for the output of the case.
fn weights(case: &Case<f64>, seed: u64) -> ArrayD<f64> {
    let tape = ArrayTape::new();
    let inputs: Vec<_> = case.inputs.iter().map(|x| tape.constant(x)).collect();
    random(&mut rng(seed), &(case.apply)(&inputs).shape())
}

#[track_caller]
fn assert_arrays_close(label: &str, a: &[ArrayD<f64>], b: &[ArrayD<f64>]) {
    assert_eq!(a.len(), b.len(), "{label}");
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.shape(), b.shape(), "{label}");
        a.iter().zip(b).for_each(|(&a, &b)| assert_close(label, a, b, ROUNDING));
    }
}

#[test]
fn forward_and_reverse_mode_are_transposes_of_each_other() {
    for (case, dual) in cases::<f64>().iter().zip(cases::<Dual>()) {
        let u = weights(case, 1);
        let v: Vec<_> = case.inputs.iter().map(|x| random(&mut rng(2), x.shape())).collect();
        let (forward, jv) = arrays::jvp(&dual.apply, &case.inputs, &v);
        let (reverse, ju) = arrays::vjp(&case.apply, &case.inputs, &u);
        assert_arrays_close(&case.label, &[forward], &[reverse]);
        let pulled = ju.iter().zip(&v).map(|(ju, v)| dot(ju, v)).sum();
        assert_close(&case.label, dot(&u, &jv), pulled, ROUNDING);
    }
}

#[test]
fn every_primitive_agrees_with_central_differences() {
    for case in cases::<f64>() {
        let u = weights(&case, 1);
        let report = gradcheck(|x| weighted((case.apply)(x), &u), &case.inputs);
        // Of a singular matrix, rounding errors may be in place of cofactors that are 0.
        let is_rounding = |c: &Comparison| {
            case.primitive == "Determinant" && c.reverse.abs().max(c.difference.value.abs()) < 1e-14
        };
        let is_right = report.comparisons.iter().all(|c| c.verdict() == Verdict::Passed || is_rounding(c));
        assert!(is_right && report.wrong.is_empty(), "{}: {report}", case.label);
        assert_eq!(report.comparisons.len(), case.inputs.iter().map(ArrayD::len).sum::<usize>());
    }
}

#[test]
fn second_derivatives_agree_with_differences_of_gradients() {
    // A step of 1e-5 along a direction of size two truncates at 1e-10 times the third derivative; the
    // table's steepest rules bring that to 1e-6.
    let (h, tolerance) = (1e-5, 1e-5);
    for (case, dual) in cases::<f64>().iter().zip(cases::<Dual>()) {
        let u = weights(case, 1);
        let v: Vec<_> = case.inputs.iter().map(|x| random(&mut rng(2), x.shape())).collect();
        let gradient_at = |t: f64| {
            let moved: Vec<_> = case.inputs.iter().zip(&v).map(|(x, v)| x + v * t).collect();
            arrays::grad(|x| weighted((case.apply)(x), &u), &moved)
        };
        let hv = arrays::hvp(|x| weighted((dual.apply)(x), &u), &case.inputs, &v);
        for ((hv, high), low) in hv.iter().zip(gradient_at(h)).zip(gradient_at(-h)) {
            let by_difference = (high - low) / (2.0 * h);
            hv.iter().zip(&by_difference).for_each(|(&a, &b)| assert_close(&case.label, a, b, tolerance));
        }
    }
}

#[test]
fn every_primitive_agrees_with_itself_in_single_precision() {
    for (case, single) in cases::<f64>().iter().zip(cases::<f32>()) {
        let u = weights(case, 1);
        let narrow = |x: &ArrayD<f64>| x.mapv(|x| x as f32);
        let inputs: Vec<_> = case.inputs.iter().map(narrow).collect();
        // Both start from the numbers that f32 holds, which the ends of a rule's domain are not.
        let exact: Vec<_> = inputs.iter().map(|x| x.mapv(f64::from)).collect();
        let (value, gradient) = arrays::vjp(&case.apply, &exact, &u);
        let (value_32, gradient_32) = arrays::vjp(&single.apply, &inputs, &narrow(&u));
        for (wide, narrow) in gradient.iter().chain([&value]).zip(gradient_32.iter().chain([&value_32])) {
            wide.iter().zip(narrow).for_each(|(&a, &b)| assert_close(&case.label, a, b.into(), SINGLE));
        }
    }
}

#[test]
fn an_operand_of_two_applications_gets_the_sum_of_both_cotangents() {
    for case in cases::<f64>() {
        let (u, v) = (weights(&case, 1), weights(&case, 2));
        let twice =
            arrays::grad(|x| weighted((case.apply)(x), &u) + weighted((case.apply)(x), &v), &case.inputs);
        let (_, once) = arrays::vjp(&case.apply, &case.inputs, &(&u + &v));
        assert_arrays_close(&case.label, &twice, &once);
    }
}

#[test]
fn an_array_that_is_every_operand_gets_the_sum_of_all_cotangents() {
    let mut checked = 0;
    for case in cases::<f64>().iter().filter(|case| case.inputs.len() > 1) {
        let (x, count) = (&case.inputs[0], case.inputs.len());
        if case.inputs.iter().any(|other| other.shape() != x.shape()) {
            continue;
        }
        let u = weights(case, 1);
        let (_, apart) = arrays::vjp(&case.apply, &vec![x.clone(); count], &u);
        let together =
            arrays::grad(|x| weighted((case.apply)(&vec![x[0]; count]), &u), std::slice::from_ref(x));
        let sum = apart.into_iter().reduce(|a, b| a + b).unwrap();
        assert_arrays_close(&case.label, &together, &[sum]);
        checked += 1;
    }
    assert!(checked > 0);
}

/// The bits of the value and of the gradient by each operand; `active` tells which operands are variables.
fn bits(tape: &ArrayTape<f64>, case: &Case<f64>, active: impl Fn(usize) -> bool) -> Vec<Option<Vec<u64>>> {
    let record = |(i, x): (usize, &ArrayD<f64>)| if active(i) { tape.var(x) } else { tape.constant(x) };
    let inputs: Vec<_> = case.inputs.iter().enumerate().map(record).collect();
    let y = (case.apply)(&inputs);
    let gradient = y.vjp(weights(case, 1).as_slice().expect("fresh arrays are contiguous"));
    let bits = |a: &ArrayD<f64>| a.iter().map(|a| a.to_bits()).collect::<Vec<_>>();
    let by_each = inputs.iter().map(|&x| gradient.get(x).as_ref().map(bits));
    std::iter::once(Some(bits(&y.value()))).chain(by_each).collect()
}

#[test]
fn a_cleared_tape_gives_the_same_bits_as_a_new_one_whatever_it_held_before() {
    let cases = cases::<f64>();
    let mut reused = ArrayTape::new();
    // After another primitive, which leaves its arrays; and after the same one on other shapes, which
    // leaves itself.
    let mut by_primitive: Vec<_> = cases.iter().collect();
    by_primitive.sort_by_key(|case| case.primitive);
    for case in cases.iter().chain(cases.iter().rev()).chain(by_primitive) {
        let new = bits(&ArrayTape::new(), case, |_| true);
        assert_eq!(bits(&reused, case, |_| true), new, "{}: after another case", case.label);
        reused.clear();
        assert_eq!(bits(&reused, case, |_| true), new, "{}: after itself", case.label);
        reused.clear();
    }
}

#[test]
fn a_constant_operand_gets_no_gradient_and_leaves_that_of_the_others_as_it_was() {
    for case in cases::<f64>() {
        let all = bits(&ArrayTape::new(), &case, |_| true);
        for variable in 0..case.inputs.len() {
            let alone = bits(&ArrayTape::new(), &case, |i| i == variable);
            for (i, (alone, all)) in alone.iter().zip(&all).enumerate() {
                let expected = if i == 0 || i == variable + 1 { all } else { &None };
                assert_eq!(alone, expected, "{}: {i} where only {variable} is variable", case.label);
            }
        }
    }
}

/// Primitives that choose by value, which lanes must agree on.
const CHOOSING: [&str; 5] = ["Solve", "Inverse", "Determinant", "LogDeterminant", "Extremum"];

#[test]
fn lanes_that_differ_get_what_each_would_get_alone() {
    // The walk of the rules has lanes on the scalar tape; an elementwise primitive applies a rule likewise.
    let all = cases_of_primitives::<f64>().into_iter().zip(cases_of_primitives::<Lanes<2>>());
    for (case, lanes) in all.filter(|(case, _)| !CHOOSING.contains(&case.primitive)) {
        let u = weights(&case, 1);
        let points = [case.inputs.clone(), case.inputs.iter().map(|x| x * 0.96).collect()];
        let beside = |a: &ArrayD<f64>, b: &ArrayD<f64>| {
            let both = a.iter().zip(b).map(|(&a, &b)| Lanes([a, b])).collect();
            ArrayD::from_shape_vec(a.raw_dim(), both).expect("both have one shape")
        };
        let both: Vec<_> = points[0].iter().zip(&points[1]).map(|(a, b)| beside(a, b)).collect();
        let (value, gradient) = arrays::vjp(&lanes.apply, &both, &beside(&u, &u));
        for (lane, point) in points.iter().enumerate() {
            let (alone, gradient_alone) = arrays::vjp(&case.apply, point, &u);
            let lane = |a: &ArrayD<Lanes<2>>| a.mapv(|a| a.0[lane]);
            assert_arrays_close(&case.label, &[lane(&value)], &[alone]);
            assert_arrays_close(&case.label, &gradient.iter().map(lane).collect::<Vec<_>>(), &gradient_alone);
        }
    }
}

/// The names of the types in the list of primitives.
struct Names(BTreeSet<String>);

impl PrimitiveVisitor<f64> for Names {
    fn visit<P: Primitive<f64> + Clone>(&mut self, type_name: &'static str, _: P, _: &[&[usize]]) {
        assert!(self.0.insert(type_name.to_owned()), "{type_name} is in the list twice");
    }
}

#[test]
fn every_primitive_in_the_sources_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/primitive");
    let mut implemented = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in source.lines().filter(|line| !line.starts_with("//")) {
            if let Some((_, rest)) = line.split_once(" Primitive<T> for ") {
                implemented.insert(rest.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned());
            }
        }
    }
    let mut listed = Names(BTreeSet::new());
    each_primitive(&mut listed);
    assert!(!implemented.is_empty());
    assert_eq!(implemented, listed.0);
}

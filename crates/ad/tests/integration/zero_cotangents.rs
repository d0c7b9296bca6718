//! A cotangent or a tangent that is exactly zero contributes nothing, in every primitive, even where the
//! derivative is infinite or NaN.

use crate::support::cases::{Case, cases, random};
use crate::support::rng;
use ndarray::{ArrayD, array};
use wengert_ad::primitive::{Adjoint, Primitive, PrimitiveVisitor, Recorded, View, each_primitive};
use wengert_ad::{Arithmetic, ArrayTape, Dual, Elementary, arrays};

/// Values at which some derivative is infinite or NaN.
const DIFFICULT: [f64; 5] = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0, -1e300];

/// Products of matrices and solutions of systems: each element of a pullback is a sum over a row or a column
/// of the cotangent, in which zero times infinity is NaN. Only a matrix of zeros contributes nothing.
const WHOLE_MATRICES: [&str; 8] =
    ["MatMul", "Affine", "AffineMap", "Outer", "Solve", "SolveTriangular", "Inverse", "Cholesky"];

fn value(case: &Case<f64>, inputs: &[ArrayD<f64>]) -> ArrayD<f64> {
    let tape = ArrayTape::new();
    let inputs: Vec<_> = inputs.iter().map(|x| tape.constant(x)).collect();
    (case.apply)(&inputs).value()
}

/// Each case with one element of one operand replaced by a difficult number: the operand, the element, and
/// the operands after that. The first, a middle and the last element of each operand are replaced.
fn replaced(case: &Case<f64>) -> Vec<(usize, usize, Vec<ArrayD<f64>>)> {
    let mut list = Vec::new();
    for (operand, x) in case.inputs.iter().enumerate().filter(|(_, x)| !x.is_empty()) {
        for (element, difficult) in
            [0, x.len() / 2, x.len() - 1].into_iter().flat_map(|e| DIFFICULT.map(|d| (e, d)))
        {
            let mut inputs = case.inputs.clone();
            inputs[operand].as_slice_mut().expect("fresh arrays are contiguous")[element] = difficult;
            list.push((operand, element, inputs));
        }
    }
    list
}

/// Which outputs depend on an element: those whose derivative is not zero, or that change with it.
fn dependent(case: &Case<f64>, operand: usize, element: usize, inputs: &[ArrayD<f64>]) -> Vec<bool> {
    let (before, after) = (value(case, &case.inputs), value(case, inputs));
    let unit = |length: usize, i: usize| (0..length).map(move |j| f64::from(u8::from(i == j)));
    (0..before.len())
        .map(|i| {
            let seed = ArrayD::from_shape_vec(before.raw_dim(), unit(before.len(), i).collect())
                .expect("one number per output");
            let (_, pulled) = arrays::vjp(&case.apply, &case.inputs, &seed);
            let slope = pulled[operand].iter().nth(element).copied();
            let bits = |y: &ArrayD<f64>| y.iter().nth(i).map(|y| y.to_bits());
            slope != Some(0.0) || bits(&before) != bits(&after)
        })
        .collect()
}

#[test]
fn outputs_with_a_zero_cotangent_contribute_nothing_where_an_operand_is_difficult() {
    let (mut partial, mut wrong) = (0, Vec::new());
    for case in cases::<f64>() {
        for (operand, element, inputs) in replaced(&case) {
            let y = value(&case, &inputs);
            let mut depends = dependent(&case, operand, element, &inputs);
            if WHOLE_MATRICES.contains(&case.primitive) {
                let batches = case.inputs.iter().all(|x| x.ndim() == 3);
                let size = if batches { y.len() / y.shape()[0].max(1) } else { y.len() };
                for matrix in depends.chunks_mut(size.max(1)) {
                    let any = matrix.contains(&true);
                    matrix.fill(any);
                }
            }
            partial += usize::from(depends.contains(&false));
            let seed = depends.iter().map(|&depends| if depends { 0.0 } else { 1.0 }).collect();
            let seed = ArrayD::from_shape_vec(y.raw_dim(), seed).expect("one number per output");
            let (_, pulled) = arrays::vjp(&case.apply, &inputs, &seed);
            let label = format!("{}: element {element} of operand {operand} in {inputs:?}", case.label);
            let finite = pulled.iter().flatten().all(|x_bar| x_bar.is_finite());
            if !finite || pulled[operand].iter().nth(element) != Some(&0.0) {
                wrong.push(format!("{label}: {pulled:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases: {}", wrong.len(), wrong.join("\n"));
    assert!(partial > 500, "only {partial} cases had outputs that do not depend on the difficult element");
}

#[test]
fn zero_tangents_give_zero_tangents_where_an_operand_is_difficult() {
    let mut wrong = Vec::new();
    for (case, dual) in cases::<f64>().iter().zip(cases::<Dual>()) {
        for (operand, element, inputs) in replaced(case) {
            let zeros: Vec<_> = inputs.iter().map(|x| ArrayD::zeros(x.raw_dim())).collect();
            let (_, tangent) = arrays::jvp(&dual.apply, &inputs, &zeros);
            let label = format!("{}: element {element} of operand {operand} in {inputs:?}", case.label);
            if tangent.iter().any(|&y_dot| y_dot != 0.0) {
                wrong.push(format!("{label}: {tangent:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases: {}", wrong.len(), wrong.join("\n"));
}

fn slice(x: &ArrayD<f64>) -> &[f64] {
    x.as_slice().expect("fresh arrays are contiguous")
}

/// Calls the pullback of each primitive with a zero cotangent, without a tape.
struct WithoutTape;

/// Those that rely on the sweep, which does not pull back a cotangent that is zero everywhere.
const LEFT_TO_THE_SWEEP: [&str; 3] = ["Affine", "AffineMap", "Outer"];

impl PrimitiveVisitor<f64> for WithoutTape {
    fn visit<P: Primitive<f64> + Clone>(&mut self, type_name: &'static str, sample: P, shapes: &[&[usize]]) {
        if !LEFT_TO_THE_SWEEP.contains(&type_name) {
            pulls_back_nothing(type_name, &|| Box::new(sample.clone()), shapes);
        }
    }
}

/// Checks copies of a primitive; not generic, so that it is compiled once.
fn pulls_back_nothing(type_name: &str, copy: &dyn Fn() -> Box<dyn Primitive<f64>>, shapes: &[&[usize]]) {
    let numbers: Vec<_> = shapes.iter().map(|shape| random(&mut rng(5), shape)).collect();
    for (operand, difficult) in (0..shapes.len()).flat_map(|operand| DIFFICULT.map(|x| (operand, x))) {
        let mut xs = numbers.clone();
        *xs[operand].first_mut().expect("the samples are not empty") = difficult;
        let views: Vec<_> = xs.iter().map(|x| View { shape: x.shape(), data: slice(x) }).collect();
        let mut primitive = copy();
        let shape = primitive.shape(shapes).expect("the list says so");
        let mut y = vec![f64::NAN; shape.iter().product()];
        primitive.primal(&views, &mut y);
        let (y, y_bar) = (View { shape: &shape, data: &y }, vec![0.0; y.len()]);
        for (wrt, x) in xs.iter().enumerate() {
            let mut slot = vec![f64::NAN; x.len()];
            let recorded = Recorded { xs: &views, y, y_bar: &y_bar };
            primitive.vjp(wrt, recorded, Adjoint::new(&mut slot, true));
            assert!(slot.iter().all(|&x_bar| x_bar == 0.0), "{type_name} at {difficult}, {wrt}: {slot:?}");
        }
    }
}

#[test]
fn every_pullback_of_a_zero_cotangent_is_zero() {
    each_primitive(&mut WithoutTape);
}

#[test]
fn a_branch_that_a_mask_or_an_index_does_not_take_contributes_nothing() {
    let x = [array![-9.0, 0.0, 4.0].into_dyn()];
    // The slope of the square root is NaN at -9 and infinite at 0.
    let by_mask = arrays::grad(|v| v[0].sqrt().select(&[false, false, true], v[0] * 2.0).sum(), &x);
    assert_eq!(by_mask, [array![2.0, 2.0, 0.25].into_dyn()]);
    let by_index = arrays::grad(|v| v[0].sqrt().gather(&[2, 2]).sum(), &x);
    assert_eq!(by_index, [array![0.0, 0.0, 0.5].into_dyn()]);
    let by_range = arrays::grad(|v| v[0].sqrt().slice(0, 2..3).sum(), &x);
    assert_eq!(by_range, [array![0.0, 0.0, 0.25].into_dyn()]);
    let second = arrays::hvp(
        |v| v[0].sqrt().select(&[false, false, true], v[0].square()).sum(),
        &x,
        &[array![1.0, 1.0, 1.0].into_dyn()],
    );
    assert_eq!(second, [array![2.0, 2.0, -0.03125].into_dyn()]);
    let unused = arrays::grad(
        |v| (v[0].matmul(v[1]) * 0.0 + 1.0).sum(),
        &[array![[f64::INFINITY, 1.0]].into_dyn(), array![[f64::NAN], [1.0]].into_dyn()],
    );
    assert_eq!(unused, [array![[0.0, 0.0]].into_dyn(), array![[0.0], [0.0]].into_dyn()]);
}

#[test]
fn forward_and_reverse_mode_agree_where_a_slope_is_infinite_but_not_used() {
    let x = [array![0.0, 3.0].into_dyn()];
    let along = [array![0.0, 1.0].into_dyn()];
    assert_eq!(
        arrays::jvp(|v| (v[0].sqrt() + v[0].square()).sum(), &x, &along).1[[]],
        6.0 + 0.5 / 3_f64.sqrt()
    );
    let first = |a: f64, b: f64| {
        arrays::grad(
            |v| v[0].slice(0, 1..2).pow(v[1]).sum(),
            &[array![0.0, a].into_dyn(), array![b].into_dyn()],
        )
    };
    assert_eq!(first(2.0, 3.0)[0], array![0.0, 12.0].into_dyn());
}

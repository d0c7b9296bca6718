//! Operands of a wrong shape, and arguments that do not fit: every primitive and every method of tensors
//! panics at the caller's line, and names the operator and the shape.

use crate::support::{blames_this_line, panic_if_any};
use ndarray::{ArrayD, IxDyn};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use wengert_ad::kernels::Triangle;
use wengert_ad::primitive::{Primitive, PrimitiveVisitor, each_primitive};
use wengert_ad::rules::Tanh;
use wengert_ad::{ArrayTape, Tensor};

/// Applies each primitive to operands of shapes that differ from those it accepts in one operand.
#[derive(Default)]
struct WrongShapes {
    primitives: usize,
    refused: usize,
    problems: Vec<String>,
}

/// The shapes, with one of them changed in one way.
fn changed(shapes: &[&[usize]]) -> Vec<Vec<Vec<usize>>> {
    let mut lists = Vec::new();
    for operand in 0..shapes.len() {
        let shape = shapes[operand].to_vec();
        let (mut longer, mut wider, mut empty) = (shape.clone(), shape.clone(), shape.clone());
        longer[0] += 1;
        *wider.last_mut().unwrap() += 2;
        *empty.last_mut().unwrap() = 0;
        let fewer = shape[1..].to_vec();
        let more = [&[1][..], &shape].concat();
        for other in [longer, wider, empty, fewer, more, Vec::new()] {
            let mut list: Vec<Vec<usize>> = shapes.iter().map(|shape| shape.to_vec()).collect();
            list[operand] = other;
            lists.push(list);
        }
    }
    lists
}

impl PrimitiveVisitor<f64> for WrongShapes {
    fn visit<P: Primitive<f64> + Clone>(&mut self, type_name: &'static str, sample: P, shapes: &[&[usize]]) {
        let name = sample.name();
        let (apply, line) = (|xs: &[Tensor<f64>]| _ = xs[0].apply(&xs[1..], sample.clone()), line!());
        self.apply_to_changed([type_name, name], &apply, line, shapes);
    }
}

impl WrongShapes {
    /// Applies the primitive, on this line, to changed operands; not generic, so that it is compiled once.
    fn apply_to_changed(
        &mut self,
        [type_name, name]: [&str; 2],
        apply: &dyn Fn(&[Tensor<f64>]),
        line: u32,
        operands: &[&[usize]],
    ) {
        self.primitives += 1;
        for shapes in changed(operands) {
            let tape = ArrayTape::<f64>::new();
            let ones = |shape: &Vec<usize>| tape.constant(&ArrayD::from_elem(IxDyn(shape), 1.0));
            let xs: Vec<_> = shapes.iter().map(ones).collect();
            // A change that the primitive accepts.
            let Some(panicked) = panic_if_any(|| apply(&xs)) else { continue };
            self.refused += 1;
            let is_here = (panicked.file.as_str(), panicked.line) == (file!(), line);
            let shape = format!("{:?}", shapes[0]);
            if !is_here || !panicked.message.starts_with(name) || !panicked.message.contains(&shape) {
                self.problems.push(format!("{type_name} on {shapes:?}: {panicked:?}"));
            }
        }
    }
}

#[test]
fn every_primitive_blames_the_line_that_applies_it_to_wrong_shapes() {
    let mut found = WrongShapes::default();
    each_primitive(&mut found);
    assert!(found.problems.is_empty(), "{} problems:\n{}", found.problems.len(), found.problems.join("\n"));
    assert!(found.refused > found.primitives, "{} of {}", found.refused, found.primitives);
}

/// Methods that accept every array.
const ANY_SHAPE: [&str; 15] = [
    "diagonal_matrix",
    "largest",
    "log_sum_exp",
    "mean",
    "norm",
    "norm_l1",
    "norm_max",
    "pointwise",
    "product",
    "smallest",
    "sum",
    "transpose",
    "triangular_part",
    "variance",
    "window_sum",
];

/// The public methods in the files of the array tape's methods.
fn methods() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/tape/array/methods");
    let mut names = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let after = |line: &str| line.trim().strip_prefix("pub fn ").map(str::to_owned);
        let name = |rest: String| rest.split(['(', '<']).next().unwrap().to_owned();
        names.extend(text.lines().filter_map(after).map(name));
    }
    names
}

#[test]
fn every_method_of_tensors_blames_the_line_that_gives_it_what_does_not_fit() {
    let tape = ArrayTape::<f64>::new();
    let ones = |shape: &[usize]| -> Tensor<'_, f64> { tape.constant(&ArrayD::from_elem(IxDyn(shape), 1.0)) };
    let (a, b) = (ones(&[2, 3]), ones(&[2, 4]));
    let mut tried: BTreeSet<String> = ANY_SHAPE.map(str::to_owned).into();
    macro_rules! refused {
        ($( $method:ident $arguments:tt; )*) => { $(
            blames_this_line(&["[2, 3]"], || a.$method $arguments);
            tried.insert(stringify!($method).to_owned());
        )* };
    }
    refused! {
        matmul(b); affine(b, b); affine_map(b, b, Tanh); dot(b); outer(b);
        linear_combination(&[b], &[1.0, 2.0]); solve(b); solve_triangular(b, Triangle::Lower);
        inverse(); cholesky(); determinant(); log_determinant(); diagonal();
        reshape(&[4]); permute_axes(&[0, 0]); broadcast_to(&[3]); concatenate(&[b], 0); stack(&[b], 0);
        pad(2, 1, 1); cross_entropy(&[0, 3]); total_cross_entropy(&[0, 3]); cross_entropy_with(b);
        sum_axis(2); mean_axis(2); variance_axis(2); normalise(2, 0.0); product_axis(2); cumulative_sum(2);
        norm_axis(2); largest_axis(2); smallest_axis(2); argmax_axis(2); argmin_axis(2);
        log_sum_exp_axis(2); softmax(2); log_softmax(2);
        slice(1, 2..4); gather(&[2]); gather_axis(1, &[3]); gather_from(1, [3].into_iter());
        scatter_add(&[0], 4); scatter_add_axis(0, &[0, 4], 4); flip(2); roll(2, 1);
        select(&[true], a); select_from([true].into_iter(), b); binary_cross_entropy(b, 1.0);
    }
    assert_eq!(tried, methods(), "a method without a call with a wrong argument");
}

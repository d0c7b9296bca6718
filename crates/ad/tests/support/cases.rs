//! Every array primitive with operands to try it on.

use crate::support::{Property, Rule, draw, each_rule, rng};
use ndarray::{ArrayD, IxDyn};
use rand::rngs::StdRng;
use wengert_ad::{Element, Tensor};

/// A function of tensors.
pub(crate) type Function<T> = Box<dyn for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>>;

/// One primitive, applied to operands of certain shapes.
pub(crate) struct Case<T> {
    /// The type that implements the primitive.
    pub(crate) primitive: &'static str,
    /// The case in words, for messages.
    pub(crate) label: String,
    pub(crate) inputs: Vec<ArrayD<f64>>,
    pub(crate) apply: Function<T>,
}

struct Cases<T> {
    list: Vec<Case<T>>,
    rng: StdRng,
}

/// All cases; the same ones, with the same numbers, for every element.
pub(crate) fn cases<T: Element>() -> Vec<Case<T>> {
    let mut cases = Cases { list: Vec::new(), rng: rng(3) };
    cases.products();
    cases.reductions();
    cases.rearrangements();
    cases.selections();
    cases.losses();
    each_rule(&mut cases);
    cases.list
}

/// Random numbers of order one in the given shape.
pub(crate) fn random(rng: &mut StdRng, shape: &[usize]) -> ArrayD<f64> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || draw(rng, (-2.0, 2.0)))
}

/// Shapes of rank 1 to 4, some with extents of 1, none empty.
const SHAPES: [&[usize]; 7] = [&[5], &[1], &[2, 3], &[3, 1], &[2, 3, 4], &[1, 2, 3], &[2, 1, 3, 2]];

impl<T: Element> Cases<T> {
    fn add(
        &mut self,
        primitive: &'static str,
        shapes: &[&[usize]],
        apply: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T> + 'static,
    ) {
        let inputs = shapes.iter().map(|shape| random(&mut self.rng, shape)).collect();
        let label = format!("{primitive}, case {} on {shapes:?}", self.list.len());
        self.list.push(Case { primitive, label, inputs, apply: Box::new(apply) });
    }

    fn products(&mut self) {
        let extents =
            [(2, 3, 4), (1, 1, 1), (3, 1, 2), (1, 4, 1), (3, 3, 3), (2, 0, 3), (0, 2, 3), (2, 3, 0)];
        for (m, k, n) in extents {
            self.add("MatMul", &[&[m, k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("Affine", &[&[m, k], &[k, n], &[n]], |x| x[0].affine(x[1], x[2]));
        }
    }

    fn reductions(&mut self) {
        for shape in SHAPES.into_iter().chain([&[][..]]) {
            self.add("Sum", &[shape], |x| x[0].sum());
            self.add("Mean", &[shape], |x| x[0].mean());
            self.add("Max", &[shape], |x| x[0].largest());
            self.add("LogSumExp", &[shape], |x| x[0].log_sum_exp());
            for axis in 0..shape.len() {
                self.reductions_along(axis, shape);
            }
        }
        self.add("Sum", &[&[0, 3]], |x| x[0].sum());
        for (axis, shape) in [(0, [0, 3]), (1, [2, 0])] {
            self.add("Sum", &[&shape], move |x| x[0].sum_axis(axis));
            // Along the other axis there is something to reduce, in none of the rows.
            self.reductions_along(1 - axis, &shape);
        }
    }

    fn reductions_along(&mut self, axis: usize, shape: &[usize]) {
        self.add("Sum", &[shape], move |x| x[0].sum_axis(axis));
        self.add("Mean", &[shape], move |x| x[0].mean_axis(axis));
        self.add("Max", &[shape], move |x| x[0].largest_axis(axis));
        self.add("LogSumExp", &[shape], move |x| x[0].log_sum_exp_axis(axis));
    }

    fn rearrangements(&mut self) {
        for shape in [[2, 3], [1, 4], [4, 1], [0, 3]] {
            self.add("Transpose", &[&shape], |x| x[0].transpose());
        }
        let reshapes: [(&[usize], &[usize]); 5] =
            [(&[2, 3], &[3, 2]), (&[6], &[1, 2, 3, 1]), (&[1], &[]), (&[], &[1, 1]), (&[0, 3], &[2, 0])];
        for (from, to) in reshapes {
            self.add("Reshape", &[from], move |x| x[0].reshape(to));
        }
        let broadcasts: [(&[usize], &[usize]); 12] = [
            (&[], &[]),
            (&[], &[2, 3]),
            (&[3], &[2, 3]),
            (&[2, 1], &[2, 3]),
            (&[1, 3], &[2, 3]),
            (&[1, 1], &[3, 2, 2]),
            (&[2, 3], &[2, 3]),
            (&[2, 1, 2], &[3, 2, 4, 2]),
            (&[1, 1, 1, 1], &[2, 1, 3, 2]),
            (&[1], &[0]),
            (&[0], &[2, 0]),
            (&[2, 1], &[0, 2, 3]),
        ];
        for (from, to) in broadcasts {
            self.add("Broadcast", &[from], move |x| x[0].broadcast_to(to));
        }
    }

    fn selections(&mut self) {
        for shape in SHAPES {
            for (axis, &extent) in shape.iter().enumerate() {
                for range in [0..extent, extent / 2..extent, 0..extent / 2] {
                    self.add("Slice", &[shape], move |x| x[0].slice(axis, range.clone()));
                }
                let along = |extent| {
                    let mut other = shape.to_vec();
                    other[axis] = extent;
                    other
                };
                let shapes = [shape, &along(extent + 1), &along(0), &along(1), &along(2)];
                self.add("Concatenate", &shapes, move |x| x[0].concatenate(&x[1..], axis));
                self.add("Concatenate", &[&along(0), shape], move |x| x[0].concatenate(&x[1..], axis));
            }
            self.add("Concatenate", &[shape], |x| x[0].concatenate(&[], 0));
            self.add("Concatenate", &[shape, shape], |x| x[0].concatenate(&x[1..], 0));
            let last = shape[0] - 1;
            self.add("Gather", &[shape], move |x| x[0].gather(&[last, 0, last]));
            self.add("Gather", &[shape], |x| x[0].gather(&[]));
        }
        self.add("Concatenate", &[&[0, 2], &[0, 2]], |x| x[0].concatenate(&x[1..], 1));
        self.add("Gather", &[&[0, 3]], |x| x[0].gather(&[]));
        self.add("Gather", &[&[3, 0]], |x| x[0].gather(&[1, 1]));
    }

    fn losses(&mut self) {
        for [m, n] in [[3, 4], [1, 1], [1, 5], [4, 1], [0, 3]] {
            let labels: Vec<u32> = (0..m as u32).map(|i| (3 * i + 2) % n as u32).collect();
            self.add("IndexedCrossEntropy", &[&[m, n]], move |x| x[0].cross_entropy(&labels));
            self.add("CrossEntropy", &[&[m, n], &[m, n]], |x| x[0].cross_entropy_with(x[1]));
        }
        self.add("CrossEntropy", &[&[2, 0], &[2, 0]], |x| x[0].cross_entropy_with(x[1]));
    }
}

/// The elementwise primitives, for every rule there is, on its domain.
impl<T: Element> Property for Cases<T> {
    fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
        let operands = points[0].len();
        let primitive = ["Map", "Zip"][operands - 1];
        for shape in [&[][..], &[1], &[0, 2], &[2, 3], &[2, 1, 2, 2]] {
            let operand = |i: usize| {
                let mut drawn = points.iter().cycle().map(|point| point[i]);
                ArrayD::from_shape_simple_fn(IxDyn(shape), || drawn.next().expect("a cycle has no end"))
            };
            let label = format!("{primitive} of {rule:?} on {shape:?}");
            let apply: Function<T> = Box::new(move |x| rule.apply(x));
            self.list.push(Case { primitive, label, inputs: (0..operands).map(operand).collect(), apply });
        }
    }
}

//! Every array primitive with operands to try it on.

use crate::support::{Property, Rule, draw, each_rule, rng};
use ndarray::{ArrayD, IxDyn};
use rand::rngs::StdRng;
use wengert_ad::kernels::Triangle;
use wengert_ad::primitive::Pointwise;
use wengert_ad::rules::Tanh;
use wengert_ad::{Element, Elementary, Scalar, Tensor};

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

/// A formula of three numbers with curvature in each and between any two.
#[derive(Clone, Copy, Debug)]
struct Formula;

impl Pointwise<3> for Formula {
    fn at<S: Scalar>(self, [a, b, c]: [S; 3]) -> S {
        a.sin() * b + (b * c).square() + c.exp()
    }
}

struct Cases<T> {
    list: Vec<Case<T>>,
    rng: StdRng,
}

/// All cases; the same ones, with the same numbers, for every element.
pub(crate) fn cases<T: Element>() -> Vec<Case<T>> {
    let mut cases = Cases { list: Vec::new(), rng: rng(3) };
    cases.products();
    cases.systems();
    cases.square_matrices();
    cases.reductions();
    cases.rearrangements();
    cases.selections();
    cases.combinations();
    cases.formulas();
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
        self.add_with(primitive, inputs, apply);
    }

    fn add_with(
        &mut self,
        primitive: &'static str,
        inputs: Vec<ArrayD<f64>>,
        apply: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T> + 'static,
    ) {
        let shapes: Vec<_> = inputs.iter().map(ArrayD::shape).collect();
        let label = format!("{primitive}, case {} on {shapes:?}", self.list.len());
        self.list.push(Case { primitive, label, inputs, apply: Box::new(apply) });
    }

    fn products(&mut self) {
        let extents =
            [(2, 3, 4), (1, 1, 1), (3, 1, 2), (1, 4, 1), (3, 3, 3), (2, 0, 3), (0, 2, 3), (2, 3, 0)];
        for (m, k, n) in extents {
            self.add("MatMul", &[&[m, k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("Affine", &[&[m, k], &[k, n], &[n]], |x| x[0].affine(x[1], x[2]));
            self.add("AffineMap", &[&[m, k], &[k, n], &[n]], |x| x[0].affine_map(x[1], x[2], Tanh));
            self.add("MatMul", &[&[m, k], &[k]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[2, m, k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[2, m, k], &[k]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[2, m, k], &[2, k, n]], |x| x[0].matmul(x[1]));
            self.add("Outer", &[&[m], &[n]], |x| x[0].outer(x[1]));
            self.add("Dot", &[&[m, k], &[m, k]], |x| x[0].dot(x[1]));
        }
        self.add("MatMul", &[&[2, 1, 3, 2], &[2, 1, 2, 3]], |x| x[0].matmul(x[1]));
        self.add("MatMul", &[&[9, 17], &[17]], |x| x[0].matmul(x[1]));
        self.add("MatMul", &[&[9], &[9, 17]], |x| x[0].matmul(x[1]));
        self.add("Dot", &[&[], &[]], |x| x[0].dot(x[1]));
        self.add("Dot", &[&[21], &[21]], |x| x[0].dot(x[1]));
    }

    /// Matrices of shape `(.., n, n)`, far from singular: three times the identity with its rows exchanged, and numbers
    /// below a half beside it. `(A + A') / 2` is positive definite where no rows are exchanged.
    fn regular(&mut self, shape: &[usize], exchanged: bool) -> ArrayD<f64> {
        let n = shape[shape.len() - 1];
        let mut a = random(&mut self.rng, shape) * 0.25;
        for (e, a) in a.iter_mut().enumerate() {
            let (row, column) = (e / n % n, e % n);
            let large = if exchanged { (row + 1) % n == column } else { row == column };
            *a += if large { 3.0 } else { 0.0 };
        }
        a
    }

    fn systems(&mut self) {
        let sizes = [(1, 1), (2, 2), (3, 3), (3, 1), (4, 2), (2, 5), (0, 2), (3, 0)];
        for ((n, m), exchanged) in sizes.into_iter().flat_map(|size| [(size, false), (size, true)]) {
            let a = self.regular(&[n, n], exchanged);
            let batch = self.regular(&[2, n, n], exchanged);
            // An operand in the place of all others must be regular, too.
            let b = if n == m { self.regular(&[n, n], false) } else { random(&mut self.rng, &[n, m]) };
            let (c, d) = (random(&mut self.rng, &[2, n, m]), random(&mut self.rng, &[n]));
            self.add_with("Solve", vec![a.clone(), b.clone()], |x| x[0].solve(x[1]));
            self.add_with("Solve", vec![batch.clone(), c.clone()], |x| x[0].solve(x[1]));
            self.add_with("Solve", vec![a.clone(), d.clone()], |x| x[0].solve(x[1]));
            if exchanged {
                continue;
            }
            for triangle in [Triangle::Lower, Triangle::Upper] {
                for inputs in [[&a, &b], [&batch, &c], [&a, &d]] {
                    let inputs = inputs.map(Clone::clone).to_vec();
                    self.add_with("SolveTriangular", inputs, move |x| x[0].solve_triangular(x[1], triangle));
                }
            }
        }
    }

    fn square_matrices(&mut self) {
        for shape in [&[1, 1][..], &[2, 2], &[4, 4], &[2, 3, 3], &[0, 2, 2], &[0, 0], &[2, 0, 0]] {
            for exchanged in [false, true] {
                let a = self.regular(shape, exchanged);
                self.add_with("Inverse", vec![a.clone()], |x| x[0].inverse());
                self.add_with("LogDeterminant", vec![a.clone()], |x| x[0].log_determinant());
                // Determinants of order 1.
                self.add_with("Determinant", vec![a * 0.3], |x| x[0].determinant());
            }
            let a = self.regular(shape, false);
            self.add_with("Cholesky", vec![a], |x| x[0].cholesky());
            self.add("Diagonal", &[shape], |x| x[0].diagonal());
            self.add("DiagonalMatrix", &[&shape[1..]], |x| x[0].diagonal_matrix());
        }
        for (n, zeros) in [(1, 1), (2, 1), (3, 1), (4, 1), (3, 2)] {
            let mut a = random(&mut self.rng, &[n, n]);
            a.slice_each_axis_mut(|axis| ndarray::Slice::from(if axis.axis.0 == 1 { ..zeros } else { ..n }))
                .fill(0.0);
            self.add_with("Determinant", vec![a], |x| x[0].determinant());
        }
        for shape in [&[3, 3][..], &[2, 4], &[4, 2], &[2, 2, 3], &[0, 2]] {
            for triangle in [Triangle::Lower, Triangle::Upper] {
                self.add("TriangularPart", &[shape], move |x| x[0].triangular_part(triangle));
            }
        }
    }

    fn reductions(&mut self) {
        for shape in SHAPES.into_iter().chain([&[][..]]) {
            self.add("Sum", &[shape], |x| x[0].sum());
            self.add("Mean", &[shape], |x| x[0].mean());
            self.add("Variance", &[shape], |x| x[0].variance());
            self.add("Product", &[shape], |x| x[0].product());
            self.add("Norm", &[shape], |x| x[0].norm());
            self.add("Extremum", &[shape], |x| x[0].largest());
            self.add("Extremum", &[shape], |x| x[0].smallest());
            self.add("LogSumExp", &[shape], |x| x[0].log_sum_exp());
            for axis in 0..shape.len() {
                self.reductions_along(axis, shape);
            }
        }
        self.add("Sum", &[&[0, 3]], |x| x[0].sum());
        self.add("Norm", &[&[0, 3]], |x| x[0].norm());
        self.add("Product", &[&[0, 3]], |x| x[0].product());
        // Longer than the vector registers, and than the rows from where on the largest is sought in two passes.
        for shape in [[3, 41], [41, 3]] {
            self.add("Sum", &[&shape], |x| x[0].sum());
            self.reductions_along(0, &shape);
            self.reductions_along(1, &shape);
        }
        for (axis, shape) in [(0, [0, 3]), (1, [2, 0])] {
            self.add("Sum", &[&shape], move |x| x[0].sum_axis(axis));
            self.add("Norm", &[&shape], move |x| x[0].norm_axis(axis));
            self.add("Product", &[&shape], move |x| x[0].product_axis(axis));
            self.add("Softmax", &[&shape], move |x| x[0].softmax(axis));
            self.add("LogSoftmax", &[&shape], move |x| x[0].log_softmax(axis));
            self.add("CumulativeSum", &[&shape], move |x| x[0].cumulative_sum(axis));
            // Along the other axis there is something to reduce, in none of the rows.
            self.reductions_along(1 - axis, &shape);
        }
    }

    fn reductions_along(&mut self, axis: usize, shape: &[usize]) {
        self.add("Sum", &[shape], move |x| x[0].sum_axis(axis));
        self.add("Mean", &[shape], move |x| x[0].mean_axis(axis));
        self.add("Variance", &[shape], move |x| x[0].variance_axis(axis));
        self.add("Normalise", &[shape], move |x| x[0].normalise(axis, 0.3));
        if shape[axis] < 10 {
            // The product of many numbers below 2 is too large for differences.
            self.add("Product", &[shape], move |x| x[0].product_axis(axis));
        }
        self.add("Norm", &[shape], move |x| x[0].norm_axis(axis));
        self.add("Extremum", &[shape], move |x| x[0].largest_axis(axis));
        self.add("Extremum", &[shape], move |x| x[0].smallest_axis(axis));
        self.add("LogSumExp", &[shape], move |x| x[0].log_sum_exp_axis(axis));
        self.add("Softmax", &[shape], move |x| x[0].softmax(axis));
        self.add("LogSoftmax", &[shape], move |x| x[0].log_softmax(axis));
        self.add("CumulativeSum", &[shape], move |x| x[0].cumulative_sum(axis));
    }

    fn rearrangements(&mut self) {
        for shape in [[2, 3], [1, 4], [4, 1], [0, 3]] {
            self.add("Transpose", &[&shape], |x| x[0].transpose());
        }
        let permutations: [(&[usize], &[usize]); 7] = [
            (&[], &[]),
            (&[3], &[0]),
            (&[2, 3], &[1, 0]),
            (&[2, 3, 4], &[2, 0, 1]),
            (&[2, 3, 4], &[0, 2, 1]),
            (&[2, 1, 3, 2], &[3, 1, 0, 2]),
            (&[2, 0, 3], &[1, 2, 0]),
        ];
        for (shape, axes) in permutations {
            self.add("Permute", &[shape], move |x| x[0].permute_axes(axes));
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
            for (axis, &extent) in shape.iter().enumerate() {
                let last = extent - 1;
                self.add("Gather", &[shape], move |x| x[0].gather_axis(axis, &[last, 0, last, 0]));
                self.add("Gather", &[shape], move |x| x[0].flip(axis));
                self.add("Gather", &[shape], move |x| x[0].roll(axis, 2));
                let indices: Vec<usize> = (0..extent).map(|i| 2 * i % 3).collect();
                self.add("ScatterAdd", &[shape], move |x| x[0].scatter_add_axis(axis, &indices, 4));
                for (before, after) in [(0, 0), (2, 0), (1, 3)] {
                    self.add("Pad", &[shape], move |x| x[0].pad(axis, before, after));
                }
            }
            for axis in 0..=shape.len() {
                self.add("Stack", &[shape, shape, shape], move |x| x[0].stack(&x[1..], axis));
            }
        }
        self.add("Stack", &[&[], &[]], |x| x[0].stack(&x[1..], 0));
        self.add("Stack", &[&[2, 0], &[2, 0]], |x| x[0].stack(&[x[1]], 1));
        self.add("Pad", &[&[0, 2]], |x| x[0].pad(0, 1, 1));
        self.add("ScatterAdd", &[&[0, 2]], |x| x[0].scatter_add(&[], 3));
        self.add("ScatterAdd", &[&[2, 0]], |x| x[0].scatter_add(&[1, 1], 3));
        self.add("Concatenate", &[&[0, 2], &[0, 2]], |x| x[0].concatenate(&x[1..], 1));
        self.add("Gather", &[&[0, 3]], |x| x[0].gather(&[]));
        self.add("Gather", &[&[3, 0]], |x| x[0].gather(&[1, 1]));
    }

    fn combinations(&mut self) {
        for shape in [&[][..], &[5], &[2, 3], &[0, 2]] {
            for count in 1..6 {
                let coefficients: Vec<f64> = (0..count).map(|i| f64::from(i) * 0.75 - 1.0).collect();
                let shapes = vec![shape; coefficients.len()];
                self.add("LinearCombination", &shapes, move |x| {
                    x[0].linear_combination(&x[1..], &coefficients)
                });
            }
            let mask: Vec<bool> = (0..shape.iter().product()).map(|i: usize| i.is_multiple_of(3)).collect();
            self.add("Select", &[shape, shape], move |x| x[0].select(&mask, x[1]));
        }
    }

    fn formulas(&mut self) {
        for shape in [&[][..], &[5], &[3, 7], &[0, 2]] {
            self.add("Fused", &[shape, shape, shape], |x| Tensor::pointwise([x[0], x[1], x[2]], Formula));
        }
        for n in [3, 4, 10, 11, 21] {
            self.add("WindowSum", &[&[n]], |x| x[0].window_sum(Formula));
        }
    }

    fn losses(&mut self) {
        for [m, n] in [[3, 4], [1, 1], [1, 5], [4, 1], [0, 3]] {
            let labels: Vec<u32> = (0..m as u32).map(|i| (3 * i + 2) % n as u32).collect();
            let same = labels.clone();
            self.add("ClassCrossEntropy", &[&[m, n]], move |x| x[0].cross_entropy(&labels));
            self.add("ClassCrossEntropy", &[&[m, n]], move |x| x[0].total_cross_entropy(&same));
            self.add("SoftmaxCrossEntropy", &[&[m, n], &[m, n]], |x| x[0].cross_entropy_with(x[1]));
        }
        self.add("SoftmaxCrossEntropy", &[&[2, 0], &[2, 0]], |x| x[0].cross_entropy_with(x[1]));
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

//! Cases of primitives that work element by element or row by row: every rule of the table, formulas, losses.

use super::Cases;
use crate::support::rules::{AnyRule, Apply, EveryMode, all_rules};
use ndarray::{ArrayD, IxDyn};
use std::rc::Rc;
use wengert_ad::primitive::Pointwise;
use wengert_ad::{Element, Elementary, Scalar, Tensor};

/// A formula of three numbers with curvature in each and between any two.
#[derive(Clone, Copy, Debug)]
struct Formula;

impl Pointwise<3> for Formula {
    fn at<S: Scalar>(self, [a, b, c]: [S; 3]) -> S {
        a.sin() * b + (b * c).square() + c.exp()
    }
}

impl<T: Element> Cases<T> {
    pub(super) fn combinations(&mut self) {
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

    pub(super) fn formulas(&mut self) {
        for shape in [&[][..], &[5], &[3, 7], &[0, 2]] {
            self.add("Fused", &[shape, shape, shape], |x| Tensor::pointwise([x[0], x[1], x[2]], Formula));
        }
        for n in [3, 4, 10, 11, 21] {
            self.add("WindowSum", &[&[n]], |x| x[0].window_sum(Formula));
        }
    }

    pub(super) fn losses(&mut self) {
        for [m, n] in [[3, 4], [1, 1], [1, 5], [4, 1], [0, 3]] {
            let labels: Vec<u32> = (0..m as u32).map(|i| (3 * i + 2) % n as u32).collect();
            let same = labels.clone();
            self.add("ClassCrossEntropy", &[&[m, n]], move |x| x[0].cross_entropy(&labels));
            self.add("ClassCrossEntropy", &[&[m, n]], move |x| x[0].total_cross_entropy(&same));
            self.add("SoftmaxCrossEntropy", &[&[m, n], &[m, n]], |x| x[0].cross_entropy_with(x[1]));
        }
        for (weight, shape) in [(1.0, &[3][..]), (2.5, &[2, 3]), (1.0, &[0, 2]), (0.5, &[])] {
            self.add("BinaryCrossEntropy", &[shape, shape], move |x| x[0].binary_cross_entropy(x[1], weight));
        }
        self.add("SoftmaxCrossEntropy", &[&[2, 0], &[2, 0]], |x| x[0].cross_entropy_with(x[1]));
    }
}

impl<T: Element> Cases<T>
where
    dyn EveryMode: for<'t> Apply<Tensor<'t, T>>,
{
    /// The elementwise primitives, with every rule of the table on its domain.
    pub(super) fn rules(&mut self) {
        for rule in all_rules().into_iter().map(Rc::new) {
            let primitive = ["Map", "Zip"][rule.operands - 1];
            for shape in [&[][..], &[1], &[0, 2], &[2, 3], &[2, 1, 2, 2]] {
                let inputs = (0..rule.operands).map(|i| repeated_points(&rule, i, shape)).collect();
                let rule = Rc::clone(&rule);
                let label = format!("{primitive} of {rule:?} on {shape:?}");
                self.push(primitive, label, inputs, Box::new(move |x| rule.apply(x)));
            }
        }
    }
}

/// Operand `i` of the points of the rule, repeated to fill the shape.
fn repeated_points(rule: &AnyRule, i: usize, shape: &[usize]) -> ArrayD<f64> {
    let mut points = rule.points.iter().cycle().map(|point| point[i]);
    ArrayD::from_shape_simple_fn(IxDyn(shape), || points.next().expect("a cycle has no end"))
}

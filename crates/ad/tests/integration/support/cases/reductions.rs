//! Cases of reductions, over whole arrays and along an axis.

use super::{Cases, SHAPES};
use wengert_ad::Element;

impl<T: Element> Cases<T> {
    pub(super) fn reductions(&mut self) {
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
        // Longer than the vector registers, and than the rows from where on the largest is sought in two
        // passes.
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

    pub(super) fn reductions_along(&mut self, axis: usize, shape: &[usize]) {
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
}

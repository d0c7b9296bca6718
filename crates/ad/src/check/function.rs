//! Functions that are checked in every mode.

use super::input::{CheckInput, shaped};
use super::kinks::{Kink, kinks_of, second_order_kinks_of};
use super::non_finite::non_finite_in;
use super::pullbacks;
use super::report::GradcheckReport;
use super::traced::{traced, traced_with_names};
use super::wrong_partials::wrong_partials;
use crate::function::{ArrayFunction, Function};
use crate::trace::Graph;
use crate::transform::{arrays, grad, hvp, jvp};
use ndarray::ArrayD;

/// A function of inputs of type `I` that runs in every mode: any [`Function`] for numbers, any
/// [`ArrayFunction`] for arrays.
///
/// In the methods, `at` are the inputs, `x` their elements in order, possibly moved, and
/// `direction` has one component per element.
pub trait CheckFunction<I: CheckInput> {
    /// The value at `x`.
    fn value(&self, at: &[I], x: &[f64]) -> f64;

    /// The gradient at `x`, computed by a reverse sweep.
    fn gradient(&self, at: &[I], x: &[f64]) -> Vec<f64>;

    /// The derivative along a direction, computed by a forward sweep.
    fn slope(&self, at: &[I], direction: &[f64]) -> f64;

    /// The Hessian times a direction, computed by a reverse sweep on dual numbers.
    fn hessian_product(&self, at: &[I], direction: &[f64]) -> Vec<f64>;

    /// Adds the names or shapes of the inputs to a report, and the findings about the operations of
    /// the function.
    fn complete(&self, report: &mut GradcheckReport, at: &[I]);

    /// The operations of the function at which second derivatives are not to be trusted.
    fn second_order_kinks(&self, at: &[I]) -> Vec<Kink>;
}

impl<F: Function> CheckFunction<f64> for F {
    fn value(&self, _: &[f64], x: &[f64]) -> f64 {
        self.eval(x)
    }
    fn gradient(&self, _: &[f64], x: &[f64]) -> Vec<f64> {
        grad(|v| self.eval(v), x)
    }
    fn slope(&self, at: &[f64], direction: &[f64]) -> f64 {
        jvp(|v| self.eval(v), at, direction).1
    }
    fn hessian_product(&self, at: &[f64], direction: &[f64]) -> Vec<f64> {
        hvp(|v| self.eval(v), at, direction)
    }
    fn complete(&self, report: &mut GradcheckReport, at: &[f64]) {
        examine(report, &traced(self, at));
    }
    fn second_order_kinks(&self, at: &[f64]) -> Vec<Kink> {
        second_order_kinks_of(&traced(self, at))
    }
}

impl<F: Function> CheckFunction<(&str, f64)> for F {
    fn value(&self, _: &[(&str, f64)], x: &[f64]) -> f64 {
        self.eval(x)
    }
    fn gradient(&self, _: &[(&str, f64)], x: &[f64]) -> Vec<f64> {
        grad(|v| self.eval(v), x)
    }
    fn slope(&self, at: &[(&str, f64)], direction: &[f64]) -> f64 {
        jvp(|v| self.eval(v), &CheckInput::elements(at), direction).1
    }
    fn hessian_product(&self, at: &[(&str, f64)], direction: &[f64]) -> Vec<f64> {
        hvp(|v| self.eval(v), &CheckInput::elements(at), direction)
    }
    fn complete(&self, report: &mut GradcheckReport, at: &[(&str, f64)]) {
        examine(report, &traced_with_names(self, at));
    }
    fn second_order_kinks(&self, at: &[(&str, f64)]) -> Vec<Kink> {
        second_order_kinks_of(&traced_with_names(self, at))
    }
}

/// Looks for wrong partials, kinks and non-finite numbers in the graph of a function.
fn examine(report: &mut GradcheckReport, graph: &Graph) {
    report.names = graph.inputs().iter().map(|input| input.name.clone()).collect();
    report.wrong = wrong_partials(graph);
    report.kinks = kinks_of(graph);
    report.non_finite = non_finite_in(graph);
}

impl<F: ArrayFunction> CheckFunction<ArrayD<f64>> for F {
    #[track_caller]
    fn value(&self, at: &[ArrayD<f64>], x: &[f64]) -> f64 {
        CheckInput::value(&|v| self.eval(v), at, x)
    }
    #[track_caller]
    fn gradient(&self, at: &[ArrayD<f64>], x: &[f64]) -> Vec<f64> {
        CheckInput::gradient(&|v| self.eval(v), at, x)
    }
    fn slope(&self, at: &[ArrayD<f64>], direction: &[f64]) -> f64 {
        arrays::jvp(|v| self.eval(v), at, &shaped(at, direction)).1.sum()
    }
    fn hessian_product(&self, at: &[ArrayD<f64>], direction: &[f64]) -> Vec<f64> {
        CheckInput::elements(&arrays::hvp(|v| self.eval(v), at, &shaped(at, direction)))
    }
    fn complete(&self, report: &mut GradcheckReport, at: &[ArrayD<f64>]) {
        CheckInput::complete(report, &|v| self.eval(v), at);
    }
    fn second_order_kinks(&self, at: &[ArrayD<f64>]) -> Vec<Kink> {
        pullbacks::second_order_kinks(&|v| self.eval(v), at)
    }
}

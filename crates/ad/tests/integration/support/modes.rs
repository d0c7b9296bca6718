//! The modes that differentiate a rule: forward, the scalar tape, the array tape.

use crate::support::Rule;
use ndarray::{ArrayD, arr0};
use wengert_ad::{ArrayTape, Dual, Element, Tape};

/// A way to apply a rule and to differentiate it by each operand.
pub(crate) trait Mode {
    fn value_and_gradient<R: Rule, T: Element>(rule: R, xs: &[T]) -> (T, Vec<T>);
}

pub(crate) struct Forward;
pub(crate) struct ScalarTape;
pub(crate) struct OnArrays;

impl Mode for Forward {
    fn value_and_gradient<R: Rule, T: Element>(rule: R, xs: &[T]) -> (T, Vec<T>) {
        let along = |direction: usize| {
            let seed = |(i, &x)| Dual::new(x, T::constant(f64::from(u8::from(i == direction))));
            rule.apply(&xs.iter().enumerate().map(seed).collect::<Vec<_>>())
        };
        (along(0).primal, (0..xs.len()).map(|i| along(i).tangent).collect())
    }
}

impl Mode for ScalarTape {
    fn value_and_gradient<R: Rule, T: Element>(rule: R, xs: &[T]) -> (T, Vec<T>) {
        let tape = Tape::new();
        let variables = tape.vars(xs);
        let y = rule.apply(&variables);
        let gradient = y.gradient();
        (y.primal(), variables.iter().map(|&x| gradient.wrt(x)).collect())
    }
}

impl Mode for OnArrays {
    fn value_and_gradient<R: Rule, T: Element>(rule: R, xs: &[T]) -> (T, Vec<T>) {
        let tape = ArrayTape::new();
        let variables: Vec<_> = xs.iter().map(|&x| tape.var(&arr0(x))).collect();
        let y = rule.apply(&variables);
        let gradient = y.gradient();
        let by = |g: ArrayD<T>| *g.first().expect("an array of rank 0 has one element");
        (y.item(), variables.iter().map(|&x| by(gradient.wrt(x))).collect())
    }
}

//! The modes that differentiate a rule, as functions: forward mode, the scalar tape, the array tape, the
//! traced graph.

use super::rules::{AnyRule, Apply, EveryMode, FourLevels};
use ndarray::arr0;
use wengert_ad::trace::Graph;
use wengert_ad::{ArrayTape, Dual, Element, Jet, Scalar, Tape, Tensor, Var};

/// The value of a rule at its operands, and the derivative with respect to each.
pub(crate) type Mode<T> = fn(&AnyRule, &[T]) -> (T, Vec<T>);

/// The modes whose numbers are made of elements `T`, with their names.
pub(crate) fn modes<T: Element>() -> [(&'static str, Mode<T>); 4]
where
    dyn EveryMode: Apply<Dual<T>> + for<'t> Apply<Var<'t, T>> + for<'t> Apply<Tensor<'t, T>>,
{
    [
        ("forward mode", forward),
        ("the scalar tape", scalar_tape),
        ("inputs of a scalar tape", scalar_inputs),
        ("the array tape", array_tape),
    ]
}

pub(crate) fn forward<T: Element>(rule: &AnyRule, xs: &[T]) -> (T, Vec<T>)
where
    dyn EveryMode: Apply<Dual<T>>,
{
    let along = |direction: usize| {
        let seed = |i: usize| T::constant(if i == direction { 1.0 } else { 0.0 });
        let inputs: Vec<_> = xs.iter().enumerate().map(|(i, &x)| Dual::new(x, seed(i))).collect();
        rule.apply(&inputs)
    };
    let outputs: Vec<_> = (0..xs.len()).map(along).collect();
    (outputs[0].primal, outputs.iter().map(|y| y.tangent).collect())
}

pub(crate) fn scalar_tape<T: Element>(rule: &AnyRule, xs: &[T]) -> (T, Vec<T>)
where
    dyn EveryMode: for<'t> Apply<Var<'t, T>>,
{
    on_scalar_tape(rule, xs, Tape::vars)
}

/// The same with variables of which functions are not recorded.
pub(crate) fn scalar_inputs<T: Element>(rule: &AnyRule, xs: &[T]) -> (T, Vec<T>)
where
    dyn EveryMode: for<'t> Apply<Var<'t, T>>,
{
    on_scalar_tape(rule, xs, Tape::inputs)
}

fn on_scalar_tape<T: Element>(
    rule: &AnyRule,
    xs: &[T],
    variables: for<'t> fn(&'t Tape<T>, &[T]) -> Vec<Var<'t, T>>,
) -> (T, Vec<T>)
where
    dyn EveryMode: for<'t> Apply<Var<'t, T>>,
{
    let tape = Tape::new();
    let variables = variables(&tape, xs);
    let y = rule.apply(&variables);
    let gradient = y.gradient();
    (y.primal(), variables.iter().map(|&x| gradient.wrt(x)).collect())
}

pub(crate) fn array_tape<T: Element>(rule: &AnyRule, xs: &[T]) -> (T, Vec<T>)
where
    dyn EveryMode: for<'t> Apply<Tensor<'t, T>>,
{
    let tape = ArrayTape::new();
    let variables: Vec<_> = xs.iter().map(|&x| tape.var(&arr0(x))).collect();
    let y = rule.apply(&variables);
    let gradient = y.gradient();
    (y.item(), variables.iter().map(|&x| gradient.wrt(x)[[]]).collect())
}

/// The rule applied to inputs `a` and, if it is binary, `b`.
pub(crate) fn graph(rule: &AnyRule, xs: &[f64]) -> Graph {
    let inputs: Vec<_> = ["a", "b"].into_iter().zip(xs.iter().copied()).collect();
    Graph::of(&inputs, |v| rule.apply(v))
}

pub(crate) fn traced_graph(rule: &AnyRule, xs: &[f64]) -> (f64, Vec<f64>) {
    let graph = graph(rule, xs);
    (graph.value(), graph.reverse().derivatives[..xs.len()].to_vec())
}

/// `x + v t`, with `t` a perturbation at each of four levels.
pub(crate) fn four_levels(x: f64, v: f64) -> FourLevels {
    fn raise<T: Scalar>(x: T, v: f64) -> Dual<T> {
        Dual::new(x, T::constant(v))
    }
    raise(raise(Jet::line(x, v), v), v)
}

/// The value and the derivatives of order 1 to 4 along the perturbations of [`four_levels`].
pub(crate) fn four_derivatives(y: FourLevels) -> [f64; 5] {
    let [value, first, second] = y.primal.primal.derivatives();
    let [.., third] = y.primal.tangent.derivatives();
    let [.., fourth] = y.tangent.tangent.derivatives();
    [value, first, second, third, fourth]
}

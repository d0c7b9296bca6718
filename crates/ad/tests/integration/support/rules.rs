//! The rule table with its types erased, so that each check is compiled once and not once per rule.
//!
//! A rule becomes an [`AnyRule`]: a table of small functions, one per kind of number. The checks call
//! these and know nothing of the rule's type. A new rule of the table is part of [`all_rules`] without
//! being named.

use super::{draw, rng};
use rand::rngs::StdRng;
use std::fmt::Debug;
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::trace::Traced;
use wengert_ad::{Binary, Directions, Dual, Jet, Lanes, Operand, Scalar, Tensor, Unary, Var};

/// Two perturbations around a jet of order two, which takes the place of two more: after the derivative with
/// respect to each, the fourth derivative remains. Four duals inside each other take minutes to compile,
/// since every level is inlined.
pub(crate) type FourLevels = Dual<Dual<Jet<3>>>;

/// A function of one or two operands of type `X`.
pub(crate) trait Apply<X> {
    /// The value at the operands `xs`.
    fn apply(&self, xs: &[X]) -> X;
}

/// The partial derivatives of a rule, as the table states them.
pub(crate) trait Partials<T> {
    /// The partial with respect to each of the operands `xs`.
    fn partials(&self, xs: &[T]) -> Vec<T>;
}

/// A rule applied to every kind of number that the tests use. A check that needs another kind adds it here.
pub(crate) trait EveryMode:
    Apply<f32>
    + Apply<f64>
    + Apply<Dual<f32>>
    + Apply<Dual>
    + Apply<Dual<Dual>>
    + Apply<FourLevels>
    + Apply<Directions<2>>
    + Apply<Jet<5>>
    + for<'t> Apply<Var<'t, f32>>
    + for<'t> Apply<Var<'t, f64>>
    + for<'t> Apply<Var<'t, Dual>>
    + for<'t> Apply<Var<'t, Lanes<2>>>
    + for<'t> Apply<Tensor<'t, f32>>
    + for<'t> Apply<Tensor<'t, f64>>
    + for<'t> Apply<Tensor<'t, Dual>>
    + for<'g> Apply<Traced<'g>>
    + Partials<f32>
    + Partials<f64>
    + Send
    + Sync
{
}

struct One<R>(R);

impl<R: Unary> EveryMode for One<R> {}

impl<R: Unary, X: Operand> Apply<X> for One<R> {
    fn apply(&self, xs: &[X]) -> X {
        xs[0].unary(self.0)
    }
}

impl<R: Unary, T: Scalar> Partials<T> for One<R> {
    fn partials(&self, xs: &[T]) -> Vec<T> {
        vec![self.0.partial(xs[0], xs[0].unary(self.0))]
    }
}

struct Two<R>(R);

impl<R: Binary> EveryMode for Two<R> {}

impl<R: Binary, X: Operand> Apply<X> for Two<R> {
    fn apply(&self, xs: &[X]) -> X {
        xs[0].binary(xs[1], self.0)
    }
}

impl<R: Binary, T: Scalar> Partials<T> for Two<R> {
    fn partials(&self, xs: &[T]) -> Vec<T> {
        let (da, db) = self.0.partials(xs[0], xs[1], xs[0].binary(xs[1], self.0));
        vec![da, db]
    }
}

/// A rule of either arity, without its type.
pub(crate) struct AnyRule {
    pub(crate) name: &'static str,
    /// The number of operands.
    pub(crate) operands: usize,
    /// Lists of operands from the domain of the rule, if it comes from [`all_rules`].
    pub(crate) points: Vec<Vec<f64>>,
    label: String,
    functions: Box<dyn EveryMode>,
}

/// The rule with its parameters, as `PowI(3)`.
impl Debug for AnyRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.label)
    }
}

impl AnyRule {
    pub(crate) fn unary<R: Unary>(rule: R) -> Self {
        Self::new(R::NAME, 1, &rule, Box::new(One(rule)))
    }

    pub(crate) fn binary<R: Binary>(rule: R) -> Self {
        Self::new(R::NAME, 2, &rule, Box::new(Two(rule)))
    }

    fn new(name: &'static str, operands: usize, rule: &dyn Debug, functions: Box<dyn EveryMode>) -> Self {
        Self { name, operands, points: Vec::new(), label: format!("{rule:?}"), functions }
    }

    pub(crate) fn apply<X>(&self, xs: &[X]) -> X
    where
        dyn EveryMode: Apply<X>,
    {
        self.functions.apply(xs)
    }

    /// The partial with respect to each operand, as the table states it.
    pub(crate) fn partials<T>(&self, xs: &[T]) -> Vec<T>
    where
        dyn EveryMode: Partials<T>,
    {
        self.functions.partials(xs)
    }
}

/// Every rule of the table, with points that are the same in every call.
///
/// # Panics
/// If there are no rules of one arity, or two of one name: then the walk does not see the whole table.
pub(crate) fn all_rules() -> Vec<AnyRule> {
    let mut walk = Walk { rng: rng(7), rules: Vec::new() };
    each_unary(&mut walk);
    let unary = walk.rules.len();
    each_binary(&mut walk);
    let rules = walk.rules;
    assert!(unary > 0 && rules.len() > unary, "the walk found {unary} unary rules among {}", rules.len());
    for (i, rule) in rules.iter().enumerate() {
        assert!(
            !rules[..i].iter().any(|other| other.name == rule.name),
            "two rules are called {}",
            rule.name
        );
    }
    rules
}

const INF: f64 = f64::INFINITY;

/// Zeros of both signs, infinities, NaN, huge and tiny numbers, finite in `f32` too.
const EDGES: [f64; 16] =
    [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -2.5, 1e-30, -1e-30, 1e30, -1e30, 100.0, INF, -INF, f64::NAN];

/// All lists of this many edges.
pub(crate) fn edges(operands: usize) -> Vec<Vec<f64>> {
    if operands == 1 {
        return EDGES.map(|x| vec![x]).into();
    }
    EDGES.iter().flat_map(|&a| EDGES.map(|b| vec![a, b])).collect()
}

struct Walk {
    rng: StdRng,
    rules: Vec<AnyRule>,
}

impl Walk {
    /// Fourteen numbers from inside each interval, and its ends.
    fn push_unary(&mut self, mut rule: AnyRule, domain: &[Interval]) {
        assert!(!domain.is_empty(), "{rule:?}: no interval to draw from");
        for &interval in domain {
            rule.points.extend((0..14).map(|_| vec![draw(&mut self.rng, interval)]));
            rule.points.extend([vec![interval.0], vec![interval.1]]);
        }
        self.rules.push(rule);
    }

    /// Twenty-eight pairs from inside the rectangle, and its corners.
    fn push_binary(&mut self, mut rule: AnyRule, [a, b]: [Interval; 2]) {
        rule.points.extend((0..28).map(|_| vec![draw(&mut self.rng, a), draw(&mut self.rng, b)]));
        rule.points.extend([vec![a.0, b.0], vec![a.0, b.1], vec![a.1, b.0], vec![a.1, b.1]]);
        self.rules.push(rule);
    }
}

impl UnaryVisitor for Walk {
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]) {
        self.push_unary(AnyRule::unary(rule), domain);
    }
}

impl BinaryVisitor for Walk {
    fn visit<R: Binary>(&mut self, rule: R, domain: [Interval; 2]) {
        self.push_binary(AnyRule::binary(rule), domain);
    }
}

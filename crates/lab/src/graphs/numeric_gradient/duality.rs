//! `<u, J v> = <J' u, v>`: forward and reverse mode compute one Jacobian.

use ndarray::{ArrayD, IxDyn};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal, Uniform};
use wengert_ad::primitive::{Primitive, PrimitiveVisitor, each_primitive};
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::{Binary, Dual, Element, Operand, Tape, Tensor, Unary, arrays};

/// The largest gap of some operators, and their number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gaps {
    pub(super) operators: usize,
    /// `|<u, J v> - <J' u, v>|` divided by the sum of the absolute values of all terms of both.
    pub(super) largest: f64,
}

impl Gaps {
    fn add(&mut self, forward: impl Iterator<Item = f64>, reverse: impl Iterator<Item = f64>) {
        let sum = |terms: &mut dyn Iterator<Item = f64>| {
            terms.fold((0.0, 0.0), |(sum, size), term: f64| (sum + term, size + term.abs()))
        };
        let mut terms = (forward, reverse);
        let ((by_forward, first), (by_reverse, second)) = (sum(&mut terms.0), sum(&mut terms.1));
        let gap = (by_forward - by_reverse).abs();
        let relative = if gap == 0.0 { 0.0 } else { gap / (first + second) };
        self.operators += 1;
        // A NaN is the largest gap.
        self.largest = if relative <= self.largest { self.largest } else { relative };
    }
}

/// The gaps of the rules of one and two numbers, each at a random point of its domain.
pub(super) fn of_rules(seed: u64) -> Gaps {
    let mut rules = Rules { gaps: Gaps::default(), random: StdRng::seed_from_u64(seed) };
    each_unary(&mut rules);
    each_binary(&mut rules);
    rules.gaps
}

struct Rules {
    gaps: Gaps,
    random: StdRng,
}

impl Rules {
    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.random)
    }

    /// A number in the middle half of an interval.
    fn inside(&mut self, (low, high): Interval) -> f64 {
        let part = Uniform::new(0.25, 0.75).expect("the range is not empty").sample(&mut self.random);
        low + part * (high - low)
    }
}

impl UnaryVisitor for Rules {
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]) {
        let (x, u, v) = (self.inside(domain[0]), self.normal(), self.normal());
        let tangent = Dual::new(x, v).unary(rule).tangent;
        let tape = Tape::new();
        let variable = tape.var(x);
        let pulled = u * variable.unary(rule).gradient().wrt(variable);
        self.gaps.add([u * tangent].into_iter(), [pulled * v].into_iter());
    }
}

impl BinaryVisitor for Rules {
    fn visit<R: Binary>(&mut self, rule: R, [a, b]: [Interval; 2]) {
        let ([x, y], u) = ([self.inside(a), self.inside(b)], self.normal());
        let v = [self.normal(), self.normal()];
        let tangent = Dual::new(x, v[0]).binary(Dual::new(y, v[1]), rule).tangent;
        let tape = Tape::new();
        let (x, y) = (tape.var(x), tape.var(y));
        let gradient = x.binary(y, rule).gradient();
        let pulled = [u * gradient.wrt(x), u * gradient.wrt(y)];
        self.gaps.add([u * tangent].into_iter(), pulled.into_iter().zip(v).map(|(g, v)| g * v));
    }
}

/// The gaps of the array primitives, each on random operands.
pub(super) fn of_primitives(seed: u64) -> Gaps {
    let (mut real, mut dual) = (Samples::<f64>::default(), Samples::<Dual>::default());
    each_primitive(&mut real);
    each_primitive(&mut dual);
    let mut random = StdRng::seed_from_u64(seed);
    let mut gaps = Gaps::default();
    for (sample, (_, in_forward_mode)) in real.0.iter().zip(&dual.0) {
        let (shapes, in_reverse_mode) = sample;
        let inputs: Vec<ArrayD<f64>> = shapes.iter().map(|shape| operand(shape, &mut random)).collect();
        let v: Vec<ArrayD<f64>> = shapes.iter().map(|shape| normal(shape, &mut random)).collect();
        let (_, tangent) = arrays::jvp(in_forward_mode, &inputs, &v);
        let u = normal(tangent.shape(), &mut random);
        let (_, pulled) = arrays::vjp(in_reverse_mode, &inputs, &u);
        let by_forward = u.iter().zip(&tangent).map(|(u, t)| u * t);
        let by_reverse =
            pulled.iter().zip(&v).flat_map(|(pulled, v)| pulled.iter().zip(v).map(|(p, v)| p * v));
        gaps.add(by_forward, by_reverse);
    }
    gaps
}

/// A primitive as a function of its operands.
type Applied<T> = Box<dyn for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>>;

/// The primitives with the shapes of their operands.
struct Samples<T>(Vec<(Vec<Vec<usize>>, Applied<T>)>);

impl<T> Default for Samples<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Element> PrimitiveVisitor<T> for Samples<T> {
    fn visit<P: Primitive<T> + Clone>(&mut self, _: &'static str, sample: P, operands: &[&[usize]]) {
        let shapes = operands.iter().map(|shape| shape.to_vec()).collect();
        self.0.push((shapes, Box::new(move |x| x[0].apply(&x[1..], sample.clone()))));
    }
}

fn normal(shape: &[usize], random: &mut StdRng) -> ArrayD<f64> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || StandardNormal.sample(random))
}

/// Random numbers; square matrices have a dominant diagonal, so that they are well-conditioned.
fn operand(shape: &[usize], random: &mut StdRng) -> ArrayD<f64> {
    let mut operand = normal(shape, random) * 0.3;
    if let [.., m, n] = *shape
        && m == n
    {
        for (i, element) in operand.iter_mut().enumerate() {
            *element += if i % (n * n) % (n + 1) == 0 { 3.0 } else { 0.0 };
        }
    }
    operand
}

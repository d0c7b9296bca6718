//! The checks on every rule of the table, at operands and results of every scale: right rules are never
//! accused, and wrong ones are found.

use crate::support::modes::{forward, scalar_tape};
use crate::support::rules::{AnyRule, all_rules};
use crate::support::unit;
use wengert_ad::check::{
    CheckFunction, GradcheckReport, Kink, Single, Verdict, gradcheck, gradcheck_modes, gradgradcheck,
    taylor_test,
};
use wengert_ad::{Binary, Dual, Elementary, Float, Function, Number, Scalar, Unary, Var};

/// A change of the partials of a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    /// The rule as it is.
    None,
    /// The partial with respect to this operand is multiplied by the factor.
    Scaled(usize, f64),
    /// A part of its size at this point is added to the partial with respect to this operand.
    Offset(usize, f64),
    /// The two partials are exchanged.
    Exchanged,
    /// The partial with respect to this operand is that at operands moved by one per cent.
    Elsewhere(usize),
}

/// `c f(x / s)` with a rule `f` of the table and its partials or others. It is applied through one type for
/// all rules, so that the check is compiled once.
#[derive(Clone, Copy, Debug)]
struct Rule {
    rule: &'static AnyRule,
    change: Change,
    /// The scale of the operands.
    s: f64,
    /// The scale of the result.
    c: f64,
}

impl Rule {
    fn plain(rule: &'static AnyRule) -> Self {
        Self { rule, change: Change::None, s: 1.0, c: 1.0 }
    }

    fn value<F: Float>(self, xs: &[F]) -> F {
        let xs: Vec<f64> = xs.iter().map(|x| x.to_f64().expect("a float is a number")).collect();
        F::literal(self.rule.apply(&xs))
    }

    fn partial<T: Scalar>(self, xs: &[T], i: usize) -> T {
        let xs: Vec<f64> = xs.iter().map(|x| x.value()).collect();
        T::constant(self.changed(&xs, i))
    }

    fn changed(self, xs: &[f64], i: usize) -> f64 {
        let partials = self.rule.partials(xs);
        match self.change {
            Change::Scaled(operand, factor) if operand == i => factor * partials[i],
            Change::Offset(operand, share) if operand == i => partials[i] + share * partials[i].abs(),
            Change::Exchanged => partials[1 - i],
            Change::Elsewhere(operand) if operand == i => {
                self.rule.partials(&xs.iter().map(|x| 1.01 * x).collect::<Vec<_>>())[i]
            }
            _ => partials[i],
        }
    }

    /// The check at the point that the rule itself sees as `xs`.
    fn check(&self, xs: &[f64]) -> GradcheckReport {
        gradcheck_modes(self, &xs.iter().map(|x| x * self.s).collect::<Vec<f64>>())
    }
}

impl Unary for Rule {
    const NAME: &'static str = "a unary rule";
    fn primal<F: Float>(self, x: F) -> F {
        self.value(&[x])
    }
    fn partial<T: Scalar>(self, x: T, _: T) -> T {
        Rule::partial(self, &[x], 0)
    }
    fn parameters(self) -> Vec<f64> {
        Vec::new()
    }
    fn with_parameters(_: &[f64]) -> Option<Self> {
        None
    }
}

impl Binary for Rule {
    const NAME: &'static str = "a binary rule";
    fn primal<F: Float>(self, a: F, b: F) -> F {
        self.value(&[a, b])
    }
    fn partials<T: Scalar>(self, a: T, b: T, _: T) -> (T, T) {
        (Rule::partial(self, &[a, b], 0), Rule::partial(self, &[a, b], 1))
    }
}

impl Function for Rule {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        let scaled = |x: T| if self.s == 1.0 { x } else { x.divide(self.s) };
        let y = match self.rule.operands {
            1 => scaled(x[0]).unary(*self),
            _ => scaled(x[0]).binary(scaled(x[1]), *self),
        };
        if self.c == 1.0 { y } else { y.scale(self.c) }
    }
}

fn rules() -> impl Iterator<Item = &'static AnyRule> {
    all_rules().into_iter().map(|rule| -> &'static AnyRule { Box::leak(Box::new(rule)) })
}

#[test]
fn every_rule_passes_and_has_no_kink_where_it_says_that_it_is_smooth() {
    for rule in rules() {
        for x in &rule.points {
            let report = Rule::plain(rule).check(x);
            assert!(report.passed(), "{rule:?} at {x:?}: {report}");
            assert!(report.kinks.is_empty(), "{rule:?} at {x:?}: {report}");
        }
    }
}

/// Forty numbers of all magnitudes between 1e-300 and 1e300, half of them negative.
fn magnitudes() -> Vec<f64> {
    let exponent = |i: i32| -300.0 + f64::from(i) * 600.0 / 39.0;
    (0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 } * 10_f64.powf(exponent(i))).collect()
}

/// Forty lists of operands of all magnitudes, and the same with the signs changed.
fn operands(rule: &AnyRule) -> Vec<Vec<f64>> {
    let list = magnitudes();
    let both = |i: usize| match rule.operands {
        1 => vec![list[i]],
        // The exponents of the second operand run through all, in another order.
        _ => vec![list[i], list[i * 17 % 40]],
    };
    (0..40).flat_map(|i| [both(i), both(i).iter().map(|x| -x).collect()]).collect()
}

/// Whether the value is finite and the partials exist, unlike those of a negative number's power. An infinite
/// partial is checked too: it must be one that overflows.
fn has_gradient(rule: &AnyRule, x: &[f64]) -> bool {
    let (value, partials): (f64, Vec<f64>) = (rule.apply(x), rule.partials(x));
    value.is_finite() && !partials.iter().any(|partial| partial.is_nan())
}

/// Whether no partial overflows either, which a Taylor test along a line cannot express.
fn has_finite_gradient(rule: &AnyRule, x: &[f64]) -> bool {
    has_gradient(rule, x) && rule.partials(x).iter().all(|partial: &f64| partial.is_finite())
}

#[test]
fn no_right_rule_is_accused_at_operands_of_any_magnitude() {
    let (mut accused, mut passed, mut checked) = (Vec::new(), 0, 0);
    for rule in rules() {
        let mut finite = 0;
        for x in operands(rule).into_iter().filter(|x| has_gradient(rule, x)) {
            finite += 1;
            let report = Rule::plain(rule).check(&x);
            checked += 1;
            passed += usize::from(report.passed());
            if report.verdict() == Verdict::Failed || !report.wrong.is_empty() {
                accused.push(format!("{rule:?} at {x:?}: {report}"));
            }
        }
        assert!(finite > 0, "{rule:?} is not finite anywhere");
    }
    assert!(accused.is_empty(), "{} of {checked} accused:\n{}", accused.len(), accused.join("\n"));
    assert!(2 * passed > checked, "only {passed} of {checked} could be decided");
}

/// A rule with its second derivatives, as the table states them.
struct ToSecondOrder(&'static AnyRule);

impl CheckFunction<f64> for ToSecondOrder {
    fn value(&self, _: &[f64], x: &[f64]) -> f64 {
        self.0.apply(x)
    }
    fn gradient(&self, _: &[f64], x: &[f64]) -> Vec<f64> {
        scalar_tape(self.0, x).1
    }
    fn slope(&self, at: &[f64], direction: &[f64]) -> f64 {
        at.iter().zip(direction).zip(forward(self.0, at).1).map(|((_, v), slope)| v * slope).sum()
    }
    fn hessian_product(&self, at: &[f64], direction: &[f64]) -> Vec<f64> {
        let moving: Vec<Dual> = at.iter().zip(direction).map(|(&x, &v)| Dual::new(x, v)).collect();
        scalar_tape(self.0, &moving).1.iter().map(|derivative| derivative.tangent).collect()
    }
    fn complete(&self, _: &mut GradcheckReport, _: &[f64]) {}
    fn second_order_kinks(&self, _: &[f64]) -> Vec<Kink> {
        Vec::new()
    }
}

/// Operands between 1e-30 and 1e30, which exist in single precision, and whose fourth powers, of which second
/// derivatives are made, exist in double precision.
fn tenth_magnitudes(rule: &AnyRule) -> Vec<Vec<f64>> {
    let root = |x: &f64| x.signum() * x.abs().powf(0.1);
    operands(rule).iter().map(|x| x.iter().map(root).collect()).collect()
}

#[test]
fn no_right_second_derivative_is_accused_at_operands_of_any_magnitude() {
    let (mut accused, mut checked, mut passed) = (Vec::new(), 0, 0);
    for rule in rules() {
        for x in tenth_magnitudes(rule).into_iter().filter(|x| has_gradient(rule, x)) {
            let rows = (0..x.len()).map(|i| ToSecondOrder(rule).hessian_product(&x, &unit(x.len(), i)));
            // Where a second derivative overflows on the way, there is none to check. The partials of a
            // remainder are a staircase, of which the steps are finer than the numbers.
            if !rows.flatten().all(f64::is_finite) || rule.name == "rem" && (x[0] / x[1]).abs() > 1e3 {
                continue;
            }
            let report = gradgradcheck(&ToSecondOrder(rule), &x);
            checked += 1;
            passed += usize::from(report.passed());
            if report.verdict() == Verdict::Failed {
                accused.push(format!("{rule:?} at {x:?}: {report}"));
            }
        }
    }
    assert!(accused.is_empty(), "{} of {checked} accused:\n{}", accused.len(), accused.join("\n"));
    assert!(3 * passed > checked, "only {passed} of {checked} could be decided");
}

/// The number with half of its derivatives.
fn half_of<T: Scalar>(y: Var<'_, T>) -> Var<'_, T> {
    (y + y.stop_gradient()) * 0.5
}

/// A direction along which no rule of two operands is constant, as quotients are along both operands.
fn inclined(x: &[f64]) -> Vec<f64> {
    x.iter().zip([1.0, 0.5]).map(|(x, share)| x * share).collect()
}

#[test]
fn the_taylor_test_accuses_no_right_rule_at_operands_of_any_magnitude_and_finds_halved_ones() {
    let (mut accused, mut missed, mut checked, mut passed) = (Vec::new(), Vec::new(), 0, 0);
    for rule in rules() {
        for x in operands(rule).into_iter().filter(|x| has_finite_gradient(rule, x)) {
            let report = taylor_test(|v| rule.apply(v), &x, &inclined(&x));
            checked += 1;
            passed += usize::from(report.passed());
            if report.verdict() == Verdict::Failed {
                accused.push(format!("{rule:?} at {x:?}: {report}, {:?}", report.remainders));
            }
        }
        let x = &rule.points[0];
        if rule.partials(x).iter().any(|&partial: &f64| partial != 0.0) {
            // Half of the gradient comes from the value.
            let report = taylor_test(|v| half_of(rule.apply(v)), x, &inclined(x));
            if report.verdict() != Verdict::Failed {
                missed.push(format!("{rule:?} at {x:?}: {report}"));
            }
        }
    }
    assert!(accused.is_empty(), "{} of {checked} accused:\n{}", accused.len(), accused.join("\n"));
    assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
    assert!(2 * passed > checked, "only {passed} of {checked} could be decided");
}

#[test]
fn rules_in_single_precision_are_not_accused_at_any_magnitude_and_halved_ones_are_found_at_every_scale() {
    let single = |x: &[f64]| x.iter().map(|&x| Single(x)).collect::<Vec<_>>();
    let (mut accused, mut missed, mut checked, mut passed) = (Vec::new(), Vec::new(), 0, 0);
    for rule in rules() {
        let mut points = tenth_magnitudes(rule);
        points.extend_from_slice(&rule.points);
        for x in &points {
            let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let (value, partials): (f32, Vec<f32>) = (rule.apply(&narrow), rule.partials(&narrow));
            // Between the poles of the gamma function, single precision soon has no room for a difference.
            let among_poles = rule.name.contains("gamma") && x[0] < -100.0;
            if among_poles || !value.is_finite() || !partials.iter().all(|partial| partial.is_finite()) {
                continue;
            }
            let report = gradcheck(|v| rule.apply(v), &single(x));
            checked += 1;
            passed += usize::from(report.passed());
            if report.verdict() == Verdict::Failed {
                accused.push(format!("{rule:?} at {x:?}: {report}"));
            }
        }
        // In a tail, single precision may hide the slope: differences cannot tell there, but must elsewhere.
        let has_slope = |x: &&Vec<f64>| rule.partials(x).iter().any(|&partial: &f64| partial != 0.0);
        let steep: Vec<_> = rule.points.iter().filter(has_slope).take(3).collect();
        for c in [1e-12, 1.0, 1e12].into_iter().filter(|_| !steep.is_empty()) {
            let halved = |x: &&Vec<f64>| gradcheck(|v| half_of(rule.apply(v)) * c, &single(x));
            let reports: Vec<_> = steep.iter().map(halved).collect();
            let is_found = reports.iter().any(|report| report.verdict() == Verdict::Failed);
            if !is_found || reports.iter().any(GradcheckReport::passed) {
                missed.push(format!("{rule:?} at {steep:?}, scale {c:e}: {}", reports[0]));
            }
        }
    }
    assert!(accused.is_empty(), "{} of {checked} accused:\n{}", accused.len(), accused.join("\n"));
    assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
    assert!(2 * passed > checked, "only {passed} of {checked} could be decided");
}

/// The changes that make a rule wrong at a point with these partials.
fn changes(partials: &[f64]) -> Vec<Change> {
    let mut changes = Vec::new();
    for i in (0..partials.len()).filter(|&i| partials[i] != 0.0) {
        let factors = [-1.0, 0.0, 0.5, 0.99, 1.01, 2.0, f64::NAN, f64::INFINITY];
        changes.extend(factors.map(|factor| Change::Scaled(i, factor)));
        changes.extend([Change::Offset(i, 0.1), Change::Elsewhere(i)]);
    }
    if let [a, b] = partials
        && (a - b).abs() > 0.01 * a.abs().max(b.abs())
    {
        changes.push(Change::Exchanged);
    }
    changes
}

#[test]
fn every_wrong_partial_is_found_at_operands_and_results_of_every_scale() {
    let mut missed = Vec::new();
    let mut tried = 0;
    for rule in rules() {
        let x = &rule.points[0];
        let partials = rule.partials(x);
        for change in changes(&partials) {
            let wrong = Rule { change, ..Rule::plain(rule) };
            // A change that leaves the derivative as it is, such as another place of a constant slope.
            let same = |i: usize| (wrong.changed(x, i) - partials[i]).abs() <= 1e-4 * partials[i].abs();
            if (0..partials.len()).all(same) {
                continue;
            }
            for (s, c) in [1e-12, 1.0, 1e12].into_iter().flat_map(|s| [1e-12, 1.0, 1e12].map(|c| (s, c))) {
                let report = Rule { s, c, ..wrong }.check(x);
                tried += 1;
                if report.verdict() != Verdict::Failed {
                    missed.push(format!("{rule:?}, {change:?} at {x:?}, scales {s:e} and {c:e}: {report}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} of {tried} missed:\n{}", missed.len(), missed.join("\n"));
}

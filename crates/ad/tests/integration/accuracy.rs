//! The error of every rule, in units in the last place, against multiple-precision values over the whole
//! range of `f64` and `f32` (`goldens/accuracy.py`). The tables are walked: a rule without golden values
//! fails by name. The worst errors are the table in `docs/rules/accuracy.md`.

use std::collections::BTreeMap;
use std::fmt::{LowerExp, Write};
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::{Binary, Float, Scalar, Unary};

/// The largest error without a stated reason.
const USUAL: f64 = 4.0;

/// Operands of a rule at which its error may exceed [`USUAL`].
struct Exception {
    rule: &'static str,
    part: Part,
    covers: fn(&Case) -> bool,
    reason: &'static str,
}

/// The parameters and the operands of a row, and the range of normal numbers of its precision.
struct Case {
    parameters: Vec<f64>,
    xs: Vec<f64>,
    smallest: f64,
    largest: f64,
}

const fn exception(
    rule: &'static str,
    part: Part,
    covers: fn(&Case) -> bool,
    reason: &'static str,
) -> Exception {
    Exception { rule, part, covers, reason }
}

const EXCEPTIONS: &[Exception] = &[
    exception(
        "powi",
        Part::Partial,
        |case| case.xs[0].abs().ln() * (case.parameters[0] - 1.0) < case.smallest.ln(),
        "where `x^(n-1)` is subnormal, `n` multiplies its rounding error",
    ),
    exception(
        "powf",
        Part::Partial,
        |case| case.xs[0] < case.smallest,
        "at a subnormal `x`, `x^(p-1)` overflows for a tiny `p`",
    ),
    exception(
        "exp2",
        Part::Partial,
        |case| case.xs[0] >= case.largest.log2(),
        "infinite where the value overflows, at 1024 (128 in `f32`) instead of 1024.53",
    ),
    exception(
        "atan",
        Part::Partial,
        |case| case.xs[0].abs() > case.largest.sqrt(),
        "0 beyond 1.3e154 (1.8e19 in `f32`), where it is subnormal",
    ),
    exception("ln_gamma", Part::Value, |case| case.xs[0] < 0.0, NEAR_ZEROS),
    exception("ln_gamma", Part::Partial, near_zero_of_digamma, NEAR_DIGAMMA_ZEROS),
    exception("digamma", Part::Value, near_zero_of_digamma, NEAR_DIGAMMA_ZEROS),
    exception("polygamma", Part::Value, |case| case.xs[0] < 1.0 || case.parameters[0] > 2.0, POWERS),
    exception("polygamma", Part::Partial, |case| case.xs[0] < 1.0 || case.parameters[0] > 2.0, POWERS),
    exception(
        "silu",
        Part::Value,
        |case| case.xs[0] < case.smallest.ln(),
        "below -708 (-87 in `f32`), `x` multiplies the rounding error of a subnormal sigmoid",
    ),
    exception(
        "silu",
        Part::Partial,
        |case| (case.xs[0] + 1.278).abs() < 0.5 || case.xs[0] < case.smallest.ln(),
        "within 0.5 of its zero at -1.278, terms cancel; below -708, as for the value",
    ),
    exception(
        "gelu",
        Part::Partial,
        |case| (case.xs[0] + 0.752).abs() < 0.5,
        "within 0.5 of its zero at -0.752, terms cancel",
    ),
    exception(
        "gelu_tanh",
        Part::Partial,
        |case| (case.xs[0] + 0.752).abs() < 0.5 || two_u(case.xs[0]) < case.smallest.ln(),
        "within 0.5 of its zero at -0.752, terms cancel; below -21 (-10 in `f32`), the gate is subnormal",
    ),
    exception(
        "pow",
        Part::Partial,
        |case| case.xs[0] < case.smallest || case.xs[0].powf(case.xs[1]) > case.largest,
        "infinite where the value overflows; at a subnormal `a`, `a^(b-1)` overflows for a tiny `b`",
    ),
    exception(
        "hypot",
        Part::Partial,
        has_extreme_length,
        "0 where the value overflows, and its rounding error where it is subnormal",
    ),
    exception(
        "atan2",
        Part::Partial,
        has_extreme_length,
        "0 where `hypot(a, b)` overflows, and the rounding error of that where it is subnormal",
    ),
];

const NEAR_ZEROS: &str = "next to its zeros between the poles on the negative axis, terms cancel";
const NEAR_DIGAMMA_ZEROS: &str =
    "from 0.45 to 2.5, around its zero at 1.4616, and on the negative axis, terms cancel";
const POWERS: &str =
    "below 1, and for `n > 2`, the rounding error of `1 / x` or of a cotangent is multiplied by `n + 1`";

/// The exponent of the gate of `gelu_tanh`.
fn two_u(x: f64) -> f64 {
    1.595769 * (x + 0.044715 * x.powi(3))
}

fn near_zero_of_digamma(case: &Case) -> bool {
    case.xs[0] < 0.0 || (0.45..2.5).contains(&case.xs[0])
}

fn has_extreme_length(case: &Case) -> bool {
    let length = case.xs[0].hypot(case.xs[1]);
    length > case.largest || length < case.smallest
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    Partial,
}

/// A machine float with its golden values.
trait Golden: Float + Scalar + LowerExp {
    const ROWS: &'static str;
    fn from_bits(bits: u64) -> Self;
}

impl Golden for f64 {
    const ROWS: &'static str = include_str!("goldens/accuracy_f64.txt");
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
}

impl Golden for f32 {
    const ROWS: &'static str = include_str!("goldens/accuracy_f32.txt");
    fn from_bits(bits: u64) -> Self {
        f32::from_bits(u32::try_from(bits).expect("32 bits"))
    }
}

/// A golden row: the parameters of the rule; its operands, value and partials.
struct Row<F> {
    parameters: Vec<f64>,
    numbers: Vec<F>,
}

impl<F: Golden> Row<F> {
    fn case(&self, operands: usize) -> Case {
        Case {
            parameters: self.parameters.clone(),
            xs: self.numbers[..operands].iter().map(|x| x.widened()).collect(),
            smallest: F::min_positive_value().widened(),
            largest: F::max_value().widened(),
        }
    }
}

/// The rows of each rule.
fn rows<F: Golden>() -> BTreeMap<&'static str, Vec<Row<F>>> {
    let mut rules = BTreeMap::<_, Vec<_>>::new();
    for line in F::ROWS.lines() {
        let (rule, numbers) = line.split_once(' ').expect("a row has a rule and numbers");
        let (name, parameters) = rule.split_once(':').unwrap_or((rule, ""));
        let parameter = |text: &str| text.parse().expect("a parameter is a number");
        let number = |text| F::from_bits(u64::from_str_radix(text, 16).expect("a number is its bits"));
        rules.entry(name).or_default().push(Row {
            parameters: parameters.split(',').filter(|text| !text.is_empty()).map(parameter).collect(),
            numbers: numbers.split(' ').map(number).collect(),
        });
    }
    rules
}

/// The distance of `got` from `want` in units in the last place of `want`.
fn ulps<F: Golden>(got: F, want: F) -> f64 {
    if got == want {
        return 0.0;
    }
    let (_, exponent, _) = want.integer_decode();
    let unit = f64::from(exponent.max(F::min_positive_value().integer_decode().1)).exp2();
    let distance = (got.widened() - want.widened()).abs() / unit;
    if distance.is_nan() { f64::INFINITY } else { distance }
}

/// An error and the operands at which it occurs.
#[derive(Clone, Debug, Default)]
struct Worst {
    ulps: f64,
    at: String,
}

/// The worst errors of the value and of the partials of a rule, apart from the exceptions.
type Errors = [Worst; 2];

/// The worst errors of every rule, and for each exception the worst error that it covers.
struct Report {
    rules: Vec<(&'static str, Errors)>,
    excepted: Vec<f64>,
}

/// A rule with the parameters of a row, applied to its operands: the value and the partials. One type, so
/// that the comparison is compiled once and not once per rule.
type Evaluate<'a, F> = &'a dyn Fn(&[f64], &[F]) -> Vec<F>;

struct Walk<F> {
    rows: BTreeMap<&'static str, Vec<Row<F>>>,
    report: Report,
}

impl<F: Golden> Walk<F> {
    /// Compares the results that `evaluate` gives for the parameters and the operands of each row.
    fn measure(&mut self, name: &'static str, operands: usize, evaluate: Evaluate<'_, F>) {
        let rows = self.rows.remove(name);
        let rows =
            rows.unwrap_or_else(|| panic!("{name} has no golden values: add it to goldens/accuracy.py"));
        assert!(rows.len() >= 20, "{name}: {} rows are too few to find anything", rows.len());
        let mut errors = Errors::default();
        for row in rows {
            let (xs, wanted) = row.numbers.split_at(operands);
            let results = evaluate(&row.parameters, xs);
            assert_eq!(results.len(), wanted.len(), "{name}: a row has a value and all partials");
            let case = row.case(operands);
            for (i, (&got, &want)) in results.iter().zip(wanted).enumerate() {
                let (part, ulps) = (if i == 0 { Part::Value } else { Part::Partial }, ulps(got, want));
                let applies = |e: &Exception| (e.rule, e.part) == (name, part) && (e.covers)(&case);
                if let Some(exception) = EXCEPTIONS.iter().position(applies) {
                    let worst = &mut self.report.excepted[exception];
                    *worst = worst.max(ulps);
                } else if ulps > errors[i.min(1)].ulps {
                    let at = format!("{:?} at {:?}: {got:e}, exactly {want:e}", case.parameters, case.xs);
                    errors[i.min(1)] = Worst { ulps, at };
                }
            }
        }
        self.report.rules.push((name, errors));
    }
}

impl<F: Golden> UnaryVisitor for Walk<F> {
    fn visit<R: Unary>(&mut self, _: R, _: &'static [Interval]) {
        self.measure(R::NAME, 1, &|parameters, xs| {
            let rule = R::with_parameters(parameters).expect("the parameters of a golden row are valid");
            let y = rule.primal(xs[0]);
            vec![y, rule.partial(xs[0], y)]
        });
    }
}

impl<F: Golden> BinaryVisitor for Walk<F> {
    fn visit<R: Binary>(&mut self, rule: R, _: [Interval; 2]) {
        self.measure(R::NAME, 2, &|_, xs| {
            let y = rule.primal(xs[0], xs[1]);
            let (da, db) = rule.partials(xs[0], xs[1], y);
            vec![y, da, db]
        });
    }
}

fn report<F: Golden>() -> Report {
    let report = Report { rules: Vec::new(), excepted: vec![0.0; EXCEPTIONS.len()] };
    let mut walk = Walk::<F> { rows: rows(), report };
    each_unary(&mut walk);
    each_binary(&mut walk);
    let unknown: Vec<_> = walk.rows.keys().collect();
    assert!(unknown.is_empty(), "golden values of rules that do not exist: {unknown:?}");
    walk.report
}

#[test]
fn every_rule_is_accurate_to_four_units_in_the_last_place_with_the_exceptions_stated() {
    let double = report::<f64>();
    for (name, worst) in double.rules.into_iter().chain(report::<f32>().rules) {
        for Worst { ulps, at } in worst {
            assert!(ulps <= USUAL, "{name}: an error of {ulps} units: {at}");
        }
    }
    for (Exception { rule, part, .. }, worst) in EXCEPTIONS.iter().zip(double.excepted) {
        assert!(worst > USUAL, "{rule}, {part:?}: no golden value needs this exception");
    }
}

/// The table of the book.
fn table() -> String {
    let mut text =
        String::from("| rule | value, `f64` | derivative, `f64` | value, `f32` | derivative, `f32` |\n");
    text.push_str("|---|---|---|---|---|\n");
    for ((name, double), (_, single)) in report::<f64>().rules.into_iter().zip(report::<f32>().rules) {
        let [a, b, c, d] = [&double[0], &double[1], &single[0], &single[1]].map(|worst| worst.ulps.ceil());
        writeln!(text, "| `{name}` | {a} | {b} | {c} | {d} |").expect("a string takes all");
    }
    text.push_str("\nErrors are larger, and not counted above, in these places:\n\n");
    for Exception { rule, part, reason, .. } in EXCEPTIONS {
        let part = if *part == Part::Value { "value" } else { "derivative" };
        writeln!(text, "- `{rule}`, {part}: {reason}.").expect("a string takes all");
    }
    text
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/rules/accuracy.md");
/// What stands before the table in the page.
const START: &str = "<!-- The table is written by a test: see below. -->\n\n";
/// What stands after it.
const END: &str = "\n<!-- The end of the table. -->";

/// The sine and other functions of the system library differ from system to system.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_table_in_the_book_is_current() {
    let page = std::fs::read_to_string(PAGE).expect("the page exists");
    let (before, rest) = page.split_once(START).expect("the page has a table");
    let (shown, after) = rest.split_once(END).expect("the table has an end");
    let current = table();
    if std::env::var_os("WRITE_ACCURACY").is_some() {
        std::fs::write(PAGE, format!("{before}{START}{current}{END}{after}")).expect("the page is writable");
    } else {
        assert_eq!(shown, current, "run this test with the environment variable WRITE_ACCURACY=1");
    }
}

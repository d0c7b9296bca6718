//! The error of every rule, in units in the last place, against multiple-precision values over the whole
//! range of `f64` and `f32` (`goldens/accuracy.py`). The tables are walked: a rule without golden values
//! fails by name. The worst errors are the table in `docs/rules/accuracy.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::{Binary, Float, Scalar, Unary};

/// The largest error in `f64` without a stated reason.
const USUAL: f64 = 4.0;

/// Why the error of a rule in `f64` exceeds [`USUAL`]: the rule, whether it is the value's or the partial's,
/// and the reason.
const REASONS: &[(&str, Part, &str)] = &[
    ("powi", Part::Partial, "where `x^(n-1)` is subnormal, `n` multiplies its rounding error."),
    ("powf", Part::Partial, "`x^(p-1)` overflows for a subnormal `x` and a tiny `p`."),
    ("exp2", Part::Partial, "computed from the value, which overflows at 1024, the derivative at 1024.53."),
    ("atan", Part::Partial, "0 from 1.4e154 on (1.9e19 in `f32`), where it is subnormal."),
    ("ln_gamma", Part::Value, "next to its zeros between the poles on the negative axis, terms cancel."),
    ("ln_gamma", Part::Partial, "next to its zero at 1.4616, terms cancel."),
    ("digamma", Part::Value, "next to its zero at 1.4616, terms cancel."),
    ("polygamma", Part::Value, "between the poles on the negative axis, a power of the cotangent."),
    ("polygamma", Part::Partial, "between the poles on the negative axis, a power of the cotangent."),
    ("silu", Part::Value, "next to -745, `x` multiplies the rounding error of a subnormal sigmoid."),
    ("silu", Part::Partial, "next to its zero at -1.278, terms cancel."),
    ("gelu", Part::Partial, "next to its zero at -0.752, terms cancel."),
    ("gelu_tanh", Part::Partial, "next to its zero at -0.752, terms cancel."),
    ("pow", Part::Partial, "`a^(b-1)` overflows for a subnormal `a` and a tiny `b`."),
    ("hypot", Part::Partial, "0 where the value overflows."),
    ("atan2", Part::Partial, "0 where `hypot(a, b)` overflows; it is subnormal there."),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    Partial,
}

/// A machine float with its golden values.
trait Golden: Float + Scalar + std::fmt::LowerExp {
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

/// The worst errors of the value and of the partials of a rule.
type Errors = [Worst; 2];

struct Walk<F> {
    rows: BTreeMap<&'static str, Vec<Row<F>>>,
    errors: Vec<(&'static str, Errors)>,
}

impl<F: Golden> Walk<F> {
    /// Compares the results that `evaluate` gives for the parameters and the operands of each row.
    fn measure(&mut self, name: &'static str, operands: usize, evaluate: impl Fn(&[f64], &[F]) -> Vec<F>) {
        let rows = self.rows.remove(name);
        let rows =
            rows.unwrap_or_else(|| panic!("{name} has no golden values: add it to goldens/accuracy.py"));
        assert!(rows.len() >= 20, "{name}: {} rows are too few to find anything", rows.len());
        let mut errors = Errors::default();
        for row in rows {
            let (xs, wanted) = row.numbers.split_at(operands);
            let results = evaluate(&row.parameters, xs);
            assert_eq!(results.len(), wanted.len(), "{name}: a row has a value and all partials");
            for (i, (&got, &want)) in results.iter().zip(wanted).enumerate() {
                let worst = &mut errors[i.min(1)];
                let ulps = ulps(got, want);
                if ulps > worst.ulps {
                    let xs = xs.iter().map(|x| format!("{x:e}")).collect::<Vec<_>>().join(", ");
                    let at = format!("{:?} at {xs}: {got:e}, exactly {want:e}", row.parameters);
                    *worst = Worst { ulps, at };
                }
            }
        }
        self.errors.push((name, errors));
    }
}

impl<F: Golden> UnaryVisitor for Walk<F> {
    fn visit<R: Unary>(&mut self, _: R, _: &'static [Interval]) {
        self.measure(R::NAME, 1, |parameters, xs| {
            let rule = R::with_parameters(parameters).expect("the parameters of a golden row are valid");
            let y = rule.primal(xs[0]);
            vec![y, rule.partial(xs[0], y)]
        });
    }
}

impl<F: Golden> BinaryVisitor for Walk<F> {
    fn visit<R: Binary>(&mut self, rule: R, _: [Interval; 2]) {
        self.measure(R::NAME, 2, |_, xs| {
            let y = rule.primal(xs[0], xs[1]);
            let (da, db) = rule.partials(xs[0], xs[1], y);
            vec![y, da, db]
        });
    }
}

/// The worst errors of every rule.
fn errors<F: Golden>() -> Vec<(&'static str, Errors)> {
    let mut walk = Walk::<F> { rows: rows(), errors: Vec::new() };
    each_unary(&mut walk);
    each_binary(&mut walk);
    let unknown: Vec<_> = walk.rows.keys().collect();
    assert!(unknown.is_empty(), "golden values of rules that do not exist: {unknown:?}");
    walk.errors
}

#[test]
fn every_rule_is_accurate_to_four_units_in_the_last_place_or_has_a_reason() {
    for (name, worst) in errors::<f64>() {
        for (part, Worst { ulps, at }) in [Part::Value, Part::Partial].into_iter().zip(worst) {
            let excused = REASONS.iter().any(|&(rule, of, _)| (rule, of) == (name, part));
            assert!(excused || ulps <= USUAL, "{name}, {part:?}: an error of {ulps} units: {at}");
            assert!(!excused || ulps > USUAL, "{name}, {part:?}: {ulps} units need no reason");
        }
    }
}

/// The table of the book.
fn table() -> String {
    let mut text =
        String::from("| rule | value, `f64` | derivative, `f64` | value, `f32` | derivative, `f32` |\n");
    text.push_str("|---|---|---|---|---|\n");
    for ((name, double), (_, single)) in errors::<f64>().into_iter().zip(errors::<f32>()) {
        let [a, b, c, d] = [&double[0], &double[1], &single[0], &single[1]].map(|worst| worst.ulps.ceil());
        writeln!(text, "| `{name}` | {a} | {b} | {c} | {d} |").expect("a string takes all");
    }
    for (name, part, reason) in REASONS {
        let part = if *part == Part::Value { "value" } else { "derivative" };
        write!(text, "\n`{name}`, {part}: {reason}\n").expect("a string takes all");
    }
    text
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules/accuracy.md");
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

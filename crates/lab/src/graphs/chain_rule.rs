//! The chain rule: one factor per level, and the rules of single operations.

use super::formula::{Formula, gradient};
use crate::number::{Number, digits};
use crate::report::Table;

/// The point at which the rules are shown.
const POINT: [f64; 2] = [0.7, 1.3];

/// Rules with the derivatives with respect to `x` and to `y` that a table of derivatives gives.
const RULES: [(&str, &str, &[&str]); 10] = [
    ("power", "x^3", &["3*x^2"]),
    ("linear combination", "2*x + 3*y", &["2 + 0*x", "3 + 0*x"]),
    ("product", "x*y", &["y", "x"]),
    ("quotient", "x/y", &["1/y", "-x/y^2"]),
    ("sine", "sin(x)", &["cos(x)"]),
    ("cosine", "cos(x)", &["-sin(x)"]),
    ("tangent", "tan(x)", &["1/cos(x)^2"]),
    ("secant", "sec(x)", &["sec(x)*tan(x)"]),
    ("exponential", "exp(x)", &["exp(x)"]),
    ("logarithm", "ln(x)", &["1/x"]),
];

/// The value of a formula at [`POINT`].
fn value(text: &str) -> f64 {
    let formula = parse(text);
    let values = formula.variables().iter().map(|name| POINT[usize::from(name == "y")]);
    formula.graph(&values.collect::<Vec<_>>()).value()
}

fn parse(text: &str) -> Formula {
    Formula::parse(text).expect("the formulas of this file are valid")
}

/// Each rule with its derivatives, and the derivatives that the sweep gives.
fn rows() -> Vec<(&'static str, &'static str, &'static str, f64, f64)> {
    let row = |&(rule, text, partials): &(&'static str, &'static str, &'static [&'static str])| {
        let formula = parse(text);
        let swept = gradient(&formula.graph(&POINT[..formula.variables().len()]));
        let rows = partials.iter().zip(swept).map(move |(&partial, swept)| {
            (rule, text, partial, swept, value(partial)) //
        });
        rows.collect::<Vec<_>>()
    };
    RULES.iter().flat_map(row).collect()
}

/// One factor per level of a composition, and the largest error of the rules.
pub(super) fn numbers() -> Vec<Number> {
    let graph = parse("exp(sin(x^2))").graph(&[1.5]);
    let factors: Vec<f64> = graph.operations().iter().map(|node| node.operands[0].1).collect();
    let (level, product) = (1.5_f64 * 1.5, factors.iter().product::<f64>());
    let error = rows().into_iter().map(|(.., swept, closed)| (swept / closed - 1.0).abs());
    // Each closed form takes up to four rounded operations.
    let rounding = 8.0 * f64::EPSILON;
    let expected = level.sin().exp() * level.cos() * 3.0;
    vec![
        Number::new("1.2", "factors in the derivative of exp(sin(x^2))", factors.len() as f64)
            .exactly(3.0, 0.0),
        Number::new("1.2", "their product at 1.5", product).exactly(expected, rounding * expected.abs()),
        Number::new("1.2", "largest relative error of ten rules", error.fold(0.0, f64::max))
            .exactly(0.0, rounding),
    ]
}

/// The rules with their derivatives.
pub(super) fn table() -> Table {
    let caption = format!("Rules at x = {}, y = {}", POINT[0], POINT[1]);
    let header = ["rule", "operation", "with respect to", "partial", "value in the sweep"];
    let mut variable = "y";
    let mut last = "";
    rows().into_iter().fold(Table::new(&caption, &header), |table, (rule, text, partial, swept, _)| {
        variable = if text == last && variable == "x" { "y" } else { "x" };
        last = text;
        let partial = partial.strip_suffix(" + 0*x").unwrap_or(partial);
        table.row([rule, text, variable, partial, &digits(swept)])
    })
}

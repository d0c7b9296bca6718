//! `wengert gradcheck`: the derivatives of a formula at a point, each computed in three ways.

use crate::expression::{Binding, Expression, ParseError, PointError};
use crate::output::{print_line, table};
use std::{fmt, io};
use wengert::ad::check::{
    GradcheckReport, GradgradcheckReport, NonFinite, Phase, gradcheck_modes, gradgradcheck,
};
use wengert::ad::trace::digits::full;

/// Check the derivatives of a formula: reverse mode, forward mode and differences against each other
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The formula, such as "x^3 * (x + 3*y)"
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// The values of its variables, such as x=2,y=3
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<Binding>,
    /// Write one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Why the derivatives are not known to be right.
#[derive(Debug)]
pub(crate) enum GradcheckError {
    /// The formula isn't one.
    Expression(ParseError),
    /// The values don't fit the formula's variables.
    Point(PointError),
    /// The ways disagree; the report says where.
    Failed,
    /// Standard output is closed or full.
    Output(io::Error),
}

/// Writes the report to standard output.
///
/// # Errors
/// If the formula or the values are wrong, the check fails, or standard output can't be written to.
pub(crate) fn run(arguments: &Arguments) -> Result<(), GradcheckError> {
    let checked = Checked::of(arguments)?;
    let report = if arguments.json { checked.json() } else { checked.text() };
    print_line(report).map_err(GradcheckError::Output)?;
    if checked.passed() { Ok(()) } else { Err(GradcheckError::Failed) }
}

/// Both reports on a formula.
struct Checked {
    first: GradcheckReport,
    second: GradgradcheckReport,
}

impl Checked {
    fn of(arguments: &Arguments) -> Result<Self, GradcheckError> {
        let expression = Expression::parse(&arguments.expression).map_err(GradcheckError::Expression)?;
        let point = expression.point(&arguments.at).map_err(GradcheckError::Point)?;
        let names = expression.variables().iter().map(String::as_str);
        let inputs: Vec<(&str, f64)> = names.zip(point.iter().copied()).collect();
        let first = gradcheck_modes(&expression, &inputs);
        Ok(Self { first, second: gradgradcheck(&expression, &point) })
    }

    fn passed(&self) -> bool {
        self.first.passed() && self.second.passed()
    }

    fn text(&self) -> String {
        let header = ["", "reverse", "forward", "difference", "step", "error"].map(String::from);
        let mut rows = table(header.into(), &[0]);
        for (name, comparison) in self.first.names.iter().zip(&self.first.comparisons) {
            rows.add_row([
                format!("d/d{name}"),
                full(comparison.reverse),
                comparison.forward.map(full).unwrap_or_default(),
                full(comparison.difference.value),
                format!("{:.0e}", comparison.difference.step),
                format!("{:.1e}", comparison.error().max(comparison.forward_error())),
            ]);
        }
        let mut lines = vec![rows.to_string(), String::new()];
        let verdict = |passed| if passed { "passed" } else { "FAILED" };
        lines.push(format!("first derivatives {}", verdict(self.first.passed())));
        lines.push(format!("second derivatives {}", verdict(self.second.passed())));
        lines.extend(self.second_disagreement());
        lines.extend(self.findings());
        lines.join("\n")
    }

    fn second_disagreement(&self) -> Option<String> {
        let worst = self.second.worst().filter(|_| !self.second.passed())?;
        let [i, j] = worst.inputs.map(|i| &self.first.names[i]);
        let (exact, difference) = (full(worst.exact), full(worst.difference.value));
        Some(format!(
            "  with respect to {i} and {j}: forward over reverse {exact}, a difference of gradients {difference}"
        ))
    }

    /// What lies behind a failure, in the names of the graph: `wengert graph` shows it.
    fn findings(&self) -> Vec<String> {
        let wrong = self.first.wrong.iter().map(|wrong| {
            let (partial, difference) = (full(wrong.partial), full(wrong.difference));
            let operand = wrong.operand + 1;
            format!(
                "wrong rule: in {}, the partial with respect to operand {operand} is {partial}, a difference {difference}",
                wrong.application
            )
        });
        let kinks = self.first.kinks.iter().map(|kink| {
            let [left, chosen, right] = kink.derivative.map(full);
            format!(
                "kink: {} has slope {left} on the left, {right} on the right; {chosen} is chosen",
                kink.application
            )
        });
        wrong.chain(self.first.non_finite.as_ref().map(non_finite)).chain(kinks).collect()
    }

    fn json(&self) -> String {
        let entries = self.first.names.iter().zip(&self.first.comparisons).map(|(name, comparison)| {
            serde_json::json!({
                "input": name,
                "reverse": number(comparison.reverse),
                "forward": comparison.forward.map(number),
                "difference": number(comparison.difference.value),
                "step": number(comparison.difference.step),
                "error": number(comparison.error().max(comparison.forward_error())),
                "agrees": comparison.agrees(),
            })
        });
        let object = serde_json::json!({
            "passed": self.passed(),
            "first_passed": self.first.passed(),
            "second_passed": self.second.passed(),
            "derivatives": entries.collect::<Vec<_>>(),
            "findings": self.findings(),
        });
        serde_json::to_string_pretty(&object).expect("strings, numbers and names are always JSON")
    }
}

fn non_finite(found: &NonFinite) -> String {
    let application = found.application.as_deref().unwrap_or(found.operator);
    let operands: Vec<String> = found.operands.iter().map(ToString::to_string).collect();
    let of = if operands.is_empty() { String::new() } else { format!(" of {}", operands.join(" and ")) };
    match found.phase {
        Phase::Forward => format!("not finite first: the value {application}{of} is {}", found.result),
        Phase::Reverse { operand } => format!(
            "not finite first: in the reverse sweep, the derivative of {application}{of} with respect to operand {} is {}",
            operand + 1,
            found.result
        ),
    }
}

/// A number, or a string where JSON has none.
fn number(x: f64) -> serde_json::Value {
    serde_json::Number::from_f64(x).map_or_else(|| x.to_string().into(), Into::into)
}

impl fmt::Display for GradcheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression(error) => error.fmt(f),
            Self::Point(error) => error.fmt(f),
            Self::Failed => write!(f, "the gradient check failed"),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
        }
    }
}

impl std::error::Error for GradcheckError {}

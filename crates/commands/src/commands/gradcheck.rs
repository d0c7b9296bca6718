//! `wengert gradcheck`: each derivative of a formula at a point, computed in three ways.

use crate::bounds::at_most;
use crate::error::CliError;
use crate::input::{PointPart, bindings, formula};
use crate::output::{json_document, json_number, print_line, table};
use wengert::ad::check::{
    GradcheckReport, GradgradcheckReport, Kink, NonFinite, Phase, Verdict, gradcheck_modes, gradgradcheck,
};
use wengert::ad::trace::digits::full;
use wengert_formula::Expression;

/// Check the derivatives of a formula: compare reverse mode, forward mode and finite differences.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  wengert gradcheck \"x^3 * (x + 3*y)\" --at x=2,y=3")]
pub(crate) struct Arguments {
    /// Formula, such as "x^3 * (x + 3*y)"; - reads it from standard input, @FILE from a file.
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// Values of the variables, such as x=2,y=3; @FILE reads them from a file, separated by commas or
    /// line ends.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<PointPart>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// Writes the report to standard output; fails if the check fails, or if it cannot tell.
pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let checked = Checked::of(arguments)?;
    print_line(if arguments.json { checked.json() } else { checked.text() })?;
    match checked.verdict() {
        Verdict::Passed => Ok(()),
        Verdict::CannotTell => Err(CliError::GradcheckCannotTell),
        Verdict::Failed => Err(CliError::GradcheckFailed),
    }
}

/// The reports on the first and the second derivatives of a formula.
struct Checked {
    first: GradcheckReport,
    second: GradgradcheckReport,
}

impl Checked {
    fn of(arguments: &Arguments) -> Result<Self, CliError> {
        let expression = Expression::parse(&formula(&arguments.expression)?)?;
        let point = expression.point(&bindings(&arguments.at)?)?;
        // Second derivatives take sweeps for each variable.
        let steps = expression.steps() as u128 * expression.variables().len() as u128;
        at_most(1_000_000, steps, "steps of all sweeps", "check a formula of fewer variables")?;
        let names = expression.variables().iter().map(String::as_str);
        let inputs: Vec<(&str, f64)> = names.zip(point.iter().copied()).collect();
        let first = gradcheck_modes(&expression, &inputs);
        Ok(Self { first, second: gradgradcheck(&expression, &point) })
    }

    fn verdict(&self) -> Verdict {
        self.first.verdict().max(self.second.verdict())
    }

    fn text(&self) -> String {
        let header = ["", "reverse", "forward", "difference", "step", "error", ""].map(String::from);
        let mut rows = table(header.into(), &[0]);
        for (name, comparison) in self.first.names.iter().zip(&self.first.comparisons) {
            rows.add_row([
                format!("d/d{name}"),
                full(comparison.reverse),
                comparison.forward.map(full).unwrap_or_default(),
                full(comparison.difference.value),
                format!("{:.0e}", comparison.difference.step),
                format!("{:.1e}", comparison.error().max(comparison.forward_error())),
                comparison.verdict().to_string(),
            ]);
        }
        let mut lines = vec![rows.to_string(), String::new()];
        let line = |which: &str, verdict: Verdict| match verdict {
            Verdict::CannotTell => format!("{which} derivatives: the differences cannot tell"),
            verdict => format!("{which} derivatives {verdict}"),
        };
        lines.push(line("first", self.first.verdict()));
        lines.push(line("second", self.second.verdict()));
        lines.extend(self.second_disagreement());
        lines.extend(self.findings());
        lines.join("\n")
    }

    fn second_disagreement(&self) -> Option<String> {
        let worst = self.second.worst().filter(|_| !self.second.passed())?;
        let [i, j] = worst.inputs.map(|i| &self.first.names[i]);
        let (exact, difference) = (full(worst.exact), full(worst.difference.value));
        Some(format!("  d2/d{i}d{j}: forward over reverse {exact}, difference of gradients {difference}"))
    }

    /// The causes of a failure, with the node names of `wengert graph`.
    fn findings(&self) -> Vec<String> {
        let wrong = self.first.wrong.iter().map(|wrong| {
            let (partial, difference) = (full(wrong.partial), full(wrong.difference));
            let operand = wrong.operand + 1;
            format!(
                "wrong rule: in {}, the partial with respect to operand {operand} is {partial}, \
                 the difference quotient {difference}",
                wrong.application
            )
        });
        let first_order = |kink: &&Kink| !self.first.kinks.contains(kink);
        let edges = self.second.kinks.iter().filter(first_order).map(|edge| {
            let [left, chosen, right] = edge.derivative.map(full);
            format!(
                "no second derivative: {} has slope {left} on the left, {right} on the right; {chosen} \
                 is used",
                edge.application
            )
        });
        let kinks = self.first.kinks.iter().map(|kink| {
            let [left, chosen, right] = kink.derivative.map(full);
            format!(
                "kink: {} has slope {left} on the left, {right} on the right; {chosen} is used",
                kink.application
            )
        });
        wrong.chain(self.first.non_finite.as_ref().map(non_finite)).chain(kinks).chain(edges).collect()
    }

    fn json(&self) -> String {
        let entries = self.first.names.iter().zip(&self.first.comparisons).map(|(name, comparison)| {
            serde_json::json!({
                "input": name,
                "reverse": json_number(comparison.reverse),
                "forward": comparison.forward.map(json_number),
                "difference": json_number(comparison.difference.value),
                "step": json_number(comparison.difference.step),
                "error": json_number(comparison.error().max(comparison.forward_error())),
                "uncertainty": json_number(comparison.difference.uncertainty),
                "verdict": json_verdict(comparison.verdict()),
            })
        });
        let object = serde_json::json!({
            "passed": self.verdict() == Verdict::Passed,
            "first": json_verdict(self.first.verdict()),
            "second": json_verdict(self.second.verdict()),
            "derivatives": entries.collect::<Vec<_>>(),
            "findings": self.findings(),
        });
        json_document(object)
    }
}

fn json_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::CannotTell => "cannot tell",
        Verdict::Failed => "failed",
    }
}

fn non_finite(found: &NonFinite) -> String {
    let application = found.application.as_deref().unwrap_or(found.operator);
    let operands: Vec<String> = found.operands.iter().map(ToString::to_string).collect();
    let of = if operands.is_empty() { String::new() } else { format!(" of {}", operands.join(" and ")) };
    match found.phase {
        Phase::Forward => format!("first non-finite number: the value {application}{of} is {}", found.result),
        Phase::Reverse { operand } => format!(
            "first non-finite number: in the reverse sweep, \
             the derivative of {application}{of} with respect to operand {} is {}",
            operand + 1,
            found.result
        ),
    }
}

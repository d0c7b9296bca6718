//! Short runs before a training run: on one batch, and over rising learning rates.

use super::data::Data;
use super::network::Plan;
use super::options::Options;
use crate::error::CliError;
use crate::output::{json_document, json_number, number, percent, print_line, table};
use crate::pictures::{self, Picture};
use serde_json::{Value, json};
use wengert::figures::LineChart;
use wengert::optim::RateFinder;
use wengert::train::{BatchFit, precompiled};

/// The number of steps on one batch.
const STEPS: usize = 1000;
/// Below this loss, as a share of the loss at the start, a batch counts as learnt.
const LEARNT: f64 = 0.01;
/// The sweep over rates: the lowest, the highest, and their number.
const SWEEP: (f64, f64, usize) = (1e-6, 100.0, 200);
/// The rows of the tables.
const ROWS: usize = 10;

/// Learns one batch by heart, and says whether that works.
pub(super) fn overfit_batch(options: &Options, data: &Data, plan: Plan) -> Result<(), CliError> {
    let plan = plan.for_one_batch()?;
    let trainer = plan.trainer(options, data.parts())?;
    let BatchFit { examples, losses, after } = precompiled::overfit_batch(trainer, STEPS, data.parts())?;
    if !plan.is_first() {
        return Ok(());
    }
    let first = losses.first().copied().unwrap_or(f64::NAN);
    let is_learnt = after.loss <= LEARNT * first;
    let shown = if options.output.json {
        json_document(json!({
            "batch_examples": examples,
            "losses": losses.iter().map(|&loss| json_number(loss)).collect::<Vec<Value>>(),
            "batch_loss": json_number(after.loss),
            "batch_accuracy": after.accuracy,
            "is_learnt": is_learnt,
        }))
    } else {
        let mut shown = table(vec!["step".to_owned(), "loss".to_owned()], &[]);
        for i in rows(losses.len()) {
            shown.add_row([(i + 1).to_string(), number(losses[i])]);
        }
        let accuracy =
            after.accuracy.map_or_else(String::new, |share| format!(", accuracy {}", percent(share)));
        format!("{shown}\none batch of {examples} examples: loss {} afterwards{accuracy}", number(after.loss))
    };
    print_line(shown)?;
    write_picture(options, "batch", || {
        let steps: Vec<f64> = (1..=losses.len()).map(|step| step as f64).collect();
        LineChart::new("step", "mean loss of the batch")
            .log_y()
            .line("loss", &steps, &losses)
            .title("One batch")
    })?;
    if is_learnt {
        Ok(())
    } else {
        Err(CliError::NotLearnt { first, after: after.loss, steps: losses.len() })
    }
}

/// Sweeps over learning rates, and suggests one.
pub(super) fn find_rate(options: &Options, data: &Data, plan: &Plan) -> Result<(), CliError> {
    let (lowest, highest, count) = SWEEP;
    let (trainer, sweep) = (plan.trainer(options, data.parts())?, RateFinder::new(lowest, highest, count));
    let finder = precompiled::find_rate(trainer, sweep, data.parts())?;
    if !plan.is_first() {
        return Ok(());
    }
    let (rates, losses): (Vec<f64>, Vec<f64>) = finder.tried().iter().copied().unzip();
    let rate = finder.suggestion().map_err(CliError::Rate)?;
    let shown = if options.output.json {
        json_document(json!({
            "suggestion": rate,
            "rates": rates,
            "losses": losses.iter().map(|&loss| json_number(loss)).collect::<Vec<Value>>(),
        }))
    } else {
        let mut shown = table(vec!["learning rate".to_owned(), "loss".to_owned()], &[]);
        for i in rows(losses.len()) {
            shown.add_row([number(rates[i]), number(losses[i])]);
        }
        format!("{shown}\nthe loss falls fastest at {}: begin with --lr {rate:.1e}", number(rate))
    };
    write_picture(options, "learning-rate", || {
        let chart = LineChart::new("learning rate", "mean loss of training examples").log_x();
        chart.line("loss before the step", &rates, &losses).at_x("suggestion", rate).title("Learning rates")
    })?;
    print_line(shown)
}

/// A few numbers below `count`, at equal distances, with the first and the last.
fn rows(count: usize) -> impl Iterator<Item = usize> {
    let shown = count.min(ROWS);
    (0..shown).map(move |i| if shown > 1 { i * (count - 1) / (shown - 1) } else { i })
}

/// Writes a chart to the folder of `--plot`, if there is one.
fn write_picture(options: &Options, name: &str, chart: impl FnOnce() -> LineChart) -> Result<(), CliError> {
    let Some(folder) = &options.output.plot else { return Ok(()) };
    pictures::write(folder, &[Picture::new(name, &chart())])
}

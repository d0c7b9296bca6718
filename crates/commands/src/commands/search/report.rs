//! The result of a search: a table, JSON, CSV and charts.

use crate::output::{csv_text, json_document, json_number, number, percent, table};
use crate::pictures::Picture;
use crate::shell_word::quoted;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use wengert::figures::{BarChart, LineChart};
use wengert::train::{ChooseBy, SearchTable, Space, TrialOutcome, TrialStatus};

/// The rows of the table; CSV and JSON have all.
const ROWS: usize = 20;
/// Numbers in a list whose largest is this many times the smallest are drawn on a logarithmic scale.
const LOG_RATIO: f64 = 20.0;

/// A search with its outcome.
pub(super) struct Results<'a> {
    pub(super) data: &'a str,
    pub(super) method: &'static str,
    pub(super) space: &'a Space,
    pub(super) by: ChooseBy,
    pub(super) table: &'a SearchTable,
    /// The arguments of `wengert train` for the best trial; `None` if all diverged.
    pub(super) best: Option<Vec<String>>,
}

impl Results<'_> {
    /// Whether the targets are classes.
    fn has_accuracy(&self) -> bool {
        self.table.trials.iter().any(|trial| trial.validation.accuracy.is_some())
    }

    /// The command that trains the best trial.
    fn command(&self) -> Option<String> {
        let arguments: Vec<String> = self.best.as_ref()?.iter().map(|argument| quoted(argument)).collect();
        Some(format!("wengert train {}", arguments.join(" ")))
    }

    pub(super) fn text(&self) -> String {
        let names: Vec<&str> = self.space.names().collect();
        let accuracy = self.has_accuracy().then_some("validation accuracy");
        let header = ["trial"].into_iter().chain(names.iter().copied()).chain(["epochs trained"]);
        let header = header.chain(["train loss", "validation loss"]).chain(accuracy).chain(["status"]);
        let mut shown =
            table(header.map(str::to_owned).collect(), &[names.len() + 4 + usize::from(accuracy.is_some())]);
        let ranked = self.table.ranked();
        for trial in ranked.iter().take(ROWS) {
            let settings = trial.settings.iter().map(|(_, value)| value.to_owned());
            let losses = [trial.train.loss, trial.validation.loss].map(number);
            let accuracy = accuracy.map(|_| trial.validation.accuracy.map_or_else(String::new, percent));
            let row =
                [trial.number.to_string()].into_iter().chain(settings).chain([trial.epochs.to_string()]);
            shown.add_row(row.chain(losses).chain(accuracy).chain([trial.status.name().to_owned()]));
        }
        let count = ranked.len();
        let more = if count > ROWS { format!("the best {ROWS} of {count} trials\n") } else { String::new() };
        let best =
            self.command().map_or_else(String::new, |command| format!("\ntrain the best with:\n{command}"));
        format!("{more}{shown}{best}")
    }

    pub(super) fn json(&self) -> String {
        let trials: Vec<Value> = self.table.trials.iter().map(trial_json).collect();
        json_document(json!({
            "data": self.data,
            "method": self.method,
            "by": self.by.name(),
            "trials": trials,
            "best": self.table.best().map(|best| best.number),
            "command": self.command(),
        }))
    }

    /// All trials in the order of their numbers. The time is the last column.
    pub(super) fn csv(&self) -> String {
        let names = self.space.names();
        let header =
            ["trial"].into_iter().chain(names).chain(["epochs_trained", "train_loss", "train_accuracy"]);
        let header = header.chain(["validation_loss", "validation_accuracy", "status", "seconds"]);
        let rows = self.table.trials.iter().map(|trial| {
            let share = |share: Option<f64>| share.map_or_else(String::new, |share| share.to_string());
            let settings = trial.settings.iter().map(|(_, value)| value.to_owned());
            let row =
                [trial.number.to_string()].into_iter().chain(settings).chain([trial.epochs.to_string()]);
            let metrics =
                [trial.train, trial.validation].map(|part| [part.loss.to_string(), share(part.accuracy)]);
            let end = [trial.status.name().to_owned(), format!("{:.3}", trial.seconds)];
            row.chain(metrics.into_iter().flatten()).chain(end).collect()
        });
        csv_text([header.map(str::to_owned).collect()].into_iter().chain(rows))
    }

    /// A chart for each setting: the loss that decides against its values.
    pub(super) fn pictures(&self) -> Vec<Picture> {
        self.space.names().map(|name| self.picture(name)).collect()
    }

    fn picture(&self, name: &str) -> Picture {
        let counts_mistakes = self.by == ChooseBy::True && self.has_accuracy();
        let quantity = if counts_mistakes { "validation mistakes (%)" } else { "validation loss" };
        let loss = |trial: &TrialOutcome| match (trial.status, counts_mistakes) {
            (TrialStatus::Diverged, _) => f64::NAN,
            (_, true) => 100.0 * trial.validation.error_rate().unwrap_or(f64::NAN),
            (_, false) => trial.validation.loss,
        };
        let title = format!("Search over {name}");
        let trials = &self.table.trials;
        let values: Option<Vec<f64>> =
            trials.iter().map(|trial| trial.settings.text(name).parse().ok()).collect();
        let Some(values) = values else {
            let mut least: BTreeMap<&str, f64> = BTreeMap::new();
            for trial in trials {
                let best = least.entry(trial.settings.text(name)).or_insert(f64::NAN);
                *best = best.min(loss(trial));
            }
            let (names, losses): (Vec<&str>, Vec<f64>) = least.into_iter().unzip();
            let quantity = format!("{quantity} of the best trial");
            return Picture::new(
                name,
                &BarChart::new(&quantity, &names, &losses).categories(name).title(&title),
            );
        };
        let mut chart = LineChart::new(name, quantity).title(&title);
        if self.space.range_of(name).map_or_else(|| spreads(&values), |range| range.is_log()) {
            chart = chart.log_x();
        }
        let mut by_round: BTreeMap<usize, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
        for (trial, value) in trials.iter().zip(&values) {
            let (x, y) = by_round.entry(trial.round).or_default();
            x.push(*value);
            y.push(loss(trial));
        }
        let rounds = by_round.len();
        for (round, (x, y)) in by_round {
            let name = if rounds > 1 { format!("up to round {}", round + 1) } else { "trials".to_owned() };
            chart = chart.points(&name, &x, &y);
        }
        if let Some(best) = self.table.best() {
            chart = chart.at_x("best", values[best.number - 1]);
        }
        Picture::new(name, &chart)
    }
}

/// Whether positive numbers are of so different sizes that they are drawn on a logarithmic scale.
fn spreads(values: &[f64]) -> bool {
    let (low, high) =
        values.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &x| (low.min(x), high.max(x)));
    low > 0.0 && high >= LOG_RATIO * low
}

fn trial_json(trial: &TrialOutcome) -> Value {
    let settings: Map<String, Value> =
        trial.settings.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "trial": trial.number,
        "settings": settings,
        "epochs_trained": trial.epochs,
        "train_loss": json_number(trial.train.loss),
        "train_accuracy": trial.train.accuracy,
        "validation_loss": json_number(trial.validation.loss),
        "validation_accuracy": trial.validation.accuracy,
        "status": trial.status.name(),
        "seconds": trial.seconds,
    })
}

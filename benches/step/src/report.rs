//! A measurement as a table or as JSON.

use crate::arguments::{Arguments, name};
use crate::measure::{Measurement, median};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;

pub(crate) struct Report<'a> {
    pub(crate) arguments: &'a Arguments,
    /// The number of threads of the pool.
    pub(crate) threads: usize,
    pub(crate) measurement: Measurement,
}

impl Report<'_> {
    fn median(&self) -> f64 {
        median(self.measurement.steps.clone())
    }

    fn mean(&self) -> f64 {
        self.measurement.steps.iter().sum::<f64>() / self.measurement.steps.len() as f64
    }

    /// Billions of operations per second, counting `6 x weights x batch` operations per step.
    fn gflops(&self) -> f64 {
        (6 * self.arguments.setting().weights() * self.arguments.batch) as f64 / self.median() / 1e6
    }

    fn samples_per_second(&self) -> f64 {
        1e3 * self.arguments.batch as f64 / self.median()
    }

    fn allocations_per_step(&self) -> f64 {
        self.measurement.allocations as f64 / self.measurement.steps.len() as f64
    }

    /// The loss of step number `step`, counted from 1.
    fn loss_at_step(&self, step: usize) -> Option<f64> {
        self.measurement.losses.get(step - 1).copied()
    }

    pub(crate) fn as_json(&self) -> String {
        let (arguments, [forward, backward, update]) = (self.arguments, self.measurement.phases);
        json!({
            "task": arguments.task.name(),
            "layers": arguments.layers.0,
            "batch": arguments.batch,
            "optimizer": name(&arguments.optimizer),
            "learning_rate": arguments.rate(),
            "dtype": name(&arguments.dtype),
            "threads": self.threads,
            "seed": arguments.seed,
            "parameters": arguments.setting().parameters(),
            "steps": self.measurement.steps.len(),
            "ms_per_step": self.median(),
            "mean_ms_per_step": self.mean(),
            "samples_per_second": self.samples_per_second(),
            "gflops": self.gflops(),
            "allocations_per_step": self.allocations_per_step(),
            "phases": { "forward": forward, "backward": backward, "update": update },
            "peak_bytes": self.measurement.peak_bytes,
            "needed_bytes": arguments.needed_bytes(),
            "loss_at_step_10": self.loss_at_step(10),
            "loss_at_step_100": self.loss_at_step(100),
        })
        .to_string()
    }

    pub(crate) fn as_table(&self) -> String {
        let note =
            "Phases are timed separately; the time of forward and backward pass is divided as on one thread.";
        format!("{}\n{}\n{note}", self.heading(), self.rows())
    }

    fn heading(&self) -> String {
        let arguments = self.arguments;
        let widths: Vec<String> = arguments.layers.0.iter().map(ToString::to_string).collect();
        let (task, batch) = (arguments.task.name(), arguments.batch);
        let (method, dtype) = (name(&arguments.optimizer), name(&arguments.dtype));
        let (widths, steps, threads) = (widths.join("-"), self.measurement.steps.len(), self.threads);
        let plural = if threads == 1 { "" } else { "s" };
        format!(
            "{task}, {widths}, batches of {batch}, {method}, {dtype}, {threads} thread{plural}, {steps} steps"
        )
    }

    fn rows(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["per step", "median"]);
        for (column, alignment) in table.column_iter_mut().zip([CellAlignment::Left, CellAlignment::Right]) {
            column.set_cell_alignment(alignment);
        }
        let time = |milliseconds: f64| format!("{:.2} us", 1e3 * milliseconds);
        let mut add = |label: &str, cell: String| {
            table.add_row([label.to_owned(), cell]);
        };
        add("time", time(self.median()));
        let [forward, backward, update] = self.measurement.phases;
        add("  forward", time(forward));
        add("  backward", time(backward));
        add("  update", time(update));
        add("examples per second", format!("{:.0}", self.samples_per_second()));
        add("GFLOP/s", format!("{:.2}", self.gflops()));
        add("allocations", self.allocations_per_step().to_string());
        let (heap, needed) = (self.measurement.peak_bytes as f64, self.arguments.needed_bytes() as f64);
        add("memory", format!("{:.2} MB", heap / 1e6));
        add("memory / minimum", format!("{:.2}", heap / needed));
        for step in [10, 100] {
            let loss = self.loss_at_step(step).map_or_else(|| "-".to_owned(), |loss| format!("{loss:.6}"));
            add(&format!("loss in step {step}"), loss);
        }
        table
    }
}

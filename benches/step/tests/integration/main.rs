//! The step bench: the contents of its reports, and its errors.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use serde_json::Value;
use std::process::{Command, Output};

/// A small network.
const SMALL: [&str; 4] = ["--layers", "2,16,16,2", "--batch", "32"];
const SGD: [&str; 2] = ["--optimizer", "sgd"];

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wengert-step-bench")).args(arguments).output().unwrap()
}

fn output_of(arguments: &[&str]) -> String {
    let run = bench(arguments);
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

fn report(arguments: &[&str]) -> Value {
    serde_json::from_str(&output_of(&[&["--json"], arguments].concat())).unwrap()
}

/// The report on the small network, trained by SGD.
fn small_report(more: &[&str]) -> Value {
    report(&[&SMALL[..], &SGD, more].concat())
}

fn number(report: &Value, name: &str) -> f64 {
    report[name].as_f64().unwrap_or_else(|| panic!("no number {name} in {report}"))
}

/// Asserts that a run fails without a panic, prints nothing to standard output, and that its
/// message contains all parts.
fn assert_rejected(arguments: &[&str], parts: &[&str]) {
    let run = bench(arguments);
    assert!(!run.status.success() && run.stdout.is_empty(), "{arguments:?} succeeded");
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(!message.contains("panicked"), "{arguments:?}: {message}");
    for part in parts {
        assert!(message.contains(part), "{arguments:?}: no {part:?} in {message}");
    }
}

#[test]
fn times_rates_phases_and_memory_of_a_report_are_consistent() {
    let report = small_report(&["--threads", "1", "--steps", "90"]);
    assert_eq!(report["layers"], serde_json::json!([2, 16, 16, 2]));
    assert_eq!((number(&report, "batch"), number(&report, "threads")), (32.0, 1.0));
    assert_eq!(number(&report, "parameters"), f64::from(2 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2));
    assert_eq!(number(&report, "steps"), 90.0);
    let milliseconds = number(&report, "ms_per_step");
    assert!(milliseconds > 0.0);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
    assert!(close(number(&report, "samples_per_second"), 32.0 / (1e-3 * milliseconds)));
    let operations = f64::from(6 * 32 * (2 * 16 + 16 * 16 + 16 * 2));
    assert!(close(number(&report, "gflops"), operations / (1e6 * milliseconds)));
    let phases = ["forward", "backward", "update"].map(|phase| number(&report["phases"], phase));
    assert!(phases.iter().all(|&time| time > 0.0), "{report}");
    // The median of sums is close to the sum of medians, unless steps were interrupted.
    let sum: f64 = phases.iter().sum();
    assert!((0.5..2.0).contains(&(sum / milliseconds)), "{report}");
    assert!(number(&report, "peak_bytes") >= number(&report, "needed_bytes"), "{report}");
}

#[test]
fn a_steady_step_allocates_nothing() {
    assert_eq!(number(&small_report(&["--threads", "1", "--steps", "90"]), "allocations_per_step"), 0.0);
}

/// The losses of PyTorch 2.15 on the same data from the same weights, in `f32` on one thread:
/// `benches/peers/steps.py`.
const BY_PYTORCH: [f64; 2] = [0.688_711_5, 0.405_961_4];

#[test]
fn the_losses_agree_with_those_of_pytorch() {
    for dtype in ["f32", "f64"] {
        let report = small_report(&["--dtype", dtype, "--warmup", "20", "--steps", "80"]);
        let losses = ["loss_at_step_10", "loss_at_step_100"].map(|step| number(&report, step));
        for (loss, expected) in losses.iter().zip(BY_PYTORCH) {
            // Rounding errors of `f32` in 100 steps.
            assert!((loss - expected).abs() <= 1e-5, "{dtype}: {loss}, expected {expected}");
        }
    }
}

#[test]
fn the_losses_depend_on_the_seed_and_not_on_the_number_of_threads() {
    let losses = |threads: &str, seed: &str| {
        let large = ["--layers", "64,128,64,10", "--batch", "64", "--steps", "5", "--threads", threads];
        let report = report(&[&large[..], &["--seed", seed]].concat());
        number(&report, "loss_at_step_10").to_bits()
    };
    let one = losses("1", "0");
    assert_eq!([losses("2", "0"), losses("3", "0")], [one; 2]);
    assert_ne!(losses("1", "1"), one);
}

#[test]
fn the_loss_of_a_step_that_was_not_taken_is_null() {
    let report = small_report(&["--warmup", "2", "--steps", "7"]);
    assert!(report["loss_at_step_10"].is_null() && report["loss_at_step_100"].is_null(), "{report}");
}

#[test]
fn different_optimizers_take_different_steps() {
    let loss = |method: &str| {
        let method = ["--optimizer", method, "--learning-rate", "0.01", "--steps", "5"];
        number(&report(&[&SMALL[..], &method].concat()), "loss_at_step_10").to_bits()
    };
    let [sgd, momentum, adam] = ["sgd", "momentum", "adam"].map(loss);
    assert!(sgd != momentum && momentum != adam && adam != sgd);
}

#[test]
fn the_table_names_the_setting_and_every_measurement() {
    let table = output_of(&[&SMALL[..], &SGD].concat());
    for part in
        ["2-16-16-2", "batches of 32", "sgd", "forward", "backward", "update", "GFLOP/s", "allocations"]
    {
        assert!(table.contains(part), "no {part:?} in {table}");
    }
}

#[test]
fn arguments_out_of_range_are_rejected_with_their_name_and_the_valid_range() {
    assert_rejected(&["--layers", "5"], &["--layers", "at least two positive widths"]);
    assert_rejected(&["--layers", "5,0,2"], &["--layers", "at least two positive widths"]);
    assert_rejected(&["--layers", "5,x"], &["--layers", "at least two positive widths"]);
    assert_rejected(&["--batch", "0"], &["--batch", "at least 1"]);
    assert_rejected(&["--batch", "-1"], &["--batch", "at least 1"]);
    assert_rejected(&["--batch", "1000000000"], &["--batch 1000000000", "smaller batch"]);
    assert_rejected(&["--threads", "two"], &["--threads", "whole number"]);
    assert_rejected(&["--threads", "100000"], &["--threads", "at most"]);
    assert_rejected(&["--steps", "0"], &["--steps", "at least 1"]);
    assert_rejected(&["--warmup", "0"], &["--warmup", "at least 1"]);
    assert_rejected(&["--learning-rate", "-1"], &["--learning-rate", "positive"]);
    assert_rejected(&["--learning-rate", "1e30"], &["not finite", "step 2", "--learning-rate"]);
    assert_rejected(&["--optimizer", "magic"], &["magic", "sgd", "momentum", "adam"]);
    assert_rejected(&["--dtype", "f16"], &["f16", "f32", "f64"]);
}

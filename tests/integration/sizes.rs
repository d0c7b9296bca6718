//! Sizes that a person or a file can ask for: what is too large is refused before memory is taken, and what
//! is large takes little time.

use crate::program::{assert_failed, assert_rejected, json_of, output_of, written};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn numbers_of_any_size_in_an_option_are_refused_with_the_bound() {
    for (option, value, bound) in [
        ("--hidden", "18446744073709551615", "at most 1000000 units"),
        ("--hidden", "99999999999999999999999", "at most 1000000 units"),
        ("--hidden", "1000001", "at most 1000000 units"),
        ("--hidden", &"1,".repeat(1001), "at most 1000 layers"),
        ("--epochs", "10000000000", "at most 1000000"),
        ("--epochs", "18446744073709551616", "at most 1000000"),
        ("--batch-size", "18446744073709551615", "at most 1000000000"),
        ("--threads", "18446744073709551615", "at most 1024"),
        ("--seed", "18446744073709551616", "18446744073709551615"),
        ("--lr", "1e300", "1e38"),
        ("--lr", "1e-300", "1e-38"),
        ("--weight-decay", "1e39", "at most 1000000"),
        ("--progress", "1e300", "86400"),
    ] {
        assert_rejected(2, &["train", "moons", option, value], &[option, bound]);
    }
}

#[test]
fn a_network_that_does_not_fit_in_memory_is_refused() {
    for (data, hidden, count) in [
        ("moons", "100000,100000", "10000600002 parameters of the network are too many, at most 100000000"),
        ("digits", "1000000,1000000", "1000076000010 parameters"),
    ] {
        assert_rejected(1, &["train", data, "--hidden", hidden], &[count, "--hidden"]);
    }
    let wide = ["train", "moons", "--hidden", "1000000", "--batch-size", "1000000000"];
    assert_rejected(1, &wide, &["in a step are too many", "--batch-size"]);
}

#[test]
fn compressed_data_that_become_very_large_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    (0..64).for_each(|_| encoder.write_all("0,0,0\n".repeat(1 << 18).as_bytes()).unwrap());
    let path = folder.path().join("bomb.csv.gz");
    fs::write(&path, encoder.finish().unwrap()).unwrap();
    let path = path.to_str().unwrap();
    assert_rejected(1, &["train", path], &["bomb.csv.gz", "more than 64 times as large", "gunzip"]);
}

/// A safetensors file with this header and no data.
fn model(header: &str) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat()
}

#[test]
fn a_model_file_that_promises_too_much_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = |widths: &str| {
        model(&format!(
            r#"{{"__metadata__":{{"format":"wengert-mlp-1","activation":"relu","widths":"{widths}"}}}}"#
        ))
    };
    for (content, part) in [
        ((1_u64 << 60).to_le_bytes().to_vec(), "header too large"),
        (metadata(&vec!["1"; 1_000_000].join(",")), "layers"),
        (metadata("4294967296,4294967296,4294967296"), "widths"),
        (metadata("1000000000,1000000000"), "tensor"),
        (metadata("18446744073709551615,2"), "widths"),
    ] {
        let path = folder.path().join("large.safetensors");
        fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        let run = crate::program::wengert(&["predict", path, "absent.csv"]);
        let message = assert_failed(&run, 1);
        assert!(message.contains("large.safetensors") && message.contains(part), "{part}: {message}");
        assert!(message.len() < 600, "{} bytes", message.len());
    }
}

/// Asserts that the work takes seconds even in a build with few optimisations, not minutes.
fn in_seconds<R>(work: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    result
}

#[test]
fn a_picture_of_thousands_of_terms_takes_seconds() {
    let terms = vec!["x"; 4000].join("+");
    let picture = in_seconds(|| output_of(&["graph", &terms, "--at", "x=1", "--format", "svg"]));
    assert_eq!(picture.matches("<rect class=\"operation\"").count(), 3998);
    let names: Vec<String> = (0..2000).map(|i| format!("x{i}")).collect();
    let values: Vec<String> = names.iter().map(|name| format!("{name}=2")).collect();
    let (sum, at) = (names.join("*"), values.join(","));
    let picture = in_seconds(|| output_of(&["graph", &sum, "--at", &at, "--format", "svg"]));
    assert_eq!(picture.matches("class=\"head\"").count(), 3998);
}

#[test]
fn the_forward_sweeps_of_thousands_of_variables_are_left_out_and_the_output_says_so() {
    let names: Vec<String> = (0..2000).map(|i| format!("x{i}")).collect();
    let squares = names.iter().map(|name| format!("{name}^2")).collect::<Vec<_>>().join("+");
    let at = names.iter().map(|name| format!("{name}=3")).collect::<Vec<_>>().join(",");
    let table = in_seconds(|| output_of(&["graph", &squares, "--at", &at]));
    for part in
        ["d/dx1999", "reverse sweep", "the forward sweeps, one for each of the 2000 variables, are left out"]
    {
        assert!(table.contains(part), "no {part:?}");
    }
    let report = in_seconds(|| json_of(&["graph", &squares, "--at", &at, "--json"]));
    assert_eq!((&report["gradient"]["x1999"], &report["value"]), (&6.0.into(), &18000.0.into()));
    assert!(report["forward_gradient"].is_null() && report["nodes"][0]["tangents"].is_null());
    for format in ["trace", "latex"] {
        let arguments = ["graph", &squares, "--at", &at, "--format", format];
        assert_rejected(1, &arguments, &["steps of all forward sweeps are too many", "--format cost"]);
    }
    let check = ["gradcheck", &squares, "--at", &at];
    assert_rejected(1, &check, &["steps of all sweeps are too many", "fewer variables"]);
    for format in ["dot", "markdown", "cost"] {
        assert!(!in_seconds(|| output_of(&["graph", &squares, "--at", &at, "--format", format])).is_empty());
    }
}

#[test]
fn a_formula_longer_than_an_argument_is_read_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    // The system allows arguments of 128 kB.
    let formula = format!("x{}\n", " + y*x".repeat(30_000));
    let file = format!("@{}", written(folder.path(), "formula", &formula));
    let point = format!("@{}", written(folder.path(), "point", "x=2,\ny = 3\n"));
    let arguments = ["--at", &point, "--json"];
    let gradient = serde_json::json!({ "x": 90001.0, "y": 60000.0 });
    assert_eq!(json_of(&[&["graph", &file], &arguments[..]].concat())["gradient"], gradient);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command.args(["graph", "-"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.spawn().unwrap();
    program.stdin.take().unwrap().write_all(formula.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["gradient"], gradient);
    let short = format!("@{}", written(folder.path(), "short", "x^3 * (x + 3*y)"));
    assert_eq!(json_of(&["gradcheck", &short, "--at", &point, "--json"])["passed"], true);
}

#[test]
fn a_formula_that_cannot_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("@{}", written(folder.path(), "long", &"x+".repeat(600_000)));
    let not_text = folder.path().join("bytes");
    fs::write(&not_text, b"\xff\xfex").unwrap();
    for (argument, part) in [
        ("@absent", "cannot read absent"),
        (&*long, "more than 1 MiB"),
        (&format!("@{}", not_text.display()), "not encoded in UTF-8"),
        ("@/dev/zero", "more than 1 MiB"),
    ] {
        for command in ["graph", "gradcheck"] {
            assert_rejected(1, &[command, argument, "--at", "x=1"], &[part]);
            assert_rejected(1, &[command, "x", "--at", argument], &[part]);
        }
    }
    let wrong = format!("@{}", written(folder.path(), "wrong", "x +\n* y"));
    assert_rejected(2, &["graph", &wrong, "--at", "x=1"], &["column 5", "expected an operand"]);
    let wrong = format!("@{}", written(folder.path(), "wrong", "x=1,y\n"));
    assert_rejected(2, &["graph", "x", "--at", &wrong], &["`y` is not a variable with a value"]);
}

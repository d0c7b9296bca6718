//! The tool over its standard input and output: golden cases and invalid messages.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The responses of the tool to these lines.
fn conversation(lines: &[String]) -> Vec<Value> {
    let tool = env!("CARGO_BIN_EXE_wengert-gradbench");
    let mut process = Command::new(tool).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, text) = (process.stdin.take().unwrap(), lines.join("\n") + "\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "the tool ended with {}", output.status);
    let answers: Vec<Value> =
        output.stdout.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(answers.len(), lines.len(), "one response per line");
    answers
}

/// Compares as GradBench does, but with a tolerance of 1e-9, relative for numbers above 1: equal
/// structure, close numbers.
#[track_caller]
fn assert_close(place: &str, have: &Value, want: &Value) {
    match (have, want) {
        (Value::Array(have), Value::Array(want)) => {
            assert_eq!(have.len(), want.len(), "{place}: length");
            have.iter()
                .zip(want)
                .enumerate()
                .for_each(|(i, (h, w))| assert_close(&format!("{place}[{i}]"), h, w));
        }
        (Value::Object(have), Value::Object(want)) => {
            assert!(have.keys().eq(want.keys()), "{place}: keys {have:?}, expected {want:?}");
            have.iter().for_each(|(key, h)| assert_close(&format!("{place}.{key}"), h, &want[key]));
        }
        (Value::Number(have), Value::Number(want)) => {
            let (h, w) = (have.as_f64().unwrap(), want.as_f64().unwrap());
            let difference = (h - w).abs() / f64::max(1.0, h.abs() + w.abs());
            assert!(difference <= 1e-9, "{place}: {h}, expected {w}, differs by {difference:e}");
        }
        _ => assert_eq!(have, want, "{place}"),
    }
}

/// Sends every case in the folder of `module`, one message each.
fn assert_golden(module: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(module);
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "{module} has no cases");
    let read = |path: &std::path::PathBuf| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let goldens: Vec<Value> = cases.iter().map(read).collect();
    let mut lines = vec![json!({"kind": "define", "id": 0, "module": module}).to_string()];
    lines.extend(goldens.iter().zip(1..).map(|(golden, id)| {
        let (function, input) = (&golden["function"], &golden["input"]);
        json!({"kind": "evaluate", "id": id, "module": module, "function": function, "input": input})
            .to_string()
    }));
    let answers = conversation(&lines);
    assert_eq!(answers[0], json!({"id": 0, "success": true}), "{module} is not defined");
    for ((answer, golden), (case, id)) in answers[1..].iter().zip(&goldens).zip(cases.iter().zip(1..)) {
        let place = case.strip_prefix(&folder).unwrap().display().to_string();
        assert_eq!(
            (&answer["id"], &answer["success"]),
            (&json!(id), &json!(true)),
            "{place}: {}",
            answer["error"]
        );
        assert_close(&place, &answer["output"], &golden["output"]);
        assert_eq!(answer["timings"][0]["name"], "evaluate", "{place}");
    }
}

macro_rules! golden_tests {
    ($($module:ident),* $(,)?) => {
        const TESTED: &[&str] = &[$(stringify!($module)),*];
        $(
            #[test]
            fn $module() {
                assert_golden(stringify!($module));
            }
        )*
    };
}
golden_tests!(ba, det, gmm, hello, ht, kmeans, llsq, lse, lstm, ode, particle, saddle);

#[test]
fn every_folder_of_golden_cases_is_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).filter(|e| e.path().is_dir()) {
        let module = entry.file_name().into_string().unwrap();
        assert!(TESTED.contains(&module.as_str()), "the cases of {module} are not tested");
    }
}

/// The response of the tool to one message with `id` 7.
fn answer_to(message: &str) -> Value {
    conversation(&[message.to_owned()]).remove(0)
}

#[test]
fn other_messages_are_answered_with_their_id() {
    for kind in ["start", "analysis", "goodbye"] {
        let answer = answer_to(&json!({"kind": kind, "id": 7, "of": 3, "valid": true}).to_string());
        assert_eq!(answer["id"], 7);
        assert_eq!(answer["error"], Value::Null);
    }
}

#[test]
fn a_module_that_does_not_exist_is_not_defined() {
    let answer = answer_to(r#"{"kind": "define", "id": 7, "module": "nowhere"}"#);
    assert_eq!(answer, json!({"id": 7, "success": false}));
}

#[test]
fn invalid_messages_are_answered_with_the_error() {
    let evaluate = |function: &str, input: Value| {
        json!({"kind": "evaluate", "id": 7, "module": "hello", "function": function, "input": input})
            .to_string()
    };
    for (message, reason) in [
        ("{\"kind\": ".to_owned(), "not JSON"),
        ("[1, 2]".to_owned(), "not a GradBench message"),
        (r#"{"id": 7}"#.to_owned(), "`kind`"),
        (r#"{"kind": "evaluate", "id": 7, "module": "hello"}"#.to_owned(), "`function`"),
        (evaluate("triple", json!(1.0)), "only square, double"),
        (evaluate("double", json!("one")), "does not match"),
        (evaluate("double", json!(1.0)).replace("hello", "nowhere"), "no module \"nowhere\""),
    ] {
        let answer = answer_to(&message);
        assert_eq!(answer["success"], false, "{message}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(reason), "{message} was answered with {error}");
    }
}

#[test]
fn inconsistent_lengths_are_answered_with_the_name_of_the_array() {
    let gmm = json!({"d": 1, "k": 2, "n": 1, "m": 0, "gamma": 1.0, "alpha": [0.5], "mu": [[0.0], [1.0]],
        "q": [[0.0], [0.0]], "l": [[], []], "x": [[0.5]]});
    let row = |length: usize| vec![0.5; length];
    let lstm = json!({"main_params": [row(8), row(8)], "extra_params": [row(2), row(2), row(2)],
        "state": [row(2), row(3)], "sequence": [row(2), row(2)]});
    for (module, function, input, reason) in [
        ("gmm", "objective", gmm, "alpha has 1 elements, but the sizes in the input require 2"),
        (
            "kmeans",
            "cost",
            json!({"points": [[0.0, 1.0], [2.0]], "centroids": [[0.0, 1.0]]}),
            "a point has 1",
        ),
        ("kmeans", "dir", json!({"points": [], "centroids": []}), "centroids must be"),
        ("llsq", "gradient", json!({"x": [1.0], "n": 1}), "n must be at least 2"),
        ("lse", "gradient", json!({"x": []}), "x must be"),
        ("lstm", "jacobian", lstm, "a row of state has 3"),
    ] {
        let message =
            json!({"kind": "evaluate", "id": 7, "module": module, "function": function, "input": input});
        let answer = answer_to(&message.to_string());
        assert_eq!(answer["success"], false, "{module}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(reason), "{module} answered {error}");
    }
}

/// Sizes around the number of lanes, so that the padding of the last group would show, against
/// central differences.
#[test]
fn gradients_agree_with_differences_at_every_size() {
    let number = |i: usize| (i as f64 * 0.7).sin();
    for length in [1, 2, 7, 15, 16, 17, 33] {
        let x: Vec<f64> = (0..length).map(number).collect();
        for (module, n) in [("lse", 0), ("llsq", 2), ("llsq", 9), ("llsq", 130)] {
            let message = |function: &str, x: &[f64]| {
                let input = json!({"x": x, "n": n});
                json!({"kind": "evaluate", "id": 7, "module": module, "function": function, "input": input})
                    .to_string()
            };
            let step = 1e-5;
            let moved = |i: usize, difference: f64| {
                let mut x = x.clone();
                x[i] += difference;
                message("primal", &x)
            };
            let mut messages = vec![message("gradient", &x)];
            messages.extend((0..length).flat_map(|i| [moved(i, step), moved(i, -step)]));
            let answers = conversation(&messages);
            for i in 0..length {
                let value = |k: usize| answers[k]["output"].as_f64().unwrap();
                let difference = (value(2 * i + 1) - value(2 * i + 2)) / (2.0 * step);
                let have = answers[0]["output"][i].as_f64().unwrap();
                // The truncation error is proportional to `step^2` and the third derivative, the
                // rounding error to `eps / step` and the value.
                let error = (have - difference).abs() / (1.0 + difference.abs());
                assert!(error <= 1e-7, "{module}, {length} numbers, n = {n}, x_{i}: {have}, {difference}");
            }
        }
    }
}

#[test]
fn inputs_outside_the_domain_are_answered_with_the_error() {
    for (module, function, input, reason) in [
        ("ode", "gradient", json!({"x": [], "s": 3}), "x must be a list that is not empty"),
        ("ode", "primal", json!({"x": [1.0], "s": 0}), "s must be at least 1"),
        ("det", "primal", json!({"A": [], "ell": 0}), "ell must be at least 1"),
        ("det", "gradient", json!({"A": [1.0, 2.0, 3.0], "ell": 2}), "A has 3 elements"),
        ("particle", "rx", json!({"w": 0.0}), "only ff, fr, rf, rr"),
        ("saddle", "ff", json!({"start": [1.0]}), "does not match"),
        (
            "ba",
            "jacobian",
            json!({"n": 1, "m": 1, "p": 1, "cam": [0.0], "x": [0, 0, 0], "w": 1, "feat": [0, 0]}),
            "cam has 1 elements",
        ),
        (
            "ba",
            "objective",
            json!({"n": 1, "m": 1, "p": 0, "cam": vec![1.0; 11], "x": [0, 0, 0], "w": 1, "feat": [0, 0]}),
            "p must be at least 1",
        ),
    ] {
        let evaluate =
            json!({"kind": "evaluate", "id": 7, "module": module, "function": function, "input": input});
        let answer = answer_to(&evaluate.to_string());
        assert_eq!(answer["success"], false, "{evaluate}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(reason), "{evaluate} was answered with {error}");
    }
}

#[test]
fn inconsistent_hand_models_are_answered_with_the_error() {
    let case =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/ht/complicated_small_hand1_p12_v60_jacobian.json");
    let golden: Value = serde_json::from_slice(&fs::read(case).unwrap()).unwrap();
    for (pointer, value, reason) in [
        ("/theta", json!([0.0]), "theta has 1 elements"),
        ("/us", json!([[0.1, 0.2]]), "us has 1 elements"),
        ("/data/correspondences/3", json!(100_000), "correspondences and triangles must be indices"),
        ("/data/model/triangles/0/1", json!(100_000), "correspondences and triangles must be indices"),
        ("/data/model/parents/5", json!(9), "parents must be -1 or an earlier bone"),
        ("/data/model/base_relatives/2/3/0", json!(1.0), "must be affine"),
    ] {
        let mut input = golden["input"].clone();
        *input.pointer_mut(pointer).unwrap() = value;
        let evaluate =
            json!({"kind": "evaluate", "id": 7, "module": "ht", "function": "jacobian", "input": input});
        let answer = answer_to(&evaluate.to_string());
        assert_eq!(answer["success"], false, "{pointer}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(reason), "{pointer} was answered with {error}");
    }
}

#[test]
fn a_function_runs_at_least_as_often_as_the_input_requires() {
    let input = json!({"x": [0.5, 0.25], "min_runs": 5, "min_seconds": 0.0});
    let message = json!({"kind": "evaluate", "id": 7, "module": "lse", "function": "primal", "input": input});
    assert_eq!(answer_to(&message.to_string())["timings"].as_array().unwrap().len(), 5);
}

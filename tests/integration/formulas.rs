//! `wengert graph` and `wengert gradcheck`.

use crate::program::{assert_rejected, json_of, output_of, wengert};
use std::fs;

#[test]
fn the_graph_of_the_lecture_example_has_its_values_and_both_sweeps() {
    let report = json_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3", "--json"]);
    assert_eq!(report["value"], 88.0);
    assert_eq!(report["gradient"], serde_json::json!({ "x": 140.0, "y": 24.0 }));
    assert_eq!(report["forward_gradient"], report["gradient"]);
    assert_eq!(report["nodes"].as_array().unwrap().len(), 6);
    let table = output_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3"]);
    for part in ["v2 * v4", "140", "24", "forward sweep of x", "forward sweep of y", "reverse sweep"] {
        assert!(table.contains(part), "no {part:?} in\n{table}");
    }
}

#[test]
fn a_picture_is_written_to_a_file_and_a_write_error_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.svg");
    let written = path.to_str().unwrap();
    let shown =
        output_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3", "--format", "svg", "--output", written]);
    assert_eq!(shown, "");
    let picture = fs::read_to_string(&path).unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"), "{picture}");
    let absent = folder.path().join("absent/graph.svg");
    let absent = absent.to_str().unwrap();
    assert_rejected(1, &["graph", "x", "--at", "x=1", "--output", absent], &["cannot write", absent]);
}

#[test]
fn the_outcome_of_a_gradient_check_is_in_text_json_and_exit_code() {
    let text = output_of(&["gradcheck", "x^3*(x+3*y)", "--at", "x=2,y=3"]);
    for part in ["d/dx", "140", "first derivatives passed", "second derivatives passed"] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let report = json_of(&["gradcheck", "x^3*(x+3*y)", "--at", "x=2,y=3", "--json"]);
    assert_eq!((&report["passed"], &report["derivatives"][1]["forward"]), (&true.into(), &24.0.into()));
    for (formula, verdict, finding) in [
        ("relu(x) * 2", "cannot tell", "v1 = relu(x) has slope 0 on the left, 1 on the right; 0 is used"),
        ("x * ln(x)", "cannot tell", "first non-finite number: the value v1 = ln(x) of 0e0 is infinite"),
        ("sqrt(x)", "", "the derivative of v1 = sqrt(x) of 0e0 with respect to operand 1 is infinite"),
    ] {
        let run = wengert(&["gradcheck", formula, "--at", "x=0"]);
        let (shown, message) =
            (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
        let said = message.contains("the gradient check") && message.contains(verdict);
        assert!(run.status.code() == Some(1) && said, "{formula}: {message}");
        assert!(shown.contains(finding), "{formula}: {shown}");
    }
    assert_rejected(2, &["gradcheck", "x + sine(x)", "--at", "x=1"], &["sine", "column 5"]);
}

#[test]
fn a_gradient_check_passes_right_rules_at_small_and_large_operands_and_tells_what_it_cannot_see() {
    for (formula, at) in [
        ("1 / x", "x=1e-8"),
        ("ln(x)", "x=1e-12"),
        ("sqrt(x)", "x=1e-14"),
        ("atanh(x)", "x=-0.9999999999"),
        ("x^2", "x=1e10"),
        ("sin(1000 * x)", "x=1e5"),
    ] {
        let run = wengert(&["gradcheck", formula, "--at", at, "--json"]);
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_ne!(report["second"], "failed", "{formula} at {at}: {report}");
        assert_eq!(report["first"], "passed", "{formula} at {at}: {report}");
    }
    let run = wengert(&["gradcheck", "abs(x)", "--at", "x=0", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((&report["passed"], &report["first"]), (&false.into(), &"cannot tell".into()), "{report}");
    assert_eq!(report["derivatives"][0]["verdict"], "cannot tell", "{report}");
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn an_invalid_formula_is_rejected_with_the_column() {
    assert_rejected(2, &["graph", "x + sine(x)", "--at", "x=1"], &["sine", "column 5", "sin"]);
    assert_rejected(2, &["graph", "x +", "--at", "x=1"], &["column"]);
    assert_rejected(2, &["graph", "x + y", "--at", "x=1"], &["y"]);
    assert_rejected(2, &["graph", "x", "--at", "x=one"], &["x=one"]);
}

//! Graphs of formulas.

use crate::support::{answer, assert_refused};
use serde_json::json;
use wengert_playground::Session;

#[test]
fn the_first_example_has_its_value_and_both_partials() {
    let request = json!({ "do": "graph", "formula": "x^3*(x + 3*y)", "at": { "x": 2, "y": 3 } });
    let reply = answer(&mut Session::new(), &request);
    let header = reply.header();
    assert_eq!(header["value"], 88.0);
    assert_eq!(header["gradient"], json!([140.0, 24.0]));
    let output = &header["nodes"][header["output"].as_u64().unwrap() as usize];
    assert_eq!(output["tangents"], json!([140.0, 24.0]));
    assert_eq!(output["adjoint"], 1.0);
}

#[test]
fn forward_sweeps_grow_with_the_variables_and_the_reverse_sweep_does_not() {
    let total = |count: &serde_json::Value| {
        count["multiplications"].as_u64().unwrap() + count["additions"].as_u64().unwrap()
    };
    let request = json!({
        "do": "graph", "formula": "a*b*c*d*e1*f", "at": { "a": 1, "b": 2, "c": 3, "d": 4, "e1": 5, "f": 6 },
    });
    let operations = answer(&mut Session::new(), &request).header()["operations"].clone();
    let forward = operations["forward"].as_array().unwrap();
    assert_eq!(forward.len(), 6);
    assert!(forward.iter().map(total).sum::<u64>() > 5 * total(&operations["reverse"]));
}

#[test]
fn numbers_that_json_does_not_have_are_texts() {
    let request = json!({ "do": "graph", "formula": "1/x + ln(0*x)", "at": { "x": 0 } });
    let reply = answer(&mut Session::new(), &request);
    let values: Vec<_> =
        reply.header()["nodes"].as_array().unwrap().iter().map(|node| &node["value"]).collect();
    assert!(values.contains(&&json!("Infinity")) && values.contains(&&json!("-Infinity")), "{values:?}");
    assert_eq!(reply.header()["value"], "NaN");
}

#[test]
fn a_wrong_formula_is_an_error_that_says_what_is_right() {
    let long = "x+".repeat(300) + "x";
    let many = (0..30).map(|i| format!("q{i}")).collect::<Vec<_>>().join("+");
    for (formula, words) in [
        ("sine(x)", ["unknown function", "sin"]),
        ("x +", ["expected an operand", "column"]),
        ("x*z", ["variable z", "no value"]),
        (&long, ["length of the formula", "500"]),
        (&many, ["number of variables", "20"]),
    ] {
        let request = json!({ "do": "graph", "formula": formula, "at": { "x": 2 } });
        assert_refused(&mut Session::new(), &request, &words);
    }
}

#[test]
fn a_reply_begins_with_the_length_of_its_header() {
    let request = json!({ "do": "surface", "formula": "x*y", "window": [0, 2, 0, 3], "side": 3 });
    let reply = answer(&mut Session::new(), &request);
    let bytes = reply.to_bytes();
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    assert_eq!(length % 4, 0);
    let header: serde_json::Value = serde_json::from_slice(&bytes[4..4 + length]).unwrap();
    assert_eq!(&header, reply.header());
    assert_eq!(&bytes[4 + length..], reply.body());
    assert_eq!(reply.numbers("values").unwrap(), [0.0, 0.0, 0.0, 0.0, 1.5, 3.0, 0.0, 3.0, 6.0]);
    assert_eq!(reply.numbers("absent"), None);
}

//! Paths of optimizers, and stochastic gradient descent on parabolas.

use crate::support::{answer, assert_refused};
use serde_json::{Value, json};
use wengert_optim::{Optimizer, OptimizerChoice, ScheduleFreeSgd, Sgd};
use wengert_playground::Session;

#[test]
fn a_path_is_that_of_the_optimizer() {
    let request = json!({
        "do": "descend", "formula": "(x^2 + 10*y^2)/2", "start": [1.0, -1.0], "steps": 50,
        "optimizers": [{ "name": "sgd:momentum=0.9", "rate": 0.05 }],
    });
    let reply = answer(&mut Session::new(), &request);
    let mut sgd = Sgd::<f32>::new(0.05).momentum(0.9);
    let (mut point, mut expected) = ([1.0, -1.0], vec![1.0, -1.0]);
    for _ in 0..50 {
        let gradient = [point[0], 10.0 * point[1]];
        sgd.step(&mut point, &gradient);
        expected.extend(point);
    }
    let path = reply.numbers("path.0").unwrap();
    assert_eq!(path, expected);
}

#[test]
fn the_path_of_an_optimizer_with_an_average_is_that_of_the_averages() {
    let request = json!({
        "do": "descend", "formula": "(x^2 + 10*y^2)/2", "start": [1.0, -1.0], "steps": 20,
        "optimizers": [{ "name": "schedule_free_sgd", "rate": 0.1 }],
    });
    let reply = answer(&mut Session::new(), &request);
    let (mut optimizer, mut point, mut average) = (ScheduleFreeSgd::<f32>::new(0.1), [1.0, -1.0], [0.0; 2]);
    for _ in 0..20 {
        let gradient = [point[0], 10.0 * point[1]];
        optimizer.step(&mut point, &gradient);
    }
    optimizer.write_average(&point, &mut average);
    let end: Vec<f32> = serde_json::from_value(reply.header()["paths"][0]["end"].clone()).unwrap();
    assert_eq!(end, average);
    assert!((average[0] - point[0]).abs() > 1e-3, "the average is another point: {average:?}, {point:?}");
}

#[test]
fn every_optimizer_goes_down_the_bowl() {
    let names: Vec<&str> = OptimizerChoice::registry().names().collect();
    let optimizers: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    let request = json!({
        "do": "descend", "formula": "(x^2 + 3*y^2)/2", "start": [1.0, 1.0], "steps": 300,
        "optimizers": optimizers,
    });
    let reply = answer(&mut Session::new(), &request);
    for (name, path) in names.iter().zip(reply.header()["paths"].as_array().unwrap()) {
        assert!(path["value"].as_f64().unwrap() < 1.9, "{name}: {path}");
    }
}

#[test]
fn a_descent_that_diverges_stops_and_says_so() {
    let request = json!({
        "do": "descend", "formula": "x^4 + y^2", "start": [3.0, 1.0], "steps": 100,
        "optimizers": [{ "name": "sgd", "rate": 1.0 }],
    });
    let reply = answer(&mut Session::new(), &request);
    let path = &reply.header()["paths"][0];
    assert_eq!(path["diverged"], true);
    assert!(path["steps"].as_u64().unwrap() < 10, "{path}");
}

#[test]
fn what_is_not_a_surface_or_too_much_is_refused() {
    let session = &mut Session::new();
    let surface = |f: &str, side: usize| {
        let window = [-1, 1, -1, 1];
        json!({ "do": "surface", "formula": f, "window": window, "side": side })
    };
    assert_refused(session, &surface("x + z", 10), &["x and y", "z"]);
    assert_refused(session, &surface("x", 100_000), &["side", "256"]);
    let descent = |optimizers: Value, steps: usize| {
        let start = [0, 0];
        json!({ "do": "descend", "formula": "x", "start": start, "steps": steps, "optimizers": optimizers })
    };
    assert_refused(session, &descent(json!([{ "name": "adm" }]), 10), &["adm", "adam"]);
    assert_refused(session, &descent(json!([]), 10), &["number of optimizers"]);
    assert_refused(session, &descent(json!([{ "name": "sgd" }]), 1_000_000_000), &["steps", "5000"]);
}

#[test]
fn the_histogram_of_sgd_has_the_variance_of_the_gibbs_density() {
    let request = json!({
        "do": "confusion", "parabolas": 20, "start": 3.0, "rate": 0.05, "batch": 2, "steps": 100_000,
        "seed": 1,
    });
    let reply = answer(&mut Session::new(), &request);
    let [bars, middles] = ["bars", "middles"].map(|name| reply.numbers(name).unwrap());
    let width = f64::from(middles[1] - middles[0]);
    let moment = |power: i32| {
        let minimum = reply.header()["minimum"].as_f64().unwrap();
        let terms = bars.iter().zip(&middles);
        terms.map(|(&p, &x)| f64::from(p) * width * (f64::from(x) - minimum).powi(power)).sum::<f64>()
    };
    assert!((moment(0) - 1.0).abs() < 0.01, "{}", moment(0));
    // The exact variance of the iterates is T / (1 - eta / 2), 2.6 % more; 75,000 correlated iterates
    // estimate it with a standard error of about 2.3 %.
    let ratio = moment(2) / reply.header()["temperature"].as_f64().unwrap();
    assert!((ratio - 1.026).abs() < 0.07, "{ratio}");
}

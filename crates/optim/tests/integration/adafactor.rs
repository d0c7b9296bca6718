//! Adafactor: mean squares of rows and columns.

use crate::panics::message_of;
use crate::support::noise;
use wengert_optim::{Adafactor, ArrayShape, Group, Optimizer};

const LENGTH: usize = 12;

fn shaped(mut adafactor: Adafactor<f64>) -> Adafactor<f64> {
    let array = |start, shape: &[usize]| ArrayShape { start, shape: shape.to_vec() };
    adafactor.set_shapes(&[array(0, &[2, 3]), array(6, &[4]), array(10, &[2, 1])]);
    adafactor
}

/// The last array starts at zero.
fn start() -> Vec<f64> {
    (0..LENGTH).map(|i| if i < 10 { 0.1 + 0.3 * noise(i, 99) } else { 0.0 }).collect()
}

fn gradient(step: usize) -> Vec<f64> {
    (0..LENGTH).map(|i| noise(i, step)).collect()
}

fn walk(optimizer: &mut impl Optimizer<f64>, steps: usize) -> Vec<f64> {
    let mut w = start();
    (0..steps).for_each(|step| optimizer.step(&mut w, &gradient(step)));
    w
}

fn golden(name: &str) -> Vec<f64> {
    let text = include_str!("goldens/adafactor.txt");
    let numbers = text.lines().skip_while(|line| *line != name).nth(1).unwrap();
    numbers.split(' ').map(|number| number.parse().unwrap()).collect()
}

#[test]
fn twenty_steps_of_matrices_and_vectors_agree_with_pytorch() {
    let all = Adafactor::new(0.05).decay(0.5).smallest(0.1).threshold(1.5).decoupled_weight_decay(0.1);
    for (name, mut adafactor) in [("adafactor", shaped(Adafactor::new(0.02))), ("adafactor_all", shaped(all))]
    {
        for (w, expected) in walk(&mut adafactor, 20).iter().zip(golden(name)) {
            assert!((w - expected).abs() < 1e-12, "{name}: {w}, should be {expected}");
        }
    }
}

#[test]
fn the_state_of_a_matrix_is_that_of_its_rows_and_columns() {
    let mut adafactor = shaped(Adafactor::new(0.1));
    walk(&mut adafactor, 1);
    let state = adafactor.state();
    let (g, square) = (gradient(0), &state.buffers[0].1);
    let mean = |of: &[usize]| of.iter().map(|&i| g[i] * g[i]).sum::<f64>() / of.len() as f64;
    let expected = [mean(&[0, 1, 2]), mean(&[3, 4, 5]), mean(&[0, 3]), mean(&[1, 4]), mean(&[2, 5]), 0.0];
    for (found, expected) in square.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15, "{square:?}");
    }
    assert!((square[7] - g[7] * g[7]).abs() < 1e-15);
}

#[test]
fn frozen_arrays_stay_and_divided_matrices_are_refused() {
    let (mut adafactor, mut w) = (shaped(Adafactor::new(0.1)), start());
    (0..3).for_each(|step| adafactor.step_groups(&mut w, &gradient(step), &[Group::frozen(0..6)]));
    assert!(w[..6] == start()[..6] && w[6..].iter().zip(&start()[6..]).all(|(a, b)| a != b));
    // The frozen matrix begins with its own first step.
    let mut alone = shaped(Adafactor::new(0.1));
    let (mut u, g) = (start(), gradient(7));
    adafactor.step(&mut w, &g);
    alone.step(&mut u, &g);
    assert_eq!(w[..6], u[..6]);
    let divided = message_of(|| {
        shaped(Adafactor::new(0.1)).step_groups(&mut start(), &gradient(0), &[Group::frozen(0..2)]);
    });
    assert!(divided.contains("a group divides the matrix 0..6"), "{divided}");
}

#[test]
fn a_state_continues_with_the_same_bits() {
    let new = |rate| shaped(Adafactor::new(rate).decoupled_weight_decay(0.1));
    let (mut whole, mut w) = (new(0.1), start());
    (0..4).for_each(|step| whole.step(&mut w, &gradient(step)));
    let (saved, mut u, mut resumed) = (whole.state(), w.clone(), new(0.7));
    resumed.restore(saved.clone()).unwrap();
    (4..8).for_each(|step| whole.step(&mut w, &gradient(step)));
    (4..8).for_each(|step| resumed.step(&mut u, &gradient(step)));
    assert_eq!((w, whole.state()), (u, resumed.state()));
    let error = Adafactor::new(0.1).decay(0.5).restore(saved.clone()).unwrap_err().to_string();
    assert!(error.contains("decay"), "{error}");
    let mut short = saved;
    short.steps = vec![(5, 4)];
    short.buffers[0].1.truncate(5);
    let error = new(0.1).restore(short).unwrap_err().to_string();
    assert_eq!(error, "the buffer steps of the state has length 5, must have 12");
}

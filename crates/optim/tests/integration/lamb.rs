//! LAMB: steps in proportion to each array.

use crate::panics::message_of;
use crate::support::noise;
use wengert_optim::{Adam, ArrayShape, Group, Lamb, Optimizer};

const LENGTH: usize = 12;

fn shaped(mut lamb: Lamb<f64>) -> Lamb<f64> {
    let array = |start, shape: &[usize]| ArrayShape { start, shape: shape.to_vec() };
    lamb.set_shapes(&[array(0, &[2, 3]), array(6, &[4]), array(10, &[2])]);
    lamb
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
    let text = include_str!("goldens/lamb.txt");
    let numbers = text.lines().skip_while(|line| *line != name).nth(1).unwrap();
    numbers.split(' ').map(|number| number.parse().unwrap()).collect()
}

#[test]
fn twenty_steps_agree_with_a_transcription_of_the_paper() {
    let all = Lamb::new(0.05).betas(0.8, 0.95).epsilon(1e-3).decoupled_weight_decay(0.1);
    for (name, mut lamb) in [("lamb", shaped(Lamb::new(0.02))), ("lamb_all", shaped(all))] {
        for (w, expected) in walk(&mut lamb, 20).iter().zip(golden(name)) {
            assert!((w - expected).abs() < 1e-12, "{name}: {w}, should be {expected}");
        }
    }
}

#[test]
fn a_step_is_the_rate_times_the_length_of_each_array() {
    let (before, after) = (start(), walk(&mut shaped(Lamb::new(0.125)), 1));
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    for range in [0..6, 6..10] {
        let step: Vec<f64> = range.clone().map(|i| after[i] - before[i]).collect();
        assert!((norm(&step) / norm(&before[range]) - 0.125).abs() < 1e-12);
    }
    // An array of zeros moves as in Adam.
    let adam = walk(&mut Adam::new(0.125).epsilon(1e-6), 1);
    assert!((10..12).all(|i| (after[i] - adam[i]).abs() < 1e-15));
}

#[test]
fn without_shapes_and_in_a_divided_array_the_steps_are_those_of_adamw() {
    let adamw = || Adam::new(0.1).epsilon(1e-6).decoupled_weight_decay(0.1);
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    let adam = walk(&mut adamw(), 5);
    assert!(near(&walk(&mut Lamb::new(0.1).decoupled_weight_decay(0.1), 5), &adam));
    let (mut lamb, mut w) = (shaped(Lamb::new(0.1).decoupled_weight_decay(0.1)), start());
    (0..5)
        .for_each(|step| lamb.step_groups(&mut w, &gradient(step), &[Group::new(0..3), Group::frozen(6..7)]));
    assert!(near(&w[..6], &adam[..6]) && near(&w[7..10], &adam[7..10]) && w[6] == start()[6]);
}

#[test]
fn a_state_continues_with_the_same_bits() {
    let new = |rate| shaped(Lamb::new(rate).decoupled_weight_decay(0.1));
    let (mut whole, mut w) = (new(0.1), start());
    (0..4).for_each(|step| whole.step(&mut w, &gradient(step)));
    let (saved, mut u, mut resumed) = (whole.state(), w.clone(), new(0.7));
    resumed.restore(saved.clone()).unwrap();
    (4..8).for_each(|step| whole.step(&mut w, &gradient(step)));
    (4..8).for_each(|step| resumed.step(&mut u, &gradient(step)));
    assert_eq!((w, whole.state()), (u, resumed.state()));
    let error = Lamb::new(0.1).betas(0.5, 0.9).restore(saved).unwrap_err().to_string();
    assert!(error.contains("beta1"), "{error}");
    let message = message_of(|| shaped(Lamb::new(0.1)).step(&mut [0.0; 5], &[0.0; 5]));
    assert!(message.contains("there is an array up to 12 in the shapes, but 5 parameters"), "{message}");
}

//! Muon: orthogonal steps of hidden matrices, and AdamW for everything else.

use crate::panics::message_of;
use crate::support::noise;
use wengert_optim::{Adam, ArrayShape, Group, Muon, Optimizer, OptimizerState};

/// A network 3-4-2-1: the hidden matrix is `4 x 2`, from 16 to 24.
fn shapes() -> Vec<ArrayShape> {
    let shapes: [&[usize]; 6] = [&[3, 4], &[4], &[4, 2], &[2], &[2, 1], &[1]];
    let starts = [0, 12, 16, 24, 26, 28];
    shapes.iter().zip(starts).map(|(shape, start)| ArrayShape { start, shape: shape.to_vec() }).collect()
}

const LENGTH: usize = 29;

fn gradient(step: usize) -> Vec<f64> {
    (0..LENGTH).map(|i| noise(i, step)).collect()
}

fn shaped(mut muon: Muon<f64>) -> Muon<f64> {
    muon.set_shapes(&shapes());
    muon
}

fn walk(optimizer: &mut impl Optimizer<f64>, steps: usize) -> Vec<f64> {
    let mut w = vec![0.5; LENGTH];
    (0..steps).for_each(|step| optimizer.step(&mut w, &gradient(step)));
    w
}

/// The numbers of a block of `goldens/muon.txt`, which `goldens/make.py` transcribed from the paper.
fn golden(name: &str) -> Vec<f64> {
    let text = include_str!("goldens/muon.txt");
    let numbers = text.lines().skip_while(|line| *line != name).nth(1).unwrap();
    numbers.split(' ').map(|number| number.parse().unwrap()).collect()
}

#[test]
fn twenty_steps_agree_with_a_transcription_of_the_paper() {
    let plain = shaped(Muon::new(0.02));
    let all = Muon::new(0.05).momentum(0.8).without_nesterov().adam_factor(0.5).decoupled_weight_decay(0.1);
    for (name, mut muon) in [("muon", plain), ("muon_all", shaped(all))] {
        for (w, expected) in walk(&mut muon, 20).iter().zip(golden(name)) {
            assert!((w - expected).abs() < 1e-12, "{name}: {w}, should be {expected}");
        }
    }
}

#[test]
fn a_hidden_matrix_moves_by_nearly_orthogonal_steps() {
    let w = walk(&mut shaped(Muon::new(1.0)), 1);
    let step: Vec<f64> = w[16..24].iter().map(|w| 0.5 - w).collect();
    // The columns of a `4 x 2` matrix.
    let dot = |i: usize, j: usize| (0..4).map(|row| step[2 * row + i] * step[2 * row + j]).sum::<f64>();
    assert!((0.45..1.5).contains(&dot(0, 0)) && (0.45..1.5).contains(&dot(1, 1)), "{step:?}");
    assert!(dot(0, 1).abs() < 0.4, "{step:?}");
}

#[test]
fn all_other_parameters_move_like_those_of_adamw() {
    let (muon, adam) = (walk(&mut shaped(Muon::new(0.1)), 5), walk(&mut Adam::new(0.1 * 0.15), 5));
    assert_eq!((&muon[..16], &muon[24..]), (&adam[..16], &adam[24..]));
    assert_ne!(muon[16..24], adam[16..24]);
    // Without shapes, these are all.
    assert_eq!(walk(&mut Muon::new(0.1), 5), adam);
}

#[test]
fn the_length_of_the_gradient_of_a_matrix_does_not_matter() {
    let step = |factor: f64| {
        let (mut muon, mut w) = (shaped(Muon::new(0.1)), vec![0.5; LENGTH]);
        let scaled: Vec<f64> = gradient(0).iter().map(|g| factor * g).collect();
        muon.step(&mut w, &scaled);
        w
    };
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
    assert!(step(1.0).iter().zip(&step(1000.0)).all(near));
    assert!(step(0.0).iter().all(|&w| w == 0.5));
}

#[test]
fn a_group_freezes_slows_or_decays_a_hidden_matrix() {
    let step = |groups: &[Group]| {
        let (mut muon, mut w) = (shaped(Muon::new(0.1)), vec![0.5; LENGTH]);
        muon.step_groups(&mut w, &gradient(0), groups);
        w
    };
    let plain = step(&[]);
    assert!(step(&[Group::frozen(16..24)])[16..24].iter().all(|&w| w == 0.5));
    let slow = step(&[Group::new(10..25).rate_factor(0.5)]);
    for i in 16..24 {
        assert!((2.0 * (slow[i] - 0.5) - (plain[i] - 0.5)).abs() < 1e-15, "{i}");
    }
    let decayed = step(&[Group::new(16..24).weight_decay(1.0)]);
    assert!((16..24).all(|i| (decayed[i] - plain[i] + 0.05).abs() < 1e-15));
    // A matrix that a group divides is not one.
    let divided = step(&[Group::new(16..20)]);
    assert!((16..24).all(|i| (divided[i] - 0.5).abs() < 0.016), "{divided:?}");
}

#[test]
fn a_state_continues_with_the_same_bits() {
    let mut whole = shaped(Muon::new(0.1).decoupled_weight_decay(0.1));
    let mut w = vec![0.5; LENGTH];
    (0..4).for_each(|step| whole.step(&mut w, &gradient(step)));
    let (saved, mut u) = (whole.state(), w.clone());
    let mut resumed = shaped(Muon::new(0.7).decoupled_weight_decay(0.1));
    resumed.restore(saved.clone()).unwrap();
    (4..8).for_each(|step| whole.step(&mut w, &gradient(step)));
    (4..8).for_each(|step| resumed.step(&mut u, &gradient(step)));
    assert_eq!((w, whole.state()), (u, resumed.state()));
    let buffers = saved.buffers[..2].to_vec();
    let error = resumed.restore(OptimizerState { buffers, ..saved.clone() }).unwrap_err().to_string();
    assert!(error.contains("velocity"), "{error}");
    let error = Muon::new(0.1).momentum(0.5).restore(saved).unwrap_err().to_string();
    assert!(error.contains("momentum"), "{error}");
}

#[test]
fn shapes_of_other_parameters_are_refused() {
    let message = message_of(|| shaped(Muon::new(0.1)).step(&mut [0.0; 5], &[0.0; 5]));
    assert!(message.contains("there is a matrix up to 24 in the shapes, but 5 parameters"), "{message}");
}

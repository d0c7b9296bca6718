//! Parameter groups: rates and weight decay of their own, and frozen parameters.

use crate::panics::message_of;
use crate::support::{elementwise_names, names, noise, optimizer};
use wengert_optim::{Adam, Group, Grouped, Optimizer, Sgd};

const LENGTH: usize = 40;

fn gradient(step: usize) -> Vec<f64> {
    (0..LENGTH).map(|i| noise(i, step)).collect()
}

#[test]
fn frozen_parameters_are_moved_neither_by_momentum_nor_by_weight_decay() {
    for name in names() {
        let (mut optimizer, mut w) = (optimizer(name, 0.1), vec![1.0; LENGTH]);
        (0..3).for_each(|step| optimizer.step(&mut w, &gradient(step)));
        let before = w.clone();
        for step in 3..6 {
            let groups = [Group::frozen(3..10), Group::frozen(39..40)];
            optimizer.step_groups(&mut w, &gradient(step), &groups);
        }
        assert!(w[3..10] == before[3..10] && w[39] == before[39], "{name}: {w:?}");
        let moved = (0..LENGTH).filter(|&i| w[i] != before[i]).count();
        assert_eq!(moved, LENGTH - 8, "{name}");
    }
}

#[test]
fn frozen_parameters_have_no_effect_on_the_others() {
    for name in elementwise_names() {
        let (mut partial, mut whole) = (optimizer(name, 0.1), optimizer(name, 0.1));
        let (mut w, mut u) = (vec![1.0; LENGTH], vec![1.0; LENGTH]);
        for step in 0..6 {
            partial.step_groups(&mut w, &gradient(step), &[Group::frozen(3..10)]);
            whole.step(&mut u, &gradient(step));
        }
        assert!(w[..3] == u[..3] && w[10..] == u[10..], "{name}: {w:?} {u:?}");
    }
}

#[test]
fn parameters_that_are_unfrozen_later_begin_with_a_first_step() {
    for name in elementwise_names() {
        let (mut late, mut fresh) = (optimizer(name, 0.1), optimizer(name, 0.1));
        let (mut w, mut u) = (vec![1.0; LENGTH], vec![1.0; LENGTH]);
        (0..20).for_each(|step| late.step_groups(&mut w, &gradient(step), &[Group::frozen(3..10)]));
        for step in 20..25 {
            late.step(&mut w, &gradient(step));
            fresh.step(&mut u, &gradient(step));
        }
        assert_eq!(w[3..10], u[3..10], "{name}");
    }
}

#[test]
fn a_group_steps_like_an_optimizer_with_its_settings() {
    let adam = |rate: f64, decay: f64| Adam::new(rate).decoupled_weight_decay(decay);
    let (mut grouped, mut slow, mut usual) = (adam(0.1, 0.5), adam(0.025, 0.125), adam(0.1, 0.5));
    let (mut w, mut u, mut v) = ([1.0; LENGTH], [1.0; LENGTH], [1.0; LENGTH]);
    for step in 0..10 {
        let group = Group::new(5..9).rate_factor(0.25).weight_decay(0.125);
        grouped.step_groups(&mut w, &gradient(step), &[group]);
        slow.step(&mut u, &gradient(step));
        usual.step(&mut v, &gradient(step));
    }
    assert_eq!((&w[..5], &w[5..9], &w[9..]), (&v[..5], &u[5..9], &v[9..]));
}

#[test]
fn a_group_can_decay_where_the_optimizer_does_not() {
    let mut w = [2.0_f64; 2];
    Sgd::new(0.5).step_groups(&mut w, &[0.0; 2], &[Group::new(1..2).weight_decay(0.5)]);
    assert_eq!(w, [2.0, 1.5]);
}

#[test]
fn fixed_groups_act_in_each_step_and_combine_with_given_ones() {
    let groups = [Group::new(0..2).rate_factor(0.5), Group::frozen(3..4)];
    let mut sgd = Grouped::new(Sgd::new(1.0), groups);
    let mut w = [0.0_f64; 5];
    sgd.step(&mut w, &[-1.0; 5]);
    assert_eq!(w, [0.5, 0.5, 1.0, 0.0, 1.0]);
    sgd.step_groups(&mut w, &[-1.0; 5], &[Group::frozen(0..1), Group::new(1..5).rate_factor(0.5)]);
    assert_eq!(w, [0.5, 0.75, 1.5, 0.0, 1.5]);
    assert_eq!(
        (Optimizer::<f64>::name(&sgd), sgd.state().steps),
        ("sgd", vec![(1, 1), (3, 2), (4, 0), (5, 2)])
    );
}

#[test]
fn groups_that_overlap_or_go_beyond_the_parameters_are_refused() {
    let mut sgd = Sgd::<f64>::new(0.1);
    let mut step = |groups: &[Group]| message_of(|| sgd.step_groups(&mut [0.0; 5], &[0.0; 5], groups));
    let overlap = step(&[Group::new(0..3), Group::new(2..4)]);
    assert!(overlap.contains("2..4 begins before the previous group ends at 3"), "{overlap}");
    assert!(step(&[Group::new(3..6)]).contains("3..6 goes beyond the 5 parameters"));
    #[allow(clippy::reversed_empty_ranges, reason = "this is what is refused")]
    let reversed = message_of(|| drop(Group::new(4..2)));
    assert!(reversed.contains("the range 4..2 ends before it starts"), "{reversed}");
    assert!(message_of(|| drop(Group::new(0..1).rate_factor(-1.0))).contains("rate factor is -1"));
    assert!(message_of(|| drop(Group::new(0..1).weight_decay(f64::NAN))).contains("weight decay is NaN"));
    let fixed = [Group::new(2..3), Group::new(0..1)];
    assert!(
        message_of(|| drop(Grouped::new(Sgd::<f64>::new(0.1), fixed)))
            .contains("list disjoint groups in order")
    );
}

//! Counts of allocations: later steps, clipping and averaging make none.

use allocation_counter::measure;
use rayon::ThreadPoolBuilder;
use wengert_optim::{Adam, Average, Group, Grouped, Optimizer, clip_norm};

use crate::support::{names, optimizer};

/// The allocations of 20 calls on this thread, after three that are not counted.
fn allocations(mut work: impl FnMut()) -> u64 {
    (0..3).for_each(|_| work());
    measure(|| (0..20).for_each(|_| work())).count_total
}

#[test]
fn later_steps_of_every_optimizer_allocate_nothing() {
    let (mut w, gradient) = (vec![1.0_f32; 1000], vec![0.5_f32; 1000]);
    let groups = [Group::frozen(0..10), Group::new(500..600).rate_factor(0.5)];
    for name in names() {
        let mut optimizer = optimizer(name, 1e-3);
        assert_eq!(allocations(|| optimizer.step(&mut w, &gradient)), 0, "{name}");
        let in_groups = allocations(|| optimizer.step_groups(&mut w, &gradient, &groups));
        assert_eq!(in_groups, 0, "{name}, in groups");
    }
    let mut grouped = Grouped::new(Adam::new(1e-3), groups.clone());
    assert_eq!(allocations(|| grouped.step_groups(&mut w, &gradient, &groups)), 0);
}

#[test]
fn clipping_and_averaging_allocate_nothing() {
    let (w, mut gradient) = (vec![1.0_f32; 1000], vec![0.5_f32; 1000]);
    let mut average = Average::mean();
    assert_eq!(allocations(|| average.update(&w)), 0);
    assert_eq!(allocations(|| assert!(clip_norm(&mut gradient, 1e-3) > 0.0)), 0);
}

#[test]
fn steps_that_are_divided_among_threads_hardly_allocate() {
    // All that allocates are the queues of rayon, which grow now and then.
    let (mut w, gradient) = (vec![1.0_f32; 1 << 20], vec![0.5_f32; 1 << 20]);
    let mut adam = Adam::new(1e-3);
    let pool = ThreadPoolBuilder::new().num_threads(2).build().expect("threads start");
    let count = pool.install(|| allocations(|| adam.step(&mut w, &gradient)));
    assert!(count <= 2, "{count}");
}

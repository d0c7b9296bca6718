//! Results with different numbers of threads, which have the same bits.

use crate::support::{elementwise_names, names, noise, optimizer};
use rayon::ThreadPoolBuilder;
use wengert_optim::{Average, clip_norm, clip_value, gradient_norm};

/// Long enough to be divided among threads, and not a multiple of a block.
const LENGTH: usize = 270_001;

fn numbers(step: usize) -> Vec<f32> {
    (0..LENGTH).map(|i| noise(i, step) as f32).collect()
}

fn with_threads<Y: Send>(threads: usize, work: impl FnOnce() -> Y + Send) -> Y {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// The bits, so that a NaN is equal to itself and zeros of two signs are not.
fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

#[test]
fn every_optimizer_gives_the_same_bits_for_every_number_of_threads() {
    let (start, gradients) = (numbers(7), [numbers(0), numbers(1)]);
    for name in names() {
        let walk = |threads: usize| {
            with_threads(threads, || {
                let (mut optimizer, mut w) = (optimizer(name, 0.1), start.clone());
                gradients.iter().for_each(|gradient| optimizer.step(&mut w, gradient));
                bits(&w)
            })
        };
        let serial = walk(1);
        assert!([2, 3].iter().all(|&threads| walk(threads) == serial), "{name}");
    }
}

#[test]
fn a_parameter_among_many_moves_like_one_by_itself() {
    let (start, gradient) = (numbers(7), numbers(0));
    for name in elementwise_names() {
        let (mut together, mut w) = (optimizer(name, 0.1), start.clone());
        with_threads(2, || (0..2).for_each(|_| together.step(&mut w, &gradient)));
        for i in [0, 15, 16, 200_000, LENGTH - 1] {
            let (mut alone, mut u) = (optimizer(name, 0.1), [start[i]]);
            (0..2).for_each(|_| alone.step(&mut u, &[gradient[i]]));
            assert_eq!(w[i].to_bits(), u[0].to_bits(), "{name}, parameter {i}");
        }
    }
}

#[test]
fn norms_clipping_and_averages_give_the_same_bits_for_every_number_of_threads() {
    let work = |threads: usize| {
        with_threads(threads, || {
            let (mut by_norm, mut by_value) = (numbers(0), numbers(0));
            let length = clip_norm(&mut by_norm, 1.0);
            clip_value(&mut by_value, 0.25);
            let mut average = Average::exponential(0.9);
            (0..2).for_each(|step| average.update(&numbers(step)));
            (length.to_bits(), bits(&by_norm), bits(&by_value), bits(average.values()))
        })
    };
    let serial = work(1);
    assert!([2, 3].iter().all(|&threads| work(threads) == serial));
    // Both sums, over the tree and in order, are of squares in double precision.
    let reference: f64 = numbers(0).iter().map(|&g| f64::from(g) * f64::from(g)).sum();
    assert!((gradient_norm(&numbers(0)) / reference.sqrt() - 1.0).abs() < 1e-12);
}

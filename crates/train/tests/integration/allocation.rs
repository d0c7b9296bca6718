//! A steady training step allocates nothing.

use allocation_counter::measure;
use rayon::ThreadPool;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use wengert_data::{Batches, Dataset, Targets, digits};
use wengert_nn::{Bias, CrossEntropy, Loss, Mlp, MlpModule, MultiClassHinge, Normalisation, Regulariser};
use wengert_optim::{Adam, Optimizer, Sgd};
use wengert_train::{Backprop, Training};

/// The number of allocations on all threads of the pool while `work` runs on one of them.
fn allocations(pool: &ThreadPool, work: impl FnMut() + Send) -> u64 {
    // Allocations are counted per thread. The other threads look for work inside of their
    // measurements, so what they steal is counted too.
    let (done, work) = (AtomicBool::new(false), Mutex::new(work));
    let counts = pool.broadcast(|context| {
        let allocated = measure(|| {
            if context.index() == 0 {
                work.lock().unwrap()();
                done.store(true, Ordering::Release);
            }
            while !done.load(Ordering::Acquire) {
                rayon::yield_now();
            }
        });
        allocated.count_total
    });
    counts.iter().sum()
}

/// The smallest number of allocations over twenty repetitions. Threads that fall asleep on a busy
/// machine are asked again to stay awake, which allocates; an allocation in each step shows in
/// every repetition.
fn steady_allocations(pool: &ThreadPool, mut work: impl FnMut() + Send) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..20 {
        fewest = fewest.min(allocations(pool, &mut work));
        if fewest == 0 {
            break;
        }
    }
    fewest
}

struct Run<'a, L, O> {
    data: &'a Dataset<f32>,
    training: Training<MlpModule, L, O>,
}

impl<'a, L: Loss<f32>, O: Optimizer<f32>> Run<'a, L, O> {
    fn new(data: &'a Dataset<f32>, mlp: Mlp, loss: L, optimizer: O) -> Self {
        let training = Training::new(mlp, loss, optimizer)
            .seed(7)
            .regularise(Regulariser::elastic(1e-6, 1e-6))
            .clip_norm(1e3)
            .freeze("out.*")
            .group("hidden.*", |group| group.rate_factor(0.5));
        Self { data, training }
    }

    fn step(&mut self, indices: &[usize]) {
        assert!(self.training.step(&self.data.batch(indices)).is_finite());
    }

    /// Lets each thread of the pool do some steps on its own. The buffers in which products pack
    /// their operands belong to threads, so no thread should meet a product for the first time
    /// during the measurement.
    fn warm_up(&self, pool: &ThreadPool, indices: &[usize])
    where
        L: Sync,
    {
        let (model, loss, params) =
            (self.training.model().module(), self.training.loss(), self.training.params());
        let batch = self.data.batch(indices);
        pool.broadcast(|_| {
            for _ in 0..20 {
                Backprop::for_training(7).value_and_grad(model, loss, params, batch);
            }
        });
    }
}

/// The allocations of the first step, and those of 20 steps after 100 steps, on digits.
fn on_digits(
    pool: &ThreadPool,
    mlp: Mlp,
    loss: impl Loss<f32>,
    batch_size: usize,
    optimizer: impl Optimizer<f32>,
) -> (u64, u64) {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised().train;
    let mut batches = Batches::new(data.examples(), batch_size, 7);
    let mut epoch = |number| batches.epoch(number).map(<[usize]>::to_vec).collect::<Vec<_>>();
    let indices = [epoch(0), epoch(1), epoch(2)].concat();
    let mut indices = indices.iter().filter(|indices| indices.len() == batch_size).cycle();
    let mut run = Run::new(&data, mlp, loss, optimizer);
    let mut next = || indices.next().expect("it is a cycle");
    let first = next();
    let first_step = allocations(pool, || run.step(first));
    run.warm_up(pool, first);
    pool.install(|| (0..100).for_each(|_| run.step(next())));
    let steady = steady_allocations(pool, || (0..20).for_each(|_| run.step(next())));
    (first_step, steady)
}

fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

#[test]
fn a_steady_training_step_allocates_nothing_on_any_number_of_threads() {
    for threads in [1, 2, 4] {
        for batch_size in [8, 64, 256] {
            let (first, steady) = on_digits(
                &pool(threads),
                Mlp::new([64, 128, 64, 10]),
                CrossEntropy,
                batch_size,
                Adam::new(1e-3),
            );
            assert!(first > 0, "the first step allocates its buffers, so the counter should count");
            assert_eq!(steady, 0, "{threads} threads, batches of {batch_size}");
        }
    }
}

#[test]
fn steady_steps_with_dropout_normalisation_and_other_losses_allocate_nothing() {
    let (pool, sgd) = (pool(2), || Sgd::new(0.05).momentum(0.9));
    let mlp = Mlp::new([64, 128, 64, 10]).dropout(0.2).normalisation(Normalisation::Layer).bias(Bias::Input);
    assert_eq!(on_digits(&pool, mlp, CrossEntropy, 64, sgd()).1, 0, "dropout and layer normalisation");
    let (smoothed, small) = (CrossEntropy.label_smoothing(0.1), Mlp::new([64, 32, 10]));
    let normalised = small.clone().normalisation(Normalisation::Batch);
    assert_eq!(on_digits(&pool, normalised, smoothed, 16, sgd()).1, 0, "batch normalisation");
    assert_eq!(on_digits(&pool, small, MultiClassHinge::new(), 16, sgd()).1, 0, "multi-class hinge");
}

/// The allocations in half of the steps of a network, after the other half.
fn of_workload((widths, batch_size, steps): (&[usize], usize, usize), pool: &ThreadPool) -> u64 {
    let (width, classes) = (widths[0], *widths.last().unwrap());
    let features = (0..batch_size * width).map(|i| (i as f32 * 0.37).sin()).collect();
    let labels = (0..batch_size).map(|i| (i % classes) as u32).collect();
    let data = Dataset::new("waves", features, width, Targets::Classes { labels, classes }).unwrap();
    let mut run = Run::new(&data, Mlp::new(widths), CrossEntropy, Adam::new(1e-4));
    let indices: Vec<usize> = (0..batch_size).collect();
    pool.install(|| (0..steps / 2).for_each(|_| run.step(&indices)));
    steady_allocations(pool, || (0..steps / 2).for_each(|_| run.step(&indices)))
}

#[test]
fn a_steady_step_of_a_network_of_any_size_allocates_nothing() {
    // From networks that fit the first-level cache to networks that fit none; the last number is
    // that of the steps.
    let workloads: [(&[usize], usize, usize); 6] = [
        (&[2, 16, 16, 2], 32, 200),
        (&[2, 64, 64, 3], 64, 200),
        (&[64, 128, 64, 10], 64, 200),
        (&[784, 128, 64, 10], 64, 100),
        (&[784, 512, 512, 10], 256, 12),
        (&[1024, 2048, 2048, 2048, 10], 512, 4),
    ];
    for threads in [1, 2] {
        let pool = pool(threads);
        for workload in workloads {
            assert_eq!(of_workload(workload, &pool), 0, "{workload:?}, {threads} threads");
        }
    }
}

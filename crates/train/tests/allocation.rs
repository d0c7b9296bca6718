//! A steady training step allocates nothing: counted, not timed.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use rayon::ThreadPool;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use wengert_data::{Batches, Dataset, Targets, digits};
use wengert_nn::{
    Architecture, Bias, CrossEntropy, Loss, Mlp, MlpModule, Model, MultiClassHinge, Normalisation, Params,
    Regulariser,
};
use wengert_optim::{Adam, Optimizer, Sgd};
use wengert_train::{Backprop, Batch};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[allow(
    unsafe_code,
    reason = "an allocator cannot be written without; it passes everything on to the system's"
)]
// SAFETY: every call is passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Steps before the count.
const WARM_UP: usize = 100;

/// The allocations of the first step, and of each of the last 20 steps.
fn allocations(
    mlp: Mlp,
    loss: &impl Loss<f32>,
    pool: &ThreadPool,
    batch_size: usize,
    optimizer: impl Optimizer<f32>,
) -> (usize, Vec<usize>) {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised().train;
    let model = mlp.into_model();
    let penalty = Regulariser::elastic(1e-6, 1e-6).on(model.layout());
    let backprop = || Backprop::in_training(7).penalty(penalty.clone());
    let mut run =
        Run { data: &data, params: model.layout().initialise(7), model, backprop: backprop(), optimizer };
    // Products keep their packing buffers by thread. Every thread does all the work by itself, and again, so that none meets
    // a product it has no room for in the middle of the count.
    let first = Batches::new(data.examples(), batch_size, 7).epoch(0).next().unwrap().to_vec();
    pool.broadcast(|_| {
        for _ in 0..WARM_UP {
            let batch = Batch { data: &data, indices: &first };
            backprop().value_and_grad(run.model.module(), loss, &run.params, batch);
        }
    });
    let mut batches = Batches::new(data.examples(), batch_size, 7);
    pool.install(|| {
        let mut counts = Vec::with_capacity(WARM_UP + 20);
        for epoch in 0.. {
            for indices in batches.epoch(epoch) {
                counts.push(run.step(loss, indices));
                if counts.len() == WARM_UP + 20 {
                    return (counts[0], counts.split_off(WARM_UP));
                }
            }
        }
        unreachable!("epochs do not end")
    })
}

struct Run<'a, O> {
    data: &'a Dataset<f32>,
    model: Model<MlpModule>,
    params: Params<f32>,
    backprop: Backprop<f32>,
    optimizer: O,
}

impl<O: Optimizer<f32>> Run<'_, O> {
    /// The allocations of a step.
    fn step(&mut self, loss: &impl Loss<f32>, indices: &[usize]) -> usize {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        let batch = Batch { data: self.data, indices };
        let loss = self.backprop.value_and_grad(self.model.module(), loss, &self.params, batch);
        self.optimizer.step(self.params.values_mut(), self.backprop.gradient());
        self.backprop.update_statistics(&mut self.params);
        assert!(loss.is_finite());
        ALLOCATIONS.load(Ordering::Relaxed) - before
    }
}

/// The networks that the benches time, from one that fits the first-level cache to one that fits none; the steps of each.
const WORKLOADS: [(&[usize], usize, usize); 6] = [
    (&[2, 16, 16, 2], 32, 200),
    (&[2, 64, 64, 3], 64, 200),
    (&[64, 128, 64, 10], 64, 2000),
    (&[784, 128, 64, 10], 64, 100),
    (&[784, 512, 512, 10], 256, 30),
    (&[1024, 2048, 2048, 2048, 10], 512, 6),
];

/// The allocations in the second half of the steps of a workload.
fn allocations_of((widths, batch_size, steps): (&[usize], usize, usize), pool: &ThreadPool) -> usize {
    let (width, classes) = (widths[0], *widths.last().unwrap());
    let features = (0..batch_size * width).map(|i| (i as f32 * 0.37).sin()).collect();
    let labels = (0..batch_size).map(|i| (i % classes) as u32).collect();
    let data = Dataset::new("waves", features, width, Targets::Classes { labels, classes }).unwrap();
    let model = Mlp::new(widths).into_model();
    let params = model.layout().initialise(7);
    let mut run =
        Run { data: &data, params, model, backprop: Backprop::in_training(7), optimizer: Adam::new(1e-4) };
    let indices: Vec<usize> = (0..batch_size).collect();
    pool.install(|| {
        for _ in 0..steps / 2 {
            run.step(&CrossEntropy, &indices);
        }
        (0..steps / 2).map(|_| run.step(&CrossEntropy, &indices)).sum()
    })
}

/// A pool whose threads are there: one that is still being started allocates.
fn pool(threads: usize) -> ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.broadcast(|_| rayon::join(|| (), || ()));
    pool
}

// One test, so that no other thread allocates meanwhile; and pools that live as long as it, since threads that end allocate too.
#[test]
fn a_steady_training_step_allocates_nothing() {
    let [one, two, four] = [1, 2, 4].map(pool);
    std::thread::sleep(Duration::from_millis(50));
    let mlp = || Mlp::new([64, 128, 64, 10]);
    for (pool, threads) in [(&one, 1), (&two, 2), (&four, 4)] {
        for batch_size in [8, 64] {
            let (first, steady) = allocations(mlp(), &CrossEntropy, pool, batch_size, Adam::new(1e-3));
            assert!(first > 0, "the first step has buffers to make: does the counter count?");
            assert_eq!(steady, [0; 20], "adam, {threads} threads, batches of {batch_size}");
        }
    }
    for workload in WORKLOADS {
        assert_eq!(allocations_of(workload, &one), 0, "{workload:?}, 1 thread");
        assert_eq!(allocations_of(workload, &two), 0, "{workload:?}, 2 threads");
    }
    let sgd = || Sgd::new(0.05).momentum(0.9);
    let with_dropout = mlp().dropout(0.2).normalisation(Normalisation::Layer).bias(Bias::Input);
    let (_, steady) = allocations(with_dropout, &CrossEntropy, &two, 64, sgd());
    assert_eq!(steady, [0; 20], "dropout and layer norm");
    let (smoothed, small) = (CrossEntropy.label_smoothing(0.1), Mlp::new([64, 32, 10]));
    let (_, steady) =
        allocations(small.clone().normalisation(Normalisation::Batch), &smoothed, &two, 16, sgd());
    assert_eq!(steady, [0; 20], "batch norm");
    let (_, steady) = allocations(small, &MultiClassHinge::new(), &two, 16, sgd());
    assert_eq!(steady, [0; 20], "multi-class hinge");
}

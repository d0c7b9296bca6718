//! A steady training step allocates nothing: counted, not timed.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use wengert_data::{Batches, digits};
use wengert_nn::{Architecture, Bias, CrossEntropy, Loss, Mlp, MultiClassHinge, Norm, Regulariser};
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

/// The allocations of the first step on digits, and of each of 20 steps after the warm-up.
fn allocations(
    mlp: Mlp,
    loss: &impl Loss<f32>,
    threads: usize,
    batch_size: usize,
    mut optimizer: impl Optimizer<f32>,
) -> (usize, Vec<usize>) {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised().train;
    let model = mlp.into_model();
    let mut params = model.layout().initialise::<f32>(7);
    let penalty = Regulariser::elastic(1e-6, 1e-6).on(model.layout());
    let mut backprop = Backprop::in_training(7).penalty(penalty.clone());
    let mut batches = Batches::new(data.examples(), batch_size, 7);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    // Products keep their packing buffers by thread. Every thread does all the work by itself, and again, so that none meets
    // a product it has no room for in the middle of the count.
    let first = Batches::new(data.examples(), batch_size, 7).epoch(0).next().unwrap().to_vec();
    pool.broadcast(|_| {
        for _ in 0..WARM_UP {
            let batch = Batch { data: &data, indices: &first };
            let mut backprop = Backprop::in_training(7).penalty(penalty.clone());
            backprop.value_and_grad(model.module(), loss, &params, batch);
        }
    });
    pool.install(|| {
        let mut counts = Vec::with_capacity(WARM_UP + 20);
        for epoch in 0.. {
            for indices in batches.epoch(epoch) {
                let before = ALLOCATIONS.load(Ordering::Relaxed);
                let batch = Batch { data: &data, indices };
                let loss = backprop.value_and_grad(model.module(), loss, &params, batch);
                optimizer.step(params.values_mut(), backprop.gradient());
                backprop.update_statistics(&mut params);
                counts.push(ALLOCATIONS.load(Ordering::Relaxed) - before);
                assert!(loss.is_finite());
                if counts.len() == WARM_UP + 20 {
                    return (counts[0], counts.split_off(WARM_UP));
                }
            }
        }
        unreachable!("epochs do not end")
    })
}

// One test, so that no other thread allocates meanwhile.
#[test]
fn a_steady_training_step_allocates_nothing() {
    let mlp = || Mlp::new([64, 128, 64, 10]);
    for threads in [1, 2, 4] {
        for batch_size in [8, 64] {
            let (first, steady) = allocations(mlp(), &CrossEntropy, threads, batch_size, Adam::new(1e-3));
            assert!(first > 0, "the first step has buffers to make: does the counter count?");
            assert_eq!(steady, [0; 20], "adam, {threads} threads, batches of {batch_size}");
        }
    }
    let sgd = || Sgd::new(0.05).momentum(0.9);
    let with_dropout = mlp().dropout(0.2).norm(Norm::Layer).bias(Bias::Input);
    assert_eq!(allocations(with_dropout, &CrossEntropy, 2, 64, sgd()).1, [0; 20], "dropout and layer norm");
    let smoothed = CrossEntropy.label_smoothing(0.1);
    let small = Mlp::new([64, 32, 10]);
    assert_eq!(
        allocations(small.clone().norm(Norm::Batch), &smoothed, 2, 16, sgd()).1,
        [0; 20],
        "batch norm"
    );
    assert_eq!(allocations(small, &MultiClassHinge::new(), 2, 16, sgd()).1, [0; 20], "multi-class hinge");
}

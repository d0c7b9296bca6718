//! A steady training step allocates nothing: counted, not timed.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use wengert_data::{Batches, digits};
use wengert_nn::{Architecture, CrossEntropy, Mlp};
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
fn allocations(threads: usize, batch_size: usize, mut optimizer: impl Optimizer<f32>) -> (usize, Vec<usize>) {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised().train;
    let model = Mlp::new([64, 128, 64, 10]).into_model();
    let mut params = model.layout().initialise::<f32>(7);
    let mut backprop = Backprop::new();
    let mut batches = Batches::new(data.examples(), batch_size, 7);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    // Products keep their packing buffers by thread. Every thread does all the work by itself, and again, so that none meets
    // a product it has no room for in the middle of the count.
    let first = Batches::new(data.examples(), batch_size, 7).epoch(0).next().unwrap().to_vec();
    pool.broadcast(|_| {
        for _ in 0..WARM_UP {
            let batch = Batch { data: &data, indices: &first };
            Backprop::new().value_and_grad(model.module(), &CrossEntropy, &params, batch);
        }
    });
    pool.install(|| {
        let mut counts = Vec::with_capacity(WARM_UP + 20);
        for epoch in 0.. {
            for indices in batches.epoch(epoch) {
                let before = ALLOCATIONS.load(Ordering::Relaxed);
                let batch = Batch { data: &data, indices };
                let loss = backprop.value_and_grad(model.module(), &CrossEntropy, &params, batch);
                optimizer.step(params.values_mut(), backprop.gradient());
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
    for threads in [1, 2, 4] {
        for batch_size in [8, 64] {
            let (first, steady) = allocations(threads, batch_size, Adam::new(1e-3));
            assert!(first > 0, "the first step has buffers to make: does the counter count?");
            assert_eq!(steady, [0; 20], "adam, {threads} threads, batches of {batch_size}");
            let (_, steady) = allocations(threads, batch_size, Sgd::new(0.05).momentum(0.9));
            assert_eq!(steady, [0; 20], "sgd, {threads} threads, batches of {batch_size}");
        }
    }
}

//! A step allocates nothing but the first: counted, not timed.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{GOLDEN_NAMES, by_golden_name};
use wengert_optim::{Adam, Average, Group, Grouped, Optimizer, clip_norm};

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
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations of 20 calls, after three that are not counted.
fn allocations(mut work: impl FnMut()) -> usize {
    (0..3).for_each(|_| work());
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    (0..20).for_each(|_| work());
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// All in one test: tests that run side by side would count each other's.
#[test]
fn later_steps_clipping_and_averaging_allocate_nothing() {
    // The thread that started this one may still be noting that it did.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let (mut w, mut gradient) = (vec![1.0_f32; 1000], vec![0.5_f32; 1000]);
    let groups = [Group::frozen(0..10), Group::new(500..600).rate_factor(0.5)];
    for name in GOLDEN_NAMES {
        let mut optimizer = by_golden_name(name, 1e-3);
        assert_eq!(allocations(|| optimizer.step(&mut w, &gradient)), 0, "{name}");
        let in_groups = allocations(|| optimizer.step_groups(&mut w, &gradient, &groups));
        assert_eq!(in_groups, 0, "{name}, in groups");
    }
    let mut grouped = Grouped::new(Adam::new(1e-3), groups.clone());
    assert_eq!(allocations(|| grouped.step_groups(&mut w, &gradient, &groups)), 0);
    let mut average = Average::mean();
    assert_eq!(allocations(|| average.update(&w)), 0);
    assert_eq!(allocations(|| assert!(clip_norm(&mut gradient, 1e-3) > 0.0)), 0);

    // Sharing among threads happens on the stack too, but for rayon's queues, which grow now and then.
    let (mut w, gradient) = (vec![1.0_f32; 1 << 20], vec![0.5_f32; 1 << 20]);
    let mut adam = Adam::new(1e-3);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads start");
    let shared = pool.install(|| allocations(|| adam.step(&mut w, &gradient)));
    assert!(shared <= 2, "{shared}");
}

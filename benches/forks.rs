//! The time to hand work to another thread that is awake or asleep.
//!
//! `cargo bench --bench forks`. Each side of a fork waits for the other: the time includes that the
//! second thread takes up its side and that the first thread notices.

use criterion::{Criterion, criterion_group, criterion_main};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A fork whose first side ends when another thread has started the second.
fn fork() {
    let taken = AtomicBool::new(false);
    let wait = || {
        while !taken.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
    };
    rayon::join(wait, || taken.store(true, Ordering::Release));
}

/// The total time of `count` forks. `pause` runs before each of them and is not timed.
fn timed(count: u64, pause: impl Fn() + Sync) -> Duration {
    let fork_after = |_| {
        pause();
        let begin = Instant::now();
        fork();
        begin.elapsed()
    };
    (0..count).map(fork_after).sum()
}

fn forks(criterion: &mut Criterion) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads start");
    let mut group = criterion.benchmark_group("fork");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    group.bench_function("awake", |bencher| {
        bencher.iter_custom(|count| {
            pool.install(|| {
                let done = AtomicBool::new(false);
                rayon::in_place_scope(|scope| {
                    // The other thread keeps looking for work, as threads do between short training steps.
                    let here = rayon::current_thread_index();
                    let done = &done;
                    scope.spawn_broadcast(move |_, context| {
                        while Some(context.index()) != here && !done.load(Ordering::Acquire) {
                            rayon::yield_now();
                        }
                    });
                    fork();
                    let time = timed(count, || ());
                    done.store(true, Ordering::Release);
                    time
                })
            })
        });
    });
    group.bench_function("asleep", |bencher| {
        let pause = || std::thread::sleep(Duration::from_millis(2));
        bencher.iter_custom(|count| pool.install(|| timed(count, pause)));
    });
    group.finish();
}

criterion_group!(benches, forks);
criterion_main!(benches);

//! A training step of each workload: SGD with momentum in `f32`, on one and on two threads.
//!
//! `cargo bench --bench steps`. Criterion's elements per second are operations per second, counting
//! `6 x weights x batch` operations per step. `benches/peers/steps.py` compares the steps with
//! other libraries.

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use std::time::{Duration, Instant};
use wengert::optim::Sgd;
use wengert::train::Strategy;
use wengert_step_bench::training::{Setting, Training};
use wengert_step_bench::workloads::WORKLOADS;

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for workload in WORKLOADS {
        let setting = Setting {
            task: workload.task,
            widths: workload.widths,
            batch: workload.batch,
            seed: 0,
            strategy: Strategy::Automatic,
        };
        let examples = setting.examples::<f32>();
        group.throughput(Throughput::Elements((6 * setting.weights() * workload.batch) as u64));
        for threads in [1, 2] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
            let sgd = Sgd::new(0.01).momentum(0.9);
            let mut training = Training::new(setting, Box::new(sgd), &examples);
            group.bench_function(BenchmarkId::new(workload.name, threads), |bencher| {
                bencher.iter_custom(|count| {
                    pool.install(|| {
                        let begin = Instant::now();
                        for _ in 0..count {
                            assert!(training.step().is_finite());
                        }
                        begin.elapsed()
                    })
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);

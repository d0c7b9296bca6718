//! Optimizer steps over 10^7 parameters compared with a stream triad, on one and on two threads.
//!
//! A step is limited by memory bandwidth, which the triad `a <- b + s c` measures. Throughput
//! counts the bytes that must be moved, so a step at 80 % of the triad's throughput uses 80 % of
//! the bandwidth. The triad moves 4 numbers per element of `a`: a store first reads the cache line
//! that it overwrites.
//!
//! ```text
//! cargo bench --bench updates
//! ```
#![allow(missing_docs, reason = "the macros of criterion define public items")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rayon::prelude::*;
use wengert::optim::{Adam, Optimizer, Sgd};

const PARAMETERS: usize = 10_000_000;
const BYTES: u64 = 4 * PARAMETERS as u64;

/// `a <- b + s c`, divided into one part per thread.
fn triad(a: &mut [f32], b: &[f32], c: &[f32], s: f32) {
    let part = a.len().div_ceil(rayon::current_num_threads());
    a.par_chunks_mut(part).zip(b.par_chunks(part)).zip(c.par_chunks(part)).for_each(|((a, b), c)| {
        for ((a, &b), &c) in a.iter_mut().zip(b).zip(c) {
            *a = b + s * c;
        }
    });
}

fn steps(criterion: &mut Criterion) {
    let gradient: Vec<f32> = (0..PARAMETERS).map(|i| (i as f32).sin()).collect();
    let mut parameters = vec![1.0_f32; PARAMETERS];
    let mut third = vec![0.0_f32; PARAMETERS];
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        let mut group = criterion.benchmark_group(format!("update/{threads}"));
        group.sample_size(10);

        group.throughput(Throughput::Bytes(4 * BYTES));
        group.bench_function("triad", |bencher| {
            bencher.iter(|| pool.install(|| triad(&mut third, &parameters, &gradient, 0.5)));
        });
        // Numbers moved per parameter: the parameter and the state are read and written, the
        // gradient is read.
        let methods: [(&str, u64, Box<dyn Optimizer<f32>>); 4] = [
            ("sgd", 3, Box::new(Sgd::new(1e-3))),
            ("momentum", 5, Box::new(Sgd::new(1e-3).momentum(0.9))),
            ("adam", 7, Box::new(Adam::new(1e-3))),
            ("adamw", 7, Box::new(Adam::new(1e-3).decoupled_weight_decay(0.01))),
        ];
        for (name, moved, mut method) in methods {
            group.throughput(Throughput::Bytes(moved * BYTES));
            group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
                bencher.iter(|| pool.install(|| method.step(&mut parameters, &gradient)));
            });
        }
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);

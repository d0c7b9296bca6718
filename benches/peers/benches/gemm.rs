//! The matrix products that occur in training, on one thread in `f32`, with our kernels and with
//! other libraries.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml --bench gemm`; `-- "W[1-4]"` skips the
//! slow ones. Criterion's elements per second are operations per second.

#[allow(dead_code, reason = "the products of a network do not depend on its task")]
#[path = "../../step/src/workloads.rs"]
mod workloads;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};
use rayon::ThreadPoolBuilder;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;
use wengert_kernels::{Matrix, MatrixProduct};
use workloads::{WORKLOADS, Workload};

/// The purpose of a product in a layer `Y = X W` of shapes `(batch, i) (i, o) -> (batch, o)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    /// `Y = X W`.
    Forward,
    /// `W_bar = X' Y_bar`.
    Weight,
    /// `X_bar = Y_bar W'`.
    Input,
}

/// A product of shapes `(m, k) (k, n) -> (m, n)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Product {
    workload: &'static str,
    purpose: Purpose,
    shape: [usize; 3],
}

/// Every shape of each workload, once.
fn products() -> BTreeSet<Product> {
    let of_workload = |workload: &Workload| {
        let (name, batch) = (workload.name, workload.batch);
        let of_layer = move |(layer, fan): (usize, &[usize])| {
            let (i, o) = (fan[0], fan[1]);
            let product = |purpose, shape| Product { workload: name, purpose, shape };
            let first = [product(Purpose::Forward, [batch, i, o]), product(Purpose::Weight, [i, batch, o])];
            // The gradient with respect to the data is not needed.
            first.into_iter().chain((layer > 0).then(|| product(Purpose::Input, [batch, o, i])))
        };
        workload.widths.windows(2).enumerate().flat_map(of_layer).collect::<Vec<_>>()
    };
    WORKLOADS.iter().flat_map(of_workload).collect()
}

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 0.7).sin()).collect()
}

fn gemm(criterion: &mut Criterion) {
    // The kernels use the threads of the current pool.
    ThreadPoolBuilder::new().num_threads(1).build_global().expect("the global pool is not in use yet");
    let mut group = criterion.benchmark_group("gemm");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    let rten = GemmExecutor::new();
    for Product { workload, purpose, shape: [m, k, n] } in products() {
        let (a, b, mut c) = (numbers(m * k), numbers(k * n), vec![0.0; m * n]);
        let left = if purpose == Purpose::Weight { [1, m] } else { [k, 1] };
        let right = if purpose == Purpose::Input { [1, k] } else { [n, 1] };
        let (x, y) = match purpose {
            Purpose::Forward => (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
            Purpose::Weight => (Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n)),
            Purpose::Input => (Matrix::new(&a, m, k), Matrix::new(&b, n, k).transposed()),
        };
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        let mut case = |name: &str, product: &mut dyn FnMut(&mut [f32])| {
            let id = BenchmarkId::new(format!("{workload} {purpose:?} {m}x{k}x{n}"), name);
            group.bench_function(id, |bencher| bencher.iter(|| product(black_box(&mut c))));
        };
        case("ours", &mut |c| f32::gemm(black_box(x), black_box(y), c, true));
        case("ndarray", &mut |c| {
            let view = |data, [m, n]: [usize; 2], strides: [usize; 2]| {
                ArrayView2::from_shape((m, n).strides(strides.into()), data).expect("the shape fits")
            };
            let (x, y) = (view(black_box(&a), [m, k], left), view(&b, [k, n], right));
            let mut c = ArrayViewMut2::from_shape((m, n), c).expect("the shape fits");
            general_mat_mul(1.0, &x, &y, 0.0, &mut c);
        });
        case("rten-gemm", &mut |c| {
            let view = |data, shape, strides| {
                rten_tensor::Matrix::from_data_with_strides(shape, data, strides).expect("the shape fits")
            };
            let x = GemmInputA::Unpacked(view(black_box(&a[..]), [m, k], left));
            let y = GemmInputB::Unpacked(view(&b[..], [k, n], right));
            rten.gemm(c, x, y, GemmOptions::default()).expect("the shapes fit");
        });
    }
    group.finish();
}

criterion_group!(benches, gemm);
criterion_main!(benches);

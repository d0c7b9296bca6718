//! The matrix products that occur in training, on one thread in `f32`, with our kernels and with
//! other libraries.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml --bench gemm`; `-- "W[1-4]"` skips the
//! slow ones. Criterion's elements per second are operations per second.

#[allow(dead_code, reason = "the products of a network do not depend on its task")]
#[path = "../../step/src/workloads.rs"]
mod workloads;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use gemm::Parallelism;
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

/// A product with its operands.
struct Case {
    product: Product,
    a: Vec<f32>,
    b: Vec<f32>,
}

impl Case {
    fn new(product: Product) -> Self {
        let [m, k, n] = product.shape;
        Self { product, a: numbers(m * k), b: numbers(k * n) }
    }

    /// The distances between rows and between columns of both operands.
    fn strides(&self) -> [[usize; 2]; 2] {
        let [m, k, n] = self.product.shape;
        let left = if self.product.purpose == Purpose::Weight { [1, m] } else { [k, 1] };
        let right = if self.product.purpose == Purpose::Input { [1, k] } else { [n, 1] };
        [left, right]
    }

    fn ours(&self, c: &mut [f32]) {
        let [m, k, n] = self.product.shape;
        let (a, b) = (black_box(&self.a), black_box(&self.b));
        let (x, y) = match self.product.purpose {
            Purpose::Forward => (Matrix::new(a, m, k), Matrix::new(b, k, n)),
            Purpose::Weight => (Matrix::new(a, k, m).transposed(), Matrix::new(b, k, n)),
            Purpose::Input => (Matrix::new(a, m, k), Matrix::new(b, n, k).transposed()),
        };
        f32::gemm(x, y, c, true);
    }

    fn ndarray(&self, c: &mut [f32]) {
        let ([m, k, n], [left, right]) = (self.product.shape, self.strides());
        let view = |data, [m, n]: [usize; 2], strides: [usize; 2]| {
            ArrayView2::from_shape((m, n).strides(strides.into()), data).expect("the shape fits")
        };
        let (x, y) = (view(black_box(&self.a), [m, k], left), view(black_box(&self.b), [k, n], right));
        let mut c = ArrayViewMut2::from_shape((m, n), c).expect("the shape fits");
        general_mat_mul(1.0, &x, &y, 0.0, &mut c);
    }

    fn faer(&self, c: &mut [f32]) {
        let [m, k, n] = self.product.shape;
        let (a, b) = (black_box(&self.a[..]), black_box(&self.b[..]));
        let view = MatRef::from_row_major_slice;
        let (x, y) = match self.product.purpose {
            Purpose::Forward => (view(a, m, k), view(b, k, n)),
            Purpose::Weight => (view(a, k, m).transpose(), view(b, k, n)),
            Purpose::Input => (view(a, m, k), view(b, n, k).transpose()),
        };
        let c = MatMut::from_row_major_slice_mut(c, m, n);
        matmul(c, Accum::Replace, x, y, 1.0, Par::Seq);
    }

    fn gemm(&self, c: &mut [f32]) {
        let ([m, k, n], strides) = (self.product.shape, self.strides());
        let [[x_row, x_column], [y_row, y_column]] = strides.map(|strides| strides.map(usize::cast_signed));
        let (x, y, c) = (black_box(&self.a).as_ptr(), black_box(&self.b).as_ptr(), c.as_mut_ptr());
        let (c_column, c_row) = (1, n as isize);
        let no = false;
        // SAFETY: the slices have the elements of the three matrices.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                c,
                c_column,
                c_row,
                no,
                x,
                x_column,
                x_row,
                y,
                y_column,
                y_row,
                0.0,
                1.0,
                no,
                no,
                no,
                Parallelism::None,
            );
        }
    }

    fn rten_gemm(&self, executor: &GemmExecutor, c: &mut [f32]) {
        let ([m, k, n], [left, right]) = (self.product.shape, self.strides());
        let view = |data, shape, strides| {
            rten_tensor::Matrix::from_data_with_strides(shape, data, strides).expect("the shape fits")
        };
        let x = GemmInputA::Unpacked(view(black_box(&self.a[..]), [m, k], left));
        let y = GemmInputB::Unpacked(view(black_box(&self.b[..]), [k, n], right));
        executor.gemm(c, x, y, GemmOptions::default()).expect("the shapes fit");
    }
}

fn products_of_training(criterion: &mut Criterion) {
    // The kernels use the threads of the current pool.
    ThreadPoolBuilder::new().num_threads(1).build_global().expect("the global pool is not in use yet");
    let mut group = criterion.benchmark_group("gemm");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    let rten = GemmExecutor::new();
    for product in products() {
        let Product { workload, purpose, shape: [m, k, n] } = product;
        let case = Case::new(product);
        let (mut expected, mut c) = (vec![0.0; m * n], vec![0.0; m * n]);
        case.ours(&mut expected);
        let largest = expected.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        let mut time = |name: &str, product: &dyn Fn(&mut [f32])| {
            c.fill(f32::NAN);
            product(&mut c);
            let error = c.iter().zip(&expected).fold(0.0, |error: f32, (x, y)| error.max((x - y).abs()));
            assert!(
                error <= 1e-3 * largest && !c.iter().any(|x| x.is_nan()),
                "{name}: {workload} {purpose:?}"
            );
            let id = BenchmarkId::new(format!("{workload} {purpose:?} {m}x{k}x{n}"), name);
            group.bench_function(id, |bencher| bencher.iter(|| product(black_box(&mut c))));
        };
        time("ours", &|c| case.ours(c));
        time("ndarray", &|c| case.ndarray(c));
        time("faer", &|c| case.faer(c));
        time("gemm", &|c| case.gemm(c));
        time("rten-gemm", &|c| case.rten_gemm(&rten, c));
    }
    group.finish();
}

criterion_group!(benches, products_of_training);
criterion_main!(benches);

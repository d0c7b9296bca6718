//! Gradients of scalar code: Wengert compared with reverse, echidna, ad_trait (tapes) and num-dual
//! (forward mode).
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml --bench scalar`. Each group is one
//! function at one size. Criterion's elements per second are operations of the plain function per
//! second.

use ad_trait::reverse_ad::adr::{GlobalComputationGraph, adr};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use wengert_ad::{Tape, value_and_grad_into};
use wengert_peers::{Function, Helmholtz, Rosenbrock, ScalarMlp};

/// Forward mode needs one sweep per input; above this size it would take minutes.
const FORWARD_LIMIT: usize = 1000;

fn gradients<F: Function>(criterion: &mut Criterion, f: F, n: usize) {
    let x = f.point(n);
    let expected = wengert(f, &mut Tape::new(), &x);
    let mut group = criterion.benchmark_group(F::NAME);
    group.throughput(Throughput::Elements(f.operations(n) as u64));
    let n = x.len();
    let mut case = |name: &str, gradient: &mut dyn FnMut(&[f64]) -> Vec<f64>| {
        for (found, expected) in gradient(&x).iter().zip(&expected) {
            assert!((found - expected).abs() <= 1e-10 * (1.0 + expected.abs()), "{name}: {found} {expected}");
        }
        group.bench_function(BenchmarkId::new(name, n), |bencher| bencher.iter(|| gradient(black_box(&x))));
    };
    let mut tape = Tape::new();
    case("wengert", &mut |x| wengert(f, &mut tape, x));
    case("reverse", &mut |x| {
        let tape = reverse::Tape::new();
        let v = tape.add_vars(x);
        f.at(&v).grad()[..x.len()].to_vec()
    });
    case("echidna", &mut |x| echidna::grad(|v| f.at(v), x));
    case("ad_trait", &mut |x| {
        GlobalComputationGraph::get().reset();
        let v: Vec<adr> = x.iter().map(|&x| adr::new_variable(x, false)).collect();
        let gradient = f.at(&v).get_backwards_mode_grad();
        v.iter().map(|v| gradient.wrt(v)).collect()
    });
    if n <= FORWARD_LIMIT {
        case("num-dual forward", &mut |x| {
            let mut v: Vec<num_dual::Dual64> = x.iter().map(|&x| x.into()).collect();
            let derivative = |i: usize| {
                v[i].eps = 1.0;
                let tangent = f.at(&v).eps;
                v[i].eps = 0.0;
                tangent
            };
            (0..x.len()).map(derivative).collect()
        });
    }
    let id = BenchmarkId::new("plain f64", n);
    group.bench_function(id, |bencher| bencher.iter(|| f.at(black_box(&x[..]))));
    group.finish();
}

fn wengert<F: Function>(f: F, tape: &mut Tape, x: &[f64]) -> Vec<f64> {
    let mut gradient = vec![0.0; x.len()];
    value_and_grad_into(tape, |v| f.at(v), x, &mut gradient);
    gradient
}

fn all(criterion: &mut Criterion) {
    for n in [10, 1000, 100_000] {
        gradients(criterion, Rosenbrock, n);
    }
    for n in [10, 100] {
        gradients(criterion, Helmholtz, n);
    }
    gradients(criterion, ScalarMlp, 337);
}

criterion_group!(benches, all);
criterion_main!(benches);

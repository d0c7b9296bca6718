//! Primal and pullback of each array primitive on one thread, and the overhead of the tapes.
//!
//! `cargo bench --bench primitives`. Criterion's elements per second count the elements of the
//! largest array involved, or the nodes of a tape.

#[path = "functions/valley.rs"]
mod valley;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::arr1;
use rayon::ThreadPoolBuilder;
use std::hint::black_box;
use std::time::Duration;
use valley::Valley;
use wengert::ad::kernels::Triangle;
use wengert::ad::primitive::*;
use wengert::ad::rules::{self, Exp, Relu, Tanh};
use wengert::ad::{ArrayTape, Tape, Var, value_and_grad_into};

/// Rows and columns of most operands: a typical batch and layer.
const ROWS: usize = 64;
const COLUMNS: usize = 128;
const MATRIX: &[usize] = &[ROWS, COLUMNS];
/// The order of square operands.
const ORDER: usize = 64;
const SQUARE: &[usize] = &[ORDER, ORDER];

/// A primitive and the shapes of its operands.
struct Case {
    name: &'static str,
    primitive: Box<dyn Primitive<f32>>,
    operands: Vec<&'static [usize]>,
}

fn case(name: &'static str, primitive: impl Primitive<f32>, operands: &[&'static [usize]]) -> Case {
    Case { name, primitive: Box::new(primitive), operands: operands.into() }
}

/// A primitive with private buffers, whose settings are assigned after construction.
fn with<P>(mut primitive: P, set: impl FnOnce(&mut P)) -> P {
    set(&mut primitive);
    primitive
}

fn elementwise() -> Vec<Case> {
    vec![
        case("map relu", Map(Relu), &[MATRIX]),
        case("map tanh", Map(Tanh), &[MATRIX]),
        case("map exp", Map(Exp), &[MATRIX]),
        case("zip add", Zip(rules::Sum), &[MATRIX, MATRIX]),
        case("zip mul", Zip(rules::Product), &[MATRIX, MATRIX]),
        case("fused", Fused(Valley), &[MATRIX, MATRIX]),
        case("window sum", WindowSum(Valley), &[&[ROWS * COLUMNS]]),
        case("linear combination", LinearCombination([0.5, -2.0].into_iter().collect()), &[MATRIX, MATRIX]),
        case(
            "select",
            Select { mask: (0..ROWS * COLUMNS).map(|i| i.is_multiple_of(3)).collect() },
            &[MATRIX, MATRIX],
        ),
    ]
}

fn reductions() -> Vec<Case> {
    let labels = (0..ROWS as u32).map(|row| row % COLUMNS as u32).collect();
    let normalise = with(Normalise::default(), |normalise| (normalise.axis, normalise.epsilon) = (1, 1e-5));
    vec![
        case("sum", Sum(None), &[MATRIX]),
        case("sum of rows", Sum(Some(0)), &[MATRIX]),
        case("mean", Mean(Some(1)), &[MATRIX]),
        case("variance", with(Variance::default(), |rule| rule.axis = Some(0)), &[MATRIX]),
        case("product", with(Product::default(), |rule| rule.axis = Some(1)), &[MATRIX]),
        case("largest", Extremum::new(Side::Largest, Some(1)), &[MATRIX]),
        case("norm", Norm(None), &[MATRIX]),
        case("normalise", normalise, &[MATRIX]),
        case("cumulative sum", CumulativeSum(1), &[MATRIX]),
        case("log-sum-exp", with(LogSumExp::default(), |rule| rule.axis = Some(1)), &[MATRIX]),
        case("softmax", with(Softmax::default(), |rule| rule.axis = 1), &[MATRIX]),
        case("log-softmax", with(LogSoftmax::default(), |rule| rule.axis = 1), &[MATRIX]),
        case(
            "cross-entropy, classes",
            with(ClassCrossEntropy::default(), |rule| rule.labels = labels),
            &[MATRIX],
        ),
        case("cross-entropy, probabilities", SoftmaxCrossEntropy::default(), &[MATRIX, MATRIX]),
    ]
}

fn arrangements() -> Vec<Case> {
    let gather = Gather { axis: 0, indices: (0..ROWS).map(|i| i * 7 % ROWS).collect() };
    let scatter = ScatterAdd { axis: 0, indices: (0..ROWS).map(|i| i * 7 % ROWS).collect(), extent: ROWS };
    vec![
        case("reshape", Reshape(Shape::from_slice(&[COLUMNS, ROWS])), &[MATRIX]),
        case("transpose", Transpose, &[MATRIX]),
        case("permute", Permute(Shape::from_slice(&[2, 0, 1])), &[&[16, 16, 32]]),
        case("broadcast", Broadcast(Shape::from_slice(MATRIX)), &[&[COLUMNS]]),
        case("slice", Slice { axis: 1, range: 32..96 }, &[MATRIX]),
        case("concatenate", Concatenate(1), &[MATRIX, MATRIX]),
        case("stack", Stack(0), &[MATRIX, MATRIX]),
        case("pad", Pad { axis: 1, before: 8, after: 8 }, &[MATRIX]),
        case("gather", gather, &[MATRIX]),
        case("scatter-add", scatter, &[MATRIX]),
        case("diagonal", Diagonal, &[SQUARE]),
        case("diagonal matrix", DiagonalMatrix, &[&[ORDER]]),
        case("triangular part", TriangularPart(Triangle::Lower), &[SQUARE]),
    ]
}

fn algebra() -> Vec<Case> {
    vec![
        case("matmul", MatMul, &[MATRIX, &[COLUMNS, 64]]),
        case("affine", Affine::default(), &[MATRIX, &[COLUMNS, 64], &[64]]),
        case("dot", Dot, &[&[ROWS * COLUMNS], &[ROWS * COLUMNS]]),
        case("outer", Outer, &[&[ROWS], &[COLUMNS]]),
        case("solve", Solve::default(), &[SQUARE, SQUARE]),
        case("solve, triangular", SolveTriangular::new(Triangle::Lower), &[SQUARE, SQUARE]),
        case("inverse", Inverse::default(), &[SQUARE]),
        case("Cholesky", Cholesky::default(), &[SQUARE]),
        case("determinant", Determinant::default(), &[SQUARE]),
        case("log-determinant", LogDeterminant::default(), &[SQUARE]),
    ]
}

/// Numbers close to 1. Square operands are symmetric and positive definite, and their determinant
/// does not overflow.
fn operand(shape: &[usize]) -> Vec<f32> {
    let wave = |i: usize| (i as f32 * 0.7).sin();
    if shape == SQUARE {
        let entry = |(i, j): (usize, usize)| if i == j { 1.0 } else { 0.01 * wave(i + j) };
        return (0..ORDER * ORDER).map(|at| entry((at / ORDER, at % ORDER))).collect();
    }
    (0..shape.iter().product()).map(|i| 1.0 + 0.1 * wave(i)).collect()
}

fn primitives(criterion: &mut Criterion) {
    // Matrix products use the threads of the current pool.
    ThreadPoolBuilder::new().num_threads(1).build_global().expect("the global pool is not in use yet");
    let mut group = criterion.benchmark_group("primitive");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    for mut case in elementwise().into_iter().chain(reductions()).chain(arrangements()).chain(algebra()) {
        let data: Vec<Vec<f32>> = case.operands.iter().map(|shape| operand(shape)).collect();
        let views = case.operands.iter().zip(&data).map(|(&shape, data)| View { shape, data });
        let xs: Vec<View<'_, f32>> = views.collect();
        let shape = case.primitive.shape(&case.operands).expect("the operands suit the primitive");
        let mut y = vec![0.0; shape.iter().product()];
        let largest = data.iter().map(Vec::len).chain([y.len()]).max();
        group.throughput(Throughput::Elements(largest.unwrap_or_default() as u64));
        group.bench_function(BenchmarkId::new("primal", case.name), |bencher| {
            bencher.iter(|| case.primitive.primal(black_box(&xs), black_box(&mut y)));
        });
        let mut y_bar = vec![1.0; y.len()];
        let mut adjoints: Vec<Vec<f32>> = data.iter().map(|x| vec![0.0; x.len()]).collect();
        let y = View { shape: &shape, data: &y };
        group.bench_function(BenchmarkId::new("pullback", case.name), |bencher| {
            bencher.iter(|| {
                let (xs, y) = black_box((&xs[..], y));
                case.primitive.start_pullback(&mut PullbackStart::new(xs, y, &mut y_bar, &|_| Some(&[])));
                let at = Recorded { xs, y, y_bar: &y_bar };
                for (wrt, x_bar) in adjoints.iter_mut().enumerate() {
                    case.primitive.vjp(wrt, at, Adjoint::new(black_box(x_bar), true));
                }
            });
        });
    }
    group.finish();
}

/// The number of nodes of a chain on arrays of one element, whose time is mostly tape overhead.
const NODES: usize = 1000;

fn chain<'t>(x: &[Var<'t>]) -> Var<'t> {
    (0..NODES).fold(x[0], |y, _| y * x[0])
}

fn overhead(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tape overhead");
    group.throughput(Throughput::Elements(NODES as u64));
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let start = arr1(&[0.5_f32]);
    let mut tape = ArrayTape::<f32>::new();
    group.bench_function("arrays of one element, record", |bencher| {
        bencher.iter(|| {
            tape.clear();
            let x = tape.var(black_box(&start));
            black_box((0..NODES).fold(x, |y, _| y * x));
        });
    });
    let mut flat = [];
    group.bench_function("arrays of one element, record and sweep", |bencher| {
        bencher.iter(|| {
            tape.clear();
            let x = tape.var(black_box(&start));
            (0..NODES).fold(x, |y, _| y * x).gradient_into(1.0, &mut flat);
        });
    });
    let (mut tape, mut gradient) = (Tape::new(), [0.0]);
    group.bench_function("scalars, record and sweep", |bencher| {
        bencher.iter(|| value_and_grad_into(&mut tape, chain, black_box(&[0.5]), &mut gradient));
    });
    group.finish();
}

criterion_group!(benches, primitives, overhead);
criterion_main!(benches);

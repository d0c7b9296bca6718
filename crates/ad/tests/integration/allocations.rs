//! A step that was taken before allocates nothing: the tapes keep their memory when cleared.

use allocation_counter::measure;
use std::sync::Arc;
use wengert_ad::rules::Relu;
use wengert_ad::{ArrayTape, Dual, Element, Elementary, Number, Real, Tape, value_and_grad_into};

/// How often this thread allocates, or grows what it allocated, in `f`.
fn allocations(f: impl FnOnce()) -> u64 {
    measure(f).count_total
}

#[test]
fn the_count_sees_allocations() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
}

/// One step of a small network that uses every kind of primitive: recording, sweep, clearing.
fn step<T: Element>(tape: &mut ArrayTape<T>, flat: &Arc<Vec<T>>, rows: usize, gradient: &mut [T]) {
    let numbers = (0..rows * 5).map(|i| T::constant((i as f64).sin()));
    let x = tape.constant_from(&[rows, 5], |buffer| buffer.extend(numbers));
    let weight = tape.shared_var(flat, 0..35, &[5, 7], true);
    let bias = tape.shared_var(flat, 35..42, &[7], true);
    let hidden = x.affine(weight, bias).relu();
    let loss = hidden.cross_entropy(&[1, 0, 6, 2, 4, 4, 3, 5][..rows]).mean();
    let picked = hidden.gather(&[0, 2, 2]).slice(1, 1..4).transpose();
    let gram = picked.matmul(picked.transpose()).reshape(&[9]).log_sum_exp() + picked.sum_axis(0).largest();
    let wide = bias.broadcast_to(&[2, 7]).concatenate(&[weight], 0) * 0.5;
    let (more, axes) = (wide.cross_entropy_with(wide.tanh()).sum(), wide.log_sum_exp_axis(1).mean());
    let total = loss + gram + more + axes + wide.largest_axis(0).mean_axis(0) + hidden.largest();
    total.gradient_into(T::constant(0.5), gradient);
    tape.clear();
}

/// The allocations of each of several steps after a first one on 8 rows.
fn steady<T: Element + PartialEq>(rows: &[usize]) -> Vec<u64> {
    let mut tape = ArrayTape::new();
    let flat = Arc::new((0..42).map(|i| T::constant(f64::from(i).cos())).collect::<Vec<_>>());
    let mut gradient = vec![T::constant(f64::NAN); 42];
    step(&mut tape, &flat, 8, &mut gradient);
    let first = gradient.clone();
    let count = |&rows: &usize| {
        let count = allocations(|| step(&mut tape, &flat, rows, &mut gradient));
        assert!(rows != 8 || gradient == first, "the same step gave another gradient");
        count
    };
    rows.iter().map(count).collect()
}

#[test]
fn a_steady_step_on_a_cleared_array_tape_allocates_nothing() {
    assert_eq!(steady::<f32>(&[8, 8, 8]), [0; 3]);
    assert_eq!(steady::<f64>(&[8, 8, 8]), [0; 3]);
    assert_eq!(steady::<Dual>(&[8, 8, 8]), [0; 3]);
}

#[test]
fn a_smaller_batch_and_the_next_full_one_allocate_nothing_either() {
    assert_eq!(steady::<f32>(&[3, 8, 4, 8]), [0; 4]);
    assert_eq!(steady::<f64>(&[3, 8, 4, 8]), [0; 4]);
    assert_eq!(steady::<Dual>(&[3, 8, 4, 8]), [0; 4]);
}

#[test]
fn a_steady_inference_allocates_nothing() {
    let mut tape = ArrayTape::<f32>::for_inference();
    let mut pass = || {
        let x = tape.constant_from(&[16, 8], |buffer| buffer.resize(16 * 8, 0.5));
        let y = x.fold_layers(0..5, |x, _| (x * x).tanh().concatenate(&[x], 1));
        assert_eq!(y.shape().as_slice(), [16, 8 << 5]);
        tape.clear();
    };
    // Buffers change places until each is as large as it has to be.
    (0..6).for_each(|_| pass());
    assert_eq!(allocations(pass), 0);
}

#[test]
fn a_product_of_matrices_beyond_the_cache_allocates_once_a_thread_and_not_again() {
    fn check<T: Real>() {
        let mut tape = ArrayTape::<T>::new();
        let x = ndarray::Array2::from_elem((800, 800), T::literal(0.5));
        let mut square = || {
            let x = tape.constant(&x);
            x.matmul(x);
            tape.clear();
        };
        square();
        assert_eq!(allocations(square), 0);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn a_sweep_that_is_the_last_of_its_tape_takes_memory_for_one_layer_and_not_for_two() {
    const WIDTH: usize = 40;
    let layer = WIDTH * WIDTH * size_of::<f64>();
    let flat = Arc::new((0..WIDTH * WIDTH + WIDTH).map(|i| (i as f64).cos()).collect::<Vec<_>>());
    let mut gradient = vec![0.0; flat.len()];
    let record = |tape: &ArrayTape<f64>| {
        let weight = tape.shared_var(&flat, 0..WIDTH * WIDTH, &[WIDTH, WIDTH], true);
        let bias = tape.shared_var(&flat, WIDTH * WIDTH..flat.len(), &[WIDTH], true);
        let x = tape.constant_from(&[WIDTH, WIDTH], |buffer| buffer.resize(WIDTH * WIDTH, 0.5));
        let y = x.fold_layers(0..4, |x, _| x.affine_map(weight, bias, Relu));
        y.cross_entropy(&[3; WIDTH]).sum().node()
    };
    let mut bytes = |last: bool| {
        let mut tape = ArrayTape::new();
        let node = record(&tape);
        let allocated = measure(|| {
            if last {
                tape.gradient_into_and_clear(node, 1.0, &mut gradient);
            } else {
                tape.node(node).gradient_into(1.0, &mut gradient);
            }
        });
        allocated.bytes_total as usize
    };
    let (kept, used) = (bytes(false), bytes(true));
    assert!((2 * layer..3 * layer).contains(&kept), "{kept} bytes for layers of {layer}");
    assert!((layer..2 * layer).contains(&used), "{used} bytes for layers of {layer}");
}

#[test]
fn a_sweep_into_a_gradient_that_is_dropped_gives_its_memory_back() {
    let mut tape = ArrayTape::new();
    let x = ndarray::array![[1.0, 2.0], [3.0, 4.0]];
    let mut sweep = || {
        let y = tape.var(&x).exp().sum();
        drop(y.gradient());
        tape.clear();
    };
    sweep();
    assert_eq!(allocations(sweep), 0);
}

fn polynomial<T: Number>(v: &[T]) -> T {
    v.iter().map(|&x| x.powi(3) * 0.5 + x.sin() / (x.square() + 1.0)).sum()
}

#[test]
fn a_steady_scalar_step_allocates_nothing() {
    let mut tape = Tape::new();
    let x: [f64; 10] = std::array::from_fn(|i| i as f64 / 3.0);
    let mut gradient = [f64::NAN; 10];
    let mut step = || {
        value_and_grad_into(&mut tape, |v| polynomial(v), &x, &mut gradient);
    };
    step();
    assert_eq!(allocations(step), 0);
}

#[test]
fn a_steady_recording_and_sweep_on_a_cleared_scalar_tape_allocates_nothing() {
    let mut tape = Tape::new();
    let mut step = || {
        let variables: [_; 4] = std::array::from_fn(|i| tape.var(i as f64));
        let derivative = polynomial(&variables).gradient().wrt(variables[0]);
        assert_eq!(derivative, 1.0);
        tape.clear();
    };
    step();
    assert_eq!(allocations(step), 0);
}

#[test]
fn forward_mode_allocates_nothing() {
    let x = [0.5, 1.5].map(|x| Dual::new(x, 1.0));
    let mut y: Dual = x[0];
    assert_eq!(allocations(|| y = polynomial(&x)), 0);
    assert!(y.tangent.is_finite());
}

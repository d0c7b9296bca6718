//! Both tapes: paths and their absence, errors that point at the user's line, long chains, shared variables.

use crate::support::{blames_this_line, panic_of};
use ndarray::{Array1, Array2, ArrayD, array};
use std::sync::Arc;
use wengert_ad::rules::Tanh;
use wengert_ad::{
    Arithmetic, ArrayTape, Dual, Elementary, NodeId, Numeric, Tape, Var, arrays, grad, value_and_grad,
    value_and_grad_into,
};

#[test]
fn no_path_to_the_output_is_none_and_a_path_of_slope_zero_is_zero() {
    let tape = Tape::new();
    let (x, unused) = (tape.var(-1.0), tape.var(2.0));
    let y = x.relu();
    let later = tape.var(3.0);
    let gradient = y.gradient();
    assert_eq!((gradient.get(x), gradient.get(unused), gradient.get(later)), (Some(0.0), None, None));

    let tape = ArrayTape::new();
    let (x, unused, constant) =
        (tape.var(&array![-1.0]), tape.var(&array![2.0]), tape.constant(&array![1.0]));
    let y = (x * constant).relu();
    let later = tape.var(&array![3.0]);
    let gradient = y.gradient();
    assert_eq!(gradient.get(x), Some(array![-0.0].into_dyn()));
    assert_eq!([unused, constant, later].map(|x| gradient.get(x)), [None, None, None]);
}

#[test]
fn asking_for_a_derivative_without_a_path_blames_the_line_that_asks() {
    let tape = Tape::new();
    let (x, y) = (tape.var(1.0), tape.var(2.5));
    let gradient = x.exp().gradient();
    blames_this_line(&["does not depend", "2.5"], || gradient.wrt(y));
    let tape = ArrayTape::new();
    let (x, y) = (tape.var(&array![1.0]), tape.var(&array![2.0, 3.0]));
    let gradient = x.exp().gradient();
    blames_this_line(&["does not depend", "[2]"], || gradient.wrt(y));
}

#[test]
fn a_variable_of_another_tape_has_no_path() {
    let (here, there) = (Tape::new(), Tape::new());
    let (x, stranger) = (here.var(1.0), there.var(1.0));
    assert_eq!(x.sin().gradient().get(stranger), None);
}

#[test]
fn variables_may_be_made_one_by_one_or_together_before_and_after_operations() {
    let mut tape = Tape::new();
    for _ in 0..2 {
        tape.clear();
        let (x, more) = (tape.var(2.0), tape.vars(&[3.0, 5.0]));
        assert_eq!((tape.len(), tape.bytes()), (3, 0));
        let product = x * more[0] * more[1];
        let late = tape.vars(&[7.0, 11.0]);
        let y = product * late[1];
        let gradient = y.gradient();
        let derivatives = [x, more[0], more[1], late[1]].map(|x| gradient.wrt(x));
        assert_eq!(derivatives, [165.0, 110.0, 66.0, 30.0]);
        assert_eq!((gradient.get(late[0]), tape.len(), tape.bytes()), (None, 8, 5 * 24));
    }
    let first = |n| value_and_grad(|v| v[0] * v[0], &vec![3.0; n]);
    assert_eq!(first(300), (9.0, [&[6.0][..], &[0.0; 299]].concat()));
}

#[test]
fn a_gradient_overwrites_what_its_buffer_held_for_every_input() {
    let (mut tape, mut gradient) = (Tape::new(), [f64::NAN; 3]);
    // The output is the first input itself: no adjoint of the others is computed.
    value_and_grad_into(&mut tape, |v| v[0], &[2.0, 3.0, 5.0], &mut gradient);
    assert_eq!(gradient, [1.0, 0.0, 0.0]);
    value_and_grad_into(&mut tape, |v| v[1] * v[1], &[2.0, 3.0, 5.0], &mut gradient);
    assert_eq!(gradient, [0.0, 6.0, 0.0]);
}

#[test]
fn the_total_of_cross_entropies_is_their_sum_with_its_gradient() {
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&Array2::from_shape_fn((5, 3), |(i, j)| (i * 3 + j) as f64 * 0.37 % 1.3));
    let labels = [2, 0, 1, 1, 2];
    let (total, sum) = (x.total_cross_entropy(&labels), x.cross_entropy(&labels).sum());
    assert_eq!(total.item(), sum.item());
    assert_eq!(total.gradient().wrt(x), sum.gradient().wrt(x));
}

#[test]
fn the_total_of_many_cross_entropies_does_not_overflow() {
    for (rows, columns) in [(3000, 1), (3000, 2), (1000, 10), (40, 1000)] {
        let tape = ArrayTape::<f32>::new();
        let x = tape.var(&Array2::from_elem((rows, columns), 7.0));
        let total = f64::from(x.total_cross_entropy(&vec![0; rows]).item());
        let expected = rows as f64 * (columns as f64).ln();
        assert!((total - expected).abs() <= 1e-5 * expected, "{rows} x {columns}: {total}, {expected}");
    }
    let tape = ArrayTape::<f32>::new();
    let x = tape.var(&array![[0.0, f32::NAN], [1.0, 2.0]]);
    assert!(x.total_cross_entropy(&[0, 1]).item().is_nan());
}

#[test]
fn a_sum_takes_one_operation_less_than_it_has_terms() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0]);
    assert_eq!(x.iter().copied().sum::<Var<'_>>().gradient().wrt(x[2]), 1.0);
    assert_eq!(tape.len(), 3 + 2);
    assert_eq!(x[..0].iter().copied().sum::<Var<'_>>().value(), 0.0);
}

#[test]
fn an_output_that_is_a_variable_has_derivative_one_by_itself_and_a_constant_has_none() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    assert_eq!(x.gradient().wrt(x), 1.0);
    let tape = ArrayTape::new();
    let (x, c) = (tape.var(&array![3.0]), tape.constant(&array![3.0]));
    assert_eq!(x.gradient().wrt(x), array![1.0].into_dyn());
    assert_eq!(c.gradient().get(c), None);
    assert_eq!(c.exp().gradient().get(c), None);
}

#[test]
fn mixing_two_tapes_names_where_both_were_made_and_blames_the_operator() {
    let (left, right, line) = (Tape::new(), Tape::new(), line!());
    let (x, y) = (left.var(1.0), right.var(2.0));
    let made_at = format!("{}:{line}:", file!());
    blames_this_line(&["*:", &made_at], || x * y);
    blames_this_line(&["max:", &made_at], || x.max(y));
    let (left, right, line) = (ArrayTape::new(), ArrayTape::new(), line!());
    let (x, y) = (left.var(&array![1.0]), right.var(&array![2.0]));
    let made_at = format!("{}:{line}:", file!());
    blames_this_line(&["*:", &made_at], || x * y);
    blames_this_line(&["concatenate:", &made_at], || x.concatenate(&[x, y], 0));
}

#[test]
fn mixing_in_a_variable_from_outside_a_transform_names_the_call_of_the_transform() {
    let outside = Tape::new();
    let x = outside.var(1.0);
    // A result that mixes the two does not compile; a product that is thrown away does.
    let (panicked, line) = (panic_of(|| grad(|v| (v[0] * x, v[0]).1, &[2.0])), line!());
    assert!(panicked.message.contains(&format!("{}:{line}:", file!())), "{panicked:?}");
}

#[test]
fn wrong_shapes_are_named_with_the_operator_and_blame_the_call() {
    let tape = ArrayTape::<f64>::new();
    let (a, b) = (tape.var(&Array2::zeros((2, 3))), tape.var(&Array2::zeros((2, 4))));
    blames_this_line(&["+:", "[2, 3]", "[2, 4]", "broadcast_to"], || a + b);
    blames_this_line(&["pow:", "[2, 3]", "[2, 4]"], || a.pow(b));
    blames_this_line(&["matmul:", "[2, 3]", "[2, 4]"], || a.matmul(b));
    blames_this_line(&["affine:", "[2, 3]", "[2, 4]"], || a.affine(b, b));
    blames_this_line(&["sum:", "[2, 3]", "axis"], || a.sum_axis(2));
    blames_this_line(&["reshape:", "[2, 3]", "[4]"], || a.reshape(&[4]));
    blames_this_line(&["broadcast_to:", "[2, 3]", "[3]"], || a.broadcast_to(&[3]));
    blames_this_line(&["slice:", "[2, 3]", "2..4"], || a.slice(1, 2..4));
    blames_this_line(&["gather:", "[2, 3]", "extent"], || a.gather(&[0, 2]));
    blames_this_line(&["concatenate:", "[2, 3]", "[2, 4]"], || a.concatenate(&[b], 0));
    blames_this_line(&["cross_entropy:", "[2, 3]", "labels"], || a.cross_entropy(&[0, 3]));
    blames_this_line(&["cross_entropy_with", "[2, 3]", "[2, 4]"], || a.cross_entropy_with(b));
}

#[test]
fn asking_for_the_gradient_of_many_numbers_blames_the_line_that_asks() {
    let tape = ArrayTape::new();
    let x = tape.var(&array![1.0, 2.0]);
    blames_this_line(&["gradient:", "[2]"], || x.gradient());
    blames_this_line(&["gradient_into:", "[2]"], || x.gradient_into(1.0, &mut []));
    blames_this_line(&["vjp:", "[2]"], || x.vjp(&[1.0]));
    blames_this_line(&["item:", "[2]"], || x.item());
    blames_this_line(&["depend"], || Tape::new().var(1.0).gradient().wrt(Var::constant(2.0)));
}

#[test]
fn transforms_blame_the_call_whose_arguments_do_not_fit() {
    let (x, wrong) = ([array![1.0].into_dyn()], [array![1.0, 2.0].into_dyn()]);
    blames_this_line(&["jvp:", "[1]", "[2]"], || arrays::jvp(|x| x[0], &x, &wrong));
    blames_this_line(&["hvp:", "[1]", "[2]"], || arrays::hvp(|x| x[0], &x, &wrong));
    blames_this_line(&["[2]"], || arrays::grad(|x| x[0], &wrong));
    blames_this_line(&["jvp:", "1", "0"], || wengert_ad::jvp(|x| x[0], &[1.0], &[]));
    blames_this_line(&["hvp:", "1", "0"], || wengert_ad::hvp(|x| x[0], &[1.0], &[]));
    blames_this_line(&["vjp:", "1", "0"], || wengert_ad::vjp(|x| vec![x[0]], &[1.0], &[]));
}

#[test]
fn ten_million_operations_are_swept_on_a_small_stack() {
    const N: usize = 10_000_000;
    let work = || {
        let tape = Tape::with_capacity(N + 2);
        let (x, unused) = (tape.var(1.0), tape.var(1.0));
        let y = (0..N).fold(x, |y, _| y + x);
        let gradient = y.gradient();
        // Counting is exact below 2^53; that `unused` has no path is asked of the whole graph.
        (y.value(), gradient.wrt(x), gradient.get(unused))
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap();
    let count = (N + 1) as f64;
    assert_eq!(thread.join().unwrap(), (count, count, None));
}

#[test]
fn a_hundred_thousand_array_operations_are_swept_on_a_small_stack() {
    const N: usize = 100_000;
    let work = || {
        let tape = ArrayTape::new();
        let x = tape.var(&array![1.0, 2.0]);
        let y = (0..N).fold(x, |y, _| y + x);
        y.sum().gradient().wrt(x)
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap();
    assert_eq!(thread.join().unwrap(), Array1::from_elem(2, (N + 1) as f64).into_dyn());
}

/// The time of a sweep grows with the number of operations, not with its square, which would be minutes here.
#[test]
fn a_hundred_thousand_array_operations_are_swept_again_and_again_by_a_tape_that_is_cleared() {
    const N: usize = 100_000;
    let mut tape = ArrayTape::new();
    // The memory of one sweep fits the next one, or does not.
    for width in [2, 2, 3, 1, 2] {
        let values = Arc::new(vec![1.0; width]);
        let x = tape.shared_var(&values, 0..width, &[width], true);
        let sum = (0..N).fold(x, |y, _| y + x).sum().node();
        let mut gradient = vec![0.0; width];
        tape.gradient_into_and_clear(sum, 1.0, &mut gradient);
        assert_eq!(gradient, vec![(N + 1) as f64; width]);
    }
}

#[test]
fn a_statement_has_the_derivatives_it_was_given() {
    let tape = Tape::new();
    let [x, y, z] = [2.0, 3.0, 5.0].map(|value| tape.var(value));
    let constant = Var::constant(7.0);
    let product = tape.record(210.0, &[(x, 105.0), (constant, 30.0), (y, 70.0), (z, 42.0), (x, 1.0)]);
    let g = (product * 2.0).gradient();
    assert_eq!((product.value(), [x, y, z].map(|v| g.wrt(v))), (210.0, [212.0, 140.0, 84.0]));
    let before = tape.len();
    tape.record(1.0, &[(constant, 3.0)]);
    assert_eq!(tape.len(), before, "a statement of constants is a constant");
}

#[test]
fn the_derivative_with_respect_to_a_variable_without_a_path_is_zero_in_or_zero() {
    let tape = Tape::new();
    let (x, unused) = (tape.var(3.0), tape.var(2.0));
    let y = x * Var::passive(5.0);
    let later = tape.var(1.0);
    let gradient = y.gradient();
    assert_eq!([x, unused, later, Var::passive(4.0)].map(|x| gradient.or_zero(x)), [5.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_derivative_with_respect_to_a_variable_of_another_tape_is_an_error() {
    let (tape, other) = (Tape::new(), Tape::new());
    let (x, stranger) = (tape.var(3.0), other.var(3.0));
    let gradient = (x * x).gradient();
    let panic = panic_of(|| gradient.or_zero(stranger));
    assert!(
        panic.message.contains("gradient: the operands were recorded on two tapes; the left one was made at"),
        "{panic:?}"
    );
}

#[test]
fn nothing_of_an_earlier_gradient_is_left_on_a_tape_that_is_used_again() {
    let mut tape = Tape::new();
    let mut gradient = [f64::NAN; 4];
    let product =
        value_and_grad_into(&mut tape, |v| v[0] * v[1] * v[2], &[2.0, 3.0, 5.0], &mut gradient[..3]);
    assert_eq!((product, &gradient[..3]), (30.0, &[15.0, 10.0, 6.0][..]));
    let first = value_and_grad_into(&mut tape, |v| v[0], &[2.0, 3.0, 5.0], &mut gradient[..3]);
    assert_eq!((first, &gradient[..3]), (2.0, &[1.0, 0.0, 0.0][..]));
    let constant = value_and_grad_into(&mut tape, |_| Var::passive(7.0), &[2.0, 3.0], &mut gradient[..2]);
    assert_eq!((constant, &gradient[..2]), (7.0, &[0.0, 0.0][..]));
    let longer =
        value_and_grad_into(&mut tape, |v| v[3].square() - v[1], &[1.0, 2.0, 3.0, 4.0], &mut gradient);
    assert_eq!((longer, gradient), (14.0, [0.0, -1.0, 0.0, 8.0]));
}

#[test]
fn an_output_of_another_tape_is_refused() {
    let other: &'static Tape = Box::leak(Box::default());
    let stranger = other.var(1.0);
    let mut tape = Tape::new();
    let panic = panic_of(|| value_and_grad_into(&mut tape, |_| stranger, &[2.0], &mut [0.0]));
    assert!(panic.message.contains("recorded on two tapes"), "{panic:?}");
}

#[test]
fn an_operation_may_have_many_operands_and_an_array_many_axes() {
    let mut tape = ArrayTape::<f64>::new();
    for count in [7, 5, 9, 2] {
        let parts: Vec<_> =
            (0..count).map(|i| tape.var(&ArrayD::from_elem(vec![1; 6], f64::from(i)))).collect();
        let y = parts[0].concatenate(&parts[1..], 5);
        assert_eq!(y.shape().as_slice(), [1, 1, 1, 1, 1, count as usize]);
        assert_eq!(*y.elements(), *(0..count).map(f64::from).collect::<Vec<_>>());
        let gradient = y.square().sum().gradient();
        let slopes: Vec<f64> = parts.iter().map(|&part| gradient.wrt(part)[[0; 6]]).collect();
        assert_eq!(slopes, (0..count).map(|i| 2.0 * f64::from(i)).collect::<Vec<_>>());
        drop(gradient);
        tape.clear();
    }
}

#[test]
fn a_tape_for_inference_gives_the_same_values_and_forgets_those_on_the_way() {
    fn layers(tape: &ArrayTape<f64>) -> (ArrayD<f64>, ArrayD<f64>, Vec<usize>) {
        let x = tape.constant(&array![[1.0, -2.0], [0.5, 3.0]]);
        let mut seen = Vec::new();
        let y = x.fold_layers(1..5, |x, k| {
            seen.push(tape.len() - 1);
            (x * f64::from(k) - 0.5).tanh()
        });
        (x.value(), y.value(), seen)
    }
    let recorded = layers(&ArrayTape::new());
    let mut tape = ArrayTape::for_inference();
    for _ in 0..3 {
        assert_eq!(layers(&tape), recorded);
        let on_the_way =
            recorded.2[1..].iter().map(|&node| panic_of(|| tape.node(NodeId::new(node)).value()));
        assert!(on_the_way.into_iter().all(|panic| panic.message.contains("was dropped")));
        tape.clear();
    }
}

#[test]
fn a_tape_for_inference_has_no_derivatives() {
    let tape = ArrayTape::for_inference();
    let y = tape.var(&array![1.0, 2.0]).square().sum();
    blames_this_line(&["for inference"], || y.gradient());
}

#[test]
fn a_sweep_that_uses_the_memory_of_values_gives_the_same_gradient() {
    let widths = [3, 7, 2, 9, 9, 1];
    let sizes: Vec<usize> = widths.windows(2).map(|fan| fan[0] * fan[1] + fan[1]).collect();
    let weights: Vec<f64> = (0..sizes.iter().sum()).map(|i: usize| (i as f64 * 0.7).sin()).collect();
    let flat = Arc::new(weights);
    let total = |tape: &ArrayTape<f64>, rows: usize| {
        let x = Array2::from_shape_fn((rows, widths[0]), |(i, j)| (i + 2 * j) as f64 * 0.1 - 0.2);
        let mut next = 0;
        let mut take = |shape: &[usize]| {
            let range = next..next + shape.iter().product::<usize>();
            next = range.end;
            tape.shared_var(&flat, range, shape, true)
        };
        let y = tape.constant(&x).fold_layers(widths.windows(2), |x, fan| {
            let (weight, bias) = (take(fan), take(&fan[1..]));
            x.affine_map(weight, bias, Tanh)
        });
        y.square().sum().node()
    };
    let (mut kept, mut used) = (ArrayTape::new(), ArrayTape::new());
    let [mut expected, mut found] = [vec![f64::NAN; flat.len()], vec![f64::NAN; flat.len()]];
    for rows in [4, 4, 2, 9, 4] {
        let node = total(&kept, rows);
        kept.node(node).gradient_into(0.5, &mut expected);
        kept.clear();
        let node = total(&used, rows);
        used.gradient_into_and_clear(node, 0.5, &mut found);
        assert_eq!(found, expected, "{rows} rows");
        assert!(used.is_empty());
    }
}

#[test]
fn a_plain_number_of_either_precision_stands_beside_a_tensor_and_a_literal_needs_no_suffix() {
    let c = 0.5_f32;
    let single = ArrayTape::<f32>::new();
    let x = single.var(&array![1.0, 3.0]);
    let y = c * x + x / c - (1.0 - x * 2.0) / 4.0_f64 + (2.0 * x).square();
    assert_eq!((y.sum().item(), y.sum().gradient().wrt(x)), (51.5, array![11.0, 27.0].into_dyn()));
    assert_eq!((2.0 * x).sum().item() + (x + 1.0).sum().item(), 8.0 + 6.0);

    let double = ArrayTape::<f64>::new();
    let x = double.var(&array![1.0, 3.0]);
    assert_eq!((2.0 * x - x * c).sum().item() + (1.0 / x).largest().item(), 6.0 + 1.0);

    let nested = ArrayTape::<Dual<f32>>::new();
    let x = nested.var(&array![Dual::new(1.0_f32, 1.0)]);
    assert_eq!((c * x * x).sum().item(), Dual::new(0.5, 1.0));

    let scalars = Tape::<f32>::new();
    let x = scalars.var(3.0);
    assert_eq!((2.0 * (x * c - 1.0)).gradient().wrt(x), 1.0);
}

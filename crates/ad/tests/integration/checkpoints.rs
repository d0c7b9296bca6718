//! Checkpoints: less memory, the same bits.

use crate::support::{ROUNDING, assert_close, blames_this_line};
use ndarray::{ArrayD, array};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wengert_ad::check::gradcheck;
use wengert_ad::{
    ArrayTape, Element, Elementary, Number, Numeric, Scalar, Tape, Tensor, Var, arrays, checkpoint, grad,
    hvp, value_and_grad,
};

/// One step of a recurrence in which every number of the state and every parameter is used several times.
fn step<T: Number>(v: &[T]) -> Vec<T> {
    let (a, b, p, q) = (v[0], v[1], v[2], v[3]);
    vec![(a * p + b * q).tanh() + a * 0.3, (b * p - a * q).sin() + p * q * 0.1, p, q]
}

fn repeated<T: Number>(v: &[T], steps: usize) -> Vec<T> {
    (0..steps).fold(v.to_vec(), |v, _| step(&v))
}

/// A loss in which the parameters stand outside the recurrence, too.
fn loss<T: Number>(end: &[T], v: &[T]) -> T {
    end[0] * end[1] + v[2].exp() * v[3] + v[0] * end[1].square()
}

const AT: [f64; 4] = [0.4, -0.7, 0.9, 0.35];

fn plain<T: Number>(v: &[T]) -> T {
    loss(&repeated(v, 12), v)
}

fn checkpointed<'t, T: Scalar>(v: &[Var<'t, T>]) -> Var<'t, T> {
    let thrice = |v: &[Var<'t, T>]| checkpoint(v, |v| repeated(v, 3));
    loss(&(0..4).fold(v.to_vec(), |v, _| thrice(&v)), v)
}

/// Checkpoints of six steps, of which each holds two of three.
fn nested<'t, T: Scalar>(v: &[Var<'t, T>]) -> Var<'t, T> {
    let six = |v: &[Var<'t, T>]| {
        checkpoint(v, |v| (0..2).fold(v.to_vec(), |v, _| checkpoint(&v, |v| repeated(v, 3))))
    };
    loss(&six(&six(v)), v)
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn the_value_and_the_gradient_have_the_same_bits_as_without() {
    let (value, gradient) = value_and_grad(|v| plain(v), &AT);
    for (name, other) in
        [("checkpointed", value_and_grad(checkpointed, &AT)), ("nested", value_and_grad(nested, &AT))]
    {
        assert_eq!(value.to_bits(), other.0.to_bits(), "{name}");
        assert_eq!(bits(&gradient), bits(&other.1), "{name}");
    }
}

#[test]
fn products_with_the_hessian_have_the_same_bits_too() {
    let direction = [0.3, 1.0, -0.5, 2.0];
    let product = hvp(|v| plain(v), &AT, &direction);
    assert_eq!(bits(&product), bits(&hvp(checkpointed, &AT, &direction)));
    assert_eq!(bits(&product), bits(&hvp(nested, &AT, &direction)));
}

#[test]
fn a_sweep_over_a_sweep_passes_checkpoints() {
    // The outer tape sees the inner recomputation in another place, so that sums come in another order.
    let of_sum = |checkpoints: bool| {
        grad(
            |v| {
                let inner = grad(|w| if checkpoints { checkpointed(w) } else { plain(w) }, v);
                inner[0] * 2.0 + inner[3]
            },
            &AT,
        )
    };
    for (i, (a, b)) in of_sum(false).into_iter().zip(of_sum(true)).enumerate() {
        assert_close(i, a, b, ROUNDING);
    }
}

#[test]
fn the_tape_keeps_the_inputs_and_outputs_alone() {
    let lengths = [false, true].map(|checkpoints| {
        let tape = Tape::new();
        let v = AT.map(|x| tape.var(x));
        if checkpoints {
            checkpointed(&v)
        } else {
            plain(&v)
        };
        tape.len()
    });
    // Twelve steps of some twelve operations, against four checkpoints of four outputs; both with inputs
    // and loss.
    assert!(lengths[0] > 12 * 11 && lengths[1] < 4 + 4 * 4 + 12, "{lengths:?}");
}

#[test]
fn the_function_runs_once_forward_and_once_in_each_sweep() {
    let calls = Arc::new(AtomicUsize::new(0));
    let tape = Tape::new();
    let x = tape.var(2.0);
    let counted = Arc::clone(&calls);
    let y = checkpoint(&[x], move |v| {
        counted.fetch_add(1, Ordering::Relaxed);
        vec![v[0].exp()]
    });
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    // A sweep in which nothing arrives at the checkpoint leaves it alone.
    assert_eq!((x * 3.0).gradient().wrt(x), 3.0);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    for sweeps in 1..4 {
        assert_eq!(y[0].gradient().wrt(x), 2.0_f64.exp());
        assert_eq!(calls.load(Ordering::Relaxed), 1 + sweeps);
    }
}

#[test]
fn constants_repeated_inputs_and_unused_outputs_are_as_they_would_be_without() {
    assert_eq!(grad(|v| checkpoint(&[v[0], v[0]], |v| vec![v[0] * v[1]])[0], &[3.0]), [6.0]);
    let constant: Var<'_> = Numeric::constant(5.0);
    assert_eq!(
        grad(|v| checkpoint(&[Numeric::constant(5.0), v[0]], |v| vec![v[0] * v[1], v[1]])[0], &[3.0]),
        [5.0]
    );
    assert!(checkpoint(&[constant], |v| vec![v[0].sin()])[0].tape().is_none());
    assert_eq!(grad(|v| checkpoint(v, |_| vec![Numeric::constant(1.0)])[0] + v[0], &[3.0]), [1.0]);
    assert_eq!(
        grad(|v| checkpoint(v, |v| vec![v[1], v[0] * v[1], v[0]]).into_iter().sum(), &[3.0, 5.0]),
        [6.0, 4.0]
    );
}

#[test]
fn a_path_through_a_checkpoint_is_a_path_even_where_the_derivative_is_zero() {
    let tape = Tape::new();
    let (x, other) = (tape.var(0.0), tape.var(1.0));
    let y = checkpoint(&[x], |v| vec![v[0].square()])[0] * 2.0;
    let gradient = y.gradient();
    assert_eq!((gradient.get(x), gradient.get(other)), (Some(0.0), None));
}

#[test]
fn a_cleared_tape_has_forgotten_its_checkpoints() {
    let mut tape = Tape::new();
    checkpoint(&[tape.var(1.0)], |v| vec![v[0].sin()]);
    tape.clear();
    let x = tape.var(2.0);
    assert_eq!((x * x).gradient().wrt(x), 4.0);
}

#[test]
fn a_function_that_changes_its_mind_is_refused() {
    let y = |v: &[f64]| {
        value_and_grad(
            |v| {
                let times = AtomicUsize::new(2);
                checkpoint(v, move |v| vec![v[0].sin(); times.fetch_sub(1, Ordering::Relaxed)])[1]
            },
            v,
        )
    };
    let message = crate::support::panic_of(|| y(&[1.0])).message;
    assert!(message.contains("did not return output 1 again, it now has 1 outputs"), "{message}");
}

fn layer<'t, T: Element>(v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
    let h = v[0].matmul(v[1]).tanh();
    (h + v[0]).matmul(v[1]).sin() + h * v[0]
}

fn array_loss<'t, T: Element>(v: &[Tensor<'t, T>], checkpoints: bool) -> Tensor<'t, T> {
    let run = |x, w| if checkpoints { arrays::checkpoint(&[x, w], layer) } else { layer(&[x, w]) };
    let end = (0..4).fold(v[0], |x, _| run(x, v[1]));
    (end * v[0]).sum() + v[1].square().matmul(v[1]).sum()
}

fn points() -> Vec<ArrayD<f64>> {
    vec![array![[0.5, -1.0], [1.5, 0.1], [0.3, 0.2]].into_dyn(), array![[0.3, -0.8], [1.1, 0.2]].into_dyn()]
}

#[test]
fn array_checkpoints_give_the_same_bits() {
    let all = |arrays: &[ArrayD<f64>]| bits(&arrays.iter().flatten().copied().collect::<Vec<_>>());
    let (value, gradient) = arrays::value_and_grad(|v| array_loss(v, false), &points());
    let (same_value, same_gradient) = arrays::value_and_grad(|v| array_loss(v, true), &points());
    assert_eq!(value.to_bits(), same_value.to_bits());
    assert_eq!(all(&gradient), all(&same_gradient));
    let directions: Vec<_> = points().iter().map(|x| x.mapv(|x| (3.0 * x).cos())).collect();
    let product = |checkpoints| arrays::hvp(move |v| array_loss(v, checkpoints), &points(), &directions);
    assert_eq!(all(&product(false)), all(&product(true)));
    let (_, along) = arrays::jvp(|v| array_loss(v, true), &points(), &directions);
    let (_, expected) = arrays::jvp(|v| array_loss(v, false), &points(), &directions);
    assert_eq!(along[[]].to_bits(), expected[[]].to_bits());
}

#[test]
fn array_checkpoints_shorten_the_tape_and_may_be_recorded_again_on_a_cleared_one() {
    let mut tape = ArrayTape::new();
    let mut gradients = Vec::new();
    for checkpoints in [false, true, true, false] {
        let v: Vec<_> = points().iter().map(|x| tape.var(x)).collect();
        let y = array_loss(&v, checkpoints);
        assert_eq!(tape.len() < 20, checkpoints, "{}", tape.len());
        gradients.push(y.gradient().wrt(v[1]));
        // Another sweep of the same recording recomputes and agrees.
        assert_eq!(y.gradient().wrt(v[1]), *gradients.last().unwrap());
        tape.clear();
    }
    assert!(gradients.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn array_checkpoints_write_straight_into_a_flat_gradient() {
    let flat = Arc::new(vec![0.3, -0.8, 1.1, 0.2]);
    let by = |checkpoints: bool| {
        let tape = ArrayTape::new();
        let (x, w) = (tape.constant(&points()[0]), tape.shared_var(&flat, 0..4, &[2, 2], true));
        let mut gradient = vec![f64::NAN; 4];
        array_loss(&[x, w], checkpoints).gradient_into(2.0, &mut gradient);
        bits(&gradient)
    };
    assert_eq!(by(true), by(false));
}

#[test]
fn an_array_given_twice_or_without_a_path_is_as_without_a_checkpoint() {
    let x = [array![2.0, 3.0].into_dyn()];
    let twice = arrays::grad(|v| arrays::checkpoint(&[v[0], v[0]], |v| (v[0] * v[1]).sum()), &x);
    assert_eq!(twice[0], array![4.0, 6.0].into_dyn());
    let ignored = arrays::grad(|v| arrays::checkpoint(&[v[0], v[0].exp()], |v| v[0].sum()) + v[0].sum(), &x);
    assert_eq!(ignored[0], array![2.0, 2.0].into_dyn());
    blames_this_line(&["checkpoint: there are no inputs"], || arrays::checkpoint::<f64>(&[], |v| v[0]));
}

#[test]
fn array_checkpoints_pass_a_gradient_check() {
    let report = gradcheck(|v| array_loss(v, true), &points());
    assert!(report.passed(), "{report}");
}

#[test]
fn products_of_functions_of_one_node_have_the_same_bits_in_a_checkpoint() {
    fn euler<T: Number>(y: T, p: T, steps: usize) -> T {
        (0..steps).fold(y, |y, _| y + (p - y * y) * 1e-3)
    }
    let whole = grad(|v| euler(v[0], v[1], 300), &[0.5, 2.0]);
    let in_parts = grad(
        |v| (0..3).fold(v[0], |y, _| checkpoint(&[y, v[1]], |v| vec![euler(v[0], v[1], 100)])[0]),
        &[0.5, 2.0],
    );
    assert_eq!(bits(&in_parts), bits(&whole));
}

//! Jacobians and Hessians: the two directions, the columns one by one, differences and exact answers.

use crate::support::{DIFFERENCE, ROUNDING, assert_close, blames_this_line, difference};
use ndarray::{Array2, ArrayD, array};
use std::collections::VecDeque;
use wengert_ad::{
    Arithmetic, ArrayFunction, Dual, Element, Elementary, Lanes, Number, Numeric, Sweeps, Tensor, Var,
    arrays, checkpoint, grad, hessian, hessian_diagonal, hessian_diagonal_estimate, hvp, jacobian, jvp,
    per_example_gradients, value_and_jacobian,
};

const AT: [f64; 6] = [0.7, -1.1, 0.4, 1.3, 0.2, -0.6];

/// Something smooth of any number of inputs.
fn smooth<T: Number>(v: &[T]) -> T {
    let products: T = v.windows(2).map(|w| (w[0] * w[1] + w[0].exp()).sin()).sum();
    products * v[0] + (v[v.len() - 1] + 2.0).pow(v[0] + 1.0)
}

/// `m` outputs, each of all inputs.
fn several<T: Number>(m: usize, v: &[T]) -> Vec<T> {
    (0..m).map(|k| smooth(v) * (k as f64 + 0.5) + v[k % v.len()].tanh() * v[0]).collect()
}

#[test]
fn both_directions_give_the_columns_of_forward_mode_and_of_differences() {
    for (m, n) in [(1, 6), (6, 2), (5, 5), (9, 4), (3, 6), (4, 1)] {
        let x = &AT[..n];
        let by = |sweeps| value_and_jacobian(|v| several(m, v), x, sweeps);
        let (outputs, forward) = by(Sweeps::Forward);
        let (same_outputs, reverse) = by(Sweeps::Reverse);
        assert_eq!((outputs.as_slice(), forward.shape()), (several(m, x).as_slice(), &[m, n][..]));
        assert_eq!(outputs, same_outputs);
        for j in 0..n {
            let direction: Vec<f64> = (0..n).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
            for k in 0..m {
                assert_close((m, n, k, j), forward[[k, j]], reverse[[k, j]], ROUNDING);
                let tangent = jvp(|v| several(m, v)[k], x, &direction).1;
                assert_close((m, n, k, j), forward[[k, j]], tangent, ROUNDING);
                let quotient = difference(|v| several(m, v)[k], x, j);
                assert_close((m, n, k, j), forward[[k, j]], quotient, DIFFERENCE);
            }
        }
    }
}

#[test]
fn the_direction_with_fewer_sweeps_is_taken() {
    // The directions multiply the three factors from either end, and the last bits tell which it was.
    let (from_inputs, from_outputs) = (0.1 * 0.2 * 0.3, 0.3 * 0.2 * 0.1);
    assert_ne!(from_inputs, from_outputs);
    // Each sum is a node.
    fn chain<T: Number>(v: &[T]) -> T {
        [0.1, 0.2, 0.3].into_iter().fold(v[0], |x, factor| x * factor + v[1])
    }
    assert_eq!(jacobian(|v| vec![chain(v); 3], &[1.0, 0.0])[[0, 0]], from_inputs);
    assert_eq!(jacobian(|v| vec![chain(v)], &[1.0, 0.0])[[0, 0]], from_outputs);
    assert_eq!(value_and_jacobian(|v| vec![chain(v)], &[1.0, 0.0], Sweeps::Forward).1[[0, 0]], from_inputs);
    assert_eq!(
        value_and_jacobian(|v| vec![chain(v); 3], &[1.0, 0.0], Sweeps::Reverse).1[[0, 0]],
        from_outputs
    );
}

#[test]
fn constants_and_ignored_inputs_have_zero_entries() {
    for sweeps in [Sweeps::Forward, Sweeps::Reverse] {
        let (_, j) =
            value_and_jacobian(|v| vec![v[1], Numeric::constant(3.0), v[1] * v[1]], &[1.0, 2.0], sweeps);
        assert_eq!(j, array![[0.0, 1.0], [0.0, 0.0], [0.0, 4.0]]);
        let (outputs, j) = value_and_jacobian(|_| vec![], &[1.0, 2.0], sweeps);
        assert_eq!((outputs.len(), j.shape()), (0, &[0, 2][..]));
    }
}

#[test]
fn an_infinite_slope_of_one_output_does_not_spoil_the_others() {
    for sweeps in [Sweeps::Forward, Sweeps::Reverse] {
        let (_, j) = value_and_jacobian(|v| vec![v[0].sqrt(), v[0] + v[1], v[1]], &[0.0, 1.0], sweeps);
        assert_eq!(j, array![[f64::INFINITY, 0.0], [1.0, 1.0], [0.0, 1.0]]);
    }
}

#[test]
fn a_jacobian_of_a_jacobian_is_a_second_derivative() {
    let f = |x: &[Dual]| {
        let j = jacobian(|v| vec![v[0].square() * v[1], v[1].sin()], x);
        j.mapv(|entry| entry.tangent)
    };
    let along_first = f(&[Dual::new(3.0, 1.0), Dual::new(5.0, 0.0)]);
    assert_eq!(along_first, array![[10.0, 6.0], [0.0, 0.0]]);
}

#[test]
fn a_forward_sweep_over_a_checkpoint_is_refused_and_a_free_choice_goes_in_reverse() {
    fn f<'t>(v: &[Var<'t>]) -> Vec<Var<'t>> {
        vec![checkpoint(v, |v| vec![v[0].sin()])[0]; 3]
    }
    assert_eq!(jacobian(f, &[0.3])[[2, 0]], 0.3_f64.cos());
    blames_this_line(&["checkpoint", "reverse"], || value_and_jacobian(f, &[0.3], Sweeps::Forward));
}

#[test]
fn the_hessian_is_symmetric_up_to_rounding_and_has_the_products_for_columns() {
    assert_eq!(
        hessian(|v| v[0].powi(3) * (v[0] + v[1] * 3.0), &[2.0, 3.0]),
        array![[156.0, 36.0], [36.0, 0.0]]
    );
    for n in [1, 2, 4, 5, 6] {
        let x = &AT[..n];
        let h = hessian(|v| smooth(v), x);
        let diagonal = hessian_diagonal(|v| smooth(v), x);
        assert_eq!((h.shape(), diagonal.len()), (&[n, n][..], n));
        for j in 0..n {
            assert_close((n, j), h[[j, j]], diagonal[j], 0.0);
            let unit: Vec<f64> = (0..n).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
            let column = hvp(|v| smooth(v), x, &unit);
            for i in 0..n {
                assert_close((n, i, j), h[[i, j]], h[[j, i]], ROUNDING);
                assert_close((n, i, j), h[[i, j]], column[i], ROUNDING);
                let quotient = difference(|v| grad(|v| smooth(v), v)[i], x, j);
                assert_close((n, i, j), h[[i, j]], quotient, DIFFERENCE);
            }
        }
    }
}

/// All vectors of three signs, one after another.
fn all_signs() -> VecDeque<bool> {
    (0..8).flat_map(|bits| (0..3).map(move |i| bits >> i & 1 == 1)).collect()
}

#[test]
fn probing_has_the_diagonal_for_its_mean_and_the_stated_variance() {
    let x = &AT[..3];
    let h = hessian(|v| smooth(v), x);
    let mut signs = all_signs();
    let estimate = |probes, signs: &mut VecDeque<bool>| {
        hessian_diagonal_estimate(|v| smooth(v), x, probes, || signs.pop_front().unwrap())
    };
    let mean = estimate(8, &mut signs);
    let mut signs = all_signs();
    let alone: Vec<Vec<f64>> = (0..8).map(|_| estimate(1, &mut signs)).collect();
    for i in 0..3 {
        assert_close(i, mean[i], h[[i, i]], ROUNDING);
        let variance = alone.iter().map(|d| (d[i] - h[[i, i]]).powi(2)).sum::<f64>() / 8.0;
        let stated: f64 = (0..3).filter(|&j| j != i).map(|j| h[[i, j]].powi(2)).sum();
        assert_close(i, variance, stated, ROUNDING);
    }
    let mut signs = [true, false, true, false, false, true].into();
    assert_eq!(
        hessian_diagonal_estimate(
            |v| v[0].square() + v[1].powi(3),
            &[1.0, 2.0],
            3,
            || {
                let signs: &mut VecDeque<bool> = &mut signs;
                signs.pop_front().unwrap()
            }
        ),
        [2.0, 12.0]
    );
}

#[test]
fn no_probes_are_no_estimate() {
    blames_this_line(&["at least one probe"], || hessian_diagonal_estimate(|v| v[0], &[1.0], 0, || true));
}

/// Squared error of a small network on an example of two features and a target.
fn loss<T: Number>(p: &[T], example: &[T]) -> T {
    let hidden = |k: usize| (p[3 * k] * example[0] + p[3 * k + 1] * example[1] + p[3 * k + 2]).tanh();
    (hidden(0) * p[6] + hidden(1) * p[7] - example[2]).square()
}

#[test]
fn per_example_gradients_are_the_gradients_of_the_examples_however_many_there_are() {
    let parameters: Vec<f64> = (0..8).map(|i| (i as f64 * 1.3).sin()).collect();
    for count in [0, 1, 3, 4, 5, 9] {
        let examples = Array2::from_shape_fn((count, 3), |(i, j)| ((3 * i + j) as f64 * 0.7).cos());
        let gradients = per_example_gradients(|p, e| loss(p, e), &parameters, &examples);
        assert_eq!(gradients.shape(), [count, 8]);
        for (row, example) in gradients.rows().into_iter().zip(examples.rows()) {
            let constants: Vec<_> = example.iter().copied().collect();
            let alone = grad(
                |p| loss(p, &constants.iter().map(|&e| Numeric::constant(e)).collect::<Vec<_>>()),
                &parameters,
            );
            row.iter().zip(&alone).enumerate().for_each(|(j, (&a, &b))| assert_close(j, a, b, ROUNDING));
        }
    }
}

#[test]
fn per_example_gradients_of_arrays_are_those_of_the_examples() {
    let parameters = [array![[0.3, -0.8], [1.1, 0.2], [-0.4, 0.9]].into_dyn(), array![0.2, -0.1].into_dyn()];
    fn one<'t, T: Element>(p: &[Tensor<'t, T>], x: Tensor<'t, T>) -> Tensor<'t, T> {
        x.reshape(&[1, 3]).affine(p[0], p[1]).tanh().square().sum()
    }
    let examples = ArrayD::from_shape_fn(ndarray::IxDyn(&[6, 3]), |i| ((3 * i[0] + i[1]) as f64 * 0.7).cos());
    let gradients = arrays::per_example_gradients(one, &parameters, &examples);
    assert_eq!(gradients.shape(), [6, 8]);
    for (row, x) in gradients.rows().into_iter().zip(examples.outer_iter()) {
        let alone = arrays::grad(|p| one(p, p[0].tape().constant(&x)), &parameters);
        let alone = alone.iter().flatten();
        row.iter().zip(alone).enumerate().for_each(|(j, (&a, &b))| assert_close(j, a, b, ROUNDING));
    }
    let ignored = arrays::per_example_gradients(|p, _| p[1].sum(), &parameters, &examples);
    assert_eq!(ignored.row(5).to_vec(), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    let lanes = |x: f64| Lanes::<4>::from_fn(|_| x);
    assert_eq!(lanes(2.0).total(), 8.0);
}

/// A vector of `m` numbers from a matrix and a vector.
struct Layer;

impl ArrayFunction for Layer {
    fn eval<'t, T: Element>(&self, xs: &[Tensor<'t, T>]) -> Tensor<'t, T> {
        xs[0].matmul(xs[1]).tanh()
    }
}

#[test]
fn jacobians_of_array_functions_agree_in_both_directions_and_with_differences() {
    for (m, k, n) in [(1, 2, 1), (3, 1, 3), (2, 2, 2)] {
        let fill = |shape: [usize; 2], seed: f64| {
            ArrayD::from_shape_fn(ndarray::IxDyn(&shape), |i| (seed + i[0] as f64 + 0.6 * i[1] as f64).sin())
        };
        let xs = [fill([m, k], 0.3), fill([k, n], 1.9)];
        let [forward, reverse, fewest] = [Sweeps::Forward, Sweeps::Reverse, Sweeps::Fewest]
            .map(|sweeps| arrays::jacobian(&Layer, &xs, sweeps));
        assert_eq!(forward.shape(), [m * n, m * k + k * n]);
        for ((row, column), &entry) in forward.indexed_iter() {
            assert_close((row, column), entry, reverse[[row, column]], ROUNDING);
            assert_close((row, column), entry, fewest[[row, column]], ROUNDING);
            let moved = |t: &[f64]| {
                let mut xs = xs.clone();
                *xs.iter_mut().flatten().nth(column).unwrap() += t[0];
                let y = arrays::vjp(|v| Layer.eval(v), &xs, &ArrayD::zeros(vec![m, n])).0;
                *y.iter().nth(row).unwrap()
            };
            assert_close((row, column), entry, difference(moved, &[0.0], 0), DIFFERENCE);
        }
    }
}

#[test]
fn hessians_of_array_functions_are_symmetric_and_have_the_products_for_columns() {
    let xs = [array![[0.3, -0.8, 0.4]].into_dyn(), array![[1.1, 0.2], [-0.4, 0.9], [0.5, 0.6]].into_dyn()];
    let h = arrays::hessian(|v| Layer.eval(v).square().sum(), &xs);
    assert_eq!(h.shape(), [9, 9]);
    for column in 0..9 {
        let mut number = 0..;
        let unit: Vec<_> =
            xs.iter().map(|x| x.map(|_| if number.next() == Some(column) { 1.0 } else { 0.0 })).collect();
        let product = arrays::hvp(|v| Layer.eval(v).square().sum(), &xs, &unit);
        for (row, &expected) in product.iter().flatten().enumerate() {
            assert_close((row, column), h[[row, column]], expected, ROUNDING);
            assert_close((row, column), h[[row, column]], h[[column, row]], ROUNDING);
        }
    }
}

//! The transforms against each other, against differences, and nested in each other.

use crate::support::{DIFFERENCE, ROUNDING, assert_close, difference, smooth, unit};
use ndarray::{ArrayD, ShapeBuilder, array};
use wengert_ad::{
    Dual, Elementary, Number, Numeric, Tape, Tensor, arrays, grad, gradcheck, hvp, jvp, value_and_grad,
    value_and_grad_into, vjp,
};

const AT: [f64; 3] = [0.7, -1.1, 0.4];

/// Two outputs of three inputs.
fn pair<T: Number>(v: &[T]) -> Vec<T> {
    vec![smooth(v), v[0] * v[2].tanh() - v[1]]
}

#[test]
fn gradient_tangents_and_differences_agree() {
    let gradient = grad(|v| smooth(v), &AT);
    for (i, &derivative) in gradient.iter().enumerate() {
        assert_close(i, derivative, difference(smooth, &AT, i), DIFFERENCE);
        assert_close(i, derivative, jvp(smooth, &AT, &unit(3, i)).1, ROUNDING);
    }
    let report = gradcheck(|v| smooth(v), &AT);
    assert!(report.passed(), "{report}");
}

#[test]
fn the_product_of_the_transposed_jacobian_combines_the_gradients_of_the_outputs() {
    let (outputs, pulled) = vjp(|v| pair(v), &AT, &[2.0, -3.0]);
    assert_eq!(outputs, pair(&AT));
    let by_output = [0, 1].map(|k| grad(|v| pair(v)[k], &AT));
    for (i, pulled) in pulled.into_iter().enumerate() {
        assert_close(i, pulled, 2.0 * by_output[0][i] - 3.0 * by_output[1][i], ROUNDING);
    }
}

#[test]
fn one_output_given_twice_gets_the_sum_of_its_cotangents() {
    assert_eq!(vjp(|v| vec![v[0], v[0]], &[5.0], &[2.0, 3.0]).1, [5.0]);
}

#[test]
fn an_input_that_is_ignored_and_an_output_that_is_constant_have_gradient_zero() {
    assert_eq!(grad(|v| v[0] * 2.0, &[1.0, 1.0]), [2.0, 0.0]);
    assert_eq!(value_and_grad(|_| Numeric::constant(4.0), &[1.0, 1.0]), (4.0, vec![0.0, 0.0]));
    assert_eq!(hvp(|v| v[0] * 2.0, &[1.0, 1.0], &[1.0, 1.0]), [0.0, 0.0]);
    assert_eq!(vjp(|_| vec![Numeric::constant(4.0)], &[1.0], &[3.0]), (vec![4.0], vec![0.0]));
}

#[test]
fn a_reused_tape_gives_the_same_bits_as_a_new_one() {
    let mut tape = Tape::new();
    let mut gradient = [f64::NAN; 3];
    let expected = value_and_grad(|v| smooth(v), &AT);
    for _ in 0..3 {
        assert_eq!(value_and_grad_into(&mut tape, |v| smooth(v), &AT, &mut gradient), expected.0);
        assert_eq!(gradient, expected.1[..]);
        value_and_grad_into(&mut tape, |v| v[0].exp(), &[1.0], &mut [0.0]);
    }
}

#[test]
fn every_order_of_modes_gives_the_same_second_derivatives() {
    for direction in [[1.0, 0.0, 0.0], [0.3, -2.0, 0.9]] {
        let forward_over_reverse = hvp(|v| smooth(v), &AT, &direction);
        let reverse_over_forward = grad(
            |v| {
                let along: Vec<_> =
                    v.iter().zip(direction).map(|(&x, d)| Dual::new(x, Numeric::constant(d))).collect();
                smooth(&along).tangent
            },
            &AT,
        );
        let reverse_over_reverse = grad(
            |v| {
                let gradient = grad(|w| smooth(w), v);
                gradient.into_iter().zip(direction).map(|(g, d)| g * d).sum()
            },
            &AT,
        );
        let gradient_along =
            |t: &[f64]| AT.iter().zip(direction).map(|(x, d)| x + t[0] * d).collect::<Vec<_>>();
        for i in 0..3 {
            let unit = unit(3, i);
            let seed = |j: usize| Dual::new(Dual::new(AT[j], direction[j]), Dual::new(unit[j], 0.0));
            let twice: [_; 3] = std::array::from_fn(seed);
            assert_close(i, forward_over_reverse[i], smooth(&twice).tangent.tangent, ROUNDING);
            assert_close(i, forward_over_reverse[i], reverse_over_forward[i], ROUNDING);
            assert_close(i, forward_over_reverse[i], reverse_over_reverse[i], ROUNDING);
            let by_difference = difference(|t| grad(|v| smooth(v), &gradient_along(t))[i], &[0.0], 0);
            assert_close(i, forward_over_reverse[i], by_difference, DIFFERENCE);
        }
    }
}

#[test]
fn a_derivative_that_is_zero_here_but_not_nearby_keeps_its_own_derivatives() {
    // d/dx x^2 y = 2 x y is zero at y = 0, and yet grows with y.
    let mixed = grad(|v| grad(|w| w[0].square() * w[1], v)[0], &[3.0, 0.0]);
    assert_eq!(mixed, [0.0, 6.0]);
    assert_eq!(hvp(|v| v[0].square() * v[1], &[3.0, 0.0], &[1.0, 0.0]), [0.0, 6.0]);
    let third = grad(|u| grad(|v| grad(|w| w[0].powi(3) * w[1], v)[0], u)[0], &[2.0, 0.0]);
    assert_eq!(third, [0.0, 12.0]);
}

#[test]
fn perturbations_of_nested_derivatives_are_not_confused() {
    // d/dx (x d/dy (x + y)) = 1; taking the two perturbations for the same one gives 2.
    let (zero, one) = (Dual::new(0.0, 0.0), Dual::new(1.0, 0.0));
    let outer = jvp(|x| x[0] * jvp(|y| y[0] + Dual::new(x[0], zero), &[x[0]], &[one]).1, &[1.0], &[1.0]);
    assert_eq!(outer, (1.0, 1.0));
}

fn points() -> Vec<ArrayD<f64>> {
    let weight = array![[0.3, -0.8], [1.1, 0.2], [-0.4, 0.9]];
    vec![
        array![[0.5, -1.0, 2.0], [1.5, 0.1, -0.7]].into_dyn(),
        weight.into_dyn(),
        array![0.2, -0.1].into_dyn(),
    ]
}

/// A small network with a loss, over every kind of primitive.
fn network<'t, T: wengert_ad::Element>(v: &[Tensor<'t, T>]) -> Tensor<'t, T> {
    let hidden = v[0].affine(v[1], v[2]).tanh();
    let loss = hidden.cross_entropy(&[1, 0]).mean();
    loss + hidden.transpose().matmul(hidden).slice(0, 0..1).log_sum_exp()
        * hidden.gather(&[1, 1]).square().sum()
}

#[test]
fn gradients_of_array_functions_agree_with_tangents_and_differences() {
    #[expect(clippy::redundant_closure, reason = "without it, the type of the tensors is not inferred")]
    let report = gradcheck(|v| network(v), &points());
    assert!(report.passed(), "{report}");
    let directions: Vec<_> = points().iter().map(|x| x.mapv(|x| (3.0 * x).cos())).collect();
    let gradient = arrays::grad(network, &points());
    let along: f64 = gradient.iter().zip(&directions).map(|(g, d)| (g * d).sum()).sum();
    assert_close("along", arrays::jvp(network, &points(), &directions).1[[]], along, ROUNDING);
}

#[test]
fn hessian_products_of_array_functions_are_differences_of_gradients_and_symmetric() {
    let [u, v] =
        [3.0, 5.0].map(|k: f64| points().iter().map(|x| x.mapv(|x| (k * x).cos())).collect::<Vec<_>>());
    let hu = arrays::hvp(network, &points(), &u);
    let hv = arrays::hvp(network, &points(), &v);
    let dot = |a: &[ArrayD<f64>], b: &[ArrayD<f64>]| a.iter().zip(b).map(|(a, b)| (a * b).sum()).sum::<f64>();
    assert_close("<v, H u> = <u, H v>", dot(&v, &hu), dot(&u, &hv), ROUNDING);
    for (i, hu) in hu.iter().enumerate() {
        for (k, &hu) in hu.iter().enumerate() {
            let moved = |t: &[f64]| points().iter().zip(&u).map(|(x, u)| x + u * t[0]).collect::<Vec<_>>();
            let derivative = |t: &[f64]| *arrays::grad(network, &moved(t))[i].iter().nth(k).unwrap();
            assert_close((i, k), hu, difference(derivative, &[0.0], 0), DIFFERENCE);
        }
    }
}

#[test]
fn a_gradient_check_finds_a_wrong_derivative_and_says_where() {
    // The plain number cuts the graph, so that half of the derivative with respect to the second input is
    // missing.
    let report = gradcheck(|v| v[0] + v[1] * v[1].value(), &[1.0, 3.0]);
    assert!(!report.passed());
    let worst = report.worst().unwrap();
    assert_eq!((worst.input, worst.reverse), (1, 3.0));
    assert!(report.to_string().contains("FAILED: 2 derivatives, worst with respect to input 1"), "{report}");
}

#[test]
fn a_gradient_check_reads_arrays_in_logical_order_however_they_are_stored() {
    let by_columns = ArrayD::from_shape_vec(ndarray::IxDyn(&[2, 2]).f(), vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    let weights = array![[1.0, 10.0], [100.0, 1000.0]];
    let report = gradcheck(|v| (v[0].square() * v[0].tape().constant(&weights)).sum(), &[by_columns]);
    assert!(report.passed(), "{report}");
}

//! Variables of which functions are not recorded.

use crate::support::{ROUNDING, assert_close, blames_this_line};
use wengert_ad::{Elementary, Tape, checkpoint};

#[test]
fn functions_of_one_input_take_no_nodes_and_have_no_derivative_of_their_own() {
    let tape = Tape::new();
    let x = tape.inputs(&[0.5, 2.0]);
    let inside = (x[0].sin() * 3.0).exp();
    assert_eq!(tape.len(), 2);
    let y = inside * x[1].ln();
    assert_eq!((tape.len(), tape.bytes()), (3, 24));
    let gradient = y.gradient();
    let slope = 3.0 * 0.5_f64.cos() * inside.value() * 2.0_f64.ln();
    assert!((gradient.wrt(x[0]) - slope).abs() < 1e-15);
    assert_eq!((gradient.wrt(y), gradient.wrt(x[1])), (1.0, inside.value() / 2.0));
    blames_this_line(&["Tape::var", "intermediate"], || gradient.wrt(inside));
    blames_this_line(&["Tape::var"], || gradient.get(inside));
    blames_this_line(&["Tape::var"], || gradient.or_zero(inside));
    // An output that is not a node.
    assert_eq!(x[1].square().gradient().wrt(x[1]), 4.0);
}

#[test]
fn custom_operations_and_checkpoints_take_functions_of_one_input() {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let squared = x.square();
    let sum = tape.record(7.0, &[(squared, 2.0), (x, 10.0)]);
    assert_eq!(sum.gradient().wrt(x), 2.0 * 1.0 + 10.0);
    let doubled = tape.custom(&[squared, x], &[0.5], |at, x_bar| {
        x_bar[0] += 2.0 * at.y_bar[0];
        x_bar[1] += 5.0 * at.y_bar[0];
    });
    assert_eq!(doubled[0].gradient().wrt(x), 2.0 * 1.0 + 5.0);
    // Two functions of one node are two inputs of a checkpoint.
    let y = checkpoint(&[squared, x.exp(), squared], |v| vec![v[0] * v[1] + v[2].sin()]);
    let (exp, cos) = (0.5_f64.exp(), 0.25_f64.cos());
    let slope = exp * 1.0 + 0.25 * exp + cos;
    assert!((y[0].gradient().wrt(x) - slope).abs() < 1e-14);
    // Functions of their outputs take no nodes either.
    let nodes = tape.len();
    let functions = [sum.sin(), doubled[0].sin(), y[0].sin()];
    assert_eq!(tape.len(), nodes);
    assert!((functions[2].gradient().wrt(x) - y[0].value().cos() * slope).abs() < 1e-14);
}

#[test]
fn products_and_quotients_of_functions_of_one_node_are_no_nodes() {
    let tape = Tape::new();
    let x = tape.inputs(&[1.5, 2.0]);
    let square = x[0] * x[0];
    let y = square * x[0].exp() / (x[0] + 1.0);
    assert_eq!(tape.len(), 2);
    // d/dx x^2 e^x / (x + 1) = x e^x (x^2 + 2 x + 2) / (x + 1)^2.
    let expected = 1.5 * 1.5_f64.exp() * (1.5 * 1.5 + 2.0 * 1.5 + 2.0) / (2.5 * 2.5);
    assert_close("one node", y.gradient().wrt(x[0]), expected, ROUNDING);
    // Rosenbrock's term: a difference, a sum, and nothing else.
    let (a, b) = (x[1] - square, x[0] - 1.0);
    let term = a * a * 100.0 + b * b;
    assert_eq!(tape.len(), 2 + 2);
    let gradient = term.gradient();
    let expected = [-400.0 * 1.5 * (2.0 - 2.25) + 2.0 * 0.5, 200.0 * (2.0 - 2.25)];
    assert_close("x", gradient.wrt(x[0]), expected[0], ROUNDING);
    assert_close("y", gradient.wrt(x[1]), expected[1], ROUNDING);
}

#[test]
fn products_of_functions_of_a_recorded_variable_and_of_two_nodes_are_nodes() {
    let tape = Tape::new();
    let (x, y) = (tape.input(3.0), tape.var(4.0));
    let square = y * y;
    assert_eq!(tape.len(), 2 + 1);
    // Two nodes with the same value.
    let product = (x * y) * (x * y);
    assert_eq!(tape.len(), 2 + 1 + 3);
    let gradient = (product + square).gradient();
    assert_eq!((gradient.wrt(x), gradient.wrt(y)), (2.0 * 3.0 * 16.0, 2.0 * 4.0 * 9.0 + 2.0 * 4.0));
    assert_eq!(gradient.wrt(square), 1.0);
}

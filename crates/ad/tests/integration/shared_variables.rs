//! Variables and constants of an array tape that share a buffer with their owner.

use crate::support::blames_this_line;
use ndarray::array;
use std::sync::Arc;
use wengert_ad::{ArrayTape, Elementary, Tensor};

/// Something that uses each of its operands, the weight twice.
fn loss<'t>(
    x: Tensor<'t, f64>,
    weight: Tensor<'t, f64>,
    bias: Tensor<'t, f64>,
    factor: Tensor<'t, f64>,
) -> Tensor<'t, f64> {
    weight.square().sum() + x.affine(weight, bias).tanh().sum() * factor
}

#[test]
fn shared_variables_get_the_gradients_of_their_own_copies_written_to_their_ranges() {
    let flat = Arc::new(vec![0.5, -1.0, 2.0, 0.25, 3.0, 7.0, 1.0, -2.0]);
    let x = array![[1.0, 2.0], [3.0, -4.0]];
    let tape = ArrayTape::new();
    let weight = tape.shared_var(&flat, 0..4, &[2, 2], true);
    let bias = tape.shared_var(&flat, 4..6, &[2], true);
    let unused = tape.shared_var(&flat, 6..7, &[1], true);
    let frozen = tape.shared_var(&flat, 7..8, &[], false);
    let shared = loss(tape.constant(&x), weight, bias, frozen);
    let mut written = [f64::NAN; 8];
    shared.gradient_into(2.0, &mut written);

    let (own_weight, own_bias) = (tape.var(&weight.value()), tape.var(&bias.value()));
    let copied = loss(tape.constant(&x), own_weight, own_bias, tape.constant(&frozen.value()));
    let (by_shared, by_copy) = (shared.gradient(), copied.gradient());
    assert_eq!(shared.item(), copied.item());
    assert_eq!(by_shared.wrt(weight), by_copy.wrt(own_weight));
    assert_eq!(by_shared.wrt(bias), by_copy.wrt(own_bias));
    let doubled = |g: ndarray::ArrayD<f64>| g.iter().map(|g| 2.0 * g).collect::<Vec<_>>();
    assert_eq!(written[..4], doubled(by_shared.wrt(weight)));
    assert_eq!(written[4..6], doubled(by_shared.wrt(bias)));
    assert_eq!(written[6..], [0.0, 0.0], "the unused and the frozen variable");
    assert_eq!((by_shared.get(unused), by_shared.get(frozen)), (None, None));
}

#[test]
fn a_shared_variable_that_is_the_output_itself_gets_the_factor() {
    let flat = Arc::new(vec![3.0, 4.0]);
    let tape = ArrayTape::new();
    let (x, _) = (tape.shared_var(&flat, 0..1, &[], true), tape.shared_var(&flat, 1..2, &[], true));
    let mut written = [f64::NAN; 2];
    x.gradient_into(0.5, &mut written);
    assert_eq!(written, [0.5, 0.0]);
}

#[test]
fn a_share_outside_its_buffer_blames_the_call() {
    let (flat, tape) = (Arc::new(vec![0.0; 4]), ArrayTape::<f64>::new());
    blames_this_line(&["2..6", "4"], || tape.shared_var(&flat, 2..6, &[4], true));
    blames_this_line(&["0..3", "[4]"], || tape.shared_var(&flat, 0..3, &[4], true));
}

#[test]
fn clearing_gives_the_share_of_a_flat_buffer_back() {
    let (flat, mut tape) = (Arc::new(vec![1.0_f64]), ArrayTape::new());
    tape.shared_var(&flat, 0..1, &[1], true);
    assert_eq!(Arc::strong_count(&flat), 2);
    tape.clear();
    assert_eq!(Arc::strong_count(&flat), 1);
    assert!(tape.is_empty());
}

#[test]
fn shared_constants_may_overlap_and_come_from_several_buffers_and_have_no_place_in_the_gradient() {
    let parameters = Arc::new(vec![2.0, 3.0]);
    let (table, other) = (Arc::new(vec![5.0, 7.0, 11.0]), Arc::new(vec![0.5]));
    let mut tape = ArrayTape::<f64>::new();
    let x = tape.shared_var(&parameters, 0..2, &[2], true);
    let rows = [tape.shared_constant(&table, 0..2, &[2]), tape.shared_constant(&table, 1..3, &[2])];
    let y = (x * rows[0] * rows[1]).sum() * tape.shared_constant(&other, 0..1, &[]);
    let mut gradient = [f64::NAN; 2];
    y.gradient_into(1.0, &mut gradient);
    assert_eq!((y.item(), gradient), (0.5 * (2.0 * 35.0 + 3.0 * 77.0), [17.5, 38.5]));
    assert_eq!(y.gradient().get(rows[0]), None);
    blames_this_line(&["shared_constant", "1..4", "3 elements"], || tape.shared_constant(&table, 1..4, &[3]));
    tape.clear();
    assert_eq!((Arc::strong_count(&table), Arc::strong_count(&other)), (1, 1));
}

#[test]
fn numbers_shared_twice_are_refused_since_their_derivatives_would_meet() {
    let (flat, other) = (Arc::new(vec![2.0, 3.0, 4.0]), Arc::new(vec![2.0, 3.0, 4.0]));
    let mut tape = ArrayTape::<f64>::new();
    tape.shared_var(&flat, 1..3, &[2], true);
    blames_this_line(&["0..2 overlaps 1..3", "once"], || tape.shared_var(&flat, 0..2, &[2], true));
    tape.shared_var(&other, 0..3, &[3], true);
    blames_this_line(&["2..3 overlaps 0..3"], || tape.shared_var(&other, 2..3, &[1], true));
    tape.shared_var(&flat, 0..1, &[1], true);
    tape.clear();
    tape.shared_var(&other, 0..2, &[2], true);
}

#[test]
fn a_flat_gradient_is_zero_where_nothing_is_shared() {
    let flat = Arc::new(vec![2.0, 3.0, 5.0, 7.0, 11.0, 13.0]);
    // Ranges with gaps before, between and after them, in ascending and in descending order.
    for ranges in [[1..2, 3..5], [3..5, 1..2]] {
        let mut tape = ArrayTape::<f64>::new();
        let squares = |tape: &ArrayTape<f64>| {
            let [a, b] =
                ranges.clone().map(|range| tape.shared_var(&flat, range.clone(), &[range.len()], true));
            (a.square().sum() + b.square().sum()).node()
        };
        let (expected, mut written) = ([0.0, 6.0, 0.0, 14.0, 22.0, 0.0], [f64::NAN; 6]);
        let node = squares(&tape);
        tape.node(node).gradient_into(1.0, &mut written);
        assert_eq!(written, expected);
        written.fill(f64::NAN);
        tape.gradient_into_and_clear(node, 1.0, &mut written);
        assert_eq!(written, expected);
        written.fill(f64::NAN);
        squares(&tape);
        tape.constant(&array![1.0]).sum().gradient_into(1.0, &mut written);
        assert_eq!(written, [0.0; 6], "an output without a path to any variable");
    }
}

#[test]
fn variables_of_two_buffers_get_a_gradient_each_and_those_of_constants_none() {
    let [actor, critic, fixed] = [2.0, 5.0, 7.0].map(|x| Arc::new(vec![x, x + 1.0]));
    let mut tape = ArrayTape::<f64>::new();
    for _ in 0..2 {
        tape.clear();
        let frozen = tape.shared_var(&fixed, 0..2, &[2], false);
        let a = tape.shared_var(&actor, 0..2, &[2], true);
        let y = (a * a * frozen).sum();
        let mut alone = [f64::NAN; 2];
        y.gradient_into(0.5, &mut alone);
        assert_eq!(alone, [14.0, 24.0], "frozen buffers do not count");
        let c = tape.shared_var(&critic, 0..2, &[2], true);
        let y = (a * c * frozen).sum();
        let [mut none, mut of_actor, mut of_critic] = [[f64::NAN; 2]; 3];
        y.gradients_into(1.0, &mut [&mut none, &mut of_actor, &mut of_critic]);
        assert_eq!((none, of_actor, of_critic), ([0.0; 2], [35.0, 48.0], [14.0, 24.0]));
        // The output of one model alone: the gradient of the other is 0, also from its buffer's start.
        a.sum().gradients_into(1.0, &mut [&mut none, &mut of_actor, &mut of_critic]);
        assert_eq!((none, of_actor, of_critic), ([0.0; 2], [1.0; 2], [0.0; 2]));
    }
}

#[test]
fn a_flat_gradient_that_does_not_fit_the_buffers_blames_the_call() {
    let [flat, other] = [2.0, 3.0].map(|x| Arc::new(vec![x; 3]));
    let tape = ArrayTape::<f64>::new();
    let unshared = tape.var(&array![1.0]).sum();
    let mut gradient = [0.0; 3];
    blames_this_line(&["has 3", "no shared", "bind"], || unshared.gradient_into(1.0, &mut gradient));
    unshared.gradient_into(1.0, &mut []);
    let x = tape.shared_var(&flat, 0..3, &[3], true).sum();
    blames_this_line(&["has 3 elements", "has 2"], || x.gradient_into(1.0, &mut gradient[..2]));
    tape.shared_var(&other, 0..3, &[3], true);
    blames_this_line(&["2 shared", "gradients_into"], || x.gradient_into(1.0, &mut gradient));
    blames_this_line(&["2 shared", "1 gradients"], || x.gradients_into(1.0, &mut [&mut gradient]));
}

//! Forward mode along several directions at once, against forward mode along each.

use crate::support::rules::all_rules;
use wengert_ad::{Directions, Dual, Numeric, Scalar};

#[test]
fn one_sweep_along_two_directions_gives_the_bits_of_two_sweeps_along_one() {
    let tangents = |i: usize| [0.7 - i as f64, 1.3 + i as f64];
    for rule in &all_rules() {
        for x in &rule.points {
            let inputs: Vec<_> =
                x.iter().enumerate().map(|(i, &x)| Directions::new(x, tangents(i))).collect();
            let y: Directions<2> = rule.apply(&inputs);
            for direction in 0..2 {
                let along = |(i, &x)| Dual::new(x, tangents(i)[direction]);
                let alone: Dual = rule.apply(&x.iter().enumerate().map(along).collect::<Vec<_>>());
                let (got, want) = ([y.primal, y.tangents[direction]], [alone.primal, alone.tangent]);
                assert_eq!(
                    got.map(f64::to_bits),
                    want.map(f64::to_bits),
                    "{rule:?} at {x:?}: {got:?}, not {want:?}"
                );
            }
        }
    }
}

#[test]
fn a_choice_takes_the_tangents_along_with_the_primal() {
    let (yes, no) = (Directions::new(1.0, [2.0, 3.0]), Directions::new(4.0, [5.0, 6.0]));
    let (low, high) = (Directions::constant(0.0), Directions::constant(1.0));
    assert_eq!(low.select(high, |a, b| a < b, yes, no), yes);
    assert_eq!(high.select(low, |a, b| a < b, yes, no), no);
}

#[test]
fn a_number_is_zero_only_if_it_moves_along_no_direction() {
    assert!(Directions::<2>::constant(0.0).is_zero());
    assert!(!Directions::new(0.0, [0.0, 1.0]).is_zero());
    assert!(Directions::new(1.0, [0.0, 1.0]).is_finite());
    assert!(!Directions::new(1.0, [0.0, f64::INFINITY]).is_finite());
}

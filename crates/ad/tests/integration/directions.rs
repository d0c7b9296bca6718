//! Forward mode along several directions: what one direction gives, for all of them at once.

use crate::support::{Property, Rule, each_rule};
use wengert_ad::{Directions, Dual, Numeric, Scalar};

/// One sweep along two directions gives the bits of two sweeps along one.
struct AgreesWithDuals;

impl Property for AgreesWithDuals {
    fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
        let tangents = |i: usize| [0.7 - i as f64, 1.3 + i as f64];
        for x in points {
            let inputs: Vec<_> =
                x.iter().enumerate().map(|(i, &x)| Directions::new(x, tangents(i))).collect();
            let y = rule.apply(&inputs);
            for direction in 0..2 {
                let inputs: Vec<_> =
                    x.iter().enumerate().map(|(i, &x)| Dual::new(x, tangents(i)[direction])).collect();
                let alone = rule.apply(&inputs);
                assert_eq!(
                    (y.primal.to_bits(), y.tangents[direction].to_bits()),
                    (alone.primal.to_bits(), alone.tangent.to_bits()),
                    "{rule:?} at {x:?}"
                );
            }
        }
    }
}

#[test]
fn every_rule_gives_along_several_directions_what_it_gives_along_each() {
    each_rule(&mut AgreesWithDuals);
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

//! Feasible weights of the dual of the hinge loss, and the optimal intercept.

use ndarray::Array1;

/// Projects weights onto the feasible set `0 <= a_i <= 1`, `t'a = 0`.
pub(crate) fn balance(a: &mut Array1<f64>, signs: &Array1<f64>) {
    let theta = multiplier(a, signs);
    a.zip_mut_with(signs, |a, t| *a = (*a - theta * t).clamp(0.0, 1.0));
}

/// The root `theta` of `sum_i t_i clamp(a_i - theta t_i, 0, 1)`. The sum is decreasing and
/// piecewise linear in `theta`, so Newton steps within a bracket reach the piece that contains the
/// root.
fn multiplier(a: &Array1<f64>, signs: &Array1<f64>) -> f64 {
    // Beyond the bracket, all weights of one sign are 0 and all others are 1.
    let most = a.iter().fold(0.0, |most: f64, a| most.max(a.abs())) + 1.0;
    let (mut low, mut high, mut theta) = (-most, most, 0.0);
    // Bisection alone would end after about 64 halvings.
    for _ in 0..200 {
        let (mut balance, mut free) = (0.0, 0_usize);
        for (a, t) in a.iter().zip(signs) {
            let moved = a - theta * t;
            balance += t * moved.clamp(0.0, 1.0);
            free += usize::from(0.0 < moved && moved < 1.0);
        }
        if balance == 0.0 || high - low <= f64::EPSILON * most {
            break;
        }
        if balance > 0.0 {
            low = theta;
        } else {
            high = theta;
        }
        let newton = theta + balance / free as f64;
        if newton == theta {
            break;
        }
        theta = if low < newton && newton < high { newton } else { 0.5 * (low + high) };
    }
    theta
}

/// The `b` that minimises `sum_i max(0, 1 - t_i (s_i + b))`; the midpoint if the minimum is an interval.
///
/// The sum has a kink at each `t_i - s_i`, where its slope increases by 1. Before the first kink,
/// the slope is minus the number of positive signs `p`, so it is 0 between kinks `p` and `p + 1` in
/// sorted order.
pub(crate) fn intercept_of_hinge(scores: &Array1<f64>, signs: &Array1<f64>) -> f64 {
    let mut kinks: Vec<f64> = scores.iter().zip(signs).map(|(s, t)| t - s).collect();
    kinks.sort_unstable_by(f64::total_cmp);
    let positive = signs.iter().filter(|&&t| t > 0.0).count();
    let (before, after) = (positive.saturating_sub(1), positive.min(kinks.len() - 1));
    0.5 * (kinks[before] + kinks[after])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balancing_projects_onto_the_feasible_set() {
        let wave = |k: usize| (1.7 * k as f64 + 0.3).sin();
        for (n, scale) in [(2, 0.1), (2, 30.0), (5, 1.0), (40, 0.1), (40, 1.0), (40, 30.0)] {
            let signs = Array1::from_shape_fn(n, |i| if i % 3 == 0 { 1.0 } else { -1.0 });
            let v = Array1::from_shape_fn(n, |i| scale * (wave(i) + 0.3));
            let mut p = v.clone();
            balance(&mut p, &signs);
            // The rounding of sums of n terms of size `scale`.
            let rounding = 1e-14 * n as f64 * scale.max(1.0);
            assert!(p.iter().all(|p| (0.0..=1.0).contains(p)) && p.dot(&signs).abs() < rounding, "{p}");
            // (v - p)'(z - p) <= 0 for every feasible z: for 0, and for those with one positive and
            // one negative weight.
            let off = &v - &p;
            assert!(-off.dot(&p) <= rounding);
            for i in (0..n).step_by(3) {
                for j in (0..n).filter(|j| j % 3 != 0) {
                    assert!(off[i] + off[j] - off.dot(&p) <= rounding, "{n} {scale} {i} {j}");
                }
            }
        }
    }

    #[test]
    fn feasible_weights_are_not_changed() {
        let mut a = Array1::from_vec(vec![0.25, 0.5, 0.75]);
        balance(&mut a, &Array1::from_vec(vec![1.0, 1.0, -1.0]));
        assert_eq!(a.to_vec(), [0.25, 0.5, 0.75]);
    }

    #[test]
    fn the_intercept_minimises_the_hinge_loss_and_is_the_midpoint_of_an_interval() {
        let of = |s: &[f64], t: &[f64]| intercept_of_hinge(&s.to_vec().into(), &t.to_vec().into());
        // The kinks are at -1 - s for negative and at 1 - s for positive signs.
        assert_eq!(of(&[-1.0, 1.0], &[-1.0, 1.0]), 0.0);
        assert_eq!(of(&[-3.0, 3.0], &[-1.0, 1.0]), 0.0);
        assert_eq!(of(&[0.0, 0.0, 0.5], &[-1.0, -1.0, 1.0]), -1.0);
        assert_eq!(of(&[0.0, 0.5], &[1.0, 1.0]), 1.0);
        assert_eq!(of(&[0.0, 0.5], &[-1.0, -1.0]), -1.5);
    }
}

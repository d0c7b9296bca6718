//! Quantiles of numbers.

/// The quantile of finite numbers by linear interpolation between the sorted values, as in NumPy; 0 of none.
/// Reorders them.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let position = share * last as f64;
    let (low, fraction) = (position.floor() as usize, position.fract());
    let (_, &mut below, above) = values.select_nth_unstable_by(low, f64::total_cmp);
    match above.iter().copied().min_by(f64::total_cmp) {
        // No difference of large numbers overflows.
        Some(above) if fraction > 0.0 => below * (1.0 - fraction) + above * fraction,
        _ => below,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert_eq!((quantile(&mut [7.0], 0.5), quantile(&mut [], 0.5)), (7.0, 0.0));
        assert_eq!(quantile(&mut [5.0, 1.0, 2.0, 3.0], 0.25), 1.75);
        assert_eq!(quantile(&mut [5.0, 1.0, 2.0, 3.0], 0.75), 3.5);
        assert_eq!(quantile(&mut [f64::MAX, f64::MAX], 0.5), f64::MAX);
    }
}

//! Gradients by differences: evaluations instead of rules.

/// The gradient by one-sided differences `(f(x + h e_i) - f(x)) / h`: `n + 1` evaluations.
pub(super) fn one_sided(mut f: impl FnMut(&[f64]) -> f64, x: &[f64], h: f64) -> Vec<f64> {
    let value = f(x);
    let mut moved = x.to_vec();
    let mut partial = |i: usize| {
        moved[i] = x[i] + h;
        let difference = (f(&moved) - value) / h;
        moved[i] = x[i];
        difference
    };
    (0..x.len()).map(&mut partial).collect()
}

/// The gradient by central differences `(f(x + h e_i) - f(x - h e_i)) / 2h`: `2n` evaluations.
pub(super) fn central(mut f: impl FnMut(&[f64]) -> f64, x: &[f64], h: f64) -> Vec<f64> {
    let mut moved = x.to_vec();
    let mut partial = |i: usize| {
        let mut at = |step: f64| {
            moved[i] = x[i] + step;
            f(&moved)
        };
        let difference = (at(h) - at(-h)) / (2.0 * h);
        moved[i] = x[i];
        difference
    };
    (0..x.len()).map(&mut partial).collect()
}

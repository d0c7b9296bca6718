//! The points that an optimizer visits.

use crate::float::Float;
use crate::optimizer::Optimizer;

/// The start and the points that `optimizer` visits in `steps` steps: `steps + 1` points.
///
/// `gradient` writes the gradient at a point into a slice that is zero on entry.
///
/// ```
/// use wengert_optim::{Sgd, trajectory};
///
/// let path = trajectory(&mut Sgd::new(0.25), |w, g| g[0] = 2.0 * w[0], &[8.0_f64], 3);
/// assert_eq!(path, [[8.0], [4.0], [2.0], [1.0]]);
/// ```
///
/// # Panics
/// If the optimizer has taken steps with another number of parameters before.
#[track_caller]
pub fn trajectory<F: Float>(
    optimizer: &mut (impl Optimizer<F> + ?Sized),
    mut gradient: impl FnMut(&[F], &mut [F]),
    start: &[F],
    steps: usize,
) -> Vec<Vec<F>> {
    let (mut at, mut slope) = (start.to_vec(), vec![F::zero(); start.len()]);
    let mut visited = Vec::with_capacity(steps + 1);
    visited.push(at.clone());
    for _ in 0..steps {
        slope.fill(F::zero());
        gradient(&at, &mut slope);
        optimizer.step(&mut at, &slope);
        visited.push(at.clone());
    }
    visited
}

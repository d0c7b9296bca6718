//! Markov chains with finitely many states.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use wengert_kernels::Lu;
use wengert_kernels::validate::assert_at_least_one;

/// A Markov chain with finitely many states: row `i` of its matrix contains the probabilities of the state
/// that follows state `i`.
///
/// ```
/// use ndarray::array;
/// use wengert_lab::MarkovChain;
///
/// let chain = MarkovChain::new(array![[0.9, 0.1], [0.3, 0.7]]);
/// assert_eq!(chain.step(&[1.0, 0.0]), [0.9, 0.1]);
/// let limit = chain.stationary();
/// assert!((limit[0] - 0.75).abs() < 1e-14);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MarkovChain {
    transition: Array2<f64>,
}

impl MarkovChain {
    /// The chain with this matrix.
    ///
    /// # Panics
    /// If the matrix is not square or empty, or if a row does not contain probabilities with the sum 1, up
    /// to rounding.
    #[must_use]
    #[track_caller]
    pub fn new(transition: Array2<f64>) -> Self {
        let (rows, columns) = transition.dim();
        assert!(rows > 0 && rows == columns, "Markov chain: the matrix is {rows} x {columns}, not square");
        for (i, row) in transition.rows().into_iter().enumerate() {
            let valid = row.iter().all(|&p| p >= 0.0) && (row.sum() - 1.0).abs() < 1e-9;
            assert!(valid, "Markov chain: row {i} is not a distribution; its sum is {}", row.sum());
        }
        Self { transition }
    }

    /// The matrix of transition probabilities.
    #[must_use]
    pub fn transition(&self) -> ArrayView2<'_, f64> {
        self.transition.view()
    }

    /// The number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.transition.nrows()
    }

    /// The distribution one step later: `P' p`.
    ///
    /// # Panics
    /// If there is not one probability per state.
    #[must_use]
    #[track_caller]
    pub fn step(&self, p: &[f64]) -> Vec<f64> {
        assert_states("step", p, self.states());
        self.transition.t().dot(&ArrayView1::from(p)).to_vec()
    }

    /// The distributions at times 0 to `steps`, starting from `p`.
    ///
    /// # Panics
    /// If there is not one probability per state.
    #[must_use]
    #[track_caller]
    pub fn distributions(&self, p: &[f64], steps: usize) -> Vec<Vec<f64>> {
        assert_states("distributions", p, self.states());
        let mut visited = vec![p.to_vec()];
        for t in 0..steps {
            visited.push(self.step(&visited[t]));
        }
        visited
    }

    /// The matrix of transition probabilities over `steps` steps, `P^steps`, by repeated squaring.
    #[must_use]
    pub fn power(&self, steps: u64) -> Array2<f64> {
        let mut power = Array2::eye(self.states());
        let (mut square, mut left) = (self.transition.clone(), steps);
        while left > 0 {
            if left % 2 == 1 {
                power = power.dot(&square);
            }
            square = square.dot(&square);
            left /= 2;
        }
        power
    }

    /// The distribution that a step leaves unchanged, `pi = P' pi`. It is unique if every state can be
    /// reached from every other one; otherwise the numbers are not finite or not a distribution.
    #[must_use]
    pub fn stationary(&self) -> Vec<f64> {
        // Every row of E consists of ones, so pi' (I - P + E) = 0 + 1'.
        let mut pi = vec![1.0; self.states()];
        self.resolvent(&vec![1.0; self.states()]).solve_transposed(&mut pi, 1);
        pi
    }

    /// The variance of the mean of `f` over `steps` steps of one long run that starts in the stationary
    /// distribution, to the leading order in `1 / steps`: `(2 <f, g> - <f, f>) / steps` with the deviation
    /// `f` from its mean, `g = f + P f + P^2 f + ...`, and scalar products weighted with the stationary
    /// distribution (Kemeny and Snell 1976, section 4.6).
    ///
    /// # Panics
    /// If there is not one value per state, or if `steps` is 0.
    #[must_use]
    #[track_caller]
    pub fn variance_of_mean(&self, f: &[f64], steps: u64) -> f64 {
        assert_states("variance of a mean", f, self.states());
        assert_at_least_one("variance of a mean: the number of steps", steps);
        let pi = self.stationary();
        let mean: f64 = pi.iter().zip(f).map(|(p, f)| p * f).sum();
        let deviation: Vec<f64> = f.iter().map(|f| f - mean).collect();
        let mut sums = deviation.clone();
        self.resolvent(&pi).solve(&mut sums, 1);
        let terms = pi.iter().zip(&deviation).zip(&sums).map(|((p, f), g)| p * f * (2.0 * g - f));
        terms.sum::<f64>() / steps as f64
    }

    /// The factors of `I - P + 1 r'`.
    fn resolvent(&self, row: &[f64]) -> Lu<f64> {
        let n = self.states();
        let matrix = Array2::eye(n) - &self.transition + ArrayView1::from(row).insert_axis(Axis(0));
        let mut factors = Lu::default();
        factors.factorise(matrix.as_standard_layout().as_slice().expect("it is in standard layout"), n);
        factors
    }
}

/// The Kullback-Leibler divergence of `p` from `q` in nats, `sum_i p_i ln(p_i / q_i)`, where `0 ln 0` is 0.
/// It is infinite if `p` has mass where `q` has none.
///
/// # Panics
/// If the distributions differ in length.
#[must_use]
#[track_caller]
pub fn kl_divergence(p: &[f64], q: &[f64]) -> f64 {
    assert_states("divergence", p, q.len());
    p.iter().zip(q).map(|(&p, &q)| if p == 0.0 { 0.0 } else { p * (p / q).ln() }).sum()
}

#[track_caller]
fn assert_states(what: &str, values: &[f64], states: usize) {
    assert!(values.len() == states, "{what}: {} values for {states} states", values.len());
}

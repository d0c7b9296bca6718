//! Gradient descent with noise as a Markov chain on the line: simulation, and its exact distribution.

use crate::markov_chain::MarkovChain;
use crate::potential::Potential;
use crate::quadrature::gauss_legendre;
use ndarray::{Array2, ArrayView1};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::PI;
use wengert_kernels::Lu;
use wengert_kernels::validate::assert_at_least_one;

/// A model of stochastic gradient descent in one variable: `x <- x - eta U'(x) + (eta / sqrt B) xi` with
/// standard normal `xi`, as if the gradient of each of `B` examples had the variance 1.
///
/// For small `eta`, its stationary density is proportional to `exp(-beta U)` with the inverse temperature
/// `beta = 2 B / eta`: a step is one of Euler's method for the Langevin equation `dx = -U' dt + sqrt(2 /
/// beta) dW` with `dt = eta` (Mandt, Hoffman and Blei 2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoisyDescent {
    /// The loss.
    pub potential: Potential,
    /// The learning rate `eta`.
    pub rate: f64,
    /// The batch size `B`, which need not be a whole number in the model.
    pub batch: f64,
}

/// The linear equations for more nodes take too long.
const MOST_NODES: f64 = 2000.0;

/// Mean and standard deviation of a random number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
}

/// The chain on the nodes of a quadrature, on which its distribution is computed.
#[derive(Clone, Debug)]
pub struct ChainOnNodes {
    /// The nodes, in ascending order.
    pub nodes: Vec<f64>,
    /// The weights of the nodes in the quadrature.
    pub weights: Vec<f64>,
    /// The chain: state `i` stands for the neighbourhood of node `i`.
    pub chain: MarkovChain,
    /// The stationary probabilities of the nodes.
    pub stationary: Vec<f64>,
}

impl NoisyDescent {
    /// The inverse temperature `2 B / eta`.
    #[must_use]
    pub fn inverse_temperature(self) -> f64 {
        2.0 * self.batch / self.rate
    }

    /// The standard deviation of the noise of a step, `eta / sqrt B`.
    #[must_use]
    pub fn step_deviation(self) -> f64 {
        self.rate / self.batch.sqrt()
    }

    /// The point after one step.
    #[must_use]
    pub fn step(self, x: f64, random: &mut impl Rng) -> f64 {
        let xi: f64 = StandardNormal.sample(random);
        x - self.rate * self.potential.slope(x) + self.step_deviation() * xi
    }

    /// The points after steps 1, 2, ... from `start`, without end.
    pub fn path<R: Rng>(self, start: f64, random: &mut R) -> impl Iterator<Item = f64> {
        std::iter::successors(Some(start), move |&x| Some(self.step(x, random))).skip(1)
    }

    /// The chain on quadrature nodes (Nystrom's method): the probability density of a step, at the nodes
    /// times their weights. It is exact up to rounding where the normal density of a step is smooth on the
    /// scale of the nodes, which their number ensures. `split` is a point between two nodes at which
    /// functions may jump.
    ///
    /// # Panics
    /// If rate or batch size are not positive and finite, if the loss does not grow to infinity on both
    /// sides, or if the steps are so small that more than 2000 nodes are needed on a side of `split`.
    #[must_use]
    #[track_caller]
    pub fn on_nodes(self, split: f64) -> ChainOnNodes {
        let support = self.potential.support(self.inverse_temperature());
        let split = split.clamp(support.start, support.end);
        let (mut nodes, mut weights) = self.quadrature(support.start, split);
        let (more_nodes, more_weights) = self.quadrature(split, support.end);
        nodes.extend(more_nodes);
        weights.extend(more_weights);
        let mut transition = self.kernel(&nodes, &weights);
        // What leaves the support, less than 1e-15, returns where it left.
        for mut row in transition.rows_mut() {
            let sum = row.sum();
            row /= sum;
        }
        let chain = MarkovChain::new(transition);
        let stationary = chain.stationary();
        ChainOnNodes { nodes, weights, chain, stationary }
    }

    /// Whether a step from anywhere in the support of the Gibbs distribution ends in it, up to noise. If not,
    /// the noise can throw the point to where the steps diverge.
    ///
    /// # Panics
    /// If rate or batch size are not positive and finite, or if the loss does not grow to infinity on both
    /// sides.
    #[must_use]
    #[track_caller]
    pub fn is_confined(self) -> bool {
        let support = self.potential.support(self.inverse_temperature());
        let stays = |x: f64| {
            let next = x - self.rate * self.potential.slope(x);
            support.start < next && next < support.end
        };
        stays(support.start) && stays(support.end)
    }

    /// The probabilities of the nodes of `on` after `steps` steps from `start`, at least 1.
    ///
    /// # Panics
    /// If `steps` is 0.
    #[must_use]
    #[track_caller]
    pub fn probabilities_after(self, on: &ChainOnNodes, start: f64, steps: u64) -> Vec<f64> {
        assert_at_least_one("probabilities: the number of steps", steps);
        let mut first = self.density_of_step(start, &on.nodes, &on.weights).collect::<Vec<f64>>();
        let sum: f64 = first.iter().sum();
        first.iter_mut().for_each(|p| *p /= sum);
        let power = on.chain.power(steps - 1);
        power.t().dot(&ArrayView1::from(&first)).to_vec()
    }

    /// The stationary density at a point: the density of a step to it, averaged over the nodes of `on`.
    #[must_use]
    pub fn stationary_density(self, on: &ChainOnNodes, x: f64) -> f64 {
        let density = |&node: &f64| self.density_of_step(node, &[x], &[1.0]).next().unwrap_or(0.0);
        on.nodes.iter().zip(&on.stationary).map(|(node, p)| p * density(node)).sum()
    }

    /// The number of steps from `start` until the point is at or below `end`: mean and deviation, from the
    /// linear equations `m = 1 + Q m` for the expectations on quadrature nodes above `end`.
    ///
    /// # Panics
    /// As [`on_nodes`](Self::on_nodes), or if the start is not above `end`.
    #[must_use]
    #[track_caller]
    pub fn steps_to(self, end: f64, start: f64) -> Moments {
        // The start can be in a well that is negligible in the stationary distribution.
        assert!(start > end, "steps to {end}: the start {start} must be above");
        let level = self.potential.value(start);
        let support = self.potential.support_from(self.inverse_temperature(), level);
        let (mut nodes, mut weights) = self.quadrature(end, support.end);
        // The start as a node without weight: the expectation there follows from those at the others.
        nodes.push(start);
        weights.push(0.0);
        let n = nodes.len();
        let matrix = Array2::eye(n) - self.kernel(&nodes, &weights);
        let mut factors = Lu::default();
        factors.factorise(matrix.as_slice().expect("a new array is in standard layout"), n);
        let mut mean = vec![1.0; n];
        factors.solve(&mut mean, 1);
        // E t^2 = 1 + 2 Q m + Q (E t^2), and Q m = m - 1.
        let mut square: Vec<f64> = mean.iter().map(|m| 2.0 * m - 1.0).collect();
        factors.solve(&mut square, 1);
        let (mean, square) = (mean[n - 1], square[n - 1]);
        Moments { mean, deviation: (square - mean * mean).max(0.0).sqrt() }
    }

    /// Nodes that are at most half a standard deviation of a step apart, and at least 20.
    #[track_caller]
    fn quadrature(self, start: f64, end: f64) -> (Vec<f64>, Vec<f64>) {
        // Gauss-Legendre nodes are pi / 2 times farther apart in the middle than evenly spaced ones.
        let count = (2.0 * 0.5 * PI * (end - start) / self.step_deviation()).ceil();
        assert!(count <= MOST_NODES, "noisy descent: {count} nodes, at most {MOST_NODES}; take larger steps");
        gauss_legendre(start..end, 20 + count as usize)
    }

    /// Row `i`: the density of the step from node `i` at each node, times its weight.
    fn kernel(self, nodes: &[f64], weights: &[f64]) -> Array2<f64> {
        let mut kernel = Array2::zeros((nodes.len(), nodes.len()));
        for (mut row, &x) in kernel.rows_mut().into_iter().zip(nodes) {
            row.iter_mut().zip(self.density_of_step(x, nodes, weights)).for_each(|(p, density)| *p = density);
        }
        kernel
    }

    /// The density of a step from `x` at each node, times its weight.
    fn density_of_step(self, x: f64, nodes: &[f64], weights: &[f64]) -> impl Iterator<Item = f64> {
        let (mean, deviation) = (x - self.rate * self.potential.slope(x), self.step_deviation());
        let scale = 1.0 / (deviation * (2.0 * PI).sqrt());
        nodes.iter().zip(weights).map(move |(node, weight)| {
            let z = (node - mean) / deviation;
            weight * scale * (-0.5 * z * z).exp()
        })
    }
}

impl ChainOnNodes {
    /// The stationary mean of a function, and the standard deviation of its mean over one run of `steps`
    /// steps.
    ///
    /// # Panics
    /// If `steps` is 0.
    #[must_use]
    #[track_caller]
    pub fn mean_over_run(&self, steps: u64, f: impl Fn(f64) -> f64) -> Moments {
        let values: Vec<f64> = self.nodes.iter().map(|&x| f(x)).collect();
        let mean = self.stationary.iter().zip(&values).map(|(p, f)| p * f).sum();
        Moments { mean, deviation: self.chain.variance_of_mean(&values, steps).max(0.0).sqrt() }
    }

    /// The stationary mean of a function.
    #[must_use]
    pub fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.stationary.iter().zip(&self.nodes).map(|(p, &x)| p * f(x)).sum()
    }

    /// A random node.
    #[must_use]
    pub fn sample(&self, random: &mut impl RngExt) -> f64 {
        let mut left: f64 = random.random();
        let found = self.stationary.iter().position(|p| {
            left -= p;
            left < 0.0
        });
        self.nodes[found.unwrap_or(self.nodes.len() - 1)]
    }
}

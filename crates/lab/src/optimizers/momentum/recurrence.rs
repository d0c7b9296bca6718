//! Optimizers on a parabola as a recurrence of second order, measured from the points that they visit.

use crate::number::digits;
use wengert_optim::{Optimizer, Sgd, trajectory};

/// `w_{t+1} = trace w_t - determinant w_{t-1}`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recurrence {
    /// The sum of the two factors per step.
    pub(super) trace: f64,
    /// Their product.
    pub(super) determinant: f64,
}

impl Recurrence {
    /// The recurrence that four successive points follow.
    pub(super) fn measured(points: &[f64]) -> Self {
        let [a, b, c, d] = [points[0], points[1], points[2], points[3]];
        if b == 0.0 && c == 0.0 {
            return Self { trace: 0.0, determinant: 0.0 };
        }
        let size = b * b - a * c;
        Self { trace: (b * c - a * d) / size, determinant: (c * c - b * d) / size }
    }

    /// A quarter of the discriminant: negative if the factors are complex. Rounding errors count as 0.
    fn discriminant(self) -> f64 {
        let square = 0.25 * self.trace * self.trace;
        let difference = square - self.determinant;
        if difference.abs() < 1e-12 * (square + self.determinant.abs()) { 0.0 } else { difference }
    }

    /// The size of the larger factor.
    pub(super) fn largest_factor(self) -> f64 {
        let discriminant = self.discriminant();
        if discriminant < 0.0 {
            self.determinant.sqrt()
        } else {
            0.5 * self.trace.abs() + discriminant.sqrt()
        }
    }

    /// Both factors as texts.
    pub(super) fn factors(self) -> [String; 2] {
        let (half, discriminant) = (0.5 * self.trace, self.discriminant());
        let root = discriminant.abs().sqrt();
        if discriminant < 0.0 {
            ["+", "-"].map(|sign| format!("{} {sign} {}i", digits(half), digits(root)))
        } else {
            [half + root, half - root].map(digits)
        }
    }

    /// How a point moves.
    pub(super) fn motion(self) -> &'static str {
        let (trace, discriminant) = (self.trace, self.discriminant());
        if self.largest_factor() > 1.0 - 1e-12 {
            "no longer converges: a factor is -1"
        } else if discriminant < 0.0 {
            "swings"
        } else if discriminant == 0.0 {
            "critical"
        } else if trace > 0.0 {
            "creeps"
        } else {
            "alternates"
        }
    }
}

/// The points of an optimizer on the parabola `curvature w^2 / 2`, from 1.
pub(super) fn path(optimizer: &mut Sgd<f64>, curvature: f64, steps: usize) -> Vec<f64> {
    let points = trajectory(optimizer, |w, g| g[0] = curvature * w[0], &[1.0], steps);
    points.into_iter().map(|w| w[0]).collect()
}

/// Momentum as in other books, with the rate inside of the velocity: `v <- rho v - eta g; w <- w + v`.
pub(super) fn textbook_path(rate: f64, rho: f64, curvature: f64, steps: usize) -> Vec<f64> {
    let next = |(w, v): &(f64, f64)| {
        let v = rho * v - rate * curvature * w;
        Some((w + v, v))
    };
    std::iter::successors(Some((1.0, 0.0)), next).map(|(w, _)| w).take(steps + 1).collect()
}

/// The look-ahead points of Nesterov's momentum in its literal form, where the gradients are taken.
pub(super) fn look_ahead_path(optimizer: &mut Sgd<f64>, curvature: f64, steps: usize) -> Vec<f64> {
    let (mut w, mut ahead) = ([1.0], [1.0]);
    let mut points = vec![1.0];
    for _ in 0..steps {
        optimizer.look_ahead(&w, &mut ahead);
        optimizer.step(&mut w, &[curvature * ahead[0]]);
        optimizer.look_ahead(&w, &mut ahead);
        points.push(ahead[0]);
    }
    points
}

/// The largest rate for which the second half of `steps` steps goes down, by bisection.
pub(super) fn largest_rate(of: impl Fn(f64) -> Sgd<f64>, curvature: f64, steps: usize) -> f64 {
    let converges = |rate: f64| {
        let points = path(&mut of(rate), curvature, steps);
        let (middle, end) = (points[steps / 2].abs(), points[steps].abs());
        // Below, numbers have few digits, and may no longer shrink.
        end < middle || end < 1e-300
    };
    let mut low = 1.0 / curvature;
    while converges(2.0 * low) {
        low *= 2.0;
    }
    let mut high = 2.0 * low;
    // Each halving gives a binary digit.
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if converges(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The amplitude of the steps of the low-pass form, rate 1, for gradients that are a cosine of amplitude 1.
pub(super) fn gain(weight: f64, period: usize) -> f64 {
    let angle = std::f64::consts::TAU / period as f64;
    // (1 - b)^(40 / b) < e^-40: the start is forgotten.
    let settled = (40.0 / weight) as usize;
    let mut time = 0.0;
    let wave = |_: &[f64], g: &mut [f64]| {
        g[0] = (angle * time).cos();
        time += 1.0;
    };
    let points = trajectory(&mut Sgd::new(1.0).low_pass(weight), wave, &[0.0], settled + period);
    let steps = points.windows(2).map(|pair| pair[0][0] - pair[1][0]).skip(settled);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (i, step) in steps.enumerate() {
        let phase = angle * i as f64;
        real += step * phase.cos();
        imaginary += step * phase.sin();
    }
    // A period of two steps has no sine, so that the cosine has the whole power.
    let norm = if period == 2 { period as f64 } else { 0.5 * period as f64 };
    real.hypot(imaginary) / norm
}

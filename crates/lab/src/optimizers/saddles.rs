//! The share of critical points that are minima, by the number of dimensions.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use wengert_ad::{Elementary, Number as Differentiable, hessian};
use wengert_figures::{BarChart, LineChart};

/// Critical points in many dimensions: those of `sum_i cos x_i`, which are all known, and random matrices of
/// second derivatives, with independent signs and with independent entries.
#[derive(Args, Clone, Debug)]
pub struct Saddles {
    /// Largest number of dimensions.
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(2..=12))]
    pub dimensions: u32,
    /// Number of random matrices per number of dimensions.
    #[arg(long, value_name = "COUNT", default_value_t = 20_000,
        value_parser = clap::value_parser!(u32).range(100..=30_000))]
    pub draws: u32,
    /// Seed of the random matrices.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

impl Experiment for Saddles {
    const NAME: &'static str = "saddles";
    const ABOUT: &'static str = "In many dimensions nearly all critical points are saddles";
    const SHOWS: &'static [&'static str] = &["8.14"];
    const EXAMPLE: &'static str = "--dimensions 6";

    fn run(&self) -> Result<Report, LabError> {
        let (most, draws) = (self.dimensions as usize, f64::from(self.draws));
        let mut random = StdRng::seed_from_u64(self.seed);
        let sizes: Vec<usize> = (1..=most).collect();
        let share = |count: u32| f64::from(count) / draws;
        let signs: Vec<f64> = sizes.iter().map(|&n| share(self.minima_of_signs(n, &mut random))).collect();
        let entries: Vec<f64> =
            sizes.iter().map(|&n| share(self.minima_of_entries(n, &mut random))).collect();
        let counts = negative_curvatures(most);
        Ok(Report::new(format!(
            "At a critical point of a function of n variables, n curvatures decide: a minimum needs all of \
             them positive. If their signs are independent, that is one point in 2^n: in {most} dimensions \
             {} of {}. All others but one are saddles, with a way down.",
            counts[0],
            counts.iter().sum::<u32>()
        ))
        .text(
            "Independent signs are an assumption, and a mild one. The eigenvalues of a random symmetric \
             matrix with independent entries repel each other, and minima among such matrices are rarer \
             still: the lower points in the figure end where none was found.",
        )
        .numbers(self.numbers(&counts, &signs, &entries))
        .table(table(&sizes, &signs, &entries))
        .figure("minima", &self.minima(&signs, &entries))
        .figure("curvatures", &curvatures(&counts)))
    }
}

impl Saddles {
    /// The number of points with `n` independent curvatures of random sign that are minima.
    fn minima_of_signs(&self, n: usize, random: &mut StdRng) -> u32 {
        let mut minima = 0;
        for _ in 0..self.draws {
            // All curvatures are drawn, so that the number of draws does not depend on their signs.
            let negative = (0..n).filter(|_| random.random_bool(0.5)).count();
            minima += u32::from(negative == 0);
        }
        minima
    }

    /// The number of random symmetric matrices with independent entries that are positive definite: entries
    /// `(g_ij + g_ji) / 2` with standard normal `g`.
    fn minima_of_entries(&self, n: usize, random: &mut StdRng) -> u32 {
        let mut minima = 0;
        for _ in 0..self.draws {
            let g: Vec<f64> = (0..n * n).map(|_| StandardNormal.sample(random)).collect();
            let matrix = (0..n * n).map(|k| 0.5 * (g[k] + g[k % n * n + k / n])).collect();
            minima += u32::from(is_positive_definite(n, matrix));
        }
        minima
    }

    fn numbers(&self, counts: &[u32], signs: &[f64], entries: &[f64]) -> Vec<Number> {
        let (n, draws) = (self.dimensions as usize, f64::from(self.draws));
        let all = 2.0_f64.powi(n as i32);
        // The normal approximation needs some minima.
        let drawn = |number: Number, p: f64| {
            let error = (p * (1.0 - p) / draws).sqrt();
            if p * draws >= 10.0 { number.estimates(p, error) } else { number }
        };
        let mut numbers = vec![
            Number::new("8.14", format!("critical points of the sum of {n} cosines per period"), {
                f64::from(counts.iter().sum::<u32>())
            })
            .exactly(all, 0.0),
            Number::new("8.14", "minima among them", f64::from(counts[0])).exactly(1.0, 0.0),
            Number::new("8.14", "maxima among them", f64::from(counts[n])).exactly(1.0, 0.0),
        ];
        numbers.extend([1, 2, 5, 10].into_iter().filter(|&k| k <= n).map(|k| {
            let exact = 0.5_f64.powi(k as i32);
            let name = format!("share of minima, independent signs, n = {k}");
            drawn(Number::new("8.14", name, signs[k - 1]), exact)
        }));
        // The densities of eigenvalues with repulsion, integrated over the positive ones (Dean and Majumdar
        // 2008 for large n).
        let (root, pi) = (2.0_f64.sqrt(), std::f64::consts::PI);
        let known = [0.5, (2.0 - root) / 4.0, (pi - 2.0 * root) / (4.0 * pi)];
        numbers.extend(known.iter().enumerate().take(n).map(|(i, &exact)| {
            let name = format!("share of minima, independent entries, n = {}", i + 1);
            drawn(Number::new("8.14", name, entries[i]), exact)
        }));
        numbers
    }

    fn minima(&self, signs: &[f64], entries: &[f64]) -> LineChart {
        let found = |shares: &[f64]| -> (Vec<f64>, Vec<f64>) {
            let all = shares.iter().enumerate().map(|(i, &share)| ((i + 1) as f64, share));
            all.filter(|&(_, share)| share > 0.0).unzip()
        };
        let sizes: Vec<f64> = (1..=self.dimensions).map(f64::from).collect();
        let exact: Vec<f64> = sizes.iter().map(|n| 0.5_f64.powf(*n)).collect();
        let (with_signs, with_entries) = (found(signs), found(entries));
        LineChart::new("dimensions", "share of critical points that are minima")
            .log_y()
            .title("The share of minima halves with each dimension, or falls faster")
            .line("2^-n", &sizes, &exact)
            .points("signs drawn", &with_signs.0, &with_signs.1)
            .points("entries drawn", &with_entries.0, &with_entries.1)
    }
}

/// `sum_i cos x_i`.
fn cosines<T: Differentiable>(x: &[T]) -> T {
    x.iter().skip(1).fold(x[0].cos(), |sum, x| sum + x.cos())
}

/// The number of critical points of the sum of `n` cosines in one period with 0, 1, ..., `n` negative
/// curvatures, from the Hessian at each point.
fn negative_curvatures(n: usize) -> Vec<u32> {
    let mut counts = vec![0; n + 1];
    for point in 0..1_usize << n {
        let at: Vec<f64> =
            (0..n).map(|i| if point >> i & 1 == 1 { std::f64::consts::PI } else { 0.0 }).collect();
        let curvatures = hessian(|x| cosines(x), &at);
        counts[(0..n).filter(|&i| curvatures[[i, i]] < 0.0).count()] += 1;
    }
    counts
}

/// Whether elimination finds positive pivots only.
fn is_positive_definite(n: usize, mut matrix: Vec<f64>) -> bool {
    for k in 0..n {
        let pivot = matrix[k * n + k];
        if pivot <= 0.0 {
            return false;
        }
        for i in k + 1..n {
            let factor = matrix[i * n + k] / pivot;
            for j in k + 1..n {
                matrix[i * n + j] -= factor * matrix[k * n + j];
            }
        }
    }
    true
}

fn table(sizes: &[usize], signs: &[f64], entries: &[f64]) -> Table {
    let header = ["dimensions", "2^-n", "independent signs, drawn", "independent entries, drawn"];
    let rows = sizes.iter().zip(signs).zip(entries);
    rows.fold(Table::new("Share of minima among critical points", &header), |table, ((&n, &sign), &entry)| {
        table.row([n as f64, 0.5_f64.powi(n as i32), sign, entry].map(digits))
    })
}

fn curvatures(counts: &[u32]) -> BarChart {
    let names: Vec<String> = (0..counts.len()).map(|k| k.to_string()).collect();
    let values: Vec<f64> = counts.iter().map(|&count| f64::from(count)).collect();
    let title = "Negative curvatures per critical point: only without any is it a minimum";
    BarChart::new("critical points", &names, &values).categories("negative curvatures").title(title)
}

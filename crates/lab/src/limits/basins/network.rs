//! Where the training of small networks ends.

use crate::number::{Number, digits};
use crate::report::Table;
use wengert_data::{Dataset, Targets};
use wengert_figures::{BarChart, Chart as _, Figure};
use wengert_nn::{Init, MeanSquared, Mlp};
use wengert_optim::Sgd;
use wengert_train::Training;

/// The numbers of hidden units.
const WIDTHS: [usize; 2] = [2, 8];
const RATE: f64 = 0.1;
const STEPS: usize = 1500;
/// A loss within this distance of a level counts as one that ends there.
const NEAR: f64 = 0.01;
/// The losses of minima on XOR with targets 0 and 1, as means over the four examples: all are fitted; two
/// are, and the others get their mean 1/2; one is, and the three others get their mean; all get the mean 1/2.
const LEVELS: [(f64, &str); 4] =
    [(0.0, "loss 0"), (0.125, "loss 1/8"), (1.0 / 6.0, "loss 1/6"), (0.25, "loss 1/4")];

/// The final losses of networks with few hidden units on XOR, from uniform starts.
pub(super) struct Networks {
    count: u32,
    /// The shares of networks at each level, and elsewhere, for each width.
    shares: Vec<[f64; 5]>,
}

impl Networks {
    pub(super) fn new(count: u32, seed: u64) -> Self {
        let shares = WIDTHS.map(|width| {
            let losses: Vec<f64> =
                (0..u64::from(count)).map(|i| final_loss(width, seed.wrapping_add(i))).collect();
            let at = |level: f64| losses.iter().filter(|&loss| (loss - level).abs() < NEAR).count() as f64;
            let counts = LEVELS.map(|(level, _)| at(level));
            let [a, b, c, d] = counts.map(|found| found / f64::from(count));
            [a, b, c, d, 1.0 - a - b - c - d]
        });
        Self { count, shares: shares.to_vec() }
    }

    pub(super) fn text(&self) -> String {
        let [narrow, wide] = [self.shares[0][0], self.shares[1][0]];
        format!(
            "A network with {} hidden ReLU units can compute XOR, but from uniform starts only a share of \
             {} of {} learns it; the others end in one of a few minima with the loss 1/8, 1/6 or 1/4. With \
             {} units the share is {}: wide networks have more ways to a good minimum.",
            WIDTHS[0],
            digits(narrow),
            self.count,
            WIDTHS[1],
            digits(wide),
        )
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let [narrow, wide] = [self.shares[0][0], self.shares[1][0]];
        vec![
            Number::new(
                "9.11",
                format!("share of XOR networks of {} units that learn it", WIDTHS[0]),
                narrow,
            ),
            Number::new("9.11", format!("share of XOR networks of {} units that learn it", WIDTHS[1]), wide)
                .between(narrow, 1.0),
        ]
    }

    pub(super) fn table(&self) -> Table {
        let header = ["hidden units", "loss 0", "loss 1/8", "loss 1/6", "loss 1/4", "elsewhere"];
        let table = Table::new("Shares of networks on XOR by the loss at the end", &header);
        WIDTHS.iter().zip(&self.shares).fold(table, |table, (width, shares)| {
            table.row([width.to_string()].into_iter().chain(shares.map(digits)))
        })
    }

    pub(super) fn figure(&self) -> Figure {
        let names: Vec<&str> = LEVELS.iter().map(|(_, name)| *name).chain(["elsewhere"]).collect();
        let percent = self.shares[0].map(|share| 100.0 * share);
        BarChart::new("networks (%)", &names, &percent)
            .categories("where training ends")
            .title(&format!("Most XOR networks with {} hidden units end in a bad minimum", WIDTHS[0]))
            .figure()
    }
}

fn final_loss(width: usize, seed: u64) -> f64 {
    let features = vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let targets = Targets::Values { values: vec![0.0, 1.0, 1.0, 0.0], width: 1 };
    let data = Dataset::<f64>::new("xor", features, 2, targets).expect("four examples of two features");
    let network = Mlp::new([2, width, 1]).init(Init::Uniform(-1.0, 1.0));
    let mut training = Training::new(network, MeanSquared, Sgd::new(RATE)).seed(seed);
    let batch = data.batch(&[0, 1, 2, 3]);
    (0..STEPS).map(|_| training.step(&batch)).last().unwrap_or(f64::NAN)
}

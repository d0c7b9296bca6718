//! Which rows of a file are in which part.

use crate::fitting::Shares;
use crate::table::Table;

/// A part of the rows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Validation,
    Test,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }

    /// The share of the rows in this part.
    pub(super) fn share(self, shares: &Shares) -> f64 {
        match self {
            Self::Train => 1.0 - shares.validation - shares.test,
            Self::Validation => shares.validation,
            Self::Test => shares.test,
        }
    }

    /// The part of a row, which depends on its line and the seed only: no list of rows is kept, and a row is
    /// in the same part in each pass.
    fn of_line(line: usize, shares: &Shares) -> Self {
        let place = (hash(line as u64 ^ hash(shares.seed)) >> 11) as f64 / (1_u64 << 53) as f64;
        match place {
            place if place < shares.validation => Self::Validation,
            place if place < shares.validation + shares.test => Self::Test,
            _ => Self::Train,
        }
    }

    /// The rows of a table that are in this part.
    pub(super) fn rows(self, table: &Table, shares: &Shares) -> Vec<usize> {
        let line = |row: &usize| table.line(*row).expect("rows of a text have lines");
        (0..table.rows()).filter(|row| Self::of_line(line(row), shares) == self).collect()
    }
}

/// A number that looks random, one-to-one: the output function of SplitMix64 (Steele, Lea and Flood 2014,
/// *Fast splittable pseudorandom number generators*, section 4).
fn hash(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_their_shares_and_are_independent_between_seeds() {
        let shares = |seed| Shares { validation: 0.2, test: 0.1, seed };
        let count = |seed: u64, part: Part| {
            (0..100_000).filter(|&line| Part::of_line(line, &shares(seed)) == part).count()
        };
        for seed in [0, 1, u64::MAX] {
            // Standard deviations are 126 and 95; five of them.
            assert!(count(seed, Part::Validation).abs_diff(20_000) < 630);
            assert!(count(seed, Part::Test).abs_diff(10_000) < 475);
        }
        let held_out =
            |line: &usize| [0, 1].iter().all(|&seed| Part::of_line(*line, &shares(seed)) == Part::Validation);
        let both = (0..100_000).filter(held_out).count();
        assert!(both.abs_diff(4000) < 310, "{both}");
    }
}

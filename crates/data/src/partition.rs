//! Partitions of examples into parts by fractions, with or without regard to their classes.

use crate::error::{DataProblem, SplitProblem};
use crate::permutation::{Purpose, permute};

/// The fractions of the parts of a split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fractions {
    pub(crate) train: f64,
    pub(crate) validation: f64,
    pub(crate) test: f64,
}

impl Fractions {
    /// Checks that the fractions are shares of a whole, with something to train on.
    pub(crate) fn check(self) -> Result<(), DataProblem> {
        let Self { train, validation, test } = self;
        let is_whole = (train + validation + test - 1.0).abs() <= 1e-9;
        let is_valid =
            is_whole && train > 0.0 && [train, validation, test].iter().all(|x| (0.0..=1.0).contains(x));
        is_valid.then_some(()).ok_or(SplitProblem::Fractions { train, validation, test }.into())
    }

    /// The number of examples in the first part, and in the first two, of the first `n` examples.
    fn ends(self, n: usize) -> [usize; 2] {
        let end = |fraction: f64| ((n as f64 * fraction).round() as usize).min(n);
        [end(self.train), if self.test == 0.0 { n } else { end(self.train + self.validation) }]
    }
}

/// The examples of the training, the validation and the test part, in an order drawn by the seed.
///
/// With classes, one per example, each class is divided by the fractions too, up to two examples.
pub(crate) fn partition(
    n: usize,
    fractions: Fractions,
    seed: u64,
    classes: Option<&[u32]>,
) -> Result<[Vec<usize>; 3], DataProblem> {
    fractions.check()?;
    let mut order = vec![0; n];
    permute(&mut order, seed, Purpose::Split);
    let parts = match classes {
        None => {
            let [train, validation] = fractions.ends(n);
            [&order[..train], &order[train..validation], &order[validation..]].map(<[usize]>::to_vec)
        }
        Some(classes) => by_class(&order, fractions, classes),
    };
    let named = [("train", fractions.train), ("validation", fractions.validation), ("test", fractions.test)];
    for ((part, fraction), examples) in named.into_iter().zip(&parts) {
        if fraction > 0.0 && examples.is_empty() {
            return Err(SplitProblem::EmptyPart { part, fraction, examples: n }.into());
        }
    }
    Ok(parts)
}

/// Deals the examples, class after class, to the part that has the fewest for its fraction; in each part,
/// they are in the given order.
fn by_class(
    order: &[usize],
    Fractions { train, validation, test }: Fractions,
    classes: &[u32],
) -> [Vec<usize>; 3] {
    let mut sorted = order.to_vec();
    sorted.sort_by_key(|&i| classes[i]);
    let (mut part_of, mut dealt) = (vec![0; order.len()], [0.0; 3]);
    for (i, &example) in sorted.iter().enumerate() {
        let due = |part: usize| [train, validation, test][part] * (i + 1) as f64 - dealt[part];
        let part = (0..3).rev().max_by(|&a, &b| due(a).total_cmp(&due(b))).unwrap_or(0);
        part_of[example] = part;
        dealt[part] += 1.0;
    }
    [0, 1, 2].map(|part| order.iter().copied().filter(|&i| part_of[i] == part).collect())
}

/// The examples of each of `count` parts of about the same size, in an order drawn by the seed. With classes,
/// each class is divided evenly, up to one example.
pub(crate) fn folds(n: usize, count: usize, seed: u64, classes: Option<&[u32]>) -> Vec<Vec<usize>> {
    let mut order = vec![0; n];
    permute(&mut order, seed, Purpose::Folds);
    if let Some(classes) = classes {
        order.sort_by_key(|&i| classes[i]);
    }
    (0..count).map(|fold| order.iter().copied().skip(fold).step_by(count).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRACTIONS: Fractions = Fractions { train: 0.7, validation: 0.2, test: 0.1 };

    #[test]
    fn classes_are_divided_by_the_fractions() {
        // Classes of 1, 3, 10, 100 and 886 examples.
        let class = |i: usize| match i % 1000 {
            0 => 0,
            1..4 => 1,
            4..14 => 2,
            14..114 => 3,
            _ => 4,
        };
        let classes: Vec<u32> = (0..1000).map(class).collect();
        for seed in 0..20 {
            let parts = partition(1000, FRACTIONS, seed, Some(&classes)).unwrap();
            for (part, fraction) in parts.iter().zip([0.7, 0.2, 0.1]) {
                assert!((part.len() as f64 - 1000.0 * fraction).abs() <= 1.0, "{}", part.len());
                for (class, size) in [1.0, 3.0, 10.0, 100.0, 886.0].into_iter().enumerate() {
                    let found = part.iter().filter(|&&i| classes[i] as usize == class).count();
                    assert!((found as f64 - size * fraction).abs() < 2.0, "class {class}: {found}");
                }
            }
            let mut all = parts.concat();
            all.sort_unstable();
            assert_eq!(all, (0..1000).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_class_or_none_differ_in_nothing_but_the_dealing() {
        let parts = partition(10, FRACTIONS, 3, None).unwrap();
        assert_eq!(parts.clone().map(|part| part.len()), [7, 2, 1]);
        assert_ne!(parts, partition(10, FRACTIONS, 4, None).unwrap());
        let dealt = partition(10, FRACTIONS, 3, Some(&[0; 10])).unwrap();
        assert_eq!(dealt.map(|part| part.len()), [7, 2, 1]);
    }

    #[test]
    fn folds_hold_every_example_once_and_every_class_evenly() {
        let classes: Vec<u32> = (0..103).map(|i| i % 3).collect();
        let folds = folds(103, 5, 7, Some(&classes));
        let mut all = folds.concat();
        all.sort_unstable();
        assert_eq!(all, (0..103).collect::<Vec<_>>());
        for fold in &folds {
            assert!((20..=21).contains(&fold.len()));
            for class in 0..3 {
                let found = fold.iter().filter(|&&i| classes[i] == class).count();
                assert!((6..=7).contains(&found), "{found}");
            }
        }
    }
}

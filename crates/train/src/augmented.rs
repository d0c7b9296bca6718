//! Examples that are changed at random in each epoch.

use rayon::prelude::*;
use std::borrow::Cow;
use wengert_ad::Real;
use wengert_data::{Blocks, DataError, Dataset, Examples, Pass};
use wengert_nn::Draws;

/// Examples whose features are changed at random in each epoch, such as images that are shifted or numbers
/// with noise; evaluations see them as they are.
///
/// The change of an example gets its stored features, which are standardised if the data are, and
/// [`Draws`] that depend on the seed, the epoch and the place of the example in the pass alone: the same seed
/// gives the same bits for any number of threads. A block is copied, so that of data in memory as one
/// [`Dataset`] there are two copies.
///
/// ```
/// use wengert_data::{Parts, moons};
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Augmented, Trainer};
///
/// let data = moons(100, 0.1, 7).split(0.5, 0.5, 0.0, 7)?.standardised();
/// let noisy = Augmented::new(&data.train, 7, |point: &mut [f32], draws| {
///     point.iter_mut().for_each(|x| *x += 0.1 * draws.normal() as f32);
/// });
/// let report = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2))
///     .epochs(100)
///     .fit(Parts::new(&noisy).validation(&data.validation))?;
/// assert!(report.validation.and_then(|metrics| metrics.accuracy) > Some(0.95));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Augmented<E, A> {
    examples: E,
    seed: u64,
    change: A,
}

impl<E, A> Augmented<E, A> {
    /// These examples, each changed by `change` with draws that follow from the seed.
    pub fn new<T: Real>(examples: E, seed: u64, change: A) -> Self
    where
        E: Examples<T>,
        A: Fn(&mut [T], &mut Draws) + Sync,
    {
        Self { examples, seed, change }
    }
}

impl<E: Sync, A: Sync> Augmented<E, A> {
    /// A block of an epoch whose first example has this place in the pass.
    fn changed<T: Real>(&self, block: &Dataset<T>, epoch: u64, first: usize) -> Result<Dataset<T>, DataError>
    where
        A: Fn(&mut [T], &mut Draws),
    {
        let mut features = block.features().to_vec();
        features.par_chunks_exact_mut(block.width()).enumerate().for_each(|(row, features)| {
            (self.change)(features, &mut Draws::for_row(self.seed, epoch, (first + row) as u64));
        });
        block.with_features(features)
    }
}

impl<T: Real, E: Examples<T>, A: Fn(&mut [T], &mut Draws) + Sync> Examples<T> for Augmented<E, A> {
    fn examples(&self) -> usize {
        self.examples.examples()
    }

    fn sample(&self) -> &Dataset<T> {
        self.examples.sample()
    }

    fn blocks(&self, pass: Pass) -> Blocks<'_, T> {
        let blocks = self.examples.blocks(pass);
        let Pass::Epoch(epoch) = pass else { return blocks };
        let mut next = 0;
        Box::new(blocks.map(move |block| {
            let (block, first) = (block?, next);
            next += block.examples();
            Ok(Cow::Owned(self.changed(&block, epoch, first)?))
        }))
    }
}

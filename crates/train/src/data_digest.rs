//! A digest of training data, by which a run that continues finds that they changed.

use crc32fast::Hasher;
use std::fmt;
use wengert_ad::Real;
use wengert_data::{Dataset, Examples, Targets};

/// What tells training data from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataDigest {
    /// The number of examples.
    pub examples: usize,
    /// The CRC-32 of features, targets and weights; `None` if they are not in memory.
    pub crc32: Option<u32>,
}

impl DataDigest {
    /// The digest of training data.
    pub fn of<T: Real>(data: &dyn Examples<T>) -> Self {
        Self { examples: data.examples(), crc32: data.whole().map(checksum) }
    }
}

/// As in messages: `120 examples (1f4a09c3)`.
impl fmt::Display for DataDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} examples", self.examples)?;
        self.crc32.map_or(Ok(()), |crc32| write!(f, " ({crc32:08x})"))
    }
}

fn checksum<T: Real>(data: &Dataset<T>) -> u32 {
    let mut hasher = Hasher::new();
    add(&mut hasher, data.features());
    match data.targets() {
        Targets::Classes { labels, classes } => {
            hasher.update(&(*classes as u64).to_le_bytes());
            labels.iter().for_each(|label| hasher.update(&label.to_le_bytes()));
        }
        Targets::Values { values, .. } => add(&mut hasher, values),
    }
    if let Some(weights) = data.weights() {
        add(&mut hasher, weights);
    }
    hasher.finalize()
}

/// Adds numbers, in blocks: the checksum of a long piece takes less time than those of many short ones.
fn add<T: Real>(hasher: &mut Hasher, numbers: &[T]) {
    for block in numbers.chunks(512) {
        let bytes: Vec<u8> = block.iter().flat_map(|x| x.widened().to_le_bytes()).collect();
        hasher.update(&bytes);
    }
}

//! Event files.

use super::graph::graph_of;
use super::message::{Content, Event, Histogram, Summary, Value, What};
use super::record::record;
use prost::Message;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wengert_ad::Real;
use wengert_files::{GrowingFile, WriteError};
use wengert_nn::{ActivationRule, Mlp};

/// The number of buckets of a histogram.
const BUCKETS: usize = 64;

/// A file of events that TensorBoard shows: `tensorboard --logdir FOLDER`.
///
/// The file is a new one in the folder of a run, and grows with each event; TensorBoard can follow it.
/// [`TensorBoard`](super::TensorBoard) writes one during training.
///
/// ```
/// use wengert_formats::EventFile;
///
/// # let folder = tempfile::tempdir()?;
/// let mut events = EventFile::new_in(folder.path().join("run"))?;
/// for step in 0..3 {
///     events.scalars(step, &[("loss".into(), 1.0 / (step + 1) as f64)])?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventFile {
    file: GrowingFile,
}

impl EventFile {
    /// Creates a file in the folder of a run, which is made if it does not exist. Other files there stay.
    ///
    /// # Errors
    /// If the folder cannot be made, or the file not written.
    pub fn new_in(folder: impl AsRef<Path>) -> Result<Self, WriteError> {
        let prefix = format!("events.out.tfevents.{:010}.wengert.{}", now().as_secs(), std::process::id());
        let file = GrowingFile::new_in(folder, &prefix)?;
        let mut events = Self { file };
        events.write(0, What::Version("brain.Event:2".to_owned()))?;
        Ok(events)
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Numbers of a step, by their tags. A slash in a tag divides it into a group and a name. They are
    /// rounded to single precision.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn scalars(&mut self, step: u64, values: &[(String, f64)]) -> Result<(), WriteError> {
        let value =
            |(tag, x): &(String, f64)| Value { tag: tag.clone(), content: Some(Content::Scalar(*x as f32)) };
        self.write(step, What::Summary(Summary { values: values.iter().map(value).collect() }))
    }

    /// Histograms of numbers of a step, by their tags: 64 buckets of equal width from the smallest to the
    /// largest. Infinite numbers and NaN are left out.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn histograms<'a, T: Real>(
        &mut self,
        step: u64,
        values: impl IntoIterator<Item = (String, &'a [T])>,
    ) -> Result<(), WriteError> {
        let value = |(tag, numbers): (String, &[T])| {
            let numbers: Vec<f64> = numbers.iter().map(|x| x.widened()).filter(|x| x.is_finite()).collect();
            Value { tag, content: Some(Content::Histogram(histogram(&numbers))) }
        };
        self.write(step, What::Summary(Summary { values: values.into_iter().map(value).collect() }))
    }

    /// The graph of a multi-layer perceptron: a node for each operation and each parameter.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn graph<R: ActivationRule>(&mut self, mlp: &Mlp<R>) -> Result<(), WriteError> {
        self.write(0, What::Graph(graph_of(mlp).encode_to_vec()))
    }

    fn write(&mut self, step: u64, what: What) -> Result<(), WriteError> {
        let event = Event { wall_time: now().as_secs_f64(), step: step as i64, what: Some(what) };
        self.file.append(&record(&event.encode_to_vec()))
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The histogram of finite numbers.
fn histogram(numbers: &[f64]) -> Histogram {
    let Some(&first) = numbers.first() else { return Histogram::default() };
    let min = numbers.iter().copied().fold(first, f64::min);
    let max = numbers.iter().copied().fold(first, f64::max);
    // Halved, since the difference may overflow.
    let width = (0.5 * max - 0.5 * min) / (0.5 * BUCKETS as f64);
    let is_divisible = width > 0.0 && min + width > min;
    let count = if is_divisible { BUCKETS } else { 1 };
    let mut buckets = vec![0.0; count];
    for x in numbers {
        let place = if is_divisible { ((0.5 * x - 0.5 * min) / (0.5 * width)) as usize } else { 0 };
        buckets[place.min(count - 1)] += 1.0;
    }
    let limit = |i: usize| if i + 1 == count { max } else { min + (i + 1) as f64 * width };
    Histogram {
        min,
        max,
        count: numbers.len() as f64,
        sum: numbers.iter().sum(),
        sum_of_squares: numbers.iter().map(|x| x * x).sum(),
        limits: (0..count).map(limit).collect(),
        buckets,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_in_the_bucket_below_its_limit() {
        let numbers: Vec<f64> = (0..=128).map(|i| f64::from(i) / 64.0).collect();
        let found = histogram(&numbers);
        assert_eq!((found.min, found.max, found.count, found.sum), (0.0, 2.0, 129.0, 129.0));
        assert_eq!(found.buckets.iter().sum::<f64>(), 129.0);
        assert_eq!((found.buckets[0], found.buckets[63], found.limits[0]), (2.0, 3.0, 2.0 / 64.0));
        assert!(found.limits.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn numbers_without_a_range_are_one_bucket() {
        for numbers in [&[3.5][..], &[3.5, 3.5], &[1e300, 1e300_f64.next_up()]] {
            let found = histogram(numbers);
            assert_eq!(found.buckets, [numbers.len() as f64]);
            assert_eq!(found.limits, [found.max]);
        }
        assert_eq!(histogram(&[]), Histogram::default());
        let wide = histogram(&[-f64::MAX, 0.0, f64::MAX]);
        assert_eq!((wide.buckets[0], wide.buckets[32], wide.buckets[63]), (1.0, 1.0, 1.0));
    }
}

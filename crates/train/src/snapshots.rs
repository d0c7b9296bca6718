//! The parameters to return if training diverges.

use wengert_ad::Element;
use wengert_nn::Params;

/// Parameters at the end of an epoch.
pub(crate) struct Snapshot<T> {
    /// The number of the epoch; 0 for the parameters before the first.
    pub(crate) epoch: usize,
    pub(crate) params: Params<T>,
}

/// The parameters at the start of the run and after the last two epochs that may be good. A step can make
/// the parameters too large without making its own loss infinite, so the last ones need not be good.
pub(crate) struct Snapshots<T> {
    start: Snapshot<T>,
    /// The later ones, the latest last.
    recent: Vec<Snapshot<T>>,
}

impl<T: Element> Snapshots<T> {
    pub(crate) fn new(epoch: usize, params: &Params<T>) -> Self {
        Self { start: Snapshot { epoch, params: params.clone() }, recent: Vec::with_capacity(2) }
    }

    /// Keeps the parameters after an epoch. From the third epoch on, this reuses the memory of the oldest.
    pub(crate) fn keep(&mut self, epoch: usize, params: &Params<T>) {
        if self.recent.len() < 2 {
            return self.recent.push(Snapshot { epoch, params: params.clone() });
        }
        self.recent.swap(0, 1);
        let latest = &mut self.recent[1];
        latest.epoch = epoch;
        latest.params.values_mut().copy_from_slice(params.values());
        latest.params.statistics_mut().copy_from_slice(params.statistics());
    }

    /// All that are kept, the latest first.
    pub(crate) fn latest_first(&self) -> impl Iterator<Item = &Params<T>> {
        self.recent.iter().rev().chain([&self.start]).map(|snapshot| &snapshot.params)
    }

    /// The latest parameters that are good, or those at the start.
    pub(crate) fn last_good<E>(
        &mut self,
        is_good: impl Fn(&Params<T>) -> Result<bool, E>,
    ) -> Result<Snapshot<T>, E> {
        while let Some(snapshot) = self.recent.pop() {
            if is_good(&snapshot.params)? {
                return Ok(snapshot);
            }
        }
        Ok(Snapshot { epoch: self.start.epoch, params: self.start.params.clone() })
    }
}

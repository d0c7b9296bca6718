//! Ranks that are threads of one process.

use super::{RankError, Ranks, Received, Sent};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A rank that is a thread, connected with the others by channels: to test what runs on ranks without MPI.
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
/// use std::time::Duration;
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Channels, Strategy, Trainer};
///
/// let data = moons(200, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
/// let trainer = || {
///     let trainer = Trainer::new(Mlp::new([2, 16, 2]), CrossEntropy, Adam::new(1e-2));
///     trainer.strategy(Strategy::Shards(4)).epochs(3).threads(1)
/// };
/// let alone = trainer().fit(&data)?;
/// thread::scope(|scope| {
///     for rank in Channels::connect(3, Duration::from_secs(60)) {
///         let (trainer, data, alone) = (trainer(), &data, &alone);
///         scope.spawn(move || {
///             let report = trainer.ranks(Arc::new(rank)).fit(data).expect("no rank ends early");
///             assert_eq!(report.model.params, alone.model.params);
///         });
///     }
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Channels {
    rank: usize,
    limit: Duration,
    /// To each rank, by its number.
    senders: Vec<Sender<Vec<u8>>>,
    /// From each rank, by its number.
    receivers: Vec<Mutex<Receiver<Vec<u8>>>>,
}

impl Channels {
    /// Connects `size` ranks, in the order of their numbers. A rank that is dropped has ended for the others;
    /// one that sends nothing for as long as `limit` counts as lost.
    ///
    /// # Panics
    /// If `size` is 0.
    #[must_use]
    #[track_caller]
    pub fn connect(size: usize, limit: Duration) -> Vec<Self> {
        assert!(size > 0, "channels: the number of ranks is 0, must be at least 1");
        let connected = |rank| Self { rank, limit, senders: Vec::new(), receivers: Vec::new() };
        let mut ranks: Vec<Self> = (0..size).map(connected).collect();
        for from in 0..size {
            for to in 0..size {
                let (sender, receiver) = channel();
                ranks[from].senders.push(sender);
                ranks[to].receivers.push(Mutex::new(receiver));
            }
        }
        ranks
    }
}

impl Ranks for Channels {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.senders.len()
    }

    fn exchange(&self, sent: &[Sent<'_>], received: &mut [Received<'_>]) -> Result<(), RankError> {
        for &(to, message) in sent {
            self.senders[to].send(message.to_vec()).map_err(|_| RankError::Ended { rank: to })?;
        }
        for (from, buffer) in received {
            let rank = *from;
            let receiver = self.receivers[rank].lock().unwrap_or_else(PoisonError::into_inner);
            let message = receiver.recv_timeout(self.limit).map_err(|error| match error {
                RecvTimeoutError::Timeout => RankError::Silent { rank, limit: self.limit },
                RecvTimeoutError::Disconnected => RankError::Ended { rank },
            })?;
            if message.len() != buffer.len() {
                return Err(RankError::Length { rank, expected: buffer.len(), found: message.len() });
            }
            buffer.copy_from_slice(&message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    fn pair() -> (Channels, Channels) {
        let mut ranks = Channels::connect(2, LIMIT);
        let second = ranks.pop().unwrap();
        (ranks.pop().unwrap(), second)
    }

    #[test]
    fn a_rank_that_ended_is_an_error_of_the_others() {
        let (first, second) = pair();
        drop(second);
        assert_eq!(first.exchange(&[(1, &[1])], &mut [(1, &mut [0])]), Err(RankError::Ended { rank: 1 }));
    }

    #[test]
    fn a_rank_that_is_silent_is_an_error_after_the_time_limit() {
        let (first, _second) = pair();
        let silent = RankError::Silent { rank: 1, limit: LIMIT };
        assert_eq!(first.exchange(&[(1, &[1])], &mut [(1, &mut [0])]), Err(silent));
    }

    #[test]
    fn a_message_of_another_length_is_an_error() {
        let (first, second) = pair();
        assert!(first.exchange(&[(1, &[1, 2, 3])], &mut [(1, &mut [0])]).is_err());
        let length = RankError::Length { rank: 0, expected: 2, found: 3 };
        assert_eq!(second.exchange(&[], &mut [(0, &mut [0; 2])]), Err(length));
    }
}

//! Messages between all ranks.

use super::shard_tree::own_share;
use super::{RankError, Ranks, Received, Sent};
use crate::metrics::Totals;
use wengert_kernels::{Float, bytes_of, bytes_of_mut};

/// The other ranks, from the next one on: if each rank sends in this order, no rank gets the first messages
/// of all.
pub(super) fn others(ranks: &dyn Ranks) -> impl Iterator<Item = usize> + use<> {
    let (rank, size) = (ranks.rank(), ranks.size());
    (1..size).map(move |round| (rank + round) % size)
}

/// Sends the same message to all other ranks, and receives one from each of these, in their order.
fn exchange_with_all<'a>(
    ranks: &dyn Ranks,
    own: &[u8],
    buffers: impl Iterator<Item = &'a mut [u8]>,
) -> Result<(), RankError> {
    let sent: Vec<Sent<'_>> = others(ranks).map(|to| (to, own)).collect();
    let mut received: Vec<Received<'_>> =
        buffers.enumerate().filter(|(from, _)| *from != ranks.rank()).collect();
    ranks.exchange(&sent, &mut received)
}

/// The most bytes of a message whose length another rank says: another program there may say anything.
const LONGEST: usize = 1 << 30;

/// The bytes of all ranks, by their numbers.
pub(super) fn gather(ranks: &dyn Ranks, own: &[u8]) -> Result<Vec<Vec<u8>>, RankError> {
    let mut lengths = vec![(own.len() as u64).to_le_bytes(); ranks.size()];
    exchange_with_all(
        ranks,
        &(own.len() as u64).to_le_bytes(),
        lengths.iter_mut().map(|length| &mut length[..]),
    )?;
    let mut all = vec![Vec::new(); ranks.size()];
    for (rank, (bytes, &length)) in all.iter_mut().zip(&lengths).enumerate() {
        let (expected, found) = (LONGEST, u64::from_le_bytes(length) as usize);
        if found > LONGEST {
            return Err(RankError::Length { rank, expected, found });
        }
        bytes.resize(found, 0);
    }
    exchange_with_all(ranks, own, all.iter_mut().map(|bytes| &mut bytes[..]))?;
    all[ranks.rank()].copy_from_slice(own);
    Ok(all)
}

/// Whether `flag` is set on any rank.
pub(crate) fn any(ranks: &dyn Ranks, flag: bool) -> Result<bool, RankError> {
    let mut flags = vec![[flag.into()]; ranks.size()];
    exchange_with_all(ranks, &[flag.into()], flags.iter_mut().map(|flag| &mut flag[..]))?;
    Ok(flags.iter().any(|flag| *flag != [0]))
}

/// Fills numbers of which each rank has [its own share](own_share) with the shares of the others.
pub(crate) fn share_slices<F: Float>(ranks: &dyn Ranks, numbers: &mut [F]) -> Result<(), RankError> {
    let (count, size) = (numbers.len(), ranks.size());
    let mut rest = numbers;
    let mut slices = Vec::with_capacity(size);
    for rank in 0..size {
        let (slice, after) = rest.split_at_mut(own_share(count, rank, size).len());
        slices.push(slice);
        rest = after;
    }
    let own = std::mem::take(&mut slices[ranks.rank()]);
    exchange_with_all(ranks, bytes_of(own), slices.into_iter().map(bytes_of_mut))
}

/// Whether `flag` is set on rank 0.
pub(crate) fn first(ranks: &dyn Ranks, flag: bool) -> Result<bool, RankError> {
    any(ranks, flag && ranks.rank() == 0)
}

/// The numbers of rank 0.
pub(crate) fn of_first<const N: usize>(ranks: &dyn Ranks, own: [u64; N]) -> Result<[u64; N], RankError> {
    if ranks.size() == 1 {
        return Ok(own);
    }
    let all = gather(ranks, own.map(u64::to_le_bytes).as_flattened())?;
    let numbers = all[0].as_chunks().0;
    if numbers.len() != N {
        let (expected, found) = (N * size_of::<u64>(), all[0].len());
        return Err(RankError::Length { rank: 0, expected, found });
    }
    Ok(std::array::from_fn(|index| u64::from_le_bytes(numbers[index])))
}

/// The numbers of all ranks, one after the other, in the order of the ranks.
pub(crate) fn gather_numbers(ranks: &dyn Ranks, own: &[f64]) -> Result<Vec<f64>, RankError> {
    let all = gather(ranks, bytes_of(own))?.concat();
    Ok(all.as_chunks().0.iter().map(|&bytes| f64::from_ne_bytes(bytes)).collect())
}

/// The totals of all ranks, one after the other, in the order of the ranks.
pub(crate) fn gather_totals(ranks: &dyn Ranks, own: Vec<Totals>) -> Result<Vec<Totals>, RankError> {
    if ranks.size() == 1 {
        return Ok(own);
    }
    let own: Vec<f64> = own.iter().flat_map(Totals::numbers).collect();
    let all = gather_numbers(ranks, &own)?;
    Ok(all.as_chunks().0.iter().copied().map(Totals::of_numbers).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::{Alone, Channels};
    use std::thread;
    use std::time::Duration;

    /// What each of some ranks answers.
    fn answers<R: Send>(size: usize, ask: impl Fn(&dyn Ranks) -> R + Sync) -> Vec<R> {
        let ranks = Channels::connect(size, Duration::from_secs(60));
        thread::scope(|scope| {
            let threads: Vec<_> = ranks.iter().map(|rank| scope.spawn(|| ask(rank))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[test]
    fn each_rank_gets_the_bytes_of_all() {
        assert_eq!(gather(&Alone, b"only"), Ok(vec![b"only".to_vec()]));
        for size in 1..6 {
            let own = |rank: usize| vec![rank as u8; rank * rank];
            let expected: Vec<Vec<u8>> = (0..size).map(own).collect();
            let found = answers(size, |ranks| gather(ranks, &own(ranks.rank())).unwrap());
            assert!(found.iter().all(|found| *found == expected), "{size} ranks");
        }
    }

    #[test]
    fn a_length_beyond_all_messages_is_an_error_before_memory_is_taken() {
        let found = answers(2, |ranks| match ranks.rank() {
            0 => gather(ranks, b"text").map(|_| ()),
            _ => ranks.exchange(&[(0, &u64::MAX.to_le_bytes())], &mut [(0, &mut [0; 8])]),
        });
        assert!(matches!(found[0], Err(RankError::Length { rank: 1, expected: LONGEST, .. })), "{found:?}");
    }

    #[test]
    fn all_ranks_know_what_one_of_them_says() {
        for said_by in 0..3 {
            let found = answers(3, |ranks| {
                let flag = ranks.rank() == said_by;
                (any(ranks, flag).unwrap(), first(ranks, flag).unwrap())
            });
            assert_eq!(found, [(true, said_by == 0); 3]);
        }
        assert_eq!(answers(3, |ranks| any(ranks, false).unwrap()), [false; 3]);
    }
}

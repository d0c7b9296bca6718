//! Messages between all ranks.

use super::{RankError, Ranks, bytes};
use crate::metrics::Totals;

/// The rounds in which each rank exchanges a message with each other one: the ranks to send to and to receive
/// from.
pub(super) fn rounds(ranks: &dyn Ranks) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (rank, size) = (ranks.rank(), ranks.size());
    (1..size).map(move |round| ((rank + round) % size, (rank + size - round) % size))
}

/// The most bytes of a message whose length another rank says: another program there may say anything.
const LONGEST: usize = 1 << 30;

/// The bytes of all ranks, by their numbers.
pub(super) fn gather(ranks: &dyn Ranks, own: &[u8]) -> Result<Vec<Vec<u8>>, RankError> {
    let mut all = vec![Vec::new(); ranks.size()];
    for (to, from) in rounds(ranks) {
        let mut length = [0; 8];
        ranks.exchange(to, &(own.len() as u64).to_le_bytes(), from, &mut length)?;
        let (expected, found) = (LONGEST, u64::from_le_bytes(length) as usize);
        if found > LONGEST {
            return Err(RankError::Length { rank: from, expected, found });
        }
        all[from].resize(found, 0);
        ranks.exchange(to, own, from, &mut all[from])?;
    }
    all[ranks.rank()].extend_from_slice(own);
    Ok(all)
}

/// Whether `flag` is set on any rank.
pub(crate) fn any(ranks: &dyn Ranks, flag: bool) -> Result<bool, RankError> {
    let mut found = flag;
    for (to, from) in rounds(ranks) {
        let mut other = [0];
        ranks.exchange(to, &[flag.into()], from, &mut other)?;
        found |= other != [0];
    }
    Ok(found)
}

/// Whether `flag` is set on rank 0.
pub(crate) fn first(ranks: &dyn Ranks, flag: bool) -> Result<bool, RankError> {
    any(ranks, flag && ranks.rank() == 0)
}

/// The numbers of all ranks, one after the other, in the order of the ranks.
pub(crate) fn gather_numbers(ranks: &dyn Ranks, own: &[f64]) -> Result<Vec<f64>, RankError> {
    let mut message = Vec::new();
    bytes::append(own, &mut message);
    let all = gather(ranks, &message)?.concat();
    let mut numbers = vec![0.0; all.len() / bytes::size::<f64>()];
    bytes::read(&all, &mut numbers);
    Ok(numbers)
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
            _ => ranks.exchange(0, &u64::MAX.to_le_bytes(), 0, &mut [0; 8]),
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

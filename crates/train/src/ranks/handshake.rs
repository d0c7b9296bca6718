//! The check, before training, that all ranks would train the same.

use super::collective::gather;
use super::{RankError, Ranks};

/// Compares texts by name, the same names on all ranks of one version of the program.
///
/// # Errors
/// If a text of a rank is not that of rank 0: the same error on all ranks.
pub(crate) fn agree(ranks: &dyn Ranks, texts: &[(&str, String)]) -> Result<(), RankError> {
    if ranks.size() == 1 {
        return Ok(());
    }
    let lines = texts.iter().map(|(name, text)| format!("{name} {}\n", text.replace('\n', " ")));
    let all = gather(ranks, lines.collect::<String>().as_bytes())?;
    let all: Vec<_> = all.iter().map(|text| String::from_utf8_lossy(text)).collect();
    for (rank, text) in all.iter().enumerate() {
        let mut pairs = all[0].lines().chain([""]).zip(text.lines().chain([""]));
        if let Some((first, other)) = pairs.find(|(first, other)| first != other) {
            let (first, other) = (first.to_owned(), other.to_owned());
            return Err(RankError::Different { rank, first, other });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::Channels;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn all_ranks_learn_which_one_is_different_and_in_what() {
        let ranks = Channels::connect(3, Duration::from_secs(60));
        let seeds = ["1", "1", "2"];
        thread::scope(|scope| {
            for rank in &ranks {
                scope.spawn(move || {
                    let texts = [("version", "0.1.0".to_owned()), ("seed", seeds[rank.rank()].to_owned())];
                    let (first, other) = ("seed 1".to_owned(), "seed 2".to_owned());
                    assert_eq!(agree(rank, &texts[..1]), Ok(()));
                    assert_eq!(agree(rank, &texts), Err(RankError::Different { rank: 2, first, other }));
                });
            }
        });
    }
}

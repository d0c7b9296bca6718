//! The outcomes of trials as messages between ranks.

use super::outcome::{TrialOutcome, TrialStatus};
use super::space::TrialSettings;
use crate::metrics::Metrics;
use crate::ranks::{RankError, Ranks, gather_numbers};

/// The numbers of an outcome; its settings follow from the number of its trial.
const NUMBERS: usize = 9;

/// The outcomes of all ranks, in the order of the ranks.
pub(super) fn gather_outcomes(
    ranks: &dyn Ranks,
    own: &[TrialOutcome],
    settings: &[TrialSettings],
) -> Result<Vec<TrialOutcome>, RankError> {
    let numbers: Vec<f64> = own.iter().flat_map(numbers_of).collect();
    let all = gather_numbers(ranks, &numbers)?;
    Ok(all.chunks_exact(NUMBERS).map(|numbers| outcome_of(numbers, settings)).collect())
}

fn numbers_of(outcome: &TrialOutcome) -> [f64; NUMBERS] {
    let TrialOutcome { number, settings: _, epochs, train, validation, status, seconds, round } = outcome;
    let status = TrialStatus::ALL.iter().position(|known| known == status);
    let accuracy = |metrics: &Metrics| metrics.accuracy.unwrap_or(-1.0);
    [
        *number as f64,
        *round as f64,
        *epochs as f64,
        status.expect("the list has all ways in which a trial ends") as f64,
        train.loss,
        accuracy(train),
        validation.loss,
        accuracy(validation),
        *seconds,
    ]
}

fn outcome_of(numbers: &[f64], settings: &[TrialSettings]) -> TrialOutcome {
    let count = |at: usize| numbers[at] as usize;
    let metrics = |at: usize| {
        let accuracy = numbers[at + 1];
        Metrics { loss: numbers[at], accuracy: (accuracy != -1.0).then_some(accuracy) }
    };
    TrialOutcome {
        number: count(0),
        settings: settings[count(0) - 1].clone(),
        epochs: count(2),
        train: metrics(4),
        validation: metrics(6),
        status: TrialStatus::ALL[count(3)],
        seconds: numbers[8],
        round: count(1),
    }
}

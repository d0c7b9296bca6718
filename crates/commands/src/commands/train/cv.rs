//! Cross-validation.

use super::data::Data;
use super::network::Plan;
use super::options::Options;
use crate::error::CliError;
use crate::output::{json_document, json_number, percent, print_line, table};
use serde_json::{Value, json};
use wengert::data::Split;
use wengert::train::{CrossValidation, FoldMean, cross_validate, precompiled};

/// Trains one network per fold, and shows the metrics of the parts that were held out.
pub(super) fn cross_validation(
    options: &Options,
    data: &Data,
    plan: &Plan,
    count: usize,
) -> Result<(), CliError> {
    let folds: Vec<Split> = match &data.unscaled {
        Some(unscaled) => {
            let folds = unscaled.train.folds(count, options.training.seed)?;
            folds.map(|fold| options.scaled(&fold, options.scales_targets())).collect()
        }
        None => data.train().folds(count, options.training.seed)?.collect(),
    };
    let first = folds.first().map(|fold| plan.trainer(options, fold.into())).transpose()?;
    drop(first);
    let result = cross_validate(&folds, |fold| {
        let trainer = plan.trainer(options, fold.into());
        precompiled::fit(trainer.expect("the first fold was possible").threads(1), fold.into())
    })?;
    let sizes: Vec<usize> = folds.iter().map(|fold| fold.validation.examples()).collect();
    print_line(if options.output.json { as_json(&result, &sizes) } else { as_table(&result, &sizes) })
}

fn as_table(result: &CrossValidation, sizes: &[usize]) -> String {
    let accuracy = result.accuracy();
    let columns = ["fold", "examples", "loss", "accuracy"];
    let columns = &columns[..if accuracy.is_some() { 4 } else { 3 }];
    let mut shown = table(columns.iter().map(|&name| name.to_owned()).collect(), &[]);
    for (i, (fold, size)) in result.folds.iter().zip(sizes).enumerate() {
        let mut row = vec![(i + 1).to_string(), size.to_string(), format!("{:.4}", fold.loss)];
        row.extend(fold.accuracy.map(percent));
        shown.add_row(row);
    }
    let FoldMean { mean, standard_error } = result.loss();
    let accuracy = accuracy.map_or_else(String::new, |share| {
        format!(", accuracy {} +- {}", percent(share.mean), percent(share.standard_error))
    });
    format!(
        "{shown}\nmean and standard error over the folds: loss {mean:.4} +- {standard_error:.4}{accuracy}"
    )
}

fn as_json(result: &CrossValidation, sizes: &[usize]) -> String {
    let folds = result.folds.iter().zip(sizes).map(|(fold, size)| {
        json!({
            "validation_examples": size,
            "validation_loss": json_number(fold.loss),
            "validation_accuracy": fold.accuracy,
        })
    });
    let (loss, accuracy) = (result.loss(), result.accuracy());
    json_document(json!({
        "folds": folds.collect::<Vec<Value>>(),
        "mean_loss": json_number(loss.mean),
        "mean_loss_error": json_number(loss.standard_error),
        "mean_accuracy": accuracy.map(|accuracy| accuracy.mean),
        "mean_accuracy_error": accuracy.map(|accuracy| accuracy.standard_error),
    }))
}

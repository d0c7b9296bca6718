//! The contract of losses, checked for every loss of the list.

use crate::support::loss_batch::Batch;
use crate::support::{assert_close, assert_refused};
use wengert_ad::ArrayTape;
use wengert_ad::check::gradcheck;
use wengert_nn::diagnostics::loss_mixes_rows;
use wengert_nn::losses;

#[test]
fn every_loss_is_the_sum_of_its_definition_over_the_examples() {
    for sample in losses() {
        for seed in 0..5 {
            let batch = Batch::drawn(&sample, 5, 1.5, seed);
            assert_close(sample.name, &[batch.total(&sample)], &[batch.defined(&sample).iter().sum()], 1e-13);
        }
    }
}

#[test]
fn the_loss_of_one_example_is_in_the_documented_range() {
    for sample in losses() {
        for (size, seed) in [(0.1, 10), (1.0, 11), (30.0, 12), (1e4, 13)] {
            let batch = Batch::drawn(&sample, 20, size, seed);
            for row in 0..20 {
                let total = batch.rows(row..row + 1).total(&sample);
                assert!(sample.range.contains(&total), "{}: {total} for outputs of size {size}", sample.name);
            }
        }
    }
}

#[test]
fn a_loss_mixes_examples_if_and_only_if_it_declares_it() {
    for sample in losses() {
        let (batch, tape) = (Batch::drawn(&sample, 8, 1.0, 3), ArrayTape::new());
        let observed = loss_mixes_rows(&*sample.loss, &batch.outputs, batch.targets(&tape));
        assert_eq!(observed, sample.loss.mixes_rows(), "{}", sample.name);
    }
}

#[test]
fn the_totals_of_the_parts_of_a_batch_add_up_to_the_total_of_the_batch() {
    for sample in losses() {
        let batch = Batch::drawn(&sample, 6, 1.5, 20);
        let (whole, gradient) = batch.total_and_gradient(&sample, 1.0);
        for bounds in [vec![0, 2, 6], vec![0, 1, 2, 3, 4, 5, 6]] {
            let parts = bounds.windows(2).map(|bounds| batch.rows(bounds[0]..bounds[1]));
            let (totals, gradients): (Vec<f64>, Vec<Vec<f64>>) =
                parts.map(|part| part.total_and_gradient(&sample, 1.0)).unzip();
            assert_close(sample.name, &[totals.iter().sum()], &[whole], 1e-14);
            assert_close(sample.name, &gradients.concat(), &gradient, 1e-15);
        }
    }
}

#[test]
fn the_gradient_of_every_loss_agrees_with_differences() {
    for sample in losses() {
        for (rows, seed) in [(1, 30), (2, 31), (5, 32)] {
            let batch = Batch::drawn(&sample, rows, 1.5, seed);
            let report = gradcheck(
                |v| sample.loss.total(v[0], batch.targets(v[0].tape())),
                &[batch.outputs.clone().into_dyn()],
            );
            assert!(report.passed(), "{}, {rows} rows\n{report}", sample.name);
        }
    }
}

/// An example of a class with weight 0, or one beyond the margin, has loss 0.
#[test]
fn an_example_with_loss_zero_contributes_nothing_to_the_gradient() {
    let mut found = Vec::new();
    for sample in losses() {
        let batch = Batch::drawn(&sample, 40, 3.0, 40);
        for row in 0..40 {
            let (total, gradient) = batch.rows(row..row + 1).total_and_gradient(&sample, 1.0);
            if total == 0.0 {
                assert!(gradient.iter().all(|&g| g == 0.0), "{}, row {row}: {gradient:?}", sample.name);
                found.push(sample.name);
            }
        }
    }
    for name in ["Hinge", "SquaredHinge", "MultiClassHinge", "WeightedCrossEntropy"] {
        assert!(found.contains(&name), "no example has loss 0 under {name}");
    }
}

#[test]
fn a_loss_with_factor_zero_has_gradient_zero_even_for_large_outputs() {
    for sample in losses() {
        let (total, gradient) = Batch::drawn(&sample, 5, 1e4, 50).total_and_gradient(&sample, 0.0);
        assert!(total == 0.0 && gradient.iter().all(|&g| g == 0.0), "{}: {total}, {gradient:?}", sample.name);
    }
}

#[test]
fn every_loss_and_its_gradient_are_finite_for_outputs_of_ten_thousand() {
    for sample in losses() {
        let (total, gradient) = Batch::drawn(&sample, 5, 1e4, 60).total_and_gradient(&sample, 1.0);
        let finite = total.is_finite() && gradient.iter().all(|g| g.is_finite());
        assert!(finite, "{}: {total}, {gradient:?}", sample.name);
    }
}

#[test]
fn the_weighted_total_is_the_sum_of_the_weighted_losses_of_the_examples() {
    let weights = [0.5, 0.0, 2.0, 1.0, 7.5];
    for sample in losses() {
        let batch = Batch::drawn(&sample, 5, 1.5, 80);
        let expected: f64 = batch.defined(&sample).iter().zip(weights).map(|(loss, w)| w * loss).sum();
        let tape = ArrayTape::new();
        let outputs = tape.var(&batch.outputs);
        let total = sample.loss.weighted_total(outputs, batch.targets(&tape), &weights);
        assert_close(sample.name, &[total.item()], &[expected], 1e-13);
        let report = gradcheck(
            |v| sample.loss.weighted_total(v[0], batch.targets(v[0].tape()), &weights),
            &[batch.outputs.clone().into_dyn()],
        );
        assert!(report.passed(), "{}\n{report}", sample.name);
        let gradient = total.gradient().wrt(outputs);
        for (row, weight) in weights.into_iter().enumerate() {
            let (_, own) = batch.rows(row..row + 1).total_and_gradient(&sample, weight);
            let start = row * own.len();
            let found = &gradient.as_slice().unwrap()[start..start + own.len()];
            assert_close(sample.name, found, &own, 1e-15);
        }
    }
}

#[test]
fn an_example_with_weight_zero_contributes_nothing_whatever_its_loss_is() {
    for sample in losses() {
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut batch = Batch::drawn(&sample, 3, 1.5, 90);
            batch.outputs.row_mut(1).fill(wrong);
            let tape = ArrayTape::new();
            let outputs = tape.var(&batch.outputs);
            let total = sample.loss.weighted_total(outputs, batch.targets(&tape), &[1.0, 0.0, 3.0]);
            let losses = batch.per_example(&sample);
            assert_close(sample.name, &[total.item()], &[losses[0] + 3.0 * losses[2]], 1e-13);
            let gradient = total.gradient().wrt(outputs);
            let row = gradient.index_axis(ndarray::Axis(0), 1).to_owned();
            assert!(row.iter().all(|&g| g == 0.0), "{} at {wrong}: {row}", sample.name);
        }
    }
}

#[test]
fn every_loss_refuses_another_number_of_weights_than_of_examples() {
    for sample in losses() {
        let batch = Batch::drawn(&sample, 3, 1.0, 70);
        assert_refused("there are 3 examples, but 2 weights", || {
            let tape = ArrayTape::new();
            let outputs = tape.var(&batch.outputs);
            _ = sample.loss.weighted_total(outputs, batch.targets(&tape), &[1.0, 1.0]);
        });
    }
}

#[test]
fn every_loss_refuses_an_empty_batch_and_targets_of_another_shape() {
    for sample in losses() {
        let batch = Batch::drawn(&sample, 3, 1.0, 70);
        assert_refused("the batch is empty; it needs at least one example", || {
            batch.rows(0..0).total(&sample);
        });
        let short = Batch { outputs: batch.outputs.clone(), answers: batch.rows(0..2).answers };
        assert_refused(", but", || _ = short.total(&sample));
    }
}

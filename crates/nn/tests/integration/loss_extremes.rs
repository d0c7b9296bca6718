//! Losses of tiny, huge and infinite outputs in both precisions, for every loss of the list, against their
//! definitions in double precision.

use crate::support::loss_batch::{Answers, Batch, OUTPUTS, Precision};
use wengert_nn::{LossDefinition, LossSample, losses};

/// The rounding errors that a loss may have, in units of the precision: a few in its formula, and as many in
/// the outputs, each of which changes the loss by its slope.
const ROUNDINGS: f64 = 32.0;

/// Batches of outputs of many sizes, each with drawn targets, and with those that the outputs predict.
/// Targets that are real numbers have the size of the outputs.
fn batches(sample: &LossSample) -> impl Iterator<Item = Batch<f64>> {
    let sizes = [1e-30, 1e-6, 0.1, 1.0, 30.0, 1e4, 1e12, 1e18];
    sizes.into_iter().zip(100..).flat_map(|(size, seed)| {
        let mut batch = Batch::drawn(sample, 40, size, seed);
        if let (LossDefinition::Reals(_), Answers::Values(targets)) = (sample.definition, &mut batch.answers)
        {
            *targets *= size;
            return vec![batch];
        }
        vec![batch.clone().answered_right(), batch]
    })
}

/// The sum of `|x_j dL/dx_j|` over the outputs of each example: what an error in the last digit of the
/// outputs changes. An infinite output has no error.
fn sensitivities(batch: &Batch<f64>, sample: &LossSample) -> Vec<f64> {
    let slopes = batch.total_and_gradient(sample, 1.0).1;
    let effects: Vec<f64> = batch.outputs.iter().zip(slopes).map(|(x, slope)| (x * slope).abs()).collect();
    let finite = |effect: &&f64| effect.is_finite();
    effects.chunks(OUTPUTS).map(|effects| effects.iter().filter(finite).sum()).collect()
}

/// Asserts that a loss is its definition up to rounding, and infinite where the definition exceeds the range.
#[track_caller]
fn assert_defined<F: Precision>(what: &str, loss: f64, defined: f64, sensitivity: f64) {
    let largest = F::max_value().value();
    if defined > largest {
        return assert_eq!(loss, f64::INFINITY, "{what}: the definition is {defined:e}");
    }
    let allowed =
        ROUNDINGS * (F::epsilon().value() * (defined + sensitivity) + F::min_positive_value().value());
    let error = (loss - defined).abs();
    assert!(error <= allowed, "{what}: {loss:e}, defined as {defined:e}; {allowed:e} is allowed");
}

fn check_values<F: Precision>() {
    for sample in losses() {
        for batch in batches(&sample) {
            let batch = batch.rounded::<F>();
            let (found, defined) = (batch.per_example(&sample), batch.defined(&sample));
            let sensitivities = sensitivities(&batch.widened(), &sample);
            for (row, (&found, &defined)) in found.iter().zip(&defined).enumerate() {
                let what = format!("{}, {:?}", sample.name, batch.outputs.row(row));
                assert_defined::<F>(&what, found, defined, sensitivities[row]);
                assert!(sample.range.contains(&found), "{what}: {found}");
            }
            let (total, sensitivity) = (batch.total(&sample), sensitivities.iter().sum());
            assert_defined::<F>(sample.name, total, defined.iter().sum(), sensitivity);
        }
    }
}

#[test]
fn every_loss_of_outputs_of_any_size_is_its_definition_up_to_rounding_in_single_precision() {
    check_values::<f32>();
}

#[test]
fn every_loss_of_outputs_of_any_size_is_its_definition_up_to_rounding_in_double_precision() {
    check_values::<f64>();
}

/// All ways to replace one or two outputs of an example by infinities.
fn with_infinities(batch: &Batch<f64>) -> Vec<Batch<f64>> {
    let places = (0..OUTPUTS).flat_map(|i| (i..OUTPUTS).map(move |j| (i, j)));
    let signs = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
    let all = places.flat_map(|places| signs.map(|signs| (places, signs)));
    all.map(|((i, j), (first, second))| {
        let mut batch = batch.clone();
        batch.outputs.column_mut(i).fill(first * f64::INFINITY);
        batch.outputs.column_mut(j).fill(second * f64::INFINITY);
        batch
    })
    .collect()
}

fn check_infinities<F: Precision>() {
    let mut with_finite_value = Vec::new();
    for sample in losses() {
        let mut infinite = 0;
        for batch in with_infinities(&Batch::drawn(&sample, 20, 1.5, 7)) {
            let batch = batch.rounded::<F>();
            for row in 0..20 {
                let example = batch.rows(row..row + 1);
                let [defined] = example.defined(&sample)[..] else { panic!("one example") };
                if defined.is_nan() {
                    continue; // The definition subtracts two infinities.
                }
                let what = format!("{}, {:?}", sample.name, example.outputs);
                let (total, gradient) = example.total_and_gradient(&sample, 1.0);
                let [found] = example.per_example(&sample)[..] else { panic!("one example") };
                for loss in [found, total] {
                    if defined.is_infinite() {
                        assert_eq!(loss, defined, "{what}");
                    } else {
                        assert!(
                            (loss - defined).abs() <= 32.0 * F::epsilon().value() * (1.0 + defined),
                            "{what}"
                        );
                    }
                }
                assert!(gradient.iter().all(|g| !g.is_nan()), "{what}: the gradient is {gradient:?}");
                infinite += usize::from(defined.is_infinite());
                if defined.is_finite() {
                    with_finite_value.push(sample.name);
                }
            }
        }
        assert!(infinite > 0, "no example has an infinite loss under {}", sample.name);
    }
    for sample in losses() {
        let is_distance = matches!(sample.definition, LossDefinition::Reals(_));
        let name = sample.name;
        assert!(
            is_distance || with_finite_value.contains(&name),
            "no example has a finite loss under {name}"
        );
    }
}

#[test]
fn every_loss_of_infinite_outputs_is_its_limit_and_has_a_gradient_in_single_precision() {
    check_infinities::<f32>();
}

#[test]
fn every_loss_of_infinite_outputs_is_its_limit_and_has_a_gradient_in_double_precision() {
    check_infinities::<f64>();
}

/// The slopes in single precision, which in double precision are the same up to rounding. With targets
/// between those of certain answers, a slope is a difference of probabilities, and has their rounding.
#[test]
fn slopes_in_single_precision_keep_their_digits_for_confident_answers() {
    for sample in losses() {
        for batch in batches(&sample) {
            let batch = batch.rounded::<f32>();
            let (single, double) = (
                batch.total_and_gradient(&sample, 1.0).1,
                batch.widened().total_and_gradient(&sample, 1.0).1,
            );
            let is_certain = matches!(sample.definition, LossDefinition::Class(_) | LossDefinition::Signs(_));
            for (i, (found, exact)) in single.iter().zip(double).enumerate() {
                let (x, epsilon) =
                    (f64::from(batch.outputs[[i / OUTPUTS, i % OUTPUTS]]), f64::from(f32::EPSILON));
                let rounding = if is_certain && sample.name != "WeightedCrossEntropy" { 0.0 } else { 1.0 };
                // The outputs are exact; the exponent of e^x loses the digits of x.
                let allowed = ROUNDINGS * epsilon * (exact.abs() * (1.0 + x.abs().min(200.0)) + rounding);
                let is_near = (f64::from(*found as f32) - exact).abs() <= allowed + 1e-37;
                assert!(is_near || exact.abs() > 1e38, "{}, x = {x:e}: {found:e} and {exact:e}", sample.name);
            }
        }
    }
}

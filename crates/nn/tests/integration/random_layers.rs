//! Random draws, and layers of users that draw.

use crate::support::{normal_matrix, run};
use ndarray::{Array2, s};
use wengert_ad::{Element, Tensor};
use wengert_nn::{Bound, Draws, Layout, Model, Module, RandomSlot, Sequential, TrainingPass};

/// Adds normal noise to each element in training passes.
struct GaussianNoise(RandomSlot);

impl<T: Element> Module<T> for GaussianNoise {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        p.drawn(self.0, &x.shape(), Draws::normal).map_or(x, |noise| x + noise)
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input
    }
}

/// Keeps or drops whole examples in training passes.
struct KeepExample(RandomSlot);

impl<T: Element> Module<T> for KeepExample {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let shape = x.shape();
        let kept = p.drawn(self.0, &[shape[0], 1], |draws| f64::from(u8::from(draws.chance(0.5))));
        kept.map_or(x, |kept| x * kept.broadcast_to(&shape))
    }
}

fn noise(layout: &mut Layout) -> GaussianNoise {
    GaussianNoise(layout.random_slot())
}

/// The outputs of a model without parameters.
fn outputs(model: &Model<impl Module<f64>>, x: &Array2<f64>, pass: Option<TrainingPass>) -> Array2<f64> {
    run(model, &model.layout().initialise(0), x, pass)
}

#[test]
fn a_layer_that_draws_gives_the_rows_of_a_part_the_bits_of_the_whole_batch() {
    let x = normal_matrix(7, 3, 1);
    let pass = TrainingPass::new(11, 4);
    let noisy = Model::new(noise);
    let whole = outputs(&noisy, &x, Some(pass));
    for (first, end) in [(0, 3), (3, 4), (4, 7)] {
        let part = outputs(&noisy, &x.slice(s![first..end, ..]).to_owned(), Some(pass.part_from(first)));
        assert_eq!(part, whole.slice(s![first..end, ..]), "rows {first} to {end}");
    }
    assert_eq!(outputs(&noisy, &x, None), x, "an evaluation draws nothing");
    assert!((&whole - &x).iter().all(|noise| *noise != 0.0), "each element has its own draw");
    for other in [TrainingPass::new(12, 4), TrainingPass::new(11, 5)] {
        assert!(outputs(&noisy, &x, Some(other)).iter().zip(&whole).all(|(a, b)| a != b), "{other:?}");
    }
}

#[test]
fn one_draw_for_each_example_is_the_same_for_all_its_elements() {
    let model = Model::new(|layout| KeepExample(layout.random_slot()));
    let kept = outputs(&model, &Array2::ones((64, 5)), Some(TrainingPass::new(3, 0)));
    assert!(kept.rows().into_iter().all(|row| row.iter().all(|&x| x == row[0])), "{kept}");
    let count = kept.column(0).sum();
    // 32 expected, standard deviation 4; four of these.
    assert!((16.0..=48.0).contains(&count), "{count}");
}

#[test]
fn two_layers_of_one_model_draw_independent_numbers() {
    let twice = Model::new(|layout| Sequential::new().then(noise(layout)).then(noise(layout)));
    let sums = outputs(&twice, &Array2::zeros((100, 50)), Some(TrainingPass::new(9, 2)));
    let variance = sums.iter().map(|x| x * x).sum::<f64>() / 5000.0;
    // 2 if they are independent, 4 if they are equal; the standard error is 2 sqrt(2 / 5000) = 0.04.
    assert!((variance - 2.0).abs() < 0.16, "{variance}");
}

#[test]
fn draws_follow_their_distributions() {
    let slot = Layout::new().random_slot();
    let pass = TrainingPass::new(1, 2);
    let count = 20_000;
    let mean = |draw: &dyn Fn(&mut Draws) -> f64| {
        (0..count).map(|row| draw(&mut pass.draws(slot, row))).sum::<f64>() / count as f64
    };
    // Each mean is known to its standard deviation / 141; four of these.
    let near = |found: f64, expected: f64, deviation: f64| (found - expected).abs() < 4.0 * deviation / 141.0;
    assert!(near(mean(&Draws::uniform), 0.5, 0.289));
    assert!(near(mean(&|draws| draws.uniform().powi(2)), 1.0 / 3.0, 0.298));
    assert!(near(mean(&Draws::normal), 0.0, 1.0));
    assert!(near(mean(&|draws| draws.normal().powi(2)), 1.0, 1.42));
    assert!(near(mean(&|draws| f64::from(u8::from(draws.chance(0.3)))), 0.3, 0.459));
    assert!(near(mean(&|draws| draws.below(5) as f64), 2.0, 1.42));
    let mut draws = pass.draws(slot, 0);
    assert!((0..100).all(|_| draws.chance(1.0) && !draws.chance(0.0)), "certain and impossible events");
    assert!((0..100).all(|_| draws.below(1) == 0 && (0.0..1.0).contains(&draws.uniform())));
}

#[test]
#[should_panic(expected = "the probability is NaN, must be in [0, 1]")]
fn an_event_has_a_probability_from_zero_to_one() {
    TrainingPass::new(0, 0).draws(Layout::new().random_slot(), 0).chance(f64::NAN);
}

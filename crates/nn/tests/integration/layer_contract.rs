//! The contract of layers, checked for every layer of the list.

use crate::support::{assert_close, drawn_params, gradcheck_module, labels, normal, normal_matrix, run};
use ndarray::{Array2, ArrayBase, Data, Ix2, s};
use wengert_ad::ArrayTape;
use wengert_nn::diagnostics::observed_row_mixing;
use wengert_nn::{LayerInputs, LayerSample, Loss, Model, Module, Params, SumSquared, TargetBatch};
use wengert_nn::{TrainingPass, layers};

/// A layer for inputs of some width, with drawn parameters and inputs.
struct Case {
    name: String,
    sample: LayerSample,
    width: usize,
    model: Model<Box<dyn Module<f64>>>,
    params: Params<f64>,
    x: Array2<f64>,
}

/// Every layer with each of these numbers of rows and of columns.
fn cases(rows: &[usize], widths: &[usize]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, sample) in layers().into_iter().enumerate() {
        for (&rows, &width) in rows.iter().flat_map(|rows| widths.iter().map(move |width| (rows, width))) {
            let (seed, model) = ((100 * i + 10 * rows + width) as u64, sample.model(width));
            let mut params = drawn_params(model.layout(), seed);
            let statistics = normal(&[params.statistics().len()], seed + 1).mapv(|x| 0.5 + x.abs());
            params.statistics_mut().iter_mut().zip(statistics).for_each(|(s, drawn)| *s = drawn);
            let x = match sample.inputs {
                LayerInputs::Numbers => normal_matrix(rows, width, seed + 2),
                LayerInputs::Indices { count } => {
                    let indices = labels(rows * width, count as u32, seed + 2);
                    Array2::from_shape_vec((rows, width), indices).unwrap().mapv(f64::from)
                }
            };
            let name = format!("{} with {rows} rows of width {width}", sample.name);
            cases.push(Case { name, sample, width, model, params, x });
        }
    }
    cases
}

impl Case {
    fn has_derivative_with_respect_to_inputs(&self) -> bool {
        self.sample.inputs == LayerInputs::Numbers
    }

    fn mixes_rows_in_training(&self) -> bool {
        self.model.layout().row_mixing().applies(true)
    }

    fn run(&self, training: Option<TrainingPass>) -> Array2<f64> {
        run(&self.model, &self.params, &self.x, training)
    }

    /// The gradient of a loss with respect to all parameters, in a training pass.
    fn gradient(&self, params: &Params<f64>) -> Vec<f64> {
        let tape = ArrayTape::new();
        let bound = params.bind_for_training(&tape, TrainingPass::new(3, 1));
        let y = self.model.module().forward(&bound, tape.constant(&self.x));
        let targets = TargetBatch::Values(tape.constant(&Array2::<f64>::ones((y.shape()[0], y.shape()[1]))));
        let mut gradient = vec![f64::NAN; params.len()];
        SumSquared.total(y, targets).gradient_into(1.0, &mut gradient);
        gradient
    }

    /// The running statistics after a training pass, if the pass updates any.
    fn updated_statistics(&self, params: &Params<f64>) -> Option<Vec<f64>> {
        let tape = ArrayTape::new();
        let bound = params.bind_for_training(&tape, TrainingPass::new(3, 1));
        self.model.module().forward(&bound, tape.constant(&self.x));
        let mut statistics = params.statistics().to_vec();
        bound.has_updates().then(|| bound.write_updates(&mut statistics)).map(|()| statistics)
    }
}

fn elements<S: Data<Elem = f64>>(x: &ArrayBase<S, Ix2>) -> Vec<f64> {
    x.iter().copied().collect()
}

#[test]
fn the_gradients_of_every_layer_agree_with_differences_in_training_and_in_evaluation() {
    for case in cases(&[1, 2, 5], &[1, 2, 4]) {
        for training in [None, Some(TrainingPass::new(5, 3))] {
            if training.is_some() && case.x.nrows() == 1 && case.mixes_rows_in_training() {
                continue;
            }
            let with_inputs = case.has_derivative_with_respect_to_inputs();
            if case.params.is_empty() && !with_inputs {
                continue;
            }
            let report = gradcheck_module(&case.model, &case.params, &case.x, training, with_inputs);
            assert!(report.passed(), "{}, training pass: {training:?}\n{report}", case.name);
        }
    }
}

#[test]
fn the_widths_that_a_layer_declares_are_those_that_it_takes_and_returns() {
    for case in cases(&[3], &[1, 2, 4]) {
        let outputs = case.run(None);
        let (input, output) =
            (case.model.module().input_width(), case.model.module().output_width(Some(case.width)));
        assert!(input.is_none_or(|input| input == case.width), "{}: {input:?}", case.name);
        assert_eq!(output, Some(outputs.ncols()), "{}", case.name);
    }
}

#[test]
fn a_layer_mixes_rows_in_the_passes_in_which_it_declares_it_and_in_no_others() {
    for case in cases(&[2, 5, 8], &[2, 4]) {
        let observed = observed_row_mixing(case.model.module(), &case.params, &case.x);
        assert_eq!(observed, Some(case.model.layout().row_mixing()), "{}", case.name);
    }
}

#[test]
fn an_evaluation_repeats_itself_treats_each_row_alone_and_updates_nothing() {
    for case in cases(&[5], &[2, 4]) {
        let whole = case.run(None);
        assert_eq!(whole, case.run(None), "{}", case.name);
        for row in 0..5 {
            let alone = case.x.slice(s![row..=row, ..]).to_owned();
            let alone = run(&case.model, &case.params, &alone, None);
            // A product with one row may use another kernel, which rounds differently.
            assert_close(&case.name, &elements(&alone), &elements(&whole.slice(s![row..=row, ..])), 1e-14);
        }
        let tape = ArrayTape::new();
        let bound = case.params.bind_for_evaluation(&tape);
        case.model.module().forward(&bound, tape.constant(&case.x));
        assert!(!bound.has_updates(), "{}", case.name);
    }
}

#[test]
fn a_training_pass_repeats_itself_and_a_split_batch_gives_the_rows_of_the_whole() {
    for case in cases(&[5], &[2, 4]) {
        let pass = TrainingPass::new(7, 2);
        let whole = case.run(Some(pass));
        assert_eq!(whole, case.run(Some(pass)), "{}", case.name);
        if case.mixes_rows_in_training() {
            continue;
        }
        for (first, end) in [(0, 2), (2, 5)] {
            let part = case.x.slice(s![first..end, ..]).to_owned();
            let part = run(&case.model, &case.params, &part, Some(pass.part_from(first)));
            assert_close(&case.name, &elements(&part), &elements(&whole.slice(s![first..end, ..])), 1e-14);
        }
    }
}

#[test]
fn a_training_pass_updates_the_statistics_of_a_layer_that_has_some_unless_they_are_frozen() {
    for mut case in cases(&[5], &[2, 4]) {
        let updated = case.updated_statistics(&case.params);
        let before = case.params.statistics();
        match updated {
            None => assert!(before.is_empty(), "{}", case.name),
            Some(after) => assert!(after.iter().zip(before).all(|(a, b)| a != b), "{}", case.name),
        }
        if !case.params.layout().name_list().is_empty() {
            case.params.freeze("*");
        }
        assert_eq!(case.updated_statistics(&case.params), None, "{}", case.name);
    }
}

#[test]
fn a_frozen_parameter_gets_gradient_zero_and_the_others_the_same_as_before() {
    for case in cases(&[5], &[2, 4]) {
        let full = case.gradient(&case.params);
        for frozen in case.model.layout().parameters() {
            let mut params = case.params.clone();
            assert_eq!(params.freeze(&frozen.name), 1);
            let mut expected = full.clone();
            expected[frozen.range.clone()].fill(0.0);
            assert_eq!(case.gradient(&params), expected, "{}: {} is frozen", case.name, frozen.name);
        }
    }
}

#[test]
fn parameters_and_statistics_that_are_copied_by_name_give_the_same_outputs() {
    for case in cases(&[5], &[2, 4]) {
        let again = case.sample.model(case.width);
        let copied = case.params.pick(again.layout()).unwrap();
        assert_eq!(copied, case.params, "{}", case.name);
        assert_eq!(run(&again, &copied, &case.x, None), case.run(None), "{}", case.name);
        for entry in again.layout().parameters().iter().chain(again.layout().statistics()) {
            assert!(entry.name.starts_with("layer."), "{}: {}", case.name, entry.name);
            assert!(
                copied.get(&entry.name).is_some_and(|view| view.shape() == entry.shape),
                "{}",
                entry.name
            );
        }
    }
}

//! The lines of code that operations are recorded with.

use crate::support::drawn_params;
use crate::support::loss_batch::Batch;
use ndarray::Array2;
use std::collections::BTreeSet;
use std::panic::Location;
use wengert_ad::primitive::{Primitive, View};
use wengert_ad::tape::TapeObserver;
use wengert_ad::{ArrayTape, Tensor};
use wengert_nn::diagnostics::{LibraryPart, library_part};
use wengert_nn::{
    Architecture, BinaryCrossEntropy, Bound, CrossEntropy, Huber, LayerInputs, Loss, MeanSquared, Mlp,
    Module, MultiClassHinge, Params, ProbabilityCrossEntropy, SmoothL1, TargetBatch, TrainingPass, layers,
    losses,
};

/// The lines of all operations and inputs.
#[derive(Debug, Default)]
struct Lines(Vec<&'static Location<'static>>);

impl TapeObserver<f64> for Lines {
    fn on_input(&mut self, _: View<'_, f64>, site: &'static Location<'static>) {
        self.0.push(site);
    }

    fn on_operation(
        &mut self,
        _: &mut dyn Primitive<f64>,
        _: &[View<'_, f64>],
        _: View<'_, f64>,
        site: &'static Location<'static>,
    ) {
        self.0.push(site);
    }
}

/// The lines of the operations that `record` records after the parameters and `x`.
fn lines_of(
    params: &Params<f64>,
    x: &Array2<f64>,
    training: bool,
    record: impl for<'t> Fn(&Bound<'t, f64>, Tensor<'t, f64>),
) -> Vec<&'static Location<'static>> {
    let mut tape = ArrayTape::new();
    tape.set_observer(Lines::default());
    let bound = if training {
        params.bind_for_training(&tape, TrainingPass::new(1, 1))
    } else {
        params.bind_for_evaluation(&tape)
    };
    let x = tape.constant(x);
    let before = tape.observer::<Lines>().unwrap().0.len();
    record(&bound, x);
    tape.observer::<Lines>().unwrap().0[before..].to_vec()
}

fn assert_of_this_file(name: &str, lines: &[&'static Location<'static>]) {
    for line in lines {
        assert_eq!((line.file(), library_part(line)), (file!(), None), "{name}: {line}");
    }
}

#[test]
fn every_layer_records_its_operations_with_the_line_that_calls_it() {
    for sample in layers::<f64>() {
        let (model, are_indices) = (sample.model(4), matches!(sample.inputs, LayerInputs::Indices { .. }));
        let params = drawn_params(model.layout(), 1);
        let x =
            Array2::from_shape_fn((3, 4), |(i, j)| if are_indices { 1.0 } else { i as f64 + 0.1 * j as f64 });
        for training in [false, true] {
            let lines = lines_of(&params, &x, training, |p, x| {
                model.module().forward(p, x);
            });
            assert_of_this_file(sample.name, &lines);
        }
    }
}

#[test]
fn a_network_records_its_operations_with_the_line_that_calls_it() {
    let model = Mlp::new([4, 3, 2]).dropout(0.5).into_model();
    let params = model.layout().initialise(1);
    let lines = lines_of(&params, &Array2::zeros((3, 4)), true, |p, x| {
        model.module().forward(p, x);
    });
    assert!(!lines.is_empty());
    assert_of_this_file("mlp", &lines);
}

#[test]
fn losses_record_their_operations_with_the_line_that_calls_them() {
    let params = Mlp::new([1, 1]).into_model().layout().initialise(1);
    let (labels, of_two, x) = ([0, 1, 1], [0, 1, 0], Array2::from_elem((3, 1), 0.5));
    let lines = lines_of(&params, &x, true, |_, x| {
        let wide = x.broadcast_to(&[3, 2]);
        let (classes, values) = (TargetBatch::Classes(&labels), TargetBatch::Values(x));
        let probabilities = TargetBatch::Values(wide);
        CrossEntropy.total(wide, classes);
        CrossEntropy.label_smoothing(0.1).total(wide, classes);
        ProbabilityCrossEntropy::new().label_smoothing(0.1).total(wide, probabilities);
        MultiClassHinge::new().total(wide, classes);
        BinaryCrossEntropy::new().total(x, TargetBatch::Classes(&of_two));
        Huber::new(1.0).total(x, values);
        SmoothL1::new(1.0).weighted_total(x, values, &[1.0; 3]);
        MeanSquared.per_example(x, values);
    });
    assert!(lines.len() > 20, "{} operations", lines.len());
    assert_of_this_file("losses", &lines);
}

#[test]
fn every_loss_records_the_operations_of_a_call_with_one_line() {
    let params = Mlp::new([1, 1]).into_model().layout().initialise(1);
    for sample in losses() {
        let batch = Batch::drawn(&sample, 4, 1.0, 1);
        type Method =
            for<'t> fn(&dyn Loss<f64>, Tensor<'t, f64>, TargetBatch<'_, 't, f64>) -> Tensor<'t, f64>;
        let methods: [Method; 2] = [|loss, x, t| loss.per_example(x, t), |loss, x, t| loss.total(x, t)];
        for method in methods {
            let lines = lines_of(&params, &batch.outputs, true, |_, x| {
                method(&*sample.loss, x, batch.targets(x.tape()));
            });
            // Behind `dyn Loss`, that of the method. A method that the trait provides has lines of its own.
            let of_loss = |line: &&&Location<'_>| {
                library_part(line) == Some(LibraryPart::Loss) && !line.file().ends_with("interface.rs")
            };
            let own: BTreeSet<_> =
                lines.iter().filter(of_loss).map(|line| (line.file(), line.line())).collect();
            assert!(own.len() <= 1, "{}: {own:?}", sample.name);
        }
    }
}

#[test]
fn a_line_of_this_library_says_whether_it_is_that_of_a_module_or_of_a_loss() {
    let model = Mlp::new([4, 3, 2]).into_model();
    let params = model.layout().initialise(1);
    let module: &dyn Module<f64> = model.module();
    let loss: &dyn Loss<f64> = &CrossEntropy;
    let lines = lines_of(&params, &Array2::zeros((3, 4)), true, |p, x| {
        loss.per_example(module.forward(p, x), TargetBatch::Classes(&[0, 1, 1]));
    });
    let parts: Vec<_> = lines.iter().map(|line| library_part(line)).collect();
    let (last, others) = parts.split_last().unwrap();
    assert_eq!(*last, Some(LibraryPart::Loss));
    assert!(others.len() > 1 && others.iter().all(|part| *part == Some(LibraryPart::Module)), "{parts:?}");
}

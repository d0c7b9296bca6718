//! Numbers that are not finite in a module and a loss of the user: the line that is named, and the remedy.

use crate::data::moons_split;
use wengert_ad::{Elementary, Tensor};
use wengert_nn::{
    Activation, Architecture, Bound, CrossEntropy, Init, Linear, Loss, Mlp, Model, Module, Residual,
    Sequential, TargetBatch, TargetKind,
};
use wengert_optim::Sgd;
use wengert_train::{DivergenceCause, FaultyOperation, IssueKind, Place, StopReason, Trainer, Training};

/// A linear layer and what comes after it.
struct Own<F> {
    linear: Linear,
    after: F,
}

/// The formula of a module, and the line at which it fails.
trait Formula: Send + Sync + 'static {
    fn apply<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t>;
}

impl<F: Formula> Module for Own<F> {
    fn forward<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
        self.after.apply(p, self.linear.forward(p, x))
    }
}

fn own<F: Formula>(after: F) -> Model<Own<F>> {
    Model::new(|layout| Own { linear: Linear::new(layout, "first", 2, 2, Init::HeNormal), after })
}

/// The operation in the first step, with the remedy.
fn fault<M: Module>(model: impl Architecture<Module = M>, loss: impl Loss) -> FaultyOperation {
    let report = Trainer::new(model, loss, Sgd::new(0.1)).epochs(1).fit(&moons_split()).unwrap();
    assert_eq!(report.stop, StopReason::NotFinite { epoch: 1, step: 1 });
    let Some(IssueKind::NonFiniteOperation(operation)) = report.issues.into_iter().next().map(|it| it.kind)
    else {
        panic!("no operation")
    };
    *operation
}

#[track_caller]
fn assert_line(fault: &FaultyOperation, line: u32) {
    let Place::Line(found) = fault.place else { panic!("{fault}") };
    assert_eq!((found.file(), found.line()), (file!(), line), "{fault}");
    let text = fault.to_string();
    assert!(text.contains(&format!(", at {}:{line}:", file!())), "{text}");
}

const DIVISION: u32 = line!() + 5;
/// A module that divides by zero.
struct Division;
impl Module for Division {
    fn forward<'t>(&self, _: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
        x / (x * 0.0)
    }
}

#[test]
fn the_line_of_a_division_by_zero_in_a_module_is_named_with_the_remedy() {
    let fault = fault(Model::new(|_| Division), CrossEntropy);
    assert_line(&fault, DIVISION);
    assert_eq!(fault.found.operator, "/");
    assert!(fault.remedy().unwrap().starts_with("keep the divisor away from 0"), "{fault}");
}

#[test]
fn the_line_is_named_in_a_module_within_modules_of_this_library() {
    let model = Model::new(|layout| {
        let linear = Linear::new(layout, "first", 2, 2, Init::HeNormal);
        Sequential::new().then(linear).then(Residual::new(Box::new(Division)))
    });
    assert_line(&fault(model, CrossEntropy), DIVISION);
}

#[test]
fn the_line_of_a_logarithm_of_a_negative_number_is_named_in_a_loop_of_the_users_own() {
    const LINE: u32 = line!() + 4;
    struct Logarithm;
    impl Formula for Logarithm {
        fn apply<'t>(&self, _: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
            x.shift(-1e3).ln()
        }
    }
    let data = moons_split().train;
    let batch = data.batch(&[0, 1, 2, 3]);
    let mut training = Training::new(own(Logarithm), CrossEntropy, Sgd::new(0.1));
    assert!(training.step(&batch).is_nan());
    let Some(IssueKind::NonFiniteOperation(fault)) = training.find_issue(&batch) else { panic!("no issue") };
    assert_line(&fault, LINE);
    assert!(fault.remedy().unwrap().starts_with("the operand of a logarithm must be positive"), "{fault}");
}

#[test]
fn a_finite_step_has_no_issue() {
    let data = moons_split().train;
    let batch = data.batch(&[0, 1, 2, 3]);
    let mut training = Training::new(Mlp::new([2, 4, 2]), CrossEntropy, Sgd::new(0.1));
    assert!(training.step(&batch).is_finite());
    assert_eq!(training.find_issue(&batch), None);
}

const OVERFLOW: u32 = line!() + 5;
/// Layers of this library with inputs that are too large, called from a module of the user.
struct Overflow(Sequential);
impl Formula for Overflow {
    fn apply<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
        self.0.forward(p, x)
    }
}

#[test]
fn a_layer_of_this_library_is_named_by_its_parameters_and_by_the_line_that_calls_it() {
    let model = Model::new(|layout| {
        let linear = Linear::new(layout, "first", 2, 2, Init::HeNormal);
        let large = Linear::new(layout, "second", 2, 2, Init::Constant(3e38));
        Own {
            linear,
            after: Overflow(Sequential::new().then(Activation(wengert_ad::rules::Tanh)).then(large)),
        }
    });
    let fault = fault(model, CrossEntropy);
    assert_line(&fault, OVERFLOW);
    assert_eq!(fault.found.application.as_deref(), Some("second.weight, second.bias"));
}

#[test]
fn a_layer_that_no_line_of_the_user_calls_is_said_to_be_one_of_this_library() {
    let model = Model::new(|layout| Linear::new(layout, "only", 2, 2, Init::Constant(3e38)));
    let fault = fault(model, CrossEntropy);
    assert_eq!(fault.place, Place::Layer, "{fault}");
    assert!(fault.to_string().contains("(only.weight, only.bias), in a layer of this library: "), "{fault}");
}

const ROOT: u32 = line!() + 9;
/// The square root of a negative number.
struct OwnLoss;
impl Loss for OwnLoss {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn per_example<'t>(&self, outputs: Tensor<'t>, targets: TargetBatch<'_, 't>) -> Tensor<'t> {
        let losses = CrossEntropy.per_example(outputs, targets);
        losses.shift(-1e3).sqrt()
    }
}

#[test]
fn the_line_in_a_loss_is_named_with_and_without_weights() {
    let fault = fault(Mlp::new([2, 4, 2]), OwnLoss);
    assert_line(&fault, ROOT);
    assert_eq!(fault.remedy(), Some("the operand of a square root must not be negative"));

    let data = moons_split().train;
    let weighted = data.clone().with_weights(vec![2.0; data.examples()]).unwrap();
    let mut training = Training::new(Mlp::new([2, 4, 2]), OwnLoss, Sgd::new(0.1));
    let batch = weighted.batch(&[0, 1, 2]);
    assert!(training.step(&batch).is_nan());
    let Some(IssueKind::NonFiniteOperation(fault)) = training.find_issue(&batch) else { panic!("no issue") };
    assert_line(&fault, ROOT);
}

const TOTAL: u32 = line!() + 11;
/// A loss with a total of its own.
struct OwnTotal;
impl Loss for OwnTotal {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn per_example<'t>(&self, outputs: Tensor<'t>, targets: TargetBatch<'_, 't>) -> Tensor<'t> {
        CrossEntropy.per_example(outputs, targets)
    }
    fn total<'t>(&self, outputs: Tensor<'t>, targets: TargetBatch<'_, 't>) -> Tensor<'t> {
        CrossEntropy.total(outputs, targets) * f64::NAN
    }
}

#[test]
fn the_line_in_the_total_of_a_loss_is_named() {
    assert_line(&fault(Mlp::new([2, 4, 2]), OwnTotal), TOTAL);
}

#[test]
fn a_derivative_that_made_the_parameters_nan_is_found_after_the_update() {
    const LINE: u32 = line!() + 5;
    struct RootOfZero;
    impl Formula for RootOfZero {
        fn apply<'t>(&self, _: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
            let same = x;
            x + (x - same).sqrt()
        }
    }
    let report =
        Trainer::new(own(RootOfZero), CrossEntropy, Sgd::new(0.1)).epochs(2).fit(&moons_split()).unwrap();
    let divergence = report.divergence.unwrap();
    assert_eq!(divergence.cause, DivergenceCause::Operation, "{divergence}");
    let IssueKind::NonFiniteUpdate { parameter, derivative } = divergence.issue.kind else { panic!() };
    let derivative = derivative.unwrap();
    assert!(parameter.name.starts_with("first."));
    assert_line(&derivative, LINE);
    assert!(derivative.remedy().unwrap().starts_with("the derivative of the root is infinite at 0"));
}

#[test]
fn an_update_that_no_operation_explains_says_that_its_cause_is_not_known() {
    let data = moons_split().train;
    let batch = data.batch(&[0, 1, 2, 3]);
    let mut training = Training::new(Mlp::new([2, 4, 2]), CrossEntropy, Sgd::new(0.1));
    training.compute_gradient(&batch);
    training.gradient_mut()[3] = f32::INFINITY;
    training.apply_gradient();
    let issue = training.find_issue(&batch).unwrap().to_string();
    let known = "hidden.0.weight[3] is -inf, after the update of an earlier step; ";
    assert_eq!(issue, format!("{known}what caused it is not known, as that step is past"));
}

//! Modules and losses by name, random draws, comparisons, and the reader of golden files.

pub(crate) mod golden;
pub(crate) mod loss_batch;

use ndarray::{Array2, ArrayD, IxDyn};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use wengert_ad::check::{GradcheckReport, gradcheck};
use wengert_ad::rules::{
    Clamp, Elu, Gelu, GeluTanh, LeakyRelu, LogSigmoid, Relu, Sigmoid, Silu, Softplus, Softsign, Tanh,
};
use wengert_ad::{ArrayTape, Elementary};
use wengert_nn::{
    Activation, BatchNorm, Bias, BinaryCrossEntropy, Bound, CrossEntropy, Dropout, Embedding, HalfSquared,
    Hinge, Huber, Init, LayerNorm, Layout, Linear, Logistic, Loss, MeanAbsolute, MeanSquared, Model, Module,
    MultiClassHinge, Params, ProbabilityCrossEntropy, Residual, Sequential, SmoothL1, SquaredHinge,
    SumAbsolute, SumSquared, TrainingPass, WeightedCrossEntropy,
};

/// Asserts that `a` and `b` differ by at most `tolerance` times the largest number among them, or times 1.
#[track_caller]
pub(crate) fn assert_close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}: lengths");
    let scale = a.iter().chain(b).fold(1.0f64, |scale, x| scale.max(x.abs()));
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!((x - y).abs() <= tolerance * scale, "{what}, element {i}: {x} and {y}");
    }
}

/// Standard normal draws.
pub(crate) fn normal(shape: &[usize], seed: u64) -> ArrayD<f64> {
    let mut random = StdRng::seed_from_u64(seed);
    ArrayD::from_shape_simple_fn(IxDyn(shape), || StandardNormal.sample(&mut random))
}

/// Standard normal draws.
pub(crate) fn normal_matrix(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    normal(&[rows, columns], seed).into_dimensionality().unwrap()
}

/// Random labels below `classes`.
pub(crate) fn labels(count: usize, classes: u32, seed: u64) -> Vec<u32> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count).map(|_| random.random_range(0..classes)).collect()
}

/// A module from words such as `linear:3:4`, `batch_norm:4`, `tanh`, `residual[linear:4:4/tanh]`.
pub(crate) fn sequential(words: &str) -> Model<Sequential<f64>> {
    Model::new(|layout| {
        let parts = words.split_whitespace().enumerate();
        parts.fold(Sequential::new(), |all, (i, word)| then(all, layout, &format!("{i}"), word))
    })
}

fn then(all: Sequential<f64>, layout: &mut Layout, name: &str, word: &str) -> Sequential<f64> {
    if let Some(inner) = word.strip_prefix("residual[").and_then(|rest| rest.strip_suffix(']')) {
        let parts = inner.split('/').enumerate();
        let inner =
            parts.fold(Sequential::new(), |all, (i, word)| then(all, layout, &format!("{name}.{i}"), word));
        return all.then(Residual::new(inner));
    }
    let mut parts = word.split(':');
    let kind = parts.next().unwrap();
    let numbers: Vec<f64> = parts.map(|part| part.parse().unwrap()).collect();
    let size = |i: usize| numbers[i] as usize;
    match kind {
        "linear" => all.then(Linear::new(layout, name, size(0), size(1), Init::GlorotNormal)),
        "linear_without_bias" => {
            all.then(Linear::with_bias(layout, name, [size(0), size(1)], Init::GlorotNormal, Bias::None))
        }
        "linear_with_input_bias" => {
            all.then(Linear::with_bias(layout, name, [size(0), size(1)], Init::GlorotNormal, Bias::Input))
        }
        "batch_norm" => all.then(BatchNorm::new(layout, name, size(0))),
        "layer_norm" => all.then(LayerNorm::new(layout, name, size(0))),
        "embedding" => all.then(Embedding::new(layout, name, size(0), size(1), Init::Normal(1.0))),
        "dropout" => all.then(Dropout::new(layout, numbers[0])),
        "relu" => all.then(Activation(Relu)),
        "leaky_relu" => all.then(Activation(LeakyRelu(0.1))),
        "elu" => all.then(Activation(Elu(0.7))),
        "gelu" => all.then(Activation(Gelu)),
        "gelu_tanh" => all.then(Activation(GeluTanh)),
        "silu" => all.then(Activation(Silu)),
        "softplus" => all.then(Activation(Softplus)),
        "softsign" => all.then(Activation(Softsign)),
        "sigmoid" => all.then(Activation(Sigmoid)),
        "log_sigmoid" => all.then(Activation(LogSigmoid)),
        "tanh" => all.then(Activation(Tanh)),
        "clamp" => all.then(Activation(Clamp(-0.5, 0.8))),
        _ => panic!("no layer is called {kind:?}"),
    }
}

/// A loss by its name and options: `huber:0.5`.
pub(crate) fn loss(words: &str) -> Box<dyn Loss<f64>> {
    let (name, options) = words.split_once(':').unwrap_or((words, ""));
    let o: Vec<f64> = options.split(',').filter(|o| !o.is_empty()).map(|o| o.parse().unwrap()).collect();
    match name {
        "sum_squared" => Box::new(SumSquared),
        "mean_squared" => Box::new(MeanSquared),
        "half_squared" => Box::new(HalfSquared),
        "sum_absolute" => Box::new(SumAbsolute),
        "mean_absolute" => Box::new(MeanAbsolute),
        "huber" => Box::new(Huber::new(o[0])),
        "smooth_l1" => Box::new(SmoothL1::new(o[0])),
        "cross_entropy" => Box::new(CrossEntropy),
        "weighted_cross_entropy" => {
            let smoothed = WeightedCrossEntropy::default().label_smoothing(o[0]);
            Box::new(if o.len() > 1 { smoothed.class_weights(&o[1..]) } else { smoothed })
        }
        "probability_cross_entropy" => {
            let smoothed = ProbabilityCrossEntropy::new().label_smoothing(o[0]);
            Box::new(if o.len() > 1 { smoothed.class_weights(&o[1..]) } else { smoothed })
        }
        "binary_cross_entropy" => Box::new(BinaryCrossEntropy::new().positive_weight(o[0])),
        "logistic" => Box::new(Logistic),
        "hinge" => Box::new(Hinge),
        "squared_hinge" => Box::new(SquaredHinge),
        "multi_class_hinge" => {
            let hinge = MultiClassHinge::new().margin(o[0]);
            Box::new(if o[1] == 2.0 { hinge.squared() } else { hinge })
        }
        _ => panic!("no loss is called {name:?}"),
    }
}

/// Parameters drawn from the normal distribution with standard deviation 0.8.
pub(crate) fn drawn_params(layout: &Layout, seed: u64) -> Params<f64> {
    let mut params = layout.initialise::<f64>(seed);
    let draws = normal(&[params.len()], seed + 1000);
    params.values_mut().iter_mut().zip(&draws).for_each(|(value, draw)| *value = 0.8 * draw);
    params
}

/// The outputs of a model in an evaluation pass, or in the given training pass.
pub(crate) fn run(
    model: &Model<impl Module<f64>>,
    params: &Params<f64>,
    x: &Array2<f64>,
    training: Option<TrainingPass>,
) -> Array2<f64> {
    let tape = ArrayTape::new();
    let bound = params.bind_for_evaluation(&tape);
    let bound = match training {
        Some(training) => bound.in_training(training),
        None => bound,
    };
    model.module().forward(&bound, tape.constant(x)).value().into_dimensionality().unwrap()
}

/// Checks the gradient of a fixed function of a module's outputs with respect to its parameters and, if
/// `with_inputs`, to its inputs.
pub(crate) fn gradcheck_module(
    model: &Model<impl Module<f64>>,
    params: &Params<f64>,
    x: &Array2<f64>,
    training: Option<TrainingPass>,
    with_inputs: bool,
) -> GradcheckReport {
    let mut arrays: Vec<ArrayD<f64>> = params.iter().map(|(_, values)| values.to_owned()).collect();
    let count = arrays.len();
    if with_inputs {
        arrays.push(x.clone().into_dyn());
    }
    let statistics = params.statistics().to_vec();
    gradcheck(
        |v| {
            let bound = Bound::recorded(v[0].tape(), model.layout(), &v[..count], &statistics);
            let bound = match training {
                Some(training) => bound.in_training(training),
                None => bound,
            };
            let x = if with_inputs { v[count] } else { v[0].tape().constant(x) };
            let y = model.module().forward(&bound, x);
            // Curved, and different for each output.
            let weights = ArrayD::from_shape_fn(IxDyn(&y.shape()), |i| 0.3 + 0.7 * (i[0] + 2 * i[1]) as f64);
            (y.sin() + y).dot(v[0].tape().constant(&weights))
        },
        &arrays,
    )
}

/// Asserts that `attempt` panics with a message that contains `expected`.
#[track_caller]
pub(crate) fn assert_refused(expected: &str, attempt: impl FnOnce()) {
    let said = std::panic::catch_unwind(std::panic::AssertUnwindSafe(attempt)).expect_err(expected);
    let said = said
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| said.downcast_ref::<&str>().copied())
        .unwrap();
    assert!(said.contains(expected), "{said:?} does not contain {expected:?}");
}

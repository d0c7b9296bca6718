//! The chapters of the book that contain code, and the READMEs of the crates, included as
//! documentation so that the doc tests run their snippets; and the preprocessor of the book.
//!
//! The pages are outside of every published package, and so is this one.

pub mod math;

macro_rules! chapters {
    ($($chapter:ident: $path:literal),+ $(,)?) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../../../docs/", $path))]
            mod $chapter {}
        )+
    };
}

chapters! {
    experiments: "experiments.md",
    modes: "modes.md",
    forward: "modes/forward.md",
    reverse: "modes/reverse.md",
    jacobians: "modes/jacobians.md",
    second: "modes/second.md",
    higher: "modes/higher.md",
    lanes: "modes/lanes.md",
    arrays: "modes/arrays.md",
    checkpoints: "modes/checkpoints.md",
    custom: "modes/custom.md",
    implicit: "modes/implicit.md",
    checking: "modes/checking.md",
    seeing: "modes/seeing.md",
    forward_vs_reverse: "graphs/forward-vs-reverse.md",
    cheap_gradient: "graphs/cheap-gradient.md",
    matrix_chain: "graphs/matrix-chain.md",
    adjoint: "graphs/adjoint.md",
    numeric_gradient: "graphs/numeric-gradient.md",
    relu_corners: "networks/relu-corners.md",
    universal: "networks/universal.md",
    linear_collapse: "networks/linear-collapse.md",
    local_features: "networks/local-features.md",
    linearised: "networks/linearised.md",
    probe_or_tune: "networks/probe-or-tune.md",
    saturation: "networks/saturation.md",
    initialisation: "networks/initialisation.md",
    dead_units: "networks/dead-units.md",
    losses: "losses/losses.md",
    separable: "losses/separable.md",
    linear_classifier: "losses/linear-classifier.md",
    model_order: "losses/model-order.md",
    hyper_parameters: "losses/hyper-parameters.md",
    momentum: "optimizers/momentum.md",
    race: "optimizers/race.md",
    second_order: "optimizers/second-order.md",
    saddles: "optimizers/saddles.md",
    schedules: "optimizers/schedules.md",
    gradient_noise: "stochastic/gradient-noise.md",
    batch_size: "stochastic/batch-size.md",
    variance_reduction: "stochastic/variance-reduction.md",
    theorem: "stochastic/theorem.md",
    gradient_flow: "limits/gradient-flow.md",
    gibbs: "limits/gibbs.md",
    escape: "limits/escape.md",
    markov_chain: "limits/markov-chain.md",
    basins: "limits/basins.md",
    least_squares_modes: "least-squares/least-squares-modes.md",
    condition_number: "least-squares/condition-number.md",
    minimum_norm: "least-squares/minimum-norm.md",
    ridge: "least-squares/ridge.md",
    chaos: "least-squares/chaos.md",
    region_of_confusion: "stochastic/region-of-confusion.md",
    good_start_bad_finish: "stochastic/good-start-bad-finish.md",
    sampling: "stochastic/sampling.md",
    rules: "rules.md",
    arithmetic: "rules/arithmetic.md",
    powers: "rules/powers.md",
    exponentials: "rules/exponentials.md",
    circular: "rules/circular.md",
    hyperbolic: "rules/hyperbolic.md",
    special: "rules/special.md",
    activations: "rules/activations.md",
    kinks: "rules/kinks.md",
    sums: "rules/sums.md",
    softmax: "rules/softmax.md",
    matrices: "rules/matrices.md",
    search: "search.md",
    ranks: "ranks.md",
    own_training: "own-training.md",
    figures: "figures.md",
    formats: "formats.md",
    saved_models: "saved-models.md",
    readme_of_kernels: "../crates/kernels/README.md",
    readme_of_ad: "../crates/ad/README.md",
    readme_of_optim: "../crates/optim/README.md",
    readme_of_data: "../crates/data/README.md",
    readme_of_figures: "../crates/figures/README.md",
    readme_of_formula: "../crates/formula/README.md",
    readme_of_wengert: "../crates/wengert/README.md",
}

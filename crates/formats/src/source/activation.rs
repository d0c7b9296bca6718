//! The activations in the languages, with the bits of the rules of `wengert-ad`.

use super::language::Language;
use super::snippet::Snippet::{
    self, Exponential, ExponentialMinusOne, ExponentialSingle, Gelu, GeluTanh, Logarithm, Logistic,
    Polynomial, Product, Reduction, Sigmoid, Tanh, Upper,
};

/// An activation: its name in the table of rules, the snippets it needs, and its value of `x` in C, Rust and
/// Python, where `CONSTANT` is its constant.
pub(super) struct ActivationCode {
    pub(super) name: &'static str,
    pub(super) needs: &'static [Snippet],
    c: &'static str,
    rust: &'static str,
    python: &'static str,
}

impl ActivationCode {
    /// The expression in a language, for its constants.
    pub(super) fn expression(&self, language: Language, constants: &[f64]) -> String {
        let constant = constants.first().map_or(0.0, |&constant| constant as f32);
        match language {
            Language::C => self.c.replace("CONSTANT", &format!("{constant:?}f")),
            Language::Rust => self.rust.replace("CONSTANT", &format!("{constant:?}")),
            Language::Python => self.python.replace("CONSTANT", &format!("np.float32({constant:?})")),
        }
    }
}

const fn code(
    name: &'static str,
    needs: &'static [Snippet],
    [c, rust, python]: [&'static str; 3],
) -> ActivationCode {
    ActivationCode { name, needs, c, rust, python }
}

/// The activations that can be written: those that `--activation` takes.
pub(super) const ACTIVATIONS: &[ActivationCode] = &[
    code("abs", &[], ["fabsf(x)", "x.abs()", "np.abs(x)"]),
    code("atan", &[], ["atanf(x)", "x.atan()", "np.arctan(x)"]),
    code("cos", &[], ["cosf(x)", "x.cos()", "np.cos(x)"]),
    code(
        "elu",
        &[Reduction, ExponentialMinusOne],
        [
            "x > 0.0f ? x : exponential_minus_one(x) * CONSTANT",
            "if x > 0.0 { x } else { exponential_minus_one(x) * CONSTANT }",
            "np.where(x > 0, x, np.expm1(np.minimum(x, 0)) * CONSTANT)",
        ],
    ),
    code(
        "gelu",
        &[Reduction, Exponential, Polynomial, Upper, Gelu],
        [
            "(float)normal_distribution(x) == 0.0f ? 0.0f : x * (float)normal_distribution(x)",
            "{ let gate = normal_distribution(x.into()) as f32; if gate == 0.0 { 0.0 } else { x * gate } }",
            "x * (0.5 * erfc(-x / np.sqrt(2.0))).astype(np.float32)",
        ],
    ),
    code(
        "gelu_tanh",
        &[Reduction, Exponential, Upper, Product, Logistic, GeluTanh],
        [
            "(float)cubic_sigmoid(x) == 0.0f ? 0.0f : x * (float)cubic_sigmoid(x)",
            "{ let gate = cubic_sigmoid(x.into()) as f32; if gate == 0.0 { 0.0 } else { x * gate } }",
            "x * sigmoid(np.float32(1.5957691216057308) * (x + np.float32(0.044715) * x**3))",
        ],
    ),
    code(
        "leaky_relu",
        &[],
        [
            "x > 0.0f ? x : x * CONSTANT",
            "if x > 0.0 { x } else { x * CONSTANT }",
            "np.where(x > 0, x, x * CONSTANT)",
        ],
    ),
    code(
        "log_sigmoid",
        &[ExponentialSingle, Polynomial, Logarithm],
        [
            "(x < 0.0f ? x : 0.0f) - logarithm_of_one_plus(exponential_single(-fabsf(x)))",
            "x.min(0.0) - logarithm_of_one_plus(exponential_single(-x.abs()))",
            "np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))",
        ],
    ),
    code("relu", &[], ["x <= 0.0f ? 0.0f : x", "if x <= 0.0 { 0.0 } else { x }", "np.maximum(x, 0)"]),
    code("sigmoid", &[ExponentialSingle, Sigmoid], ["sigmoid(x)", "sigmoid(x)", "sigmoid(x)"]),
    code(
        "silu",
        &[ExponentialSingle, Sigmoid],
        [
            "sigmoid(x) == 0.0f ? 0.0f : x * sigmoid(x)",
            "{ let gate = sigmoid(x); if gate == 0.0 { 0.0 } else { x * gate } }",
            "x * sigmoid(x)",
        ],
    ),
    code("sin", &[], ["sinf(x)", "x.sin()", "np.sin(x)"]),
    code(
        "softplus",
        &[ExponentialSingle, Polynomial, Logarithm],
        [
            "(x > 0.0f ? x : 0.0f) + logarithm_of_one_plus(exponential_single(-fabsf(x)))",
            "x.max(0.0) + logarithm_of_one_plus(exponential_single(-x.abs()))",
            "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))",
        ],
    ),
    code(
        "softsign",
        &[],
        [
            "isinf(x) ? copysignf(1.0f, x) : x / (fabsf(x) + 1.0f)",
            "if x.is_infinite() { x.signum() } else { x / (x.abs() + 1.0) }",
            "x / (np.abs(x) + 1)",
        ],
    ),
    code("square", &[], ["x * x", "x * x", "x * x"]),
    code("tanh", &[Tanh], ["hyperbolic_tangent(x)", "hyperbolic_tangent(x)", "np.tanh(x)"]),
];

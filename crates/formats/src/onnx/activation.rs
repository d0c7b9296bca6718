//! Activations as nodes, and as they are recognised.

use super::builder::{Builder, Setting};

/// An activation: its name in the table of rules, and the nodes that compute it from `x`.
pub(super) struct Expansion {
    pub(super) name: &'static str,
    pub(super) nodes: fn(&mut Builder, x: &str, constants: &[f64]) -> String,
}

fn single(builder: &mut Builder, operator: &str, x: &str) -> String {
    builder.node(operator, &[x], &[])
}

fn with_alpha(builder: &mut Builder, operator: &str, x: &str, constants: &[f64]) -> String {
    builder.node(operator, &[x], &[("alpha", Setting::Float(constants[0] as f32))])
}

/// `operator(x, c)` for a number.
fn with_number(builder: &mut Builder, operator: &str, x: &str, c: f32) -> String {
    let name = format!("number_{:08x}_for_{x}", c.to_bits());
    let c = builder.floats(&name, &[], &[c]);
    builder.node(operator, &[x, &c], &[])
}

/// The activations that a graph can contain: those that `--activation` takes.
pub(super) const EXPANSIONS: &[Expansion] = &[
    Expansion { name: "abs", nodes: |b, x, _| single(b, "Abs", x) },
    Expansion { name: "atan", nodes: |b, x, _| single(b, "Atan", x) },
    Expansion { name: "cos", nodes: |b, x, _| single(b, "Cos", x) },
    Expansion { name: "elu", nodes: |b, x, c| with_alpha(b, "Elu", x, c) },
    Expansion { name: "gelu", nodes: |b, x, _| gelu(b, x) },
    Expansion { name: "gelu_tanh", nodes: |b, x, _| gelu_tanh(b, x) },
    Expansion { name: "leaky_relu", nodes: |b, x, c| with_alpha(b, "LeakyRelu", x, c) },
    Expansion { name: "log_sigmoid", nodes: |b, x, _| log_sigmoid(b, x) },
    Expansion { name: "relu", nodes: |b, x, _| single(b, "Relu", x) },
    Expansion { name: "sigmoid", nodes: |b, x, _| single(b, "Sigmoid", x) },
    Expansion { name: "silu", nodes: |b, x, _| silu(b, x) },
    Expansion { name: "sin", nodes: |b, x, _| single(b, "Sin", x) },
    Expansion { name: "softplus", nodes: |b, x, _| single(b, "Softplus", x) },
    Expansion { name: "softsign", nodes: |b, x, _| single(b, "Softsign", x) },
    Expansion { name: "square", nodes: |b, x, _| b.node("Mul", &[x, x], &[]) },
    Expansion { name: "tanh", nodes: |b, x, _| single(b, "Tanh", x) },
];

/// `x (1 + erf(x / sqrt 2)) / 2`, in the steps that PyTorch exports.
fn gelu(builder: &mut Builder, x: &str) -> String {
    let scaled = with_number(builder, "Div", x, std::f32::consts::SQRT_2);
    let erf = builder.node("Erf", &[&scaled], &[]);
    let sum = with_number(builder, "Add", &erf, 1.0);
    let product = builder.node("Mul", &[x, &sum], &[]);
    with_number(builder, "Mul", &product, 0.5)
}

/// `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
fn gelu_tanh(builder: &mut Builder, x: &str) -> String {
    let square = builder.node("Mul", &[x, x], &[]);
    let cube = builder.node("Mul", &[&square, x], &[]);
    let scaled = with_number(builder, "Mul", &cube, 0.044_715);
    let sum = builder.node("Add", &[x, &scaled], &[]);
    let inner = with_number(builder, "Mul", &sum, 0.797_884_6);
    let tanh = builder.node("Tanh", &[&inner], &[]);
    let sum = with_number(builder, "Add", &tanh, 1.0);
    let product = builder.node("Mul", &[x, &sum], &[]);
    with_number(builder, "Mul", &product, 0.5)
}

/// `-softplus(-x)`.
fn log_sigmoid(builder: &mut Builder, x: &str) -> String {
    let negative = builder.node("Neg", &[x], &[]);
    let softplus = builder.node("Softplus", &[&negative], &[]);
    builder.node("Neg", &[&softplus], &[])
}

fn silu(builder: &mut Builder, x: &str) -> String {
    let sigmoid = builder.node("Sigmoid", &[x], &[]);
    builder.node("Mul", &[x, &sigmoid], &[])
}

//! The requests, as they are read from JSON.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    Lists {},
    Graph(GraphRequest),
    Surface(SurfaceRequest),
    Descend(DescentRequest),
    Confusion(ConfusionRequest),
    Create { slot: usize, settings: Box<NetworkSettings> },
    Advance { slot: usize, steps: usize },
    Rewind { slot: usize, step: u64 },
    Picture { slot: usize, view: View },
    Predict { slot: usize, rows: Vec<f64> },
    Export { slot: usize, format: String },
}

/// A formula, and the values of its variables.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GraphRequest {
    pub(crate) formula: String,
    pub(crate) at: BTreeMap<String, f64>,
}

/// A function of `x` and `y` on a grid over the rectangle `[left, right, bottom, top]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SurfaceRequest {
    pub(crate) formula: String,
    pub(crate) window: [f64; 4],
    pub(crate) side: usize,
}

/// Descents from one point.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescentRequest {
    pub(crate) formula: String,
    pub(crate) start: [f64; 2],
    pub(crate) optimizers: Vec<RatedOptimizer>,
    pub(crate) steps: usize,
    /// The standard deviation of what is added to each element of a gradient.
    #[serde(default)]
    pub(crate) noise: f64,
    #[serde(default)]
    pub(crate) seed: u64,
}

/// An optimizer by name, with its learning rate; by default the typical one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RatedOptimizer {
    pub(crate) name: String,
    pub(crate) rate: Option<f64>,
}

/// Stochastic gradient descent on the mean of parabolas.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfusionRequest {
    pub(crate) parabolas: usize,
    pub(crate) start: f64,
    pub(crate) rate: f64,
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    #[serde(default)]
    pub(crate) seed: u64,
}

/// What is trained, and how. What is left out has the default of `wengert train`, or is absent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkSettings {
    pub(crate) data: DataChoice,
    pub(crate) hidden: Vec<usize>,
    pub(crate) activation: Option<String>,
    pub(crate) init: Option<String>,
    pub(crate) loss: Option<String>,
    pub(crate) optimizer: Option<String>,
    pub(crate) rate: Option<f64>,
    pub(crate) weight_decay: Option<f64>,
    pub(crate) schedule: Option<String>,
    pub(crate) batch: Option<usize>,
    pub(crate) epochs: Option<usize>,
    #[serde(default)]
    pub(crate) dropout: f64,
    pub(crate) patience: Option<usize>,
    #[serde(default = "tenth")]
    pub(crate) validation: f64,
    #[serde(default)]
    pub(crate) seed: u64,
}

fn tenth() -> f64 {
    0.1
}

/// The data of a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum DataChoice {
    /// A named data set; with `noise`, a generated one with another amount of noise; with `file`, a bundled
    /// one from the content of its file, which the WebAssembly engine does not contain.
    Named { name: String, noise: Option<f64>, file: Option<String> },
    /// The text of a table, and the column to predict; by default the last one.
    Csv { text: String, target: Option<String> },
    /// Points of the plane, each with its class; or of the line, each with its value.
    Points { points: Vec<Vec<f64>>, regression: bool },
}

/// What a picture shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct View {
    /// The number of points along each axis.
    pub(crate) side: usize,
    /// The rectangle of the features on the axes, `[left, right, bottom, top]`.
    pub(crate) window: [f64; 4],
    /// The numbers of the features on the axes; the others have their mean.
    #[serde(default = "first_two")]
    pub(crate) axes: [usize; 2],
    /// The number of points along each axis for hidden units; 0 for none.
    #[serde(default)]
    pub(crate) units: usize,
}

fn first_two() -> [usize; 2] {
    [0, 1]
}

//! The requests, as they are read from JSON.

use crate::error::RequestError;
use crate::fields::{Fields, FromFields};

#[derive(Default)]
pub(crate) enum Request {
    #[default]
    Lists,
    Graph(GraphRequest),
    Surface(SurfaceRequest),
    Descend(DescentRequest),
    Confusion(ConfusionRequest),
    Create {
        slot: usize,
        settings: Box<NetworkSettings>,
    },
    Advance {
        slot: usize,
        steps: usize,
    },
    Rewind {
        slot: usize,
        step: u64,
    },
    Picture {
        slot: usize,
        view: View,
    },
    Predict {
        slot: usize,
        rows: Vec<f64>,
    },
    Export {
        slot: usize,
        format: String,
    },
}

/// A formula, and the values of its variables.
#[derive(Default)]
pub(crate) struct GraphRequest {
    pub(crate) formula: String,
    pub(crate) at: Vec<(String, f64)>,
}

/// A function of `x` and `y` on a grid over the rectangle `[left, right, bottom, top]`.
#[derive(Default)]
pub(crate) struct SurfaceRequest {
    pub(crate) formula: String,
    pub(crate) window: [f64; 4],
    pub(crate) side: usize,
}

/// Descents from one point.
#[derive(Default)]
pub(crate) struct DescentRequest {
    pub(crate) formula: String,
    pub(crate) start: [f64; 2],
    pub(crate) optimizers: Vec<RatedOptimizer>,
    pub(crate) steps: usize,
    /// The standard deviation of what is added to each element of a gradient.
    pub(crate) noise: f64,
    pub(crate) seed: u64,
}

/// An optimizer by name, with its learning rate; by default the typical one.
#[derive(Default)]
pub(crate) struct RatedOptimizer {
    pub(crate) name: String,
    pub(crate) rate: Option<f64>,
}

/// Stochastic gradient descent on the mean of parabolas.
#[derive(Default)]
pub(crate) struct ConfusionRequest {
    pub(crate) parabolas: usize,
    pub(crate) start: f64,
    pub(crate) rate: f64,
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    pub(crate) seed: u64,
}

/// What is trained, and how. What is left out has the default of `wengert train`, or is absent.
#[derive(Clone, Debug, Default)]
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
    pub(crate) dropout: f64,
    pub(crate) patience: Option<usize>,
    pub(crate) validation: f64,
    pub(crate) seed: u64,
}

/// The data of a network.
#[derive(Clone, Debug)]
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
#[derive(Default)]
pub(crate) struct View {
    /// The number of points along each axis.
    pub(crate) side: usize,
    /// The rectangle of the features on the axes, `[left, right, bottom, top]`.
    pub(crate) window: [f64; 4],
    /// The numbers of the features on the axes; the others have their mean.
    pub(crate) axes: [usize; 2],
    /// The number of points along each axis for hidden units; 0 for none.
    pub(crate) units: usize,
}

impl Default for DataChoice {
    fn default() -> Self {
        Self::Points { points: Vec::new(), regression: false }
    }
}

impl Request {
    /// A request, in which nothing is left out, nor added.
    pub(crate) fn of_json(json: &[u8]) -> Result<Self, RequestError> {
        let mut fields = Fields::of_json(json)?;
        let request = Self::from_fields(&mut fields);
        fields.end(request)
    }
}

impl FromFields for Request {
    fn from_fields(fields: &mut Fields) -> Self {
        let kind: String = fields.required("do");
        match &*kind {
            "lists" => Self::Lists,
            "graph" => Self::Graph(GraphRequest::from_fields(fields)),
            "surface" => Self::Surface(SurfaceRequest::from_fields(fields)),
            "descend" => Self::Descend(DescentRequest::from_fields(fields)),
            "confusion" => Self::Confusion(ConfusionRequest::from_fields(fields)),
            "create" => {
                let slot = fields.required("slot");
                Self::Create { slot, settings: Box::new(fields.required("settings")) }
            }
            "advance" => Self::Advance { slot: fields.required("slot"), steps: fields.required("steps") },
            "rewind" => Self::Rewind { slot: fields.required("slot"), step: fields.required("step") },
            "picture" => Self::Picture { slot: fields.required("slot"), view: fields.required("view") },
            "predict" => Self::Predict { slot: fields.required("slot"), rows: fields.required("rows") },
            "export" => Self::Export { slot: fields.required("slot"), format: fields.required("format") },
            _ => {
                let known = "lists, graph, surface, descend, confusion, create, advance, rewind, picture, \
                             predict, export";
                fields.refuse(RequestError::UnknownName {
                    what: "request",
                    name: kind,
                    known: known.to_owned(),
                });
                Self::default()
            }
        }
    }
}

impl FromFields for GraphRequest {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { formula: fields.required("formula"), at: fields.required("at") }
    }
}

impl FromFields for SurfaceRequest {
    fn from_fields(fields: &mut Fields) -> Self {
        let formula = fields.required("formula");
        Self { formula, window: fields.required("window"), side: fields.required("side") }
    }
}

impl FromFields for DescentRequest {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            formula: fields.required("formula"),
            start: fields.required("start"),
            optimizers: fields.required("optimizers"),
            steps: fields.required("steps"),
            noise: fields.optional("noise").unwrap_or_default(),
            seed: fields.optional("seed").unwrap_or_default(),
        }
    }
}

impl FromFields for RatedOptimizer {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { name: fields.required("name"), rate: fields.optional("rate") }
    }
}

impl FromFields for ConfusionRequest {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            parabolas: fields.required("parabolas"),
            start: fields.required("start"),
            rate: fields.required("rate"),
            batch: fields.required("batch"),
            steps: fields.required("steps"),
            seed: fields.optional("seed").unwrap_or_default(),
        }
    }
}

impl FromFields for NetworkSettings {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            data: fields.required("data"),
            hidden: fields.required("hidden"),
            activation: fields.optional("activation"),
            init: fields.optional("init"),
            loss: fields.optional("loss"),
            optimizer: fields.optional("optimizer"),
            rate: fields.optional("rate"),
            weight_decay: fields.optional("weight_decay"),
            schedule: fields.optional("schedule"),
            batch: fields.optional("batch"),
            epochs: fields.optional("epochs"),
            dropout: fields.optional("dropout").unwrap_or_default(),
            patience: fields.optional("patience"),
            validation: fields.optional("validation").unwrap_or(0.1),
            seed: fields.optional("seed").unwrap_or_default(),
        }
    }
}

impl FromFields for DataChoice {
    fn from_fields(fields: &mut Fields) -> Self {
        let kind: String = fields.required("kind");
        match &*kind {
            "named" => {
                let (name, noise) = (fields.required("name"), fields.optional("noise"));
                Self::Named { name, noise, file: fields.optional("file") }
            }
            "csv" => Self::Csv { text: fields.required("text"), target: fields.optional("target") },
            "points" => {
                let points = fields.required("points");
                Self::Points { points, regression: fields.required("regression") }
            }
            _ => {
                let known = "named, csv, points".to_owned();
                fields.refuse(RequestError::UnknownName { what: "kind of data", name: kind, known });
                Self::default()
            }
        }
    }
}

impl FromFields for View {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            side: fields.required("side"),
            window: fields.required("window"),
            axes: fields.optional("axes").unwrap_or([0, 1]),
            units: fields.optional("units").unwrap_or_default(),
        }
    }
}

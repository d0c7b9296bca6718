//! Models of every kind that a file may contain, and rows for them.

use ndarray::Array2;
use wengert_data::{
    Column, ColumnValues, MISSING, Missing, Preprocessing, PreprocessingOptions, Scaling, Standardiser,
    Table, UnknownCategory,
};
use wengert_nn::{ActivationChoice, AnyActivation, Architecture, Bias, Mlp, Normalisation, Outputs};
use wengert_train::{ModelMetadata, SavedMlp, TrainedModel};

/// A model with a name, and rows of numbers for its columns.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) model: SavedMlp,
    pub(crate) rows: Vec<Vec<f64>>,
}

impl Sample {
    /// The features of a row, computed as for a table; `None` if the preprocessing refuses it.
    pub(crate) fn features(&self, row: &[f64]) -> Option<Vec<f64>> {
        let Some(preprocessing) = self.model.metadata.preprocessing().unwrap() else {
            return row.iter().all(|x| x.is_finite()).then(|| row.to_vec());
        };
        preprocessing.features(&table_of(row)).ok()
    }

    /// What the model answers to one row alone.
    pub(crate) fn outputs(&self, row: &[f64]) -> Option<Array2<f64>> {
        let features = self.features(row)?;
        let row = Array2::from_shape_vec((1, features.len()), features).unwrap();
        Some(self.model.to_trained().predict(&row))
    }
}

/// Numbers that look random, in [-1, 1).
pub(crate) fn numbers(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    })
}

/// A model with parameters of some size, running statistics and the scaling of its data.
pub(crate) fn model(mlp: &Mlp<AnyActivation>, outputs: Outputs, seed: u64) -> SavedMlp {
    let model = mlp.clone().into_model();
    let mut params = model.layout().initialise::<f32>(seed);
    let mut random = numbers(seed);
    for x in params.values_mut() {
        *x = 1.5 * *x + 0.2 * random.next().unwrap() as f32;
    }
    params.statistics_mut().iter_mut().for_each(|x| *x = 1.5 + random.next().unwrap() as f32);
    let [inputs, .., width] = *mlp.widths() else { unreachable!("two widths") };
    let mut map = |width: usize| {
        let mean = (0..width).map(|_| 3.0 * random.next().unwrap()).collect();
        let deviation = (0..width).map(|_| 1.5 + random.next().unwrap()).collect();
        Some(Standardiser::new(mean, deviation).unwrap())
    };
    let inputs = map(inputs);
    let scaling = Scaling { inputs, targets: if outputs == Outputs::Values { map(width) } else { None } };
    TrainedModel { scaling, ..TrainedModel::new(model, params, outputs) }.to_saved().unwrap()
}

pub(crate) fn mlp(widths: &[usize], activation: &str) -> Mlp<AnyActivation> {
    let activation: ActivationChoice = activation.parse().unwrap();
    Mlp::new(widths).activation(activation.build())
}

fn sample(name: &str, mlp: &Mlp<AnyActivation>, outputs: Outputs) -> Sample {
    let seed = name.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
    let mut random = numbers(seed + 1);
    let mut rows: Vec<Vec<f64>> = (0..12)
        .map(|i| (0..mlp.widths()[0]).map(|_| random.next().unwrap() * f64::from(i * i)).collect())
        .collect();
    rows[11][0] = f64::NAN;
    rows[10][0] = 1e300;
    Sample { name: name.to_owned(), model: model(mlp, outputs, seed), rows }
}

/// A perceptron of each activation that has a name, with its rows.
pub(crate) fn of_every_activation() -> Vec<Sample> {
    let names = ActivationChoice::registry().names();
    let sample = |name: &str| sample(name, &mlp(&[3, 7, 6, 4], name), Outputs::Logits);
    names.map(sample).collect()
}

/// Perceptrons of every architecture, meaning of the outputs, and order of sums.
pub(crate) fn of_every_architecture() -> Vec<Sample> {
    let wide = |outputs| mlp(&[530, outputs], "relu");
    let mut all = vec![
        sample("batch_norm", &mlp(&[3, 9, 5], "elu").normalisation(Normalisation::Batch), Outputs::Logits),
        sample("layer_norm", &mlp(&[3, 19, 2], "tanh").normalisation(Normalisation::Layer), Outputs::Scores),
        sample("no_bias", &mlp(&[5, 6, 12], "relu").bias(Bias::None), Outputs::Logits),
        sample("input_bias", &mlp(&[5, 6, 1], "leaky_relu:alpha=0.2").bias(Bias::Input), Outputs::Logits),
        sample("one_logit", &mlp(&[21, 17, 1], "silu").dropout(0.25), Outputs::Logits),
        sample("one_score", &mlp(&[2, 8, 1], "softplus"), Outputs::Scores),
        sample("two_values", &mlp(&[4, 8, 2], "gelu"), Outputs::Values),
        sample("one_value", &mlp(&[1, 1, 1], "tanh"), Outputs::Values),
        sample("linear", &mlp(&[4, 4], "relu"), Outputs::Logits),
        sample("square_layers", &mlp(&[4, 4, 4], "tanh"), Outputs::Logits),
        sample("five_blocks", &wide(1), Outputs::Values),
        sample("long_dot", &mlp(&[1600, 1], "relu"), Outputs::Values),
        sample("long_product", &mlp(&[4100, 2], "relu"), Outputs::Logits),
        sample(
            "wide_layer_norm",
            &mlp(&[2, 600, 3], "relu").normalisation(Normalisation::Layer),
            Outputs::Logits,
        ),
    ];
    let mut raw = sample("raw", &mlp(&[3, 5, 2], "relu"), Outputs::Values);
    raw.model.scaling = Scaling::default();
    all.push(raw);
    // Numbers whose squares are lost, for which layer normalisation has another way.
    let mut steep =
        sample("steep", &mlp(&[2, 6, 3], "relu").normalisation(Normalisation::Layer), Outputs::Logits);
    steep.model.params.values_mut()[..12].iter_mut().for_each(|x| *x *= 1e18);
    steep.model.params.values_mut()[12..18].fill(0.0);
    all.push(steep);
    all.extend(of_tables());
    all
}

/// Words of the column of texts, in the order of the categories; the last did not occur in training.
const WORDS: [&str; 4] = ["Basel", "Zürich", "l'Aquila \"x\" ??/", "Oslo"];

/// A row of numbers as a table: a number, a text by its index, a number, a date.
fn table_of(row: &[f64]) -> Table {
    let numbers = |i: usize| ColumnValues::Numbers(vec![row[i]]);
    let code = if row[1].is_nan() { MISSING } else { if row[1] < 0.0 { 3 } else { row[1] as u32 } };
    let words = WORDS.map(str::to_owned).to_vec();
    let column = |name: &str, values| Column { name: name.into(), values };
    let columns = vec![
        column("size", numbers(0)),
        column("city */ //", ColumnValues::Texts { codes: vec![code], words }),
        column("rooms", numbers(2)),
        column("built", ColumnValues::Dates(vec![row[3]])),
    ];
    Table::new("row", columns).unwrap()
}

/// Models of tables with texts, dates and missing values.
fn of_tables() -> Vec<Sample> {
    let nan = f64::NAN;
    let training = |missing: bool| {
        let (size, city) = if missing { (nan, MISSING) } else { (4.5, 1) };
        let column = |name: &str, values| Column { name: name.into(), values };
        let words = WORDS[..3].iter().map(|&word| word.into()).collect();
        let columns = vec![
            column("size", ColumnValues::Numbers(vec![1.0, size, 3.5, 8.0, 2.0, 2.5, 3.25, 3.75])),
            column("city */ //", ColumnValues::Texts { codes: vec![0, city, 2, 0, 1, 2, 0, 1], words }),
            column("rooms", ColumnValues::Numbers(vec![1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0, 2.0])),
            column("built", ColumnValues::Dates((0..8).map(|i| 1e9 + 1e7 * f64::from(i)).collect())),
            column("price", ColumnValues::Numbers((0..8).map(|i| 1e5 + 3e3 * f64::from(i * i)).collect())),
        ];
        Table::new("houses", columns).unwrap()
    };
    let kinds = [
        ("refuse", Missing::Refuse, UnknownCategory::Refuse),
        ("mean", Missing::Mean, UnknownCategory::Zeros),
        ("indicator", Missing::Indicator, UnknownCategory::Zeros),
    ];
    let samples = kinds.into_iter().map(|(name, missing, unknown)| {
        let options = PreprocessingOptions { missing, unknown, ..PreprocessingOptions::default() };
        let table = training(missing != Missing::Refuse);
        let preprocessing = Preprocessing::fit(&table, 0..8, &options).unwrap();
        let data = preprocessing.dataset(&table).unwrap();
        let mlp = mlp(&[data.width(), 6, 1], "relu");
        let mut model = model(&mlp, Outputs::Values, 5);
        model.scaling.inputs = Some(Standardiser::fit(data.features(), data.width()));
        let metadata = ModelMetadata { targets: vec!["price".into()], ..ModelMetadata::default() };
        model.metadata = metadata.with_preprocessing(&preprocessing);
        model.metadata.features = preprocessing.feature_names();
        let rows = [
            [3.0, 0.0, 2.0, 1.0e9],
            [nan, 1.0, 3.0, 1.01e9],
            [2.0, nan, 1.0, 1.02e9],
            [2.0, -1.0, 1.0, 1.03e9],
            [2.5, 2.0, nan, 1.04e9],
            [2.5, 2.0, 1.5, nan],
            [f64::INFINITY, 2.0, 1.5, 1e9],
        ];
        Sample { name: format!("table_{name}"), model, rows: rows.map(Vec::from).to_vec() }
    });
    samples.collect()
}

//! The data of a network, prepared as those of `wengert train`.

use crate::bounds;
use crate::error::RequestError;
use crate::request::{DataChoice, NetworkSettings};
use wengert_data::{
    Column, ColumnValues, Dataset, NamedDataSet, Prepared, Preprocessing, PreprocessingOptions,
    ScalingMethod, Shares, Split, Table, TableOptions, Targets, Task, blobs, checkerboard, circles, data_set,
    data_sets, moons, sine, spiral, step, table_from_text, xor,
};
use wengert_nn::{LossChoice, TargetKind};

/// Below this number of rows, nothing is held out, as in `wengert train`.
const FEW: usize = 20;

/// The data of a network.
pub(super) struct Data {
    /// The table before it is split.
    pub(super) table: Table,
    /// The parts in the user's units.
    pub(super) unscaled: Split<f64>,
    /// The parts as the network gets them.
    pub(super) split: Split,
    /// How raw tables become features.
    pub(super) preprocessing: Preprocessing,
    /// What should be known about the table.
    pub(super) notes: Vec<String>,
}

impl Data {
    pub(super) fn load(settings: &NetworkSettings) -> Result<Self, RequestError> {
        let (table, task, target) = table(&settings.data, settings.seed)?;
        check_size(&table)?;
        let validation = if table.rows() < FEW { 0.0 } else { settings.validation };
        let options = PreprocessingOptions {
            targets: target.into_iter().collect(),
            task,
            ..PreprocessingOptions::default()
        };
        let shares = Shares { validation, test: 0.0, seed: settings.seed };
        let Prepared { split: unscaled, preprocessing, notes } = table.prepare(&options, &shares)?;
        check_examples(&unscaled.train)?;
        let scaled = unscaled.clone().scaled(ScalingMethod::Standardise);
        let split = match (unscaled.train.targets(), scales_targets(settings)?) {
            (Targets::Values { .. }, true) => scaled.scaled_targets(ScalingMethod::Standardise).cast(),
            _ => scaled.cast(),
        };
        Ok(Self { table, unscaled, split, preprocessing, notes })
    }
}

/// Whether the loss is one of differences, so that targets are standardised.
fn scales_targets(settings: &NetworkSettings) -> Result<bool, RequestError> {
    let Some(loss) = &settings.loss else { return Ok(true) };
    let loss = loss.parse::<LossChoice>()?.build::<f32>();
    Ok(loss.kind() == TargetKind::Values)
}

fn check_size(table: &Table) -> Result<(), RequestError> {
    let (rows, columns) = (table.rows(), table.columns().len());
    bounds::count("the number of examples", rows, 2..=bounds::EXAMPLES)?;
    bounds::count("the number of columns", columns, 2..=bounds::FEATURES)?;
    bounds::count("the number of cells of the table", rows * columns, 1..=bounds::CELLS)?;
    Ok(())
}

/// Checks what the encoding of texts has made of the columns.
fn check_examples(train: &Dataset<f64>) -> Result<(), RequestError> {
    bounds::count("the number of features", train.width(), 1..=bounds::FEATURES)?;
    let cells = train.width() * train.examples();
    bounds::count("the number of features of all examples", cells, 1..=bounds::CELLS)?;
    match train.targets() {
        Targets::Classes { classes, .. } if *classes < 2 => Err(RequestError::OneClass),
        Targets::Classes { classes, .. } => {
            bounds::count("the number of classes", *classes, 2..=bounds::CLASSES).map(drop)
        }
        Targets::Values { width, .. } => bounds::count("the number of targets", *width, 1..=1).map(drop),
    }
}

/// The table, its task, and the column to predict, where they are known.
type Chosen = (Table, Option<Task>, Option<String>);

fn table(choice: &DataChoice, seed: u64) -> Result<Chosen, RequestError> {
    match choice {
        DataChoice::Named { name, noise, file } => {
            let set = data_sets().iter().find(|set| set.name() == name);
            let data = match (noise, set, file) {
                (Some(noise), ..) => noisy(name, *noise, seed)?,
                (None, Some(set), Some(file)) => set.read(file)?,
                _ => data_set(name, seed)?,
            };
            Ok((data.to_table()?, set.map(NamedDataSet::task), None))
        }
        DataChoice::Csv { text, target } => {
            Ok((table_from_text("your file", text, &TableOptions::default())?, None, target.clone()))
        }
        DataChoice::Points { points, regression } => {
            let task = if *regression { Task::Regression } else { Task::Classification };
            Ok((drawn(points, *regression)?, Some(task), None))
        }
    }
}

/// A generated data set with another amount of noise than that of its name.
fn noisy(name: &str, noise: f64, seed: u64) -> Result<Dataset, RequestError> {
    bounds::number("the noise", noise, 0.0..=2.0)?;
    Ok(match name {
        "spiral" => spiral(3, 300, noise, seed),
        "moons" => moons(1000, noise, seed),
        "circles" => circles(1000, noise, 0.5, seed),
        "xor" => xor(1000, noise, seed),
        "blobs" => blobs(3, 1000, noise, seed),
        "checkerboard" => checkerboard(4, 2000, noise, seed),
        "sine" => sine(1000, noise, seed),
        "step" => step(1000, noise, seed),
        _ => {
            let known = "spiral, moons, circles, xor, blobs, checkerboard, sine, step".to_owned();
            return Err(RequestError::UnknownName {
                what: "data set with noise",
                name: name.to_owned(),
                known,
            });
        }
    })
}

/// Points that were drawn: the features, and last the class or the value.
fn drawn(points: &[Vec<f64>], regression: bool) -> Result<Table, RequestError> {
    bounds::count("the number of points", points.len(), 2..=bounds::EXAMPLES)?;
    let width = if regression { 2 } else { 3 };
    for point in points {
        bounds::count("the number of values of a point", point.len(), width..=width)?;
        for &x in point {
            bounds::number("a value of a point", x, -1e6..=1e6)?;
        }
        if !regression {
            let class = point[width - 1];
            bounds::number("the class of a point", class, 0.0..=(bounds::CLASSES - 1) as f64)?;
        }
    }
    let value = |point: &Vec<f64>, j: usize| {
        let is_class = !regression && j == width - 1;
        if is_class { point[j].floor() } else { point[j] }
    };
    let names: &[&str] = if regression { &["x1", "y1"] } else { &["x1", "x2", "class"] };
    let column = |(j, name): (usize, &&str)| Column {
        name: (*name).to_owned(),
        values: ColumnValues::Numbers(points.iter().map(|point| value(point, j)).collect()),
    };
    Ok(Table::new("points", names.iter().enumerate().map(column).collect())?)
}

//! Charts of evaluations, and the folders that they are written to.

use crate::error::CliError;
use crate::evaluation::{BINS, ClassEvaluation, Evaluation, ValueEvaluation};
use crate::unfit_data::UnfitData;
use ndarray::{Array2, Axis};
use std::path::Path;
use wengert::data::{Dataset, Targets};
use wengert::figures::{
    Chart, ConfusionMatrix, DecisionRegions, Figure, PredictedAgainstTrue, RegressionFit, Reliability,
    Report, Residuals,
};
use wengert::nn::metrics::{class_probabilities, predicted_class};
use wengert::nn::{Module, Outputs};
use wengert::train::TrainedModel;
use wengert_files::Output;

/// Matrices of more classes are not drawn.
const MOST_CLASSES: usize = 50;

/// A chart with the name of its file.
pub(crate) struct Picture {
    name: String,
    figure: Figure,
}

impl Picture {
    pub(crate) fn new(name: &str, chart: &impl Chart) -> Self {
        Self { name: name.to_owned(), figure: chart.figure() }
    }

    pub(crate) fn figure(&self) -> &Figure {
        &self.figure
    }
}

/// Checks that pictures can be written to a folder, which is made if it is absent.
pub(crate) fn check_folder(folder: &Path) -> Result<(), CliError> {
    let made = if folder.is_dir() { Ok(()) } else { std::fs::create_dir(folder) };
    made.map_err(|error| UnfitData::Folder { path: folder.to_owned(), error })?;
    Output::new(folder.join("loss.svg"))?;
    Ok(())
}

/// Writes pictures to a folder: SVG and, with the feature `png`, PNG.
pub(crate) fn write(folder: &Path, pictures: &[Picture]) -> Result<(), CliError> {
    for picture in pictures {
        let file = |ending: &str| folder.join(format!("{}.{ending}", picture.name));
        picture.figure.save(file("svg"))?;
        #[cfg(feature = "png")]
        picture.figure.save(file("png"))?;
    }
    Ok(())
}

/// The charts of an evaluation of a part of the data.
pub(crate) fn of_evaluation(evaluation: &Evaluation, part: &str) -> Vec<Picture> {
    let on = |title: &str| format!("{title} ({part})");
    match evaluation {
        Evaluation::Classes(classes) => of_classes(classes, on),
        Evaluation::Values(values) => of_values(values, on),
    }
}

fn of_classes(classes: &ClassEvaluation, on: impl Fn(&str) -> String) -> Vec<Picture> {
    let mut pictures = Vec::new();
    if classes.names.len() <= MOST_CLASSES {
        let chart = ConfusionMatrix::new(&classes.names, &classes.counts());
        pictures.push(Picture::new("confusion", &chart.title(&on("Confusion matrix"))));
    }
    if classes.has_probabilities() {
        let probabilities = class_probabilities(&classes.outputs);
        let (mut confidences, mut right) = (Vec::new(), Vec::new());
        for ((row, outputs), &label) in
            probabilities.rows().into_iter().zip(classes.outputs.rows()).zip(&classes.labels)
        {
            if let Some(class) = predicted_class(&outputs.to_vec()) {
                confidences.push(row[class]);
                right.push(class == label as usize);
            }
        }
        let chart = Reliability::new(&confidences, &right).bins(BINS).title(&on("Reliability"));
        pictures.push(Picture::new("reliability", &chart));
    }
    pictures
}

fn of_values(values: &ValueEvaluation, on: impl Fn(&str) -> String) -> Vec<Picture> {
    let several = values.names.len() > 1;
    let each = values.names.iter().enumerate().flat_map(|(j, name)| {
        let column = |array: &Array2<f64>| array.index_axis(Axis(1), j).to_vec();
        let (truth, predicted) = (column(&values.targets), column(&values.outputs));
        let file = |kind: &str| if several { format!("{kind}-{}", j + 1) } else { kind.to_owned() };
        let against = PredictedAgainstTrue::new(name, &truth, &predicted);
        let residuals = Residuals::new(name, &truth, &predicted);
        [
            Picture::new(&file("predicted"), &against.title(&on("Predicted against true values"))),
            Picture::new(&file("residuals"), &residuals.title(&on("Residuals"))),
        ]
    });
    each.collect()
}

/// What a model says about each point of two features, or about each value of one, with the examples.
pub(crate) fn of_plane<M: Module<f32>>(
    model: &TrainedModel<M>,
    data: &Dataset<f64>,
    evaluation: &Evaluation,
) -> Option<Picture> {
    let names = |i: usize| {
        data.feature_names().map_or_else(|| format!("feature {}", i + 1), |names| names[i].clone())
    };
    match (data.targets(), evaluation) {
        (Targets::Classes { labels, .. }, Evaluation::Classes(classes)) if data.width() == 2 => {
            let points: Vec<[f64; 2]> = data.features().chunks_exact(2).map(|row| [row[0], row[1]]).collect();
            let labels: Vec<usize> = labels.iter().map(|&label| label as usize).collect();
            let chart =
                DecisionRegions::new([&names(0), &names(1)], &classes.names, &points, &labels, |points| {
                    let x = points.iter().flatten().copied().collect();
                    shares(
                        model,
                        &Array2::from_shape_vec((points.len(), 2), x).expect("two numbers per point"),
                    )
                });
            Some(Picture::new("regions", &chart))
        }
        (Targets::Values { values, width: 1 }, Evaluation::Values(found)) if data.width() == 1 => {
            let chart = RegressionFit::new(&names(0), &found.names[0], data.features(), values, |x| {
                let x = Array2::from_shape_vec((x.len(), 1), x.to_vec()).expect("one number per row");
                model.predict(&x).into_iter().collect()
            });
            Some(Picture::new("fit", &chart))
        }
        _ => None,
    }
}

/// The probabilities of all classes, one row per row of `x`; of scores, 1 for the predicted class.
fn shares<M: Module<f32>>(model: &TrainedModel<M>, x: &Array2<f64>) -> Vec<f64> {
    let outputs = model.predict(x);
    if model.outputs == Outputs::Logits {
        return class_probabilities(&outputs).into_iter().collect();
    }
    let classes = outputs.ncols().max(2);
    let of_row = |row: ndarray::ArrayView1<'_, f64>| {
        let predicted = predicted_class(&row.to_vec());
        (0..classes).map(move |class| match predicted {
            Some(predicted) => f64::from(u8::from(predicted == class)),
            None => f64::NAN,
        })
    };
    outputs.rows().into_iter().flat_map(of_row).collect()
}

/// A report with the tables of an evaluation.
pub(crate) fn with_tables(mut report: Report, evaluation: &Evaluation) -> Report {
    for table in evaluation.tables() {
        report = report.captioned_table(&table.caption, &table.header, &table.rows);
    }
    match evaluation.note() {
        Some(note) => report.text(&note),
        None => report,
    }
}

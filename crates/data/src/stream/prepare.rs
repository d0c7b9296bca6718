//! A file that is larger than the memory as parts that are split, encoded and scaled.

use crate::dataset::Dataset;
use crate::encoding_problem::EncodingProblem;
use crate::error::{DataError, DataProblem, SplitProblem};
use crate::fitting::Shares;
use crate::partition::Fractions;
use crate::preprocessing::{Preprocessing, PreprocessingOptions};
use crate::scaling::Scaling;
use crate::scaling_method::ScalingMethod;
use crate::stream::assignment::Part;
use crate::stream::digest::Digest;
use crate::stream::running::Running;
use crate::stream::table_part::{Source, TablePart};
use crate::table::{ShuffledTable, Table};
use crate::targets::Targets;
use std::sync::Arc;
use wengert_kernels::Float;

/// A file that is larger than the memory, as data to train on.
pub struct TableParts<F: Float = f32> {
    /// The examples that the model is trained on.
    pub train: TablePart<F>,
    /// The examples that hyper-parameters and the epoch to stop at are chosen on.
    pub validation: TablePart<F>,
    /// The examples that the reported results are computed on.
    pub test: TablePart<F>,
    /// What a model that is trained on them needs to take raw tables.
    pub preprocessing: Preprocessing,
    /// What should be known, a sentence each.
    pub notes: Vec<String>,
}

impl ShuffledTable {
    /// The file as parts to train on, of which a few megabytes are in memory at a time: the counterpart of
    /// [`Table::prepare`] and [`Split::scaled`](crate::Split::scaled).
    ///
    /// Two passes over the file find what [`Preprocessing::fit`] finds in a table in memory, and the
    /// statistics of the training rows, in double precision. Features, and the targets of a regression, are
    /// scaled by these methods. A row is in the part that a hash of its line and the seed says, so that the
    /// sizes of the parts are near their shares, and not exact, and classes are not divided evenly.
    ///
    /// ```
    /// use wengert_data::{
    ///     Examples, PreprocessingOptions, ScalingMethod, Shares, ShuffledTable, TableOptions, TableParts,
    /// };
    ///
    /// # let mut file = tempfile::NamedTempFile::new()?;
    /// # let row = |i: usize| format!("{}.5,{}\n", i % 7, ["rose", "tulip"][i % 2]);
    /// # let rows: String = (0..300).map(row).collect();
    /// # std::io::Write::write_all(&mut file, format!("length,flower\n{rows}").as_bytes())?;
    /// # let path = file.path();
    /// let table = ShuffledTable::open(path, &TableOptions::default(), 7)?;
    /// let shares = Shares { validation: 0.1, test: 0.1, seed: 7 };
    /// let (standardise, none) = (ScalingMethod::Standardise, ScalingMethod::None);
    /// let parts: TableParts = table.prepare(&PreprocessingOptions::default(), &shares, standardise, none)?;
    /// assert_eq!(parts.preprocessing.class_names().map(<[String]>::len), Some(2));
    /// let sizes = [&parts.train, &parts.validation, &parts.test].map(|part| part.examples());
    /// assert!(sizes.iter().sum::<usize>() == 300 && sizes[0] > 200);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Table::prepare`]; for what needs all values of a column at once, which are medians and
    /// [`ScalingMethod::Robust`]; and if the file cannot be read any more, or changed.
    pub fn prepare<F: Float>(
        self,
        options: &PreprocessingOptions,
        shares: &Shares,
        features: ScalingMethod,
        targets: ScalingMethod,
    ) -> Result<TableParts<F>, DataError> {
        let of_file = |problem: DataProblem| problem.of(self.name());
        Fractions { train: Part::Train.share(shares), validation: shares.validation, test: shares.test }
            .check()
            .map_err(of_file)?;
        if features == ScalingMethod::Robust || targets == ScalingMethod::Robust {
            return Err(of_file(EncodingProblem::QuantilesOfStream.into()));
        }
        let digest = Digest::of(&self, options, shares)?;
        let (preprocessing, digest) = digest.preprocessing(&self, options, shares)?;
        let mut notes = digest.notes().to_vec();
        notes.extend(preprocessing.notes().iter().cloned());
        let (scaling, shares) = (Scaling::default(), *shares);
        let mut source = Source { table: self, preprocessing, scaling, shares };
        let pass = FirstPass::over(&source)?;
        notes.extend(pass.note_on_missing(&source));
        for (part, count) in Part::ALL.into_iter().zip(pass.counts) {
            let (fraction, examples) = (part.share(&shares), source.table.rows());
            if fraction > 0.0 && count == 0 {
                let part = part.name();
                let problem = SplitProblem::EmptyPart { part, fraction, examples };
                return Err(DataProblem::from(problem).of(source.table.name()));
            }
        }
        let sample = |source: &Source, part| source.examples(&digest, part);
        let of_train = sample(&source, Part::Train)?;
        let of_train = of_train.ok_or_else(|| DataProblem::NoExamples.of(source.table.name()))?;
        source.scaling = pass.scaling::<F>(&of_train, features, targets);
        parts(source, &digest, &of_train, pass.counts, notes)
    }
}

/// The parts of a file, each with its rows of the digest as a sample.
fn parts<F: Float>(
    source: Source,
    digest: &Table,
    of_train: &Dataset<f64>,
    counts: [usize; 3],
    notes: Vec<String>,
) -> Result<TableParts<F>, DataError> {
    let (source, preprocessing) = {
        let preprocessing = source.preprocessing.clone();
        (Arc::new(source), preprocessing)
    };
    let part = |part: Part, examples: usize| -> Result<TablePart<F>, DataError> {
        let sample = if examples == 0 { None } else { source.examples(digest, part)? };
        let sample = sample.unwrap_or_else(|| of_train.select(&[])).cast_as(&source.scaling);
        Ok(TablePart { source: source.clone(), part, examples, sample })
    };
    let [train, validation, test] = counts;
    Ok(TableParts {
        train: part(Part::Train, train)?,
        validation: part(Part::Validation, validation)?,
        test: part(Part::Test, test)?,
        preprocessing,
        notes,
    })
}

/// What a pass over the encoded rows finds.
struct FirstPass {
    /// The numbers of examples of the parts.
    counts: [usize; 3],
    features: Running,
    targets: Running,
}

impl FirstPass {
    fn over(source: &Source) -> Result<Self, DataError> {
        let (mut counts, mut features, mut targets) = ([0; 3], Running::default(), Running::default());
        for piece in source.table.in_order() {
            let piece = piece?;
            for (part, count) in Part::ALL.into_iter().zip(&mut counts) {
                let Some(data) = source.examples(&piece, part)? else { continue };
                *count += data.examples();
                if part == Part::Train {
                    features.add(data.features(), data.width());
                    if let Targets::Values { values, width } = data.targets() {
                        targets.add(values, *width);
                    }
                }
            }
        }
        Ok(Self { counts, features, targets })
    }

    /// The number of rows that are left out, if there are any.
    fn note_on_missing(&self, source: &Source) -> Option<String> {
        let (rows, used) = (source.table.rows(), self.counts.iter().sum::<usize>());
        let note = || format!("{} of {rows} rows have missing values and are left out", rows - used);
        (used < rows).then(note)
    }

    /// The maps by these methods; for columns that have none, those that keep the digits of the sample.
    fn scaling<F: Float>(
        &self,
        sample: &Dataset<f64>,
        features: ScalingMethod,
        targets: ScalingMethod,
    ) -> Scaling {
        let digits = sample.cast::<F>();
        Scaling {
            inputs: self.features.map(features).or_else(|| digits.scaling().inputs.clone()),
            targets: self.targets.map(targets).or_else(|| digits.scaling().targets.clone()),
        }
    }
}

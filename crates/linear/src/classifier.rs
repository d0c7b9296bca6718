//! A fitted classifier.

use super::regressor::{FitReport, expect_features, expect_width};
use super::{Examples, LinearError};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};
use wengert_ad::Elementary;
use wengert_nn::metrics::{accuracy, chosen_class};

/// A fitted classifier: the scores of an example are `W x + b`.
///
/// Of two classes there is one score, which is positive for class 1; of more there is one each, and the largest chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearClassifier {
    /// The coefficients `W`, a row for each score, of shape `(scores, features)`.
    pub coefficients: Array2<f64>,
    /// The intercepts `b`, one for each score; 0 if the model was fitted without them.
    pub intercepts: Array1<f64>,
    /// How many classes there are.
    pub classes: usize,
    /// How the fit went: one report, or one for each class against the rest.
    pub reports: Vec<FitReport>,
}

impl LinearClassifier {
    /// The scores for each row of `x`; shape `(rows, scores)`. scikit-learn's `decision_function`.
    ///
    /// # Panics
    /// If the rows are not as wide as those that the model was fitted to.
    #[track_caller]
    pub fn scores<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<f64> {
        expect_width(&x.view(), self.coefficients.ncols());
        x.dot(&self.coefficients.t()) + &self.intercepts
    }

    /// The class that the scores choose for each row of `x`.
    ///
    /// # Panics
    /// If the rows are not as wide as those that the model was fitted to.
    #[track_caller]
    pub fn predict<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Vec<u32> {
        self.scores(x).rows().into_iter().map(|row| chosen_class(&row.to_vec()) as u32).collect()
    }

    /// The probabilities that [`LogisticRegression`](super::LogisticRegression) means, the softmax of the scores; shape
    /// `(rows, classes)`. Of a single score `s`, `1 - p` and `p` with `p = 1 / (1 + e^-s)`. The scores of a support-vector
    /// machine are no logits: of them, these are no probabilities of anything.
    ///
    /// # Panics
    /// If the rows are not as wide as those that the model was fitted to.
    #[track_caller]
    pub fn probabilities<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<f64> {
        let scores = self.scores(x);
        if scores.ncols() == 1 {
            return Array2::from_shape_fn((x.nrows(), 2), |(i, class)| {
                let s = scores[[i, 0]];
                if class == 0 { (-s).sigmoid() } else { s.sigmoid() }
            });
        }
        let mut p = scores;
        for mut row in p.rows_mut() {
            let largest = row.fold(f64::NEG_INFINITY, |most, &s| most.max(s));
            row.mapv_inplace(|s| (s - largest).exp());
            row /= row.sum();
        }
        p
    }

    /// The accuracy: the share of examples whose class is predicted.
    ///
    /// # Errors
    /// If the examples can't be used, or have other features or more classes than the model.
    pub fn score<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<f64, LinearError> {
        let examples = examples.into().classification()?;
        expect_features(&examples.features, self.coefficients.ncols())?;
        let (model, classes) = (self.classes, examples.classes);
        if classes > model {
            return Err(LinearError::OtherModel { what: "classes", model, examples: classes });
        }
        Ok(accuracy(&self.scores(&examples.features), examples.labels))
    }

    /// Whether the minimum was found, of each class against the rest if there are several reports.
    pub fn converged(&self) -> bool {
        self.reports.iter().all(FitReport::converged)
    }
}

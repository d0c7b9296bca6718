//! Fitted linear classifiers.

use crate::error::{Compared, LinearError};
use crate::examples::Examples;
use crate::fit_report::FitReport;
use crate::width::{assert_width, check_features};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, Data, Ix2};
use wengert_nn::metrics::{accuracy, class_probabilities, predicted_class};

/// A fitted classifier. The scores of an example are `W x + b`.
///
/// For two classes there is a single score, which is positive for class 1. For more classes there
/// is one score per class, and the largest determines the class.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearClassifier {
    /// The coefficients `W`, one row per score; shape `(scores, features)`.
    pub coefficients: Array2<f64>,
    /// The intercepts `b`, one per score; 0 if the model was fitted without intercepts.
    pub intercepts: Array1<f64>,
    /// The number of classes.
    pub classes: usize,
    /// The reports of the fit: a single one, or one per class if each class was fitted against the rest.
    pub reports: Vec<FitReport>,
}

impl LinearClassifier {
    /// The scores for each row of `x`, shape `(examples, features) -> (examples, scores)`;
    /// `decision_function` in scikit-learn.
    ///
    /// # Panics
    /// If the number of features is not that of the model.
    #[track_caller]
    pub fn scores<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<f64> {
        assert_width(&x.view(), self.coefficients.ncols());
        x.dot(&self.coefficients.t()) + &self.intercepts
    }

    /// The predicted class of each row of `x`; `None` for a row with a NaN among its scores.
    ///
    /// # Panics
    /// If the number of features is not that of the model.
    #[track_caller]
    pub fn predict_classes<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Vec<Option<u32>> {
        let class = |row: ArrayView1<'_, f64>| predicted_class(&row.to_vec()).map(|class| class as u32);
        self.scores(x).rows().into_iter().map(class).collect()
    }

    /// The class probabilities of each row of `x` under
    /// [`LogisticRegression`](crate::LogisticRegression), the softmax of the scores; shape
    /// `(examples, features) -> (examples, classes)`. For a single score `s`, two columns `1 - p`
    /// and `p = 1 / (1 + e^-s)`.
    ///
    /// The scores of a support-vector machine are not logits, so their softmax is not a probability.
    ///
    /// # Panics
    /// If the number of features is not that of the model.
    #[track_caller]
    pub fn predict_probabilities<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<f64> {
        class_probabilities(&self.scores(x))
    }

    /// The accuracy: the share of examples classified correctly, in `[0, 1]`.
    ///
    /// # Errors
    /// If the examples are invalid, or if they have another number of features or more classes than
    /// the model.
    pub fn accuracy<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<f64, LinearError> {
        let examples = examples.into().classification()?;
        check_features(&examples.features, self.coefficients.ncols())?;
        let (model, classes) = (self.classes, examples.classes);
        if classes > model {
            return Err(LinearError::OtherModel { compared: Compared::Classes, model, examples: classes });
        }
        Ok(accuracy(&self.scores(&examples.features), examples.labels))
    }

    /// Whether the minimum was found, for each class against the rest if there are several reports.
    pub fn converged(&self) -> bool {
        self.reports.iter().all(FitReport::converged)
    }
}

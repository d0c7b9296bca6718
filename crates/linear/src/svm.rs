//! Linear support-vector machines.

use crate::classifier::LinearClassifier;
use crate::error::LinearError;
use crate::examples::{Classification, Examples};
use crate::hinge::{Hinge, Line};
use crate::score_objective::ScoreObjective;
use ndarray::{Array1, Array2, ArrayView2};
use rayon::prelude::*;
use wengert_kernels::validate::assert_positive;
use wengert_minimize::Stopping;
use wengert_nn::SquaredHinge;

/// A linear support-vector machine: the `w` and `b` that minimise `max(0, 1 - t s)`, or its square,
/// **summed** over the examples, plus `lambda |w|^2`, without 1/2. The score is `s = x'w + b`; the
/// target `t` is 1 for class 1 and -1 for class
/// 0. The intercept is not penalised. For more than two classes, each class is fitted against the
///    rest (`t = 1` for its own examples).
///
/// The hinge loss has kinks. It is minimised together with its dual problem, over weights `a_i` of
/// the examples,
///
/// ```text
/// maximise  sum_i a_i - |X'(a t)|^2 / (4 lambda)   over  0 <= a_i <= 1,  t'a = 0 (only with an intercept);
/// then      w = X'(a t) / (2 lambda)
/// ```
///
/// by an interior-point method (Mehrotra 1992; for support-vector machines, Ferris and Munson 2002)
/// to a [duality gap](crate::FitReport::duality_gap) of 1e-12 of the objective, in about twenty
/// steps of `2 n d^2` flops for `n` examples with `d` features. The intercept is then the exact
/// minimum for `w`, or the midpoint of an interval of minima. The squared hinge loss is minimised
/// by L-BFGS, with a report as for [`LogisticRegression`](crate::LogisticRegression).
///
/// | here | scikit-learn |
/// |---|---|
/// | `hinge(lambda)` | `SVC(kernel="linear", C=1/(2 lambda))`; `LinearSVC(loss="hinge")` also penalises `b` |
/// | `squared_hinge(lambda)` | `LinearSVC(C=1/(2 lambda))`, which also penalises `b` |
/// | [`without_intercept`](Self::without_intercept) | `LinearSVC(fit_intercept=False)` |
///
/// Source: Cortes and Vapnik 1995.
///
/// ```
/// use ndarray::array;
/// use wengert_linear::LinearSvm;
///
/// // The margin is 2: s(-1) = -1 and s(1) = 1.
/// let svm = LinearSvm::hinge(0.01).fit((&array![[-1.0], [1.0], [3.0]], &[0, 1, 1]))?;
/// assert!((svm.coefficients[[0, 0]] - 1.0).abs() < 1e-7 && svm.intercepts[0].abs() < 1e-7);
/// assert_eq!(svm.predict_classes(&array![[-0.1], [0.1]]), [Some(0), Some(1)]);
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LinearSvm {
    lambda: f64,
    squared: bool,
    intercept: bool,
}

impl LinearSvm {
    /// Creates a machine with the hinge loss, this strength of the penalty, and an intercept.
    ///
    /// # Panics
    /// If `lambda` is not positive and finite. Without a penalty, the margin of separable data is
    /// not determined.
    #[must_use]
    #[track_caller]
    pub fn hinge(lambda: f64) -> Self {
        assert_positive("support-vector machine: lambda", lambda);
        Self { lambda, squared: false, intercept: true }
    }

    /// Creates a machine with the squared hinge loss, this strength of the penalty, and an intercept.
    ///
    /// # Panics
    /// As [`hinge`](Self::hinge).
    #[must_use]
    #[track_caller]
    pub fn squared_hinge(lambda: f64) -> Self {
        Self { squared: true, ..Self::hinge(lambda) }
    }

    /// Fits without an intercept: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// Fits the examples; for more than two classes, the classes in parallel.
    /// [`converged`](LinearClassifier::converged) says whether the minimum was found.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite; if their targets are values or a single class;
    /// if there are more than 256 classes and more than examples; if squares of the features overflow.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearClassifier, LinearError> {
        let examples = examples.into().classification()?;
        examples.check_fit()?;
        let Classification { features, labels, classes } = examples;
        let lines: Vec<Line> = if classes == 2 {
            vec![self.line(&features, labels)]
        } else {
            let one_against_rest = |class| {
                let labels: Vec<u32> = labels.iter().map(|&label| u32::from(label == class)).collect();
                self.line(&features, &labels)
            };
            (0..classes as u32).into_par_iter().map(one_against_rest).collect()
        };
        let mut coefficients = Array2::zeros((lines.len(), features.ncols()));
        let (mut intercepts, mut reports) = (Array1::zeros(lines.len()), Vec::new());
        for (i, (w, b, report)) in lines.into_iter().enumerate() {
            coefficients.row_mut(i).assign(&w);
            intercepts[i] = b;
            reports.push(report);
        }
        Ok(LinearClassifier { coefficients, intercepts, classes, reports })
    }

    fn line(&self, x: &ArrayView2<'_, f64>, labels: &[u32]) -> Line {
        if !self.squared {
            return Hinge::new(x, labels, self.lambda, self.intercept).line();
        }
        let objective = ScoreObjective::new(SquaredHinge, (*x, labels), 1, self.lambda, self.intercept);
        let (w, b, report) = objective.fit(&Stopping::new());
        (w.row(0).to_owned(), b[0], report)
    }
}

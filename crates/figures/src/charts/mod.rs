//! The kinds of charts, one file each.

use crate::chart::Chart;
use crate::figure::Figure;

/// A kind of chart with an example.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The name: that of the file of the example without extension.
    pub name: &'static str,
    /// What the chart shows.
    pub summary: &'static str,
    /// Draws the example, of invented numbers.
    pub example: fn() -> Figure,
    /// Draws the chart with these numbers and this text at all places where a user can have any numbers and
    /// texts.
    #[doc(hidden)]
    pub of_any: fn(&[f64], &str) -> Figure,
}

/// Declares the modules of the charts, exports their types, and lists them with examples.
macro_rules! charts {
    ($($module:ident: $chart:ident, $summary:literal;)*) => {
        $(
            mod $module;
            pub use $module::$chart;

            impl $chart {
                /// Sets the title.
                #[must_use]
                pub fn title(mut self, title: &str) -> Self {
                    self.title = title.to_owned();
                    self
                }
            }
        )*

        /// All kinds of charts.
        pub const GALLERY: &[Kind] = &[$(
            Kind {
                name: stringify!($module),
                summary: $summary,
                example: || $module::example().figure(),
                of_any: |numbers, text| $module::of_any(numbers, text).title(text).figure(),
            },
        )*];
    };
}

charts! {
    learning_curves: LearningCurves, "A loss or a metric over the epochs of a run";
    decision_regions: DecisionRegions, "The class that a model predicts at each point of two features";
    regression_fit: RegressionFit, "The predictions of a model of one feature, with the examples";
    predicted_against_true: PredictedAgainstTrue, "The predictions of a regression against the true values";
    residuals: Residuals, "The errors of a regression against its predictions";
    confusion_matrix: ConfusionMatrix, "How often each class is taken for each other class";
    reliability: Reliability, "Whether predicted probabilities are as frequent as they say";
    weight_images: WeightImages, "The weights of the units of a layer as images";
    heat_map: HeatMap, "A function of two variables, with contours and paths";
    line_chart: LineChart, "Several lines, with bands of uncertainty, points and lines of reference";
    scatter: Scatter, "Points of several series";
    bar_chart: BarChart, "A number per name, with error bars";
    histogram: Histogram, "The distribution of numbers";
}

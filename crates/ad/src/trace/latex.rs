//! The calculation in LaTeX.

use super::formula::Notation;
use super::graph::Graph;

impl Graph {
    /// The calculation of [`steps`](Self::steps) as `align*` environments with a heading each; needs `amsmath`.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let latex = Graph::of(&[("x", 4.0)], |v| v[0].sqrt()).latex();
    /// assert!(latex.contains(r"v_{1} &= \sqrt{x} = 2"));
    /// assert!(latex.contains(r"\frac{\partial v_{1}}{\partial x} &= \frac{0.5}{v_{1}} = 0.25"));
    /// ```
    pub fn latex(&self) -> String {
        let part = |part: super::steps::Part| {
            let lines = part.equations.iter().map(|sides| {
                let (left, right) = sides.split_first().expect("an equation has a left-hand side");
                format!("{left} &= {}", right.join(" = "))
            });
            let lines = lines.collect::<Vec<_>>().join(" \\\\\n");
            let title = part.title.replace('_', r"\_");
            format!("\\paragraph{{{title}}}\n\\begin{{align*}}\n{lines}\n\\end{{align*}}\n")
        };
        self.parts(Notation::Latex).into_iter().map(part).collect::<Vec<_>>().join("\n")
    }
}

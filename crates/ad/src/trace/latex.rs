//! The calculation as LaTeX.

use super::formula::Notation;
use super::graph::Graph;
use super::steps::Section;

impl Graph {
    /// The equations of [`steps`](Self::steps) as `align*` environments, one per section, each with
    /// a heading. Needs `amsmath`.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let latex = Graph::of(&[("x", 4.0)], |v| v[0].sqrt()).latex();
    /// assert!(latex.contains(r"v_{1} &= \sqrt{x} = 2"));
    /// assert!(latex.contains(r"\frac{\partial v_{1}}{\partial x} &= \frac{0.5}{v_{1}} = 0.25"));
    /// ```
    pub fn latex(&self) -> String {
        let environment = |section: Section| {
            let lines = section.equations.iter().map(|sides| {
                let (left, right) = sides.split_first().expect("an equation has a left-hand side");
                format!("{left} &= {}", right.join(" = "))
            });
            let lines = lines.collect::<Vec<_>>().join(" \\\\\n");
            let title = section.title.replace('_', r"\_");
            format!("\\paragraph{{{title}}}\n\\begin{{align*}}\n{lines}\n\\end{{align*}}\n")
        };
        self.sections(Notation::Latex).into_iter().map(environment).collect::<Vec<_>>().join("\n")
    }
}

//! The chain rule, written out line by line.

use super::digits::short;
use super::formula::Notation;
use super::graph::{Graph, Node, Source};

/// A part of the calculation: a title, and equations as the sides between their equality signs.
pub(super) struct Part {
    pub(super) title: String,
    pub(super) equations: Vec<Vec<String>>,
}

impl Graph {
    /// The whole calculation in plain text: values, partials, a forward sweep an input, and the reverse sweep.
    ///
    /// `∂` stands for the derivative of an operation by its operand, `d` for the derivative through the whole graph.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let steps = Graph::of(&[("x", 2.0)], |v| v[0] * v[0].powi(3)).steps();
    /// assert!(steps.contains("∂v1/∂x = 3 * x^2 = 12"));
    /// assert!(steps.contains("dv2/dx = dv2/dv1 * ∂v1/∂x + dv2/dv2 * ∂v2/∂x = 2 * 12 + 1 * 8 = 32"));
    /// ```
    pub fn steps(&self) -> String {
        let part = |part: Part| {
            let lines: Vec<String> =
                part.equations.iter().map(|sides| format!("  {}", sides.join(" = "))).collect();
            format!("{}\n{}", part.title, lines.join("\n"))
        };
        self.parts(Notation::Short).into_iter().map(part).collect::<Vec<_>>().join("\n\n")
    }

    pub(super) fn parts(&self, notation: Notation) -> Vec<Part> {
        let writer = Writer { graph: self, notation };
        let mut parts = vec![
            Part { title: "values".into(), equations: writer.values() },
            Part { title: "partial derivatives of each operation".into(), equations: writer.partials() },
        ];
        for (input, name) in self.inputs().enumerate() {
            let title = format!("forward sweep of {name}, from the inputs down");
            parts.push(Part { title, equations: writer.forward(input) });
        }
        if let Source::Node(output) = self.output() {
            let title = format!("reverse sweep of {}, from the output up", self.nodes()[output].name);
            parts.push(Part { title, equations: writer.reverse(output) });
        }
        parts
    }
}

struct Writer<'g> {
    graph: &'g Graph,
    notation: Notation,
}

impl Writer<'_> {
    fn values(&self) -> Vec<Vec<String>> {
        let equation = |node: &Node| {
            let mut sides = vec![self.name(node)];
            if node.rule.is_some() {
                sides.push(self.graph.formula(node, self.notation));
            }
            sides.push(self.number(node.value));
            sides
        };
        self.graph.nodes().iter().map(equation).collect()
    }

    fn partials(&self) -> Vec<Vec<String>> {
        let mut equations = Vec::new();
        for node in self.graph.nodes() {
            let formulas = self.graph.partial_formulas(node, self.notation);
            for (&(source, partial), formula) in node.operands.iter().zip(formulas) {
                let Source::Node(operand) = source else { continue };
                let mut sides = vec![self.partial(node, &self.graph.nodes()[operand]), formula.text];
                sides.push(self.number(partial));
                sides.dedup();
                equations.push(sides);
            }
        }
        equations
    }

    /// At each node: the sum over its operands of partial times tangent.
    fn forward(&self, input: usize) -> Vec<Vec<String>> {
        let (nodes, sweep) = (self.graph.nodes(), self.graph.forward(input));
        let seed = vec![self.total(&nodes[input], &nodes[input]), "1".into()];
        let mut equations = vec![seed];
        for (i, node) in nodes.iter().enumerate().filter(|(_, node)| node.rule.is_some()) {
            let reached = node.active_operands().filter(|&(source, _)| sweep.reached[source]);
            let terms = reached.map(|(source, partial)| {
                let symbols = [self.partial(node, &nodes[source]), self.total(&nodes[source], &nodes[input])];
                (symbols, [partial, sweep.derivatives[source]])
            });
            let left = self.total(node, &nodes[input]);
            equations.push(self.sum(left, &terms.collect::<Vec<_>>(), sweep.derivatives[i]));
        }
        equations
    }

    /// At each node, from the last to the first: the sum over its uses of adjoint times partial.
    fn reverse(&self, output: usize) -> Vec<Vec<String>> {
        let (nodes, sweep) = (self.graph.nodes(), self.graph.reverse());
        let mut uses = vec![Vec::new(); nodes.len()];
        for (i, node) in nodes.iter().enumerate().filter(|&(i, _)| sweep.reached[i]) {
            for (source, partial) in node.active_operands() {
                uses[source].push((i, partial));
            }
        }
        let mut equations = vec![vec![self.total(&nodes[output], &nodes[output]), "1".into()]];
        for (i, node) in nodes[..output].iter().enumerate().rev() {
            let terms = uses[i].iter().map(|&(user, partial)| {
                let symbols = [self.total(&nodes[output], &nodes[user]), self.partial(&nodes[user], node)];
                (symbols, [sweep.derivatives[user], partial])
            });
            let left = self.total(&nodes[output], node);
            equations.push(self.sum(left, &terms.collect::<Vec<_>>(), sweep.derivatives[i]));
        }
        equations
    }

    /// `left = a b + c d = 2 * 3 + 4 * 5 = 26`.
    fn sum(&self, left: String, terms: &[([String; 2], [f64; 2])], total: f64) -> Vec<String> {
        let times = if self.notation == Notation::Latex { r" \cdot " } else { " * " };
        let symbols = terms.iter().map(|(symbols, _)| symbols.join(times)).collect::<Vec<_>>().join(" + ");
        let numbers = terms.iter().map(|(_, factors)| factors.map(|x| self.factor(x)).join(times));
        let numbers = numbers.collect::<Vec<_>>().join(" + ");
        let mut sides = vec![left, symbols, numbers, self.number(total)];
        sides.retain(|side| !side.is_empty());
        sides
    }

    fn name(&self, node: &Node) -> String {
        self.notation.name(&node.name).text
    }

    fn number(&self, x: f64) -> String {
        self.notation.number(x).text
    }

    /// A number that may stand after an operator.
    fn factor(&self, x: f64) -> String {
        let text = if self.notation == Notation::Latex { self.number(x) } else { short(x) };
        if text.starts_with('-') { format!("({text})") } else { text }
    }

    /// The derivative of an operation by its operand.
    fn partial(&self, of: &Node, by: &Node) -> String {
        let (of, by) = (self.name(of), self.name(by));
        match self.notation {
            Notation::Latex => format!(r"\frac{{\partial {of}}}{{\partial {by}}}"),
            Notation::Exact | Notation::Short => format!("∂{of}/∂{by}"),
        }
    }

    /// The derivative through the whole graph.
    fn total(&self, of: &Node, by: &Node) -> String {
        let (of, by) = (self.name(of), self.name(by));
        match self.notation {
            Notation::Latex => format!(r"\frac{{d {of}}}{{d {by}}}"),
            Notation::Exact | Notation::Short => format!("d{of}/d{by}"),
        }
    }
}

//! The chain rule, one equation per line.

use super::digits::short;
use super::formula::Notation;
use super::graph::Graph;
use super::node::{Node, Source};

/// A titled section of the calculation.
pub(super) struct Section {
    pub(super) title: String,
    /// Each equation as the expressions between its equality signs.
    pub(super) equations: Vec<Vec<String>>,
}

impl Graph {
    /// The whole calculation in plain text: values, partials, one forward sweep per input, and the
    /// reverse sweep.
    ///
    /// `∂` denotes the partial derivative of one operation with respect to an operand, `d` the
    /// derivative through the whole graph.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let steps = Graph::of(&[("x", 2.0)], |v| v[0] * v[0].powi(3)).steps();
    /// assert!(steps.contains("∂v1/∂x = 3 * x^2 = 12"));
    /// assert!(steps.contains("dv2/dx = dv2/dv1 * ∂v1/∂x + dv2/dv2 * ∂v2/∂x = 2 * 12 + 1 * 8 = 32"));
    /// ```
    pub fn steps(&self) -> String {
        let text = |section: Section| {
            let lines = section.equations.iter().map(|sides| format!("  {}", sides.join(" = ")));
            format!("{}\n{}", section.title, lines.collect::<Vec<_>>().join("\n"))
        };
        self.sections(Notation::Short).into_iter().map(text).collect::<Vec<_>>().join("\n\n")
    }

    pub(super) fn sections(&self, notation: Notation) -> Vec<Section> {
        let writer = Writer { graph: self, notation };
        let mut sections = vec![
            Section { title: "values".into(), equations: writer.values() },
            Section { title: "partial derivatives of each operation".into(), equations: writer.partials() },
        ];
        for (input, node) in self.inputs().iter().enumerate() {
            let title = format!("forward sweep of {}, from the inputs down", node.name);
            sections.push(Section { title, equations: writer.forward(input) });
        }
        if let Source::Node(output) = self.output() {
            let title = format!("reverse sweep of {}, from the output up", self.node(output).name);
            sections.push(Section { title, equations: writer.reverse(self.node(output)) });
        }
        sections
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
            if !node.is_input() {
                sides.push(self.graph.formula(node, self.notation));
            }
            sides.push(self.number(node.value));
            sides
        };
        self.graph.nodes().iter().map(equation).collect()
    }

    fn partials(&self) -> Vec<Vec<String>> {
        let mut equations = Vec::new();
        for node in self.graph.operations() {
            let formulas = self.graph.partial_formulas(node, self.notation);
            for (&(source, partial), formula) in node.operands.iter().zip(formulas) {
                let Source::Node(operand) = source else { continue };
                let mut sides = vec![self.partial(node, self.graph.node(operand)), formula.text];
                sides.push(self.number(partial));
                sides.dedup();
                equations.push(sides);
            }
        }
        equations
    }

    /// For each node: the sum over its operands of partial times tangent.
    fn forward(&self, input: usize) -> Vec<Vec<String>> {
        let (graph, sweep) = (self.graph, self.graph.forward(input));
        let input = &graph.inputs()[input];
        let mut equations = vec![vec![self.total(input, input), "1".into()]];
        for node in graph.operations() {
            let reached = node.active_operands().filter(|&(operand, _)| sweep.reached[operand.index()]);
            let terms = reached.map(|(operand, partial)| {
                let tangent = sweep.derivatives[operand.index()];
                let operand = graph.node(operand);
                ([self.partial(node, operand), self.total(operand, input)], [partial, tangent])
            });
            let terms = terms.collect::<Vec<_>>();
            equations.push(self.sum(self.total(node, input), &terms, sweep.derivatives[node.id.index()]));
        }
        equations
    }

    /// For each node, from the last to the first: the sum over its uses of adjoint times partial.
    fn reverse(&self, output: &Node) -> Vec<Vec<String>> {
        let (nodes, sweep) = (self.graph.nodes(), self.graph.reverse());
        let mut uses = vec![Vec::new(); nodes.len()];
        for user in nodes.iter().filter(|node| sweep.reached[node.id.index()]) {
            for (operand, partial) in user.active_operands() {
                uses[operand.index()].push((user, partial));
            }
        }
        let mut equations = vec![vec![self.total(output, output), "1".into()]];
        for node in nodes[..output.id.index()].iter().rev() {
            let terms = uses[node.id.index()].iter().map(|&(user, partial)| {
                let adjoint = sweep.derivatives[user.id.index()];
                ([self.total(output, user), self.partial(user, node)], [adjoint, partial])
            });
            let terms = terms.collect::<Vec<_>>();
            equations.push(self.sum(self.total(output, node), &terms, sweep.derivatives[node.id.index()]));
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

    /// A number as a factor of a product: negative numbers in parentheses.
    fn factor(&self, x: f64) -> String {
        let text = if self.notation == Notation::Latex { self.number(x) } else { short(x) };
        if text.starts_with('-') { format!("({text})") } else { text }
    }

    /// The symbol of the partial derivative of `y` with respect to its operand `x`.
    fn partial(&self, y: &Node, x: &Node) -> String {
        let (y, x) = (self.name(y), self.name(x));
        match self.notation {
            Notation::Latex => format!(r"\frac{{\partial {y}}}{{\partial {x}}}"),
            Notation::Exact | Notation::Short => format!("∂{y}/∂{x}"),
        }
    }

    /// The symbol of the derivative of `y` with respect to `x` through the whole graph.
    fn total(&self, y: &Node, x: &Node) -> String {
        let (y, x) = (self.name(y), self.name(x));
        match self.notation {
            Notation::Latex => format!(r"\frac{{d {y}}}{{d {x}}}"),
            Notation::Exact | Notation::Short => format!("d{y}/d{x}"),
        }
    }
}

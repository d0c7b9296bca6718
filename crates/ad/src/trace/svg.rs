//! The graph as an SVG picture.

use super::digits::short;
use super::formula::Notation;
use super::graph::Graph;
use super::layout::{Layout, layout};
use super::node::{Node, Source};

/// Font size in pixels; all lengths below are in pixels too.
const FONT: f64 = 13.0;
/// Advance width of a character: 0.602 em in the usual monospaced fonts.
const CHARACTER: f64 = 0.602 * FONT;
const LINE: f64 = 17.0;
const PADDING: f64 = 10.0;
const BOX: f64 = 3.0 * LINE + PADDING;
/// Distance from the top of a layer to the top of the next.
const STEP: f64 = BOX + 68.0;
const MARGIN: f64 = 24.0;
/// Distance from the label of an edge to the box below it.
const LABEL: f64 = 20.0;

const LEGEND: [&str; 2] = [
    "boxes: operation, value, adjoint (derivative of the output)",
    "edges: partial derivative of the lower node with respect to the upper",
];

impl Graph {
    /// A picture of the graph as an SVG document, inputs on top: boxes with formula, value and
    /// adjoint, edges with partials. It follows the theme of its page, light or dark.
    ///
    /// Nodes without a path to the output have a dashed outline.
    pub fn svg(&self) -> String {
        Drawing::of(self).document()
    }
}

/// An edge from an operand to an operation, labelled with the partial. An operand that appears
/// twice in one operation has one edge with both partials.
struct Edge {
    from: usize,
    to: usize,
    label: String,
}

struct Drawing {
    texts: Vec<[String; 3]>,
    widths: Vec<f64>,
    classes: Vec<&'static str>,
    edges: Vec<Edge>,
    layout: Layout,
}

impl Drawing {
    fn of(graph: &Graph) -> Self {
        let edges = edges(graph);
        let (texts, classes) = boxes(graph);
        let mut labels = vec![0.0; texts.len()];
        for edge in &edges {
            labels[edge.to] += text_width(&edge.label) + 2.0 * PADDING;
        }
        let width = |(text, labels): (&[String; 3], &f64)| {
            let longest = text.iter().map(|line| text_width(line)).fold(0.0, f64::max);
            (longest + 2.0 * PADDING).max(*labels)
        };
        let widths: Vec<f64> = texts.iter().zip(&labels).map(width).collect();
        let ends: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let layout = layout(&widths, &ends);
        Self { texts, widths, classes, edges, layout }
    }

    fn document(&self) -> String {
        let legend = LEGEND.iter().map(|line| text_width(line)).fold(0.0, f64::max);
        let layers = self.layout.layer.iter().max().map_or(0, |&last| last + 1);
        let width = self.layout.width.max(legend) + 2.0 * MARGIN;
        let bottom = MARGIN + layers as f64 * STEP - (STEP - BOX);
        let height = bottom + 24.0 + 2.0 * LINE + MARGIN / 2.0;
        let mut parts = vec![
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wgraph\" width=\"{width:.0}\" \
                 height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">"
            ),
            STYLE.to_owned(),
            "<rect class=\"page\" width=\"100%\" height=\"100%\"/>".into(),
        ];
        let centred = (width - self.layout.width) / 2.0;
        parts.push(format!("<g transform=\"translate({centred:.1} {MARGIN})\">"));
        parts.extend(self.lines());
        parts.extend((0..self.texts.len()).map(|i| self.node(i)));
        parts.push("</g>".into());
        for (line, text) in LEGEND.iter().enumerate() {
            let y = bottom + 24.0 + LINE * (line as f64 + 0.7);
            parts.push(format!("<text class=\"legend\" x=\"{MARGIN}\" y=\"{y:.1}\">{text}</text>"));
        }
        parts.push("</svg>\n".into());
        parts.join("\n")
    }

    fn node(&self, i: usize) -> String {
        let (width, class, [formula, value, adjoint]) = (self.widths[i], self.classes[i], &self.texts[i]);
        let (x, top) = (self.layout.x[i], self.top(i));
        let left = x - width / 2.0;
        let mut text = format!(
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{BOX:.1}\" \
             rx=\"7\"/>"
        );
        let lines = [("formula", formula), ("value", value), ("adjoint", adjoint)];
        for (line, (class, content)) in lines.into_iter().enumerate() {
            let (y, content) = (top + PADDING / 2.0 + LINE * (line as f64 + 0.75), escaped(content));
            text.push_str(&format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{content}</text>"));
        }
        text
    }

    /// The edges, and on top of them their labels.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = (0..self.texts.len()).flat_map(|node| self.trunk(node)).collect();
        let mut labels = Vec::new();
        for ((e, edge), port) in self.edges.iter().enumerate().zip(self.ports()) {
            let top = self.top(edge.to);
            lines.push(curve(self.leaves(e), (port, top - LABEL - LINE / 2.0), top - 7.0));
            let (l, r, b) = (port - 4.5, port + 4.5, top - 8.0);
            lines.push(format!("<path class=\"head\" d=\"M{l:.1} {b:.1} H{r:.1} L{port:.1} {top:.1} Z\"/>"));
            let label = escaped(&edge.label);
            let y = top - LABEL + FONT / 3.0;
            let (width, from) = (text_width(&edge.label) + 4.0, y - FONT * 0.85);
            let left = port - width / 2.0;
            labels.push(format!(
                "<rect class=\"backdrop\" x=\"{left:.1}\" y=\"{from:.1}\" width=\"{width:.1}\" \
                 height=\"{FONT}\"/>"
            ));
            labels.push(format!("<text class=\"partial\" x=\"{port:.1}\" y=\"{y:.1}\">{label}</text>"));
        }
        lines.extend(labels);
        lines
    }

    /// The segments that the edges out of a node share, through its waypoints.
    fn trunk(&self, node: usize) -> Vec<String> {
        let mut from = self.bottom(node);
        let segment = |&(layer, x): &(usize, f64)| {
            let top = layer as f64 * STEP;
            let line = curve(from, (x, top), top + BOX);
            from = (x, top + BOX);
            line
        };
        self.layout.trunks[node].iter().map(segment).collect()
    }

    /// The position at which an edge leaves the waypoints that it shares.
    fn leaves(&self, edge: usize) -> (f64, f64) {
        let from = self.edges[edge].from;
        let last = self.layout.passed[edge].checked_sub(1).map(|last| self.layout.trunks[from][last]);
        last.map_or_else(|| self.bottom(from), |(layer, x)| (x, layer as f64 * STEP + BOX))
    }

    fn bottom(&self, node: usize) -> (f64, f64) {
        (self.layout.x[node], self.top(node) + BOX)
    }

    /// The horizontal position at which each edge enters the box below it: side by side, in the
    /// order in which the edges arrive, spaced by the widths of their labels.
    fn ports(&self) -> Vec<f64> {
        let arrives_at = |e: usize| self.leaves(e).0;
        let mut into = vec![Vec::new(); self.texts.len()];
        for (e, edge) in self.edges.iter().enumerate() {
            into[edge.to].push(e);
        }
        let mut ports = vec![0.0; self.edges.len()];
        for (node, edges) in into.iter_mut().enumerate() {
            edges.sort_by(|&a, &b| arrives_at(a).total_cmp(&arrives_at(b)));
            let share = |e: usize| text_width(&self.edges[e].label) + 2.0 * PADDING;
            let all: f64 = edges.iter().map(|&e| share(e)).sum();
            let stretch = if edges.len() > 1 { (self.widths[node] / all).min(1.6) } else { 1.0 };
            let mut left = self.layout.x[node] - stretch * all / 2.0;
            for &e in &*edges {
                ports[e] = left + stretch * share(e) / 2.0;
                left += stretch * share(e);
            }
        }
        ports
    }

    fn top(&self, node: usize) -> f64 {
        self.layout.layer[node] as f64 * STEP
    }
}

/// A line from a point down to another, and vertically on from there.
fn curve((x, y): (f64, f64), (to, until): (f64, f64), down: f64) -> String {
    let middle = (y + until) / 2.0;
    format!(
        "<path class=\"edge\" d=\"M{x:.1} {y:.1} C{x:.1} {middle:.1} {to:.1} {middle:.1} {to:.1} {until:.1} \
         V{down:.1}\"/>"
    )
}

fn edges(graph: &Graph) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    for node in graph.operations() {
        let (to, first) = (node.id.index(), edges.len());
        for (operand, partial) in node.active_operands() {
            let (from, label) = (operand.index(), short(partial));
            match edges[first..].iter_mut().find(|edge| edge.from == from) {
                Some(edge) => edge.label = format!("{} + {label}", edge.label),
                None => edges.push(Edge { from, to, label }),
            }
        }
    }
    edges
}

/// The three lines of text of each box, and its CSS class.
fn boxes(graph: &Graph) -> (Vec<[String; 3]>, Vec<&'static str>) {
    let sweep = graph.reverse();
    let text = |node: &Node| {
        let reached = sweep.reached[node.id.index()];
        let adjoint = match reached {
            true => format!("adjoint {}", short(sweep.derivatives[node.id.index()])),
            false => "no path".into(),
        };
        let class = match (reached, node.is_input()) {
            _ if graph.output() == Source::Node(node.id) => "output",
            (false, _) => "unreached",
            (true, true) => "input",
            (true, false) => "operation",
        };
        ([graph.equation(node, Notation::Short), format!("value {}", short(node.value)), adjoint], class)
    };
    graph.nodes().iter().map(text).unzip()
}

fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

// The class limits the rules to this picture, if it is part of a page.
const STYLE: &str = "<style>
.wgraph text { font: 13px 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.wgraph text { text-anchor: middle; fill: #1f2933; }
.wgraph .formula { font-weight: bold; }
.wgraph .value { fill: #1d4e89; }
.wgraph .adjoint { fill: #a61e2d; }
.wgraph .partial { fill: #4a5560; }
.wgraph .legend { text-anchor: start; fill: #6b7680; }
.wgraph rect { stroke: #52606d; stroke-width: 1.2; }
.wgraph .input { fill: #e4eefb; }
.wgraph .operation { fill: #fbfbf8; }
.wgraph .output { fill: #e3f4e1; stroke-width: 2; }
.wgraph .unreached { fill: #ffffff; stroke-dasharray: 5 4; }
.wgraph .page, .wgraph .backdrop { fill: #ffffff; stroke: none; }
.wgraph .edge { fill: none; stroke: #7b8794; stroke-width: 1.3; }
.wgraph .head { fill: #7b8794; }
@media (prefers-color-scheme: dark) {
.wgraph text { fill: #e4e7eb; }
.wgraph .value { fill: #9cc4f5; }
.wgraph .adjoint { fill: #ff9aa2; }
.wgraph .partial, .wgraph .legend { fill: #b8c1cc; }
.wgraph rect { stroke: #9aa5b1; }
.wgraph .input { fill: #1c2f45; }
.wgraph .operation { fill: #23272e; }
.wgraph .output { fill: #1f3d2b; }
.wgraph .unreached, .wgraph .page, .wgraph .backdrop { fill: #15191e; }
}
</style>";

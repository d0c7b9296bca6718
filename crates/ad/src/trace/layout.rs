//! Layered drawing of a directed acyclic graph: layers from top to bottom, few crossings, short
//! edges.
//!
//! The method of Sugiyama, Tagawa and Toda (1981):
//!
//! 1. Each node gets a layer: inputs the first, an operation the layer before its first use.
//! 2. An edge that skips layers passes through one waypoint in each of them; all edges out of a
//!    node share its waypoints.
//! 3. The layers are ordered by barycentres, to reduce crossings.
//! 4. Each node moves as close to the mean position of its neighbours as the order and the widths
//!    in its layer allow.

/// Horizontal space between two boxes of a layer.
const GAP: f64 = 28.0;
/// Horizontal space between a waypoint and its neighbour.
const WAYPOINT_GAP: f64 = 12.0;
/// Number of passes that order the layers; more passes change nothing visible.
const ORDERINGS: usize = 16;
/// Number of passes that move the nodes; more passes change nothing visible.
const MOVES: usize = 120;

/// The positions of nodes and edges.
pub(super) struct Layout {
    /// The layer of each node, counted from the top.
    pub(super) layer: Vec<usize>,
    /// The horizontal centre of each node.
    pub(super) x: Vec<f64>,
    /// For each edge, its positions in the layers between its ends, from the top: layer and
    /// horizontal position.
    pub(super) waypoints: Vec<Vec<(usize, f64)>>,
    /// The horizontal extent of all nodes.
    pub(super) width: f64,
}

/// Lays out a graph, given the widths of its nodes and its edges, each from an earlier to a later
/// node.
pub(super) fn layout(widths: &[f64], edges: &[(usize, usize)]) -> Layout {
    let mut net = Net::of(widths, edges);
    net.order();
    net.place();
    let left = |i: &usize| net.x[*i] - net.width[*i] / 2.0;
    let shift = (0..net.x.len()).map(|i| left(&i)).fold(f64::INFINITY, f64::min);
    net.x.iter_mut().for_each(|x| *x -= shift);
    let right = net.x.iter().zip(&net.width).map(|(x, width)| x + width / 2.0);
    let width = right.fold(0.0, f64::max);
    let positions = |path: &Vec<usize>| path.iter().map(|&i| (net.layer[i], net.x[i])).collect();
    let waypoints = net.paths.iter().map(positions).collect();
    net.layer.truncate(widths.len());
    Layout { layer: net.layer, x: net.x[..widths.len()].to_vec(), waypoints, width }
}

/// The layer of each node: as early as possible for inputs and unused nodes, as late as possible
/// for all others.
fn layers(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut earliest = vec![0; nodes];
    let mut is_input = vec![true; nodes];
    for &(from, to) in edges {
        earliest[to] = earliest[to].max(earliest[from] + 1);
        is_input[to] = false;
    }
    let mut first_use = vec![usize::MAX; nodes];
    let mut layer = earliest;
    let mut by_user: Vec<_> = edges.to_vec();
    by_user.sort_unstable_by_key(|&(_, to)| std::cmp::Reverse(to));
    // The uses of a node come after it in the graph, so that they have their layers before it.
    for (from, to) in by_user {
        if first_use[to] != usize::MAX && !is_input[to] {
            layer[to] = first_use[to] - 1;
        }
        first_use[from] = first_use[from].min(layer[to]);
    }
    layer
}

/// The nodes followed by the waypoints; every link leads from a layer to the next.
struct Net {
    nodes: usize,
    width: Vec<f64>,
    layer: Vec<usize>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// The waypoints of each edge.
    paths: Vec<Vec<usize>>,
    /// The members of each layer, from left to right.
    layers: Vec<Vec<usize>>,
    x: Vec<f64>,
}

impl Net {
    fn of(widths: &[f64], edges: &[(usize, usize)]) -> Self {
        let nodes = widths.len();
        let (above, below) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
        let mut net = Self {
            nodes,
            width: widths.to_vec(),
            layer: layers(nodes, edges),
            above,
            below,
            paths: Vec::new(),
            layers: Vec::new(),
            x: Vec::new(),
        };
        let mut trunks: Vec<Vec<usize>> = vec![Vec::new(); nodes];
        for &(from, to) in edges {
            let path = net.route(from, to, &mut trunks[from]);
            net.paths.push(path);
        }
        net.layers = vec![Vec::new(); net.layer.iter().max().map_or(0, |&last| last + 1)];
        for (i, &layer) in net.layer.iter().enumerate() {
            net.layers[layer].push(i);
        }
        net.x = vec![0.0; net.width.len()];
        net
    }

    /// Links `from` to `to` through the waypoints of `from`, the `trunk`, which is extended if
    /// necessary. Returns the waypoints of the edge.
    fn route(&mut self, from: usize, to: usize, trunk: &mut Vec<usize>) -> Vec<usize> {
        let between = self.layer[to] - self.layer[from] - 1;
        while trunk.len() < between {
            let (last, waypoint) = (trunk.last().copied().unwrap_or(from), self.width.len());
            self.width.push(0.0);
            self.layer.push(self.layer[last] + 1);
            self.above.push(Vec::new());
            self.below.push(Vec::new());
            self.link(last, waypoint);
            trunk.push(waypoint);
        }
        let path = trunk[..between].to_vec();
        self.link(path.last().copied().unwrap_or(from), to);
        path
    }

    fn link(&mut self, from: usize, to: usize) {
        self.below[from].push(to);
        self.above[to].push(from);
    }

    /// Orders the layers by barycentres, alternating between downwards and upwards, and keeps the
    /// order with the fewest crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for round in 0..ORDERINGS {
            let downwards = round % 2 == 0;
            let count = self.layers.len();
            for step in 1..count {
                let layer = if downwards { step } else { count - 1 - step };
                self.order_layer(layer, downwards);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn order_layer(&mut self, layer: usize, downwards: bool) {
        let rank = self.ranks();
        let neighbours = if downwards { &self.above } else { &self.below };
        let key = |i: usize| {
            let near = &neighbours[i];
            let sum: usize = near.iter().map(|&n| rank[n]).sum();
            if near.is_empty() { rank[i] as f64 } else { sum as f64 / near.len() as f64 }
        };
        let mut members: Vec<(f64, usize)> = self.layers[layer].iter().map(|&i| (key(i), i)).collect();
        members.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.layers[layer] = members.into_iter().map(|(_, i)| i).collect();
    }

    /// The position of each member within its layer.
    fn ranks(&self) -> Vec<usize> {
        let mut rank = vec![0; self.width.len()];
        for (position, &i) in self.layers.iter().flat_map(|layer| layer.iter().enumerate()) {
            rank[i] = position;
        }
        rank
    }

    fn crossings(&self) -> usize {
        let rank = self.ranks();
        let mut crossings = 0;
        for layer in &self.layers {
            let mut links: Vec<(usize, usize)> = Vec::new();
            for &i in layer {
                links.extend(self.below[i].iter().map(|&j| (rank[i], rank[j])));
            }
            for (k, a) in links.iter().enumerate() {
                crossings += links[k + 1..].iter().filter(|b| a.0 < b.0 && a.1 > b.1).count();
                crossings += links[k + 1..].iter().filter(|b| a.0 > b.0 && a.1 < b.1).count();
            }
        }
        crossings
    }

    fn place(&mut self) {
        for layer in 0..self.layers.len() {
            self.settle(layer, |_, _| (0.0, 1.0));
        }
        for round in 0..MOVES {
            for step in 0..self.layers.len() {
                let layer = if round % 2 == 0 { step } else { self.layers.len() - 1 - step };
                self.settle(layer, Self::target);
            }
        }
    }

    /// The weighted mean of the neighbours' positions, and the sum of the weights. Links between
    /// waypoints weigh most, so that long edges are straight.
    fn target(&self, i: usize) -> (f64, f64) {
        let (mut sum, mut weight) = (0.0, 0.0);
        for &n in self.above[i].iter().chain(&self.below[i]) {
            let pull = match (i >= self.nodes, n >= self.nodes) {
                (true, true) => 8.0,
                (true, false) | (false, true) => 2.0,
                (false, false) => 1.0,
            };
            (sum, weight) = (sum + pull * self.x[n], weight + pull);
        }
        if weight > 0.0 { (sum / weight, weight) } else { (self.x[i], 1.0) }
    }

    /// Moves the members of a layer as close to their targets as their order and widths allow:
    /// weighted least squares by pooling adjacent violators.
    fn settle(&mut self, layer: usize, target: impl Fn(&Self, usize) -> (f64, f64)) {
        let members = std::mem::take(&mut self.layers[layer]);
        let mut offsets = Vec::with_capacity(members.len());
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut offset = 0.0;
        for (k, &i) in members.iter().enumerate() {
            if k > 0 {
                offset += self.distance(members[k - 1], i);
            }
            offsets.push(offset);
            let (x, weight) = target(self, i);
            let mut block = (x - offset, weight, 1);
            while let Some(&(before, its_weight, count)) = blocks.last().filter(|last| last.0 > block.0) {
                let weight = its_weight + block.1;
                block = ((before * its_weight + block.0 * block.1) / weight, weight, count + block.2);
                blocks.pop();
            }
            blocks.push(block);
        }
        let starts = blocks.iter().flat_map(|&(start, _, count)| std::iter::repeat_n(start, count));
        for ((&i, offset), start) in members.iter().zip(offsets).zip(starts) {
            self.x[i] = start + offset;
        }
        self.layers[layer] = members;
    }

    /// The smallest distance between the centres of two neighbours.
    fn distance(&self, left: usize, right: usize) -> f64 {
        let gap = if left >= self.nodes || right >= self.nodes { WAYPOINT_GAP } else { GAP };
        (self.width[left] + self.width[right]) / 2.0 + gap
    }
}

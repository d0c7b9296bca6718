//! Where the nodes of a picture stand: layers from top to bottom, few crossings, short edges.
//!
//! After Sugiyama, Tagawa and Toda 1981: as many layers as the longest path has nodes; inputs in the first, each operation
//! in the layer before its first use; an edge that skips layers runs through a waypoint in each, and all edges out of a
//! node share its waypoints; layers are ordered by barycentres; at last each node moves as near to the mean of its
//! neighbours as the order and the widths of the others allow.

/// Space between two boxes of a layer, and between a waypoint and its neighbour.
const GAP: f64 = 28.0;
const WAYPOINT_GAP: f64 = 12.0;
/// How often the layers are ordered, and the nodes moved; more changes nothing visible.
const ORDERINGS: usize = 16;
const MOVES: usize = 120;

/// The picture without its drawing.
pub(super) struct Layout {
    /// The layer of each node, counted from the top.
    pub(super) layer: Vec<usize>,
    /// The horizontal centre of each node.
    pub(super) x: Vec<f64>,
    /// For each edge, where it crosses the layers between its ends, from the top: layer and horizontal position.
    pub(super) waypoints: Vec<Vec<(usize, f64)>>,
    pub(super) width: f64,
}

/// Lays out a graph given by the widths of its nodes and its edges, each from an earlier to a later node.
pub(super) fn layout(widths: &[f64], edges: &[(usize, usize)]) -> Layout {
    let mut net = Net::of(widths, edges);
    net.order();
    net.place();
    let left = |i: &usize| net.x[*i] - net.width[*i] / 2.0;
    let shift = (0..net.x.len()).map(|i| left(&i)).fold(f64::INFINITY, f64::min);
    net.x.iter_mut().for_each(|x| *x -= shift);
    let right = net.x.iter().zip(&net.width).map(|(x, width)| x + width / 2.0);
    let width = right.fold(0.0, f64::max);
    let places = |path: &Vec<usize>| path.iter().map(|&i| (net.layer[i], net.x[i])).collect();
    let waypoints = net.paths.iter().map(places).collect();
    net.layer.truncate(widths.len());
    Layout { layer: net.layer, x: net.x[..widths.len()].to_vec(), waypoints, width }
}

/// The layer of each node: what is not used and what has no operands as early as possible, all else as late.
fn layers(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut earliest = vec![0; nodes];
    let mut is_input = vec![true; nodes];
    for &(from, to) in edges {
        earliest[to] = earliest[to].max(earliest[from] + 1);
        is_input[to] = false;
    }
    let mut before = vec![usize::MAX; nodes];
    let mut layer = earliest;
    let mut by_user: Vec<_> = edges.to_vec();
    by_user.sort_unstable_by_key(|&(_, to)| std::cmp::Reverse(to));
    // A node's uses come after it, so that they have their layers when it gets its own.
    for (from, to) in by_user {
        if before[to] != usize::MAX && !is_input[to] {
            layer[to] = before[to] - 1;
        }
        before[from] = before[from].min(layer[to]);
    }
    layer
}

/// The nodes and, after them, the waypoints: all links lead from a layer to the next.
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
            let path = net.run(from, to, &mut trunks[from]);
            net.paths.push(path);
        }
        net.layers = vec![Vec::new(); net.layer.iter().max().map_or(0, |&last| last + 1)];
        for (i, &layer) in net.layer.iter().enumerate() {
            net.layers[layer].push(i);
        }
        net.x = vec![0.0; net.width.len()];
        net
    }

    /// Links `from` to `to`, along the trunk of waypoints that `from` has, made longer where need be.
    fn run(&mut self, from: usize, to: usize, trunk: &mut Vec<usize>) -> Vec<usize> {
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

    /// Orders the layers by barycentres, downwards and upwards in turn, and keeps the order with the fewest crossings.
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

    /// The place of each member in its layer.
    fn ranks(&self) -> Vec<usize> {
        let mut rank = vec![0; self.width.len()];
        for (place, &i) in self.layers.iter().flat_map(|layer| layer.iter().enumerate()) {
            rank[i] = place;
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
                self.settle(layer, Self::wanted);
            }
        }
    }

    /// The mean of the neighbours' positions, and how much it matters. Waypoints pull hard, so that long edges are straight.
    fn wanted(&self, i: usize) -> (f64, f64) {
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

    /// Moves the members of a layer as near to where they want to be as their order and widths allow: least squares,
    /// by pooling adjacent violators.
    fn settle(&mut self, layer: usize, wanted: impl Fn(&Self, usize) -> (f64, f64)) {
        let members = std::mem::take(&mut self.layers[layer]);
        let mut offsets = Vec::with_capacity(members.len());
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut offset = 0.0;
        for (k, &i) in members.iter().enumerate() {
            if k > 0 {
                offset += self.distance(members[k - 1], i);
            }
            offsets.push(offset);
            let (x, weight) = wanted(self, i);
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

    /// The least distance of two neighbours.
    fn distance(&self, left: usize, right: usize) -> f64 {
        let gap = if left >= self.nodes || right >= self.nodes { WAYPOINT_GAP } else { GAP };
        (self.width[left] + self.width[right]) / 2.0 + gap
    }
}

//! Layered drawing of a directed acyclic graph: layers from top to bottom, few crossings, short
//! edges.
//!
//! The method of Sugiyama, Tagawa and Toda (1981):
//!
//! 1. Each node gets a layer: inputs the first, an operation the layer before its first use.
//! 2. An edge that skips layers passes through one waypoint in each of them; all edges out of a
//!    node share its waypoints. An edge that skips more than [`REACH`] layers is drawn directly.
//! 3. The layers are ordered by barycentres, to reduce crossings.
//! 4. Each node moves as close to the mean position of its neighbours as the order and the widths
//!    in its layer allow.
//!
//! The time is proportional to the number of nodes, edges and waypoints, times the logarithm of the width of
//! a layer. The number of waypoints is bounded by the nodes, because of `REACH`: through waypoints in every
//! layer, a sum of 4,000 variables would have 8 million of them.

/// Horizontal space between two boxes of a layer.
const GAP: f64 = 28.0;
/// Horizontal space between a waypoint and its neighbour.
const WAYPOINT_GAP: f64 = 12.0;
/// The largest number of layers between the ends of an edge with waypoints.
const REACH: usize = 64;
/// Number of passes that order the layers; more passes change nothing visible.
const ORDERINGS: usize = 16;
/// Number of passes that move the nodes; more passes change nothing visible.
const MOVES: usize = 120;
/// The number of nodes and waypoints that all passes over a large graph move, together; it is moved in fewer
/// passes, but at least in some.
const MOVED: usize = 2_000_000;
const FEWEST_MOVES: usize = 8;

/// The positions of nodes and edges.
pub(super) struct Layout {
    /// The layer of each node, counted from the top.
    pub(super) layer: Vec<usize>,
    /// The horizontal centre of each node.
    pub(super) x: Vec<f64>,
    /// For each node, the waypoints that the edges out of it share, from the top: layer and
    /// horizontal position.
    pub(super) trunks: Vec<Vec<(usize, f64)>>,
    /// For each edge, how many of the waypoints of its upper node it passes through, the first ones.
    pub(super) passed: Vec<usize>,
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
    let positions = |trunk: &Vec<usize>| trunk.iter().map(|&i| (net.layer[i], net.x[i])).collect();
    let trunks = net.trunks.iter().map(positions).collect();
    net.layer.truncate(widths.len());
    Layout { layer: net.layer, x: net.x[..widths.len()].to_vec(), trunks, passed: net.passed, width }
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
    /// The waypoints of each node.
    trunks: Vec<Vec<usize>>,
    /// The number of waypoints of each edge.
    passed: Vec<usize>,
    /// The members of each layer, from left to right.
    layers: Vec<Vec<usize>>,
    /// The position of each node and waypoint within its layer.
    rank: Vec<usize>,
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
            trunks: vec![Vec::new(); nodes],
            passed: Vec::with_capacity(edges.len()),
            layers: Vec::new(),
            rank: Vec::new(),
            x: Vec::new(),
        };
        for &(from, to) in edges {
            let passed = net.route(from, to);
            net.passed.push(passed);
        }
        net.layers = vec![Vec::new(); net.layer.iter().max().map_or(0, |&last| last + 1)];
        for (i, &layer) in net.layer.iter().enumerate() {
            net.layers[layer].push(i);
        }
        net.x = vec![0.0; net.width.len()];
        net.rank = vec![0; net.width.len()];
        (0..net.layers.len()).for_each(|layer| net.rank_layer(layer));
        net
    }

    /// Links `from` to `to` through the waypoints of `from`, of which there are more afterwards if
    /// necessary. Returns the number of waypoints of the edge.
    fn route(&mut self, from: usize, to: usize) -> usize {
        let between = self.layer[to] - self.layer[from] - 1;
        if between > REACH {
            return 0;
        }
        while self.trunks[from].len() < between {
            let last = self.trunks[from].last().copied().unwrap_or(from);
            let waypoint = self.width.len();
            self.width.push(0.0);
            self.layer.push(self.layer[last] + 1);
            self.above.push(Vec::new());
            self.below.push(Vec::new());
            self.link(last, waypoint);
            self.trunks[from].push(waypoint);
        }
        let above = between.checked_sub(1).map_or(from, |last| self.trunks[from][last]);
        self.link(above, to);
        between
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
        (0..self.layers.len()).for_each(|layer| self.rank_layer(layer));
    }

    fn order_layer(&mut self, layer: usize, downwards: bool) {
        let rank = &self.rank;
        let neighbours = if downwards { &self.above } else { &self.below };
        let key = |i: usize| {
            let near = &neighbours[i];
            let sum: usize = near.iter().map(|&n| rank[n]).sum();
            if near.is_empty() { rank[i] as f64 } else { sum as f64 / near.len() as f64 }
        };
        let mut members: Vec<(f64, usize)> = self.layers[layer].iter().map(|&i| (key(i), i)).collect();
        members.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.layers[layer] = members.into_iter().map(|(_, i)| i).collect();
        self.rank_layer(layer);
    }

    /// Records the order of a layer.
    fn rank_layer(&mut self, layer: usize) {
        for (position, &i) in self.layers[layer].iter().enumerate() {
            self.rank[i] = position;
        }
    }

    fn crossings(&self) -> usize {
        let (mut passed, mut crossings) = (RankCounts::default(), 0);
        for pair in self.layers.windows(2) {
            passed.clear(pair[1].len());
            for &i in &pair[0] {
                // Links out of one node do not cross each other.
                crossings += self.below[i].iter().map(|&j| passed.above(self.rank[j])).sum::<usize>();
                self.below[i].iter().for_each(|&j| passed.add(self.rank[j]));
            }
        }
        crossings
    }

    fn place(&mut self) {
        for layer in 0..self.layers.len() {
            self.settle(layer, |_, _| (0.0, 1.0));
        }
        let rounds = (MOVED / self.width.len().max(1)).clamp(FEWEST_MOVES, MOVES);
        for round in 0..rounds {
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

/// How often each rank was added, as sums over ranges whose lengths are powers of two (Fenwick 1994), so that
/// adding and counting take logarithmic time.
#[derive(Default)]
struct RankCounts {
    sums: Vec<usize>,
    total: usize,
}

impl RankCounts {
    /// Forgets all ranks; those that are added are below `ranks` from now on.
    fn clear(&mut self, ranks: usize) {
        self.sums.clear();
        self.sums.resize(ranks + 1, 0);
        self.total = 0;
    }

    fn add(&mut self, rank: usize) {
        let mut i = rank + 1;
        while i < self.sums.len() {
            self.sums[i] += 1;
            i += i & i.wrapping_neg();
        }
        self.total += 1;
    }

    /// The number of added ranks above this one.
    fn above(&self, rank: usize) -> usize {
        let (mut i, mut up_to) = (rank + 1, 0);
        while i > 0 {
            up_to += self.sums[i];
            i -= i & i.wrapping_neg();
        }
        self.total - up_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_those_of_all_pairs_of_links() {
        // Two layers of seven nodes, with links that cross in many ways.
        let edges: Vec<(usize, usize)> = (0..7)
            .flat_map(|i| [(i, 7 + (3 * i + 1) % 7), (i, 7 + (5 * i + 2) % 7), (i, 7 + i % 2)])
            .collect();
        let net = Net::of(&[10.0; 14], &edges);
        let cross = |a: &(usize, usize), b: &(usize, usize)| a.0 < b.0 && a.1 > b.1;
        let pairs = edges.iter().map(|a| edges.iter().filter(|b| cross(a, b)).count());
        assert_eq!(net.crossings(), pairs.sum::<usize>());
        assert!(net.crossings() > 20);
    }

    #[test]
    fn waypoints_are_few_however_long_the_edges_are() {
        // A sum of 500 variables: the edge from variable k skips k layers.
        let count = 500;
        let sums = (1..count).map(|k| count + k - 1);
        let operands = |sum: usize| [if sum == count { 0 } else { sum - 1 }, sum - count + 1];
        let edges: Vec<(usize, usize)> = sums.flat_map(|sum| operands(sum).map(|from| (from, sum))).collect();
        let layout = layout(&[10.0; 999], &edges);
        assert_eq!(layout.layer.iter().max(), Some(&(count - 1)));
        let waypoints: Vec<usize> = layout.trunks.iter().map(Vec::len).collect();
        assert!(waypoints.iter().all(|&count| count <= REACH), "{waypoints:?}");
        for (&(from, to), &passed) in edges.iter().zip(&layout.passed) {
            let between = layout.layer[to] - layout.layer[from] - 1;
            assert_eq!(passed, if between > REACH { 0 } else { between });
        }
    }
}

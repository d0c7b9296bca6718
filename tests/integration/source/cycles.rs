//! Cycles in a graph of names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// For each name, the names that it points to.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The graphs of the modules with a common parent: a module stands for itself and all modules below it.
pub(crate) fn siblings(modules: &Graph) -> Vec<Graph> {
    let mut graphs: BTreeMap<String, Graph> = BTreeMap::new();
    for (from, targets) in modules {
        for to in targets {
            let common = from.split("::").zip(to.split("::")).take_while(|(a, b)| a == b).count();
            let [from_parts, to_parts] = [from, to].map(|path| path.split("::").collect::<Vec<_>>());
            // Otherwise, one of them is above the other.
            if common < from_parts.len().min(to_parts.len()) {
                let graph = graphs.entry(from_parts[..common].join("::")).or_default();
                let sibling = |parts: &[&str]| parts[..=common].join("::");
                graph.entry(sibling(&from_parts)).or_default().insert(sibling(&to_parts));
            }
        }
    }
    graphs.into_values().collect()
}

/// A shortest cycle through each strongly connected part of the graph. The first name of a cycle is
/// also its last.
pub(crate) fn cycles(graph: &Graph) -> Vec<Vec<String>> {
    let (mut cycles, mut seen) = (Vec::new(), BTreeSet::new());
    for start in graph.keys() {
        if seen.contains(start) {
            continue;
        }
        let Some(cycle) = shortest_cycle(graph, start) else { continue };
        // Whatever lies on a cycle with `start` belongs to the same part.
        let part = reachable(graph, start).into_iter().filter(|name| reachable(graph, name).contains(start));
        seen.extend(part);
        cycles.push(cycle);
    }
    cycles
}

fn shortest_cycle(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut paths = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop_front() {
        for next in graph.get(&path[path.len() - 1]).into_iter().flatten() {
            if next == start || seen.insert(next.clone()) {
                let longer = [&path[..], std::slice::from_ref(next)].concat();
                if next == start {
                    return Some(longer);
                }
                paths.push_back(longer);
            }
        }
    }
    None
}

fn reachable(graph: &Graph, start: &str) -> BTreeSet<String> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![start.to_owned()]);
    while let Some(name) = open.pop() {
        for next in graph.get(&name).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::{Graph, cycles, siblings};

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        graph
    }

    #[test]
    fn each_connected_part_has_one_shortest_cycle() {
        let edges = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("c", "d"), ("d", "e"), ("f", "f")];
        assert_eq!(cycles(&graph(&edges)), [vec!["a", "b", "a"], vec!["f", "f"]]);
    }

    #[test]
    fn modules_stand_for_the_modules_below_them() {
        let modules = graph(&[("a::b", "c::d"), ("c::e", "a"), ("a::b", "a"), ("a::b", "a::f::g")]);
        let expected = [graph(&[("a", "c"), ("c", "a")]), graph(&[("a::b", "a::f")])];
        assert_eq!(siblings(&modules), expected);
    }
}

//! `wengert data`.

use crate::program::{assert_rejected, json_of, output_of};
use std::fs;

#[test]
fn every_data_set_is_listed_and_written_as_a_table_with_a_header() {
    let sets = json_of(&["data", "list", "--json"])["data_sets"].as_array().unwrap().clone();
    assert!(sets.len() >= 19, "{}", sets.len());
    let table = output_of(&["data", "list"]);
    for set in &sets {
        let name = set["name"].as_str().unwrap();
        assert!(table.contains(name), "{name}");
        let text = output_of(&["data", "write", name]);
        let mut lines = text.lines();
        let columns = lines.next().unwrap().split(',').count() as u64;
        assert_eq!(Some(columns), set["features"].as_u64().map(|features| features + 1), "{name}");
        assert_eq!(Some(lines.count() as u64), set["examples"].as_u64(), "{name}");
    }
}

#[test]
fn a_set_is_written_with_its_names_and_by_its_seed() {
    let iris = output_of(&["data", "write", "iris"]);
    let first: Vec<&str> = iris.lines().take(2).collect();
    assert!(first[0].starts_with("sepal length") && first[1].ends_with(",setosa"), "{first:?}");
    let moons = |seed| output_of(&["data", "write", "moons", "--seed", seed]);
    assert_eq!(moons("3"), moons("3"));
    assert_ne!(moons("3"), moons("4"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moons.csv");
    assert_eq!(output_of(&["data", "write", "moons", "--seed", "3", "--output", path.to_str().unwrap()]), "");
    assert_eq!(fs::read_to_string(path).unwrap(), moons("3"));
    assert_rejected(1, &["data", "write", "mons"], &["mons", "did you mean \"moons\""]);
    assert_rejected(1, &["data", "write", "iris", "--output", "absent/iris.csv"], &["absent"]);
}

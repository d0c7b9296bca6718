//! Named data sets and file formats: every entry of the lists.

use wengert_data::{DataError, DataProblem, Loaded, Targets, data_set, data_set_names, load};

#[test]
fn every_name_loads_its_data_set() {
    for name in data_set_names() {
        let data = data_set(name, 7).unwrap();
        assert_eq!(data.name(), name);
        let Targets::Classes { labels, classes } = data.targets() else { panic!("{name} has no classes") };
        assert!((0..*classes as u32).all(|class| labels.contains(&class)), "{name} has an empty class");
        assert_eq!(load(name, 7).unwrap(), Loaded::Whole(data));
    }
}

#[test]
fn the_seed_decides_the_points_of_a_generated_set() {
    for name in data_set_names().filter(|name| !["digits", "iris"].contains(name)) {
        let [a, b, c] = [7, 7, 8].map(|seed| data_set(name, seed).unwrap());
        assert!(a == b && a != c, "{name}");
    }
}

#[test]
fn an_unknown_name_is_refused_with_all_names_and_the_nearest() {
    let near = data_set("digit", 7).unwrap_err();
    assert!(
        near.to_string().contains("digit: no data set has this name; did you mean \"digits\"?"),
        "{near}"
    );
    let far = load("imagenet", 7).unwrap_err().to_string();
    assert!(!far.contains("did you mean") && data_set_names().all(|name| far.contains(name)), "{far}");
}

#[test]
fn a_path_is_read_in_its_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let not_mnist: Result<Loaded, DataError> = load(path, 7);
    let error = not_mnist.unwrap_err();
    assert!(matches!(error.problem, DataProblem::Idx(_)) && error.place.name == path, "{error}");
}

#[cfg(feature = "csv")]
#[test]
fn a_csv_file_is_recognised_because_it_exists_or_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["points.csv", "points"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "1,2,0\n3,4,1\n").unwrap();
        let Loaded::Whole(data) = load(path.to_str().unwrap(), 7).unwrap() else { panic!("one data set") };
        assert_eq!((data.name(), data.examples()), ("points", 2));
    }
    // Relative paths are those of the tests' folder: that of the package.
    let other = load("Cargo.toml", 7).unwrap_err();
    assert!(matches!(other.problem, DataProblem::Csv(_)), "{other}");
    let absent = load("absent.csv", 7).unwrap_err();
    assert!(matches!(absent.problem, DataProblem::Unreadable(_)), "{absent}");
}

//! Named data sets and file formats: every entry of the lists.

use wengert_data::{
    DataError, DataProblem, Loaded, Scaling, Targets, Task, data_set, data_set_names, data_sets, load,
};

#[test]
fn every_named_set_is_what_its_entry_says() {
    for set in data_sets() {
        let (name, data) = (set.name(), set.load(7));
        assert_eq!((data.name(), data.task()), (name, set.task()));
        assert!(data.features().iter().all(|x| x.is_finite()), "{name}");
        for text in [set.description(), set.source()] {
            assert!((3..100).contains(&text.len()) && !text.contains('\n'), "{name}: {text:?}");
        }
        assert_eq!(data.scaling(), &Scaling::default(), "{name} is in the user's units");
        assert_eq!(data.weights(), None, "{name}");
        assert_eq!(load(name, 7).unwrap(), Loaded::Whole(data));
    }
    let mut names: Vec<&str> = data_set_names().collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), data_sets().len(), "two sets have one name");
}

#[test]
fn bundled_sets_are_read_from_the_content_of_their_files_and_of_no_other() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    for set in data_sets() {
        let file = std::fs::read_to_string(format!("{folder}/{}.csv", set.name()));
        assert_eq!(file.is_err(), set.is_generated(), "{}", set.name());
        let file = file.unwrap_or_default();
        match set.is_generated() {
            true => assert!(set.read(&file).is_err(), "{}", set.name()),
            false => assert_eq!(set.read(&file).unwrap(), set.load(7)),
        }
        for wrong in ["", "1,2", "3,4\n1,2", "a,b\n1,x", "1,2,-1", "1\n\n"] {
            assert!(set.read(wrong).is_err(), "{}: {wrong:?}", set.name());
        }
    }
}

#[test]
fn every_named_set_has_distinct_names_of_its_columns_and_classes() {
    for set in data_sets() {
        let data = set.load(7);
        let (features, targets) = (data.feature_names().unwrap(), data.target_names().unwrap());
        assert_eq!((features.len(), targets.len()), (data.width(), 1), "{}", set.name());
        let mut names: Vec<&String> = features.iter().chain(targets).collect();
        let mut classes: Vec<&String> = data.class_names().unwrap_or_default().iter().collect();
        for list in [&mut names, &mut classes] {
            let count = list.len();
            list.sort_unstable();
            list.dedup();
            assert!(list.len() == count && list.iter().all(|name| !name.is_empty()), "{list:?}");
        }
    }
}

#[test]
fn every_class_of_a_named_set_has_at_least_a_tenth_of_an_even_share() {
    for set in data_sets().iter().filter(|set| set.task() == Task::Classification) {
        let data = set.load(7);
        let Targets::Classes { labels, classes } = data.targets() else { panic!("{}", set.name()) };
        assert_eq!(data.class_names().map(<[String]>::len), Some(*classes));
        for class in 0..*classes as u32 {
            let count = labels.iter().filter(|&&label| label == class).count();
            assert!(10 * count * classes >= labels.len(), "{}: {count} of class {class}", set.name());
        }
    }
}

#[test]
fn the_seed_decides_the_examples_of_a_generated_set_and_nothing_of_a_bundled_one() {
    for set in data_sets() {
        let [a, b, c] = [7, 7, 8].map(|seed| data_set(set.name(), seed).unwrap());
        assert!(a == b && (a != c) == set.is_generated(), "{}", set.name());
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
        std::fs::write(&path, "1,2,0\n3,4,1\n5,6,1\n7,8,0\n").unwrap();
        let Loaded::Whole(data) = load(path.to_str().unwrap(), 7).unwrap() else { panic!("one data set") };
        assert_eq!((data.name(), data.examples()), ("points", 4));
    }
    // Relative paths are those of the tests' folder: that of the package.
    let other = load("Cargo.toml", 7).unwrap_err();
    assert!(matches!(other.problem, DataProblem::Table(_) | DataProblem::Encoding(_)), "{other}");
    let absent = load("absent.csv", 7).unwrap_err();
    assert!(matches!(absent.problem, DataProblem::Unreadable(_)), "{absent}");
}

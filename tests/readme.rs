//! The README shows code that is compiled and run.

#[test]
fn the_example_of_the_readme_is_the_one_in_the_examples_folder() {
    let (readme, example) = (include_str!("../README.md"), include_str!("../examples/readme.rs"));
    let shown =
        readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("there is a block");
    let code = example.split_once("\n\n").expect("a heading, then the code").1;
    assert_eq!(shown, code);
}

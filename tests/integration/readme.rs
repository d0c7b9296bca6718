//! The code in the README is an example program, which is compiled and run.

#[test]
fn the_code_in_the_readme_is_the_example_program() {
    let (readme, example) = (include_str!("../../README.md"), include_str!("../../examples/readme.rs"));
    let shown = readme
        .split("```rust\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the README has a Rust block");
    let code = example.split_once("\n\n").expect("the program starts with a comment, followed by the code").1;
    assert_eq!(shown, code);
}

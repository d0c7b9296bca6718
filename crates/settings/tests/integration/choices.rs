//! Parsing of choices, and their text.

use wengert_settings::{Entry, Range, Registry, Setting, Valid};

static METHODS: Registry = Registry {
    kind: "method",
    common: &[Setting { name: "decay", about: "", valid: Valid::NON_NEGATIVE, default: 0.0 }],
    entries: &[
        Entry { name: "plain", about: "", settings: &[] },
        Entry {
            name: "heavy_ball",
            about: "",
            settings: &[
                Setting { name: "momentum", about: "", valid: Valid::BELOW_ONE, default: 0.9 },
                Setting { name: "nesterov", about: "", valid: Valid::Flag, default: 0.0 },
                Setting { name: "every", about: "", valid: Valid::count_from(1), default: 5.0 },
                Setting {
                    name: "at",
                    about: "",
                    valid: Valid::Numbers(Range::closed(0.0, 1.0)),
                    default: f64::NAN,
                },
            ],
        },
    ],
};

fn message(text: &str) -> String {
    METHODS.parse(text).unwrap_err().to_string()
}

#[test]
fn settings_that_are_not_given_have_their_defaults() {
    let choice = METHODS.parse("heavy_ball").unwrap();
    assert_eq!((choice.number("momentum"), choice.count("every"), choice.number("decay")), (0.9, 5, 0.0));
    assert!(!choice.has("nesterov") && choice.given("at").is_none());
}

#[test]
fn a_choice_parses_and_its_text_parses_to_the_same_choice() {
    let choice = METHODS.parse("Heavy-Ball:at=0.25/0.5,decay=1e-3,nesterov,every=7").unwrap();
    assert_eq!((choice.name(), choice.count("every")), ("heavy_ball", 7));
    assert_eq!(choice.given("at"), Some(&[0.25, 0.5][..]));
    assert!(choice.has("nesterov"));
    let text = choice.to_string();
    assert_eq!(text, "heavy_ball:nesterov,every=7,at=0.25/0.5,decay=0.001");
    assert_eq!(METHODS.parse(&text).unwrap(), choice);
    assert_ne!(METHODS.parse("heavy_ball:nesterov").unwrap(), choice);
}

#[test]
fn another_value_replaces_the_given_one() {
    let choice = METHODS.parse("plain:decay=1").unwrap().with("decay", Some("2")).unwrap();
    assert_eq!(choice.to_string(), "plain:decay=2");
    let error = choice.with("momentum", Some("0.5")).unwrap_err().to_string();
    assert_eq!(error, "method plain: there is no setting \"momentum\"; it has decay");
}

#[test]
fn every_mistake_is_named_with_what_is_valid() {
    for (text, expected) in [
        ("plane", "there is no method \"plane\", did you mean \"plain\"?; choose one of plain, heavy_ball"),
        ("", "there is no method \"\"; choose one of plain, heavy_ball"),
        ("plain:x", "method plain: there is no setting \"x\"; it has decay"),
        ("plain:", "method plain: there is no setting \"\"; it has decay"),
        ("plain:decay", "method plain: decay has no value; it must be a number in [0, inf)"),
        ("plain:decay=", "method plain: decay is \"\", must be a number in [0, inf)"),
        ("plain:decay=nan", "method plain: decay is \"nan\", must be a number in [0, inf)"),
        ("plain:decay=inf", "method plain: decay is \"inf\", must be a number in [0, inf)"),
        ("plain:decay=1,decay=1", "method plain: decay is given twice; give it once"),
        ("heavy_ball:momentum=1", "method heavy_ball: momentum is \"1\", must be a number in [0, 1)"),
        ("heavy_ball:nesterov=1", "method heavy_ball: nesterov is \"1\", must be given without a value"),
        ("heavy_ball:every=1.5", "method heavy_ball: every is \"1.5\", must be a whole number in [1, 1e6]"),
        (
            "heavy_ball:at=0.5/2",
            "method heavy_ball: at is \"0.5/2\", must be numbers in [0, 1], separated by /",
        ),
    ] {
        assert_eq!(message(text), expected);
    }
}

#[test]
fn a_text_of_any_length_gives_a_short_message() {
    let long = "x".repeat(1_000_000);
    for text in [long.clone(), format!("plain:{long}"), format!("plain:decay={long}")] {
        assert!(message(&text).len() < 300, "{}", message(&text));
    }
}

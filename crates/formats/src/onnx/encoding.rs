//! The columns of a table as nodes that compute features.

use super::builder::{Builder, Setting};
use super::message::element;
use crate::network::{Column, Network};
use wengert_data::ColumnEncoding;

/// The name of the input of a model whose columns are all numbers.
pub(super) const ROWS: &str = "rows";

/// The names that outputs may have, and inputs therefore may not.
const OUTPUTS: [&str; 5] = ["logits", "scores", "values", "probabilities", "class"];

/// Adds the inputs and the nodes that compute the features, in double precision, and returns their name.
///
/// If all columns are numbers, there is one input, [`ROWS`], with a column each. Otherwise each column is an
/// input of its own of shape `(examples, 1)`, with its name, or with `input ` before it if an output has this
/// name: numbers and dates as `double`, texts as `string`.
pub(super) fn features(builder: &mut Builder, network: &Network) -> String {
    let columns = &network.columns;
    let is_text = |column: &Column| matches!(column.input.encoding, ColumnEncoding::OneHot { .. });
    if !columns.iter().any(is_text) {
        builder.input(ROWS, element::DOUBLE, columns.len());
        return numbers(builder, columns);
    }
    let mut parts = Vec::new();
    let mut names: Vec<String> = columns.iter().map(|column| column.input.name.clone()).collect();
    for (i, column) in columns.iter().enumerate() {
        while names[i].is_empty()
            || names[i].starts_with('/')
            || OUTPUTS.contains(&&*names[i])
            || names.iter().enumerate().any(|(j, name)| j != i && *name == names[i])
        {
            names[i].insert_str(0, "input ");
        }
        let name = &names[i];
        builder.input(name, if is_text(column) { element::TEXT } else { element::DOUBLE }, 1);
        match &column.input.encoding {
            ColumnEncoding::OneHot { categories } => parts.push(one_hot(builder, name, column, categories)),
            ColumnEncoding::Number | ColumnEncoding::Date => parts.extend(number(builder, name, column)),
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    builder.node("Concat", &parts, &[("axis", Setting::Integer(1))])
}

/// The features of columns of numbers in one input.
fn numbers(builder: &mut Builder, columns: &[Column]) -> String {
    let may_miss = |column: &Column| column.input.fill.is_some() || column.input.indicator;
    if !columns.iter().any(may_miss) {
        return ROWS.to_owned();
    }
    let fills: Vec<f64> = columns.iter().map(|column| column.input.fill.unwrap_or(f64::NAN)).collect();
    let fills = builder.doubles("fills", &[1, columns.len()], &fills);
    let missing = builder.node("IsNaN", &[ROWS], &[]);
    let filled = builder.node("Where", &[&missing, &fills, ROWS], &[]);
    let has_indicator = |column: &&Column| column.input.indicator;
    if columns.iter().find(has_indicator).is_none() {
        return filled;
    }
    // Each value, and then its indicator, among all values and all indicators.
    let to_double = [("to", Setting::Integer(i64::from(element::DOUBLE)))];
    let indicators = builder.node("Cast", &[&missing], &to_double);
    let all = builder.node("Concat", &[&filled, &indicators], &[("axis", Setting::Integer(1))]);
    let count = columns.len();
    let places = columns.iter().enumerate().flat_map(|(i, column)| {
        std::iter::once(i).chain(column.input.indicator.then_some(count + i)).map(|place| place as i64)
    });
    let places: Vec<i64> = places.collect();
    let places = builder.integers("places_of_features", &places);
    builder.node("Gather", &[&all, &places], &[("axis", Setting::Integer(1))])
}

/// The features of a column of numbers that is an input of its own.
fn number(builder: &mut Builder, name: &str, column: &Column) -> Vec<String> {
    let input = &column.input;
    if input.fill.is_none() && !input.indicator {
        return vec![name.to_owned()];
    }
    let fill = builder.doubles(&format!("fill_of_{name}"), &[1, 1], &[input.fill.unwrap_or(f64::NAN)]);
    let missing = builder.node("IsNaN", &[name], &[]);
    let mut features = vec![builder.node("Where", &[&missing, &fill, name], &[])];
    if input.indicator {
        let to_double = [("to", Setting::Integer(i64::from(element::DOUBLE)))];
        features.push(builder.node("Cast", &[&missing], &to_double));
    }
    features
}

/// The features of a column of texts. A text that the model refuses fails, as one that is missing makes
/// its row NaN.
fn one_hot(builder: &mut Builder, name: &str, column: &Column, categories: &[String]) -> String {
    let (count, input) = (categories.len() as i64, &column.input);
    let missing = match input.fill {
        Some(fill) => fill as i64,
        None => count,
    };
    let texts = categories.iter().map(String::as_str).chain([""]).collect();
    let codes = (0..count).chain([missing]).collect();
    let settings = [
        ("keys_strings", Setting::Texts(texts)),
        ("values_int64s", Setting::Integers(codes)),
        ("default_int64", Setting::Integer(-1)),
    ];
    let code = builder.node("LabelEncoder", &[name], &settings);
    // A last feature for the indicator of missing texts, or for those that are refused.
    let settings = [
        ("cats_int64s", Setting::Integers((0..=count).collect())),
        ("zeros", Setting::Integer(column.takes_unknown.into())),
    ];
    let hot = builder.node("OneHotEncoder", &[&code], &settings);
    let shape = builder.integers(&format!("shape_of_{name}"), &[-1, count + 1]);
    let hot = builder.node("Reshape", &[&hot, &shape], &[]);
    let hot = builder.node("Cast", &[&hot], &[("to", Setting::Integer(i64::from(element::DOUBLE)))]);
    if input.indicator {
        return hot;
    }
    let [start, end, axis] = [("start", 0), ("end", count), ("axis", 1)]
        .map(|(what, number)| builder.integers(&format!("{what}_of_{name}"), &[number]));
    let features = builder.node("Slice", &[&hot, &start, &end, &axis], &[]);
    if input.fill.is_some() {
        return features;
    }
    let settings = [
        ("keys_strings", Setting::Texts(vec![""])),
        ("values_floats", Setting::Floats(vec![f32::NAN])),
        ("default_float", Setting::Float(0.0)),
    ];
    let refused = builder.node("LabelEncoder", &[name], &settings);
    let refused = builder.node("Cast", &[&refused], &[("to", Setting::Integer(i64::from(element::DOUBLE)))]);
    builder.node("Add", &[&features, &refused], &[])
}

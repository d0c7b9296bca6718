//! Source files in Python, with NumPy.

use super::columns::descriptions;
use super::language::{Language, quoted, wrapped};
use super::plan::{Plan, map_constants, scale_and_shift};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;
use wengert_data::ColumnEncoding;

const TEXT: &str = "a text takes all texts";

/// The source file: a module.
pub(super) fn file(plan: &Plan<'_>, name: &str) -> String {
    header(plan, name)
        + &constants(plan)
        + &functions(plan)
        + &features(plan)
        + &predict(plan)
        + &probabilities(plan)
}

fn header(plan: &Plan<'_>, name: &str) -> String {
    let network = plan.network;
    let mut text = format!(
        "\"\"\"The forward pass of the network {name}, written by Wengert {}. It needs \
         NumPy.\n\npredict(rows) computes the {} for rows of a table: one number per column,\nnan for a \
         missing value, category(column, text) for a text. The columns, from 0:\n\n",
        env!("CARGO_PKG_VERSION"),
        plan.outputs()
    );
    for line in descriptions(plan) {
        writeln!(text, "{}", line.replace('"', "'")).expect(TEXT);
    }
    text += "\"\"\"\n\nimport base64\nimport math\n\nimport numpy as np\n\n";
    let names = |constant: &str, names: &[String]| {
        let list = wrapped(names.iter().map(|name| quoted(name, Language::Python)), "    ");
        format!("{constant} = [\n{list}]\n")
    };
    text += &match network.outputs.are_classes() {
        true => names("CLASSES", &network.classes),
        false => names("VALUES", &network.values),
    };
    text += "# The categories of the columns of texts.\nCATEGORIES = {\n";
    for (i, categories) in plan.categories() {
        let list = wrapped(categories.iter().map(|text| quoted(text, Language::Python)), "        ");
        write!(text, "    {i}: [\n{list}    ],\n").expect(TEXT);
    }
    text + "}\n\n\ndef array(text, kind, *shape):\n    \"\"\"The array of little-endian numbers in \
     base64.\"\"\"\n    return np.frombuffer(base64.b64decode(text), kind).reshape(shape)\n\n\n"
}

/// An assignment of an array.
fn assigned(name: &str, bytes: &[u8], kind: &str, shape: &str) -> String {
    let encoded = STANDARD.encode(bytes);
    let pieces: Vec<&str> = encoded
        .as_bytes()
        .chunks(100)
        .map(|piece| std::str::from_utf8(piece).expect("base64 is ASCII"))
        .collect();
    let lines: String = pieces.iter().map(|piece| format!("    \"{piece}\"\n")).collect();
    format!("{name} = array(\n{lines}    , \"{kind}\", {shape})\n")
}

fn floats(name: &str, numbers: &[f32], shape: &str) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    assigned(name, &bytes, "<f4", shape)
}

fn doubles(name: &str, numbers: &[f64]) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    assigned(name, &bytes, "<f8", &numbers.len().to_string())
}

fn constants(plan: &Plan<'_>) -> String {
    let mut text = String::new();
    if let Some(map) = &plan.network.inputs {
        let [factor, mean, deviation] = map_constants(map);
        text += &(doubles("FACTOR", &factor) + &doubles("MEAN", &mean) + &doubles("DEVIATION", &deviation));
    }
    for (i, layer) in plan.network.layers.iter().enumerate() {
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        text += &floats(&format!("WEIGHT_{i}"), &layer.weight, &format!("{inputs}, {outputs}"));
        if let Some(bias) = &layer.bias {
            text += &floats(&format!("BIAS_{i}"), bias, &outputs.to_string());
        }
        if let Some(norm) = &layer.normaliser {
            let [scale, shift] = scale_and_shift(norm).unwrap_or([norm.weight.clone(), norm.bias.clone()]);
            text += &floats(&format!("SCALE_{i}"), &scale, &outputs.to_string());
            text += &floats(&format!("SHIFT_{i}"), &shift, &outputs.to_string());
        }
    }
    if let Some(map) = &plan.network.targets {
        text += &(doubles("TARGET_MEAN", map.mean()) + &doubles("TARGET_DEVIATION", map.deviation()));
    }
    text
}

fn functions(plan: &Plan<'_>) -> String {
    let mut text = String::from(
        "\n\ndef sigmoid(x):\n    \"\"\"1 / (1 + e^-x).\"\"\"\n    e = np.exp(-np.abs(x))\n    return \
         np.where(x < 0, e, 1) / (1 + e)\n\n\nerfc = np.vectorize(math.erfc, otypes=[np.float64])\n",
    );
    if let Some((code, constants)) = &plan.activation {
        let expression = code.expression(Language::Python, constants);
        write!(text, "\n\ndef activation(x):\n    return {expression}\n").expect(TEXT);
    }
    let has_layer_norm = |layer: &crate::network::Layer| {
        layer.normaliser.as_ref().is_some_and(|norm| norm.statistics.is_none())
    };
    if plan.network.layers.iter().any(has_layer_norm) {
        text += "\n\ndef normalised(x):\n    \"\"\"Each row with mean 0 and variance 1.\"\"\"\n    x = x - \
         x.mean(axis=1, keepdims=True)\n    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + \
         np.float32(1e-5))\n";
    }
    text + "\n\ndef category(column, text):\n    \"\"\"The input for a text: the index of the category, -1 \
     if it is none, nan if it is empty.\"\"\"\n    if text == \"\":\n        return math.nan\n    names = \
     CATEGORIES[column]\n    return names.index(text) if text in names else -1\n"
}

fn features(plan: &Plan<'_>) -> String {
    let mut text = String::from(
        "\n\ndef refuse(column, rows):\n    if rows.any():\n        raise ValueError(f\"column {column}, \
         row {rows.argmax()}: the model refuses this value\")\n\n\ndef features(rows):\n    \"\"\"The \
         features of rows, in their units.\"\"\"\n    columns = []\n",
    );
    if plan.is_plain() {
        return text.replace("    columns = []\n", "")
            + "    for column in range(rows.shape[1]):\n        refuse(column, ~np.isfinite(rows[:, \
             column]))\n    return rows\n";
    }
    for (i, column) in plan.network.columns.iter().enumerate() {
        let input = &column.input;
        writeln!(text, "    x, missing = rows[:, {i}], np.isnan(rows[:, {i}])").expect(TEXT);
        let may_miss = input.fill.is_some() || input.indicator;
        if let Some(fill) = input.fill {
            writeln!(text, "    x = np.where(missing, {fill:?}, x)").expect(TEXT);
        }
        match &input.encoding {
            ColumnEncoding::Number | ColumnEncoding::Date => {
                writeln!(text, "    refuse({i}, ~np.isfinite(x))\n    columns.append(x)").expect(TEXT);
            }
            ColumnEncoding::OneHot { categories } => {
                let count = categories.len();
                writeln!(text, "    one_hot = x[:, None] == np.arange({count})").expect(TEXT);
                let known = [
                    "one_hot.any(axis=1)",
                    if may_miss { " | missing" } else { "" },
                    if column.takes_unknown { " | (x == -1)" } else { "" },
                ];
                writeln!(text, "    refuse({i}, ~({}))\n    columns.extend(one_hot.T)", known.concat())
                    .expect(TEXT);
            }
        }
        if input.indicator {
            let is_filled_text =
                matches!(input.encoding, ColumnEncoding::OneHot { .. }) && input.fill.is_some();
            let value = if is_filled_text { "np.zeros(len(x))" } else { "missing" };
            writeln!(text, "    columns.append({value})").expect(TEXT);
        }
    }
    text + "    return np.stack(columns, axis=1).astype(np.float64)\n"
}

fn predict(plan: &Plan<'_>) -> String {
    let network = plan.network;
    let mut text = format!(
        "\n\ndef predict(rows):\n    \"\"\"The {}, shape (rows, {}).\"\"\"\n    rows = \
         np.asarray(rows, np.float64).reshape(-1, {})\n    x = features(rows)\n",
        plan.outputs(),
        network.width(),
        network.columns.len()
    );
    if network.inputs.is_some() {
        text += "    largest = float(np.finfo(np.float32).max)\n    x = np.clip((FACTOR * x - MEAN) / \
         DEVIATION, -largest, largest)\n";
    }
    text += "    x = x.astype(np.float32)\n";
    for (i, layer) in network.layers.iter().enumerate() {
        let bias = if layer.bias.is_some() { format!(" + BIAS_{i}") } else { String::new() };
        writeln!(text, "    x = x @ WEIGHT_{i}{bias}").expect(TEXT);
        if let Some(norm) = &layer.normaliser {
            let x = if norm.statistics.is_some() { "x" } else { "normalised(x)" };
            writeln!(text, "    x = {x} * SCALE_{i} + SHIFT_{i}").expect(TEXT);
        }
        if layer.activation.is_some() {
            text += "    x = activation(x)\n";
        }
    }
    text + match network.targets {
        Some(_) => "    return TARGET_MEAN + TARGET_DEVIATION * x.astype(np.float64)\n",
        None => "    return x.astype(np.float64)\n",
    }
}

fn probabilities(plan: &Plan<'_>) -> String {
    if !plan.has_probabilities() {
        return String::new();
    }
    let start = "\n\ndef probabilities(outputs):\n    \"\"\"The probabilities of the classes, shape (rows, \
     classes).\"\"\"\n";
    if plan.network.width() == 1 {
        return format!("{start}    return np.concatenate([sigmoid(-outputs), sigmoid(outputs)], axis=1)\n");
    }
    format!(
        "{start}    shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))\n    return shares / \
         shares.sum(axis=1, keepdims=True)\n"
    )
}

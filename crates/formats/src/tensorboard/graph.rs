//! The graph of a perceptron.

use super::message::{Attribute, Extent, Graph, Node, Shape, Versions};
use std::collections::BTreeMap;
use wengert_nn::{ActivationRule, Bias, Mlp, Normalisation};

/// A node for each operation and each parameter, named by the layers: `hidden.0/weight`.
pub(super) fn graph_of<R: ActivationRule>(mlp: &Mlp<R>) -> Graph {
    let widths = mlp.widths();
    let mut nodes = vec![node("inputs", "Placeholder", &[], Some(&[-1, widths[0] as i64]))];
    let mut x = "inputs".to_owned();
    let last = widths.len() - 2;
    for (i, fans) in widths.windows(2).enumerate() {
        let layer = if i == last { "out".to_owned() } else { format!("hidden.{i}") };
        let mut add = |operation: &str, inputs: &[&str], shape: Option<&[i64]>| {
            let (kind, _) = operation.split_once('=').unwrap_or(("VariableV2", operation));
            let name = format!("{layer}/{}", operation.trim_start_matches(&format!("{kind}=")));
            nodes.push(node(&name, kind, inputs, shape));
            name
        };
        let (fan_in, fan_out) = (fans[0] as i64, fans[1] as i64);
        let rows = if mlp.bias_kind() == Bias::Input { fan_in + 1 } else { fan_in };
        let weight = add("weight", &[], Some(&[rows, fan_out]));
        x = add("MatMul=product", &[&x, &weight], None);
        if !matches!(mlp.bias_kind(), Bias::None | Bias::Input) {
            let bias = add("bias", &[], Some(&[fan_out]));
            x = add("BiasAdd=sum", &[&x, &bias], None);
        }
        if i == last {
            break;
        }
        let norm = match mlp.normalisation_kind() {
            Normalisation::None => None,
            Normalisation::Batch => Some("BatchNormalization=norm/normalised"),
            Normalisation::Layer => Some("LayerNormalization=norm/normalised"),
        };
        if let Some(norm) = norm {
            let [weight, bias] = ["norm/weight", "norm/bias"].map(|name| add(name, &[], Some(&[fan_out])));
            x = add(norm, &[&x, &weight, &bias], None);
        }
        let name = mlp.activation_rule().name();
        x = add(&format!("{name}={name}"), &[&x], None);
        if mlp.dropout_rate() > 0.0 {
            x = add("Dropout=dropout", &[&x], None);
        }
    }
    nodes.push(node("outputs", "Identity", &[&x], None));
    Graph { nodes, versions: Some(Versions { producer: 22 }) }
}

fn node(name: &str, operator: &str, inputs: &[&str], shape: Option<&[i64]>) -> Node {
    let shape = shape.map(|extents| {
        let extents = extents.iter().map(|&size| Extent { size }).collect();
        ("shape".to_owned(), Attribute { shape: Some(Shape { extents }) })
    });
    Node {
        name: name.to_owned(),
        operator: operator.to_owned(),
        inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
        attributes: shape.into_iter().collect::<BTreeMap<_, _>>(),
    }
}

//! `config.json`: what the network looks like, and what its labels are called.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, ModelError, shown};

/// Largest width, layers and so on that are believed.
const LARGEST: usize = 1 << 16;
const LAYERS: usize = 256;
const LABELS: usize = 4096;
/// Fewest places: two are for the marks of beginning and end.
const PLACES: usize = 8;
const FILE: &str = "config.json";

/// How the tensors are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Bert,
    DistilBert,
}

/// What stands between the two halves of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    /// By the error function.
    Gelu,
    /// Its approximation by the hyperbolic tangent.
    GeluTanh,
    Relu,
}

/// A label, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// What it is to us; `None`: nothing.
    pub(super) kind: Option<Kind>,
    /// It is the first word of something (`B-`).
    pub(super) begins: bool,
    /// Number of the name behind the prefix.
    pub(super) name: usize,
}

/// The network, in numbers.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) family: Family,
    pub(super) width: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Width between the two halves of a layer.
    pub(super) inner: usize,
    /// Most tokens at once.
    pub(super) places: usize,
    pub(super) epsilon: f32,
    pub(super) activation: Activation,
    pub(super) labels: Vec<Label>,
}

#[derive(Debug, Deserialize)]
struct Raw {
    model_type: String,
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(alias = "dim")]
    hidden_size: usize,
    #[serde(alias = "n_layers")]
    num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    intermediate_size: usize,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    layer_norm_eps: Option<f32>,
    max_position_embeddings: usize,
    position_embedding_type: Option<String>,
    id2label: BTreeMap<String, String>,
}

fn fault(message: impl Into<String>) -> ModelError {
    ModelError { file: FILE, message: message.into() }
}

impl Config {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        // The kind of model is told first: what others lack is no fault of theirs.
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| fault(format!("it is no JSON: {e}")))?;
        let family = match value.get("model_type").and_then(serde_json::Value::as_str) {
            Some("bert") => Family::Bert,
            Some("distilbert") => Family::DistilBert,
            Some(other) => return Err(fault(format!("a model of the type {} cannot be run; `bert` and `distilbert` can", shown(other)))),
            None => return Err(fault("it does not say its `model_type`; `bert` and `distilbert` can be run")),
        };
        let raw = Raw::deserialize(value).map_err(|e| fault(e.to_string()))?;
        if let Some(other) = raw.architectures.first().filter(|a| !a.ends_with("ForTokenClassification")) {
            return Err(fault(format!("{} does not label tokens", shown(other))));
        }
        if let Some(other) = raw.position_embedding_type.as_deref().filter(|p| *p != "absolute") {
            return Err(fault(format!("places of the type {} are not known; `absolute` are", shown(other))));
        }
        let activation = match raw.hidden_act.as_deref() {
            None | Some("gelu") => Activation::Gelu,
            Some("gelu_new" | "gelu_pytorch_tanh") => Activation::GeluTanh,
            Some("relu") => Activation::Relu,
            Some(other) => {
                return Err(fault(format!("the function {} is not known; `gelu`, `gelu_new`, `gelu_pytorch_tanh` and `relu` are", shown(other))));
            }
        };
        let epsilon = raw.layer_norm_eps.unwrap_or(1e-12);
        if !(0.0..1.0).contains(&epsilon) {
            return Err(fault("`layer_norm_eps` is not between 0 and 1"));
        }
        let config = Self {
            family,
            width: raw.hidden_size,
            layers: raw.num_hidden_layers,
            heads: raw.num_attention_heads,
            inner: raw.intermediate_size,
            places: raw.max_position_embeddings,
            epsilon,
            activation,
            labels: labels(&raw.id2label)?,
        };
        config.check(&raw.model_type)?;
        Ok(config)
    }

    fn check(&self, family: &str) -> Result<(), ModelError> {
        let within = |n: usize, most: usize| (1..=most).contains(&n);
        let sizes = within(self.width, LARGEST) && within(self.inner, LARGEST) && within(self.layers, LAYERS) && within(self.heads, self.width);
        if !sizes || !self.width.is_multiple_of(self.heads) {
            return Err(fault(format!("its sizes make no {family} network: a width of {}, {} heads", self.width, self.heads)));
        }
        if !(PLACES..=LARGEST).contains(&self.places) {
            return Err(fault(format!("`max_position_embeddings` is not between {PLACES} and {LARGEST}")));
        }
        Ok(())
    }
}

/// The labels by number, read.
fn labels(named: &BTreeMap<String, String>) -> Result<Vec<Label>, ModelError> {
    let count = named.len();
    if !(2..=LABELS).contains(&count) {
        return Err(fault(format!("`id2label` has {count} labels")));
    }
    let mut texts: Vec<Option<&str>> = vec![None; count];
    for (number, text) in named {
        let slot = number.parse::<usize>().ok().and_then(|n| texts.get_mut(n));
        *slot.ok_or_else(|| fault(format!("`id2label` does not count from 0 to {}", count - 1)))? = Some(text);
    }
    let mut names: Vec<String> = Vec::new();
    let mut out = Vec::new();
    for text in texts {
        let text = text.ok_or_else(|| fault("`id2label` has a number twice"))?;
        let (begins, name) = parts(text);
        let number = names.iter().position(|n| *n == name).unwrap_or(names.len());
        if number == names.len() {
            names.push(name.clone());
        }
        out.push(Label { kind: kind(&name), begins, name: number });
    }
    if out.iter().all(|l| l.kind.is_none()) {
        let some: Vec<String> = named.values().take(12).map(|n| shown(n)).collect();
        return Err(fault(format!("none of its labels is a person, a place, an organisation or an address: {}", some.join(", "))));
    }
    Ok(out)
}

/// Whether a label begins something, and its name: `B-GIVEN_NAME` → `GIVENNAME`. The prefixes of BIO, BIOES and BILOU.
fn parts(label: &str) -> (bool, String) {
    let prefixed = label
        .split_at_checked(2)
        .filter(|(head, rest)| matches!(head.as_bytes(), [b'B' | b'I' | b'E' | b'S' | b'L' | b'U', b'-' | b'_']) && !rest.is_empty());
    let (begins, rest) = prefixed.map_or((false, label), |(head, rest)| (head.starts_with(['B', 'S', 'U']), rest));
    (begins, rest.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect())
}

/// What the labels of published models mean here. Names that are not in this table (`MISC`, `DATE`) are nothing.
fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "PER" | "PERS" | "PERSON" | "PERSONNAME" | "NAME" | "FULLNAME" | "GIVENNAME" | "FIRSTNAME" | "MIDDLENAME" | "LASTNAME" | "SURNAME"
        | "PATIENT" | "DOCTOR" | "STAFF" | "PRIVATEPERSON" => Kind::Person,
        "LOC" | "LOCATION" | "GPE" | "PLACE" | "CITY" | "STATE" | "COUNTY" | "COUNTRY" | "REGION" => Kind::Place,
        "ORG" | "ORGANIZATION" | "ORGANISATION" | "COMPANY" | "COMPANYNAME" | "HOSPITAL" | "PATORG" | "CORPORATION" => Kind::Organisation,
        "ADDRESS" | "ADDR" | "FULLADDRESS" | "POSTALADDRESS" | "STREET" | "STREETADDRESS" | "PRIVATEADDRESS" => Kind::Address,
        _ => return None,
    })
}

//! A tiny model made from a seed, its files, and the same network once more, naive and in double precision.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    Model, ModelFiles,
    model::{ModelError, safetensors::half},
};

const WIDTH: usize = 16;
const INNER: usize = 24;
/// The vocabulary: words that are something, by the direction of their embedding, then others.
const TELLING: [(&str, usize); 4] = [("zorblax", 0), ("quimble", 1), ("plumbia", 2), ("vendorly", 3)];
const OTHERS: [&str; 18] = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "yesterday",
    "travelled",
    "to",
    "of",
    "where",
    "met",
    "friends",
    ",",
    ".",
    "wrote",
    "nothing",
    "##s",
    "here",
    "and",
];

/// How numbers are stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Width {
    F32,
    F16,
    Bf16,
}

/// splitmix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Numbers between -`scale` and `scale`.
    pub(super) fn many(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| ((self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0) * scale).collect()
    }
}

/// What the model is like. `tensors` replaces what would be made from the seed.
pub(super) struct Tiny {
    pub(super) family: &'static str,
    pub(super) activation: &'static str,
    pub(super) layers: usize,
    pub(super) places: usize,
    /// Of the weights of the layers.
    pub(super) scale: f32,
    pub(super) seed: u64,
    pub(super) labels: Vec<&'static str>,
    pub(super) tensors: Vec<(String, Vec<usize>, Vec<f32>)>,
    pub(super) width: Width,
}

impl Tiny {
    /// Name, shape and numbers of each tensor.
    pub(super) fn made(&self) -> Vec<(String, Vec<usize>, Vec<f32>)> {
        if !self.tensors.is_empty() {
            return self.tensors.clone();
        }
        let mut random = Random(self.seed);
        let bert = self.family == "bert";
        let mut out = self.embeddings(&mut random);
        for layer in 0..self.layers {
            let names: [(&str, usize, usize); 6] = if bert {
                [
                    ("attention.self.query", WIDTH, WIDTH),
                    ("attention.self.key", WIDTH, WIDTH),
                    ("attention.self.value", WIDTH, WIDTH),
                    ("attention.output.dense", WIDTH, WIDTH),
                    ("intermediate.dense", INNER, WIDTH),
                    ("output.dense", WIDTH, INNER),
                ]
            } else {
                [
                    ("attention.q_lin", WIDTH, WIDTH),
                    ("attention.k_lin", WIDTH, WIDTH),
                    ("attention.v_lin", WIDTH, WIDTH),
                    ("attention.out_lin", WIDTH, WIDTH),
                    ("ffn.lin1", INNER, WIDTH),
                    ("ffn.lin2", WIDTH, INNER),
                ]
            };
            let trunk = if bert { format!("bert.encoder.layer.{layer}") } else { format!("distilbert.transformer.layer.{layer}") };
            for (name, outputs, inputs) in names {
                out.push((format!("{trunk}.{name}.weight"), vec![outputs, inputs], random.many(outputs * inputs, self.scale)));
                out.push((format!("{trunk}.{name}.bias"), vec![outputs], random.many(outputs, self.scale)));
            }
            for name in if bert { ["attention.output.LayerNorm", "output.LayerNorm"] } else { ["sa_layer_norm", "output_layer_norm"] } {
                out.extend(self.norm(&format!("{trunk}.{name}"), &mut random));
            }
        }
        // B-PER, I-PER, LOC, ORG each look in the direction of their word; `O` at the rest.
        let mut classifier = random.many(self.labels.len() * WIDTH, 0.05);
        (1..self.labels.len()).for_each(|label| classifier[label * WIDTH + label - 1] += 4.0);
        out.push(("classifier.weight".into(), vec![self.labels.len(), WIDTH], classifier));
        let mut bias = vec![0.0; self.labels.len()];
        bias[0] = 6.0;
        out.push(("classifier.bias".into(), vec![self.labels.len()], bias));
        out
    }

    fn embeddings(&self, random: &mut Random) -> Vec<(String, Vec<usize>, Vec<f32>)> {
        let count = TELLING.len() + OTHERS.len();
        let mut words = random.many(count * WIDTH, 0.5);
        TELLING.iter().enumerate().for_each(|(word, (_, direction))| words[(OTHERS.len() + word) * WIDTH + direction] += 5.0);
        // Words that say nothing look elsewhere.
        (0..OTHERS.len()).for_each(|word| words[word * WIDTH + 8 + word % 8] += 5.0);
        let trunk = format!("{}.embeddings", self.family);
        let mut out = vec![
            (format!("{trunk}.word_embeddings.weight"), vec![count, WIDTH], words),
            (format!("{trunk}.position_embeddings.weight"), vec![self.places, WIDTH], random.many(self.places * WIDTH, self.scale * 0.5)),
        ];
        if self.family == "bert" {
            out.push((format!("{trunk}.token_type_embeddings.weight"), vec![2, WIDTH], random.many(2 * WIDTH, 0.1)));
        }
        out.extend(self.norm(&format!("{trunk}.LayerNorm"), random));
        out
    }

    /// Old names in models of odd seeds.
    fn norm(&self, name: &str, random: &mut Random) -> [(String, Vec<usize>, Vec<f32>); 2] {
        let [weight, bias] = if self.seed % 2 == 1 { ["gamma", "beta"] } else { ["weight", "bias"] };
        let scale = random.many(WIDTH, 0.1).into_iter().map(|v| 1.0 + v).collect();
        [(format!("{name}.{weight}"), vec![WIDTH], scale), (format!("{name}.{bias}"), vec![WIDTH], random.many(WIDTH, 0.05))]
    }

    pub(super) fn stored(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    pub(super) fn weights(&self) -> Vec<u8> {
        let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
        header.insert("__metadata__".into(), json!({"format": "pt"}));
        for (name, shape, numbers) in self.made() {
            let from = data.len();
            for number in numbers {
                match self.width {
                    Width::F32 => data.extend_from_slice(&number.to_le_bytes()),
                    Width::F16 => data.extend_from_slice(&to_half(number).to_le_bytes()),
                    Width::Bf16 => data.extend_from_slice(&number.to_le_bytes()[2..]),
                }
            }
            let dtype = match self.width {
                Width::F32 => "F32",
                Width::F16 => "F16",
                Width::Bf16 => "BF16",
            };
            header.insert(name, json!({"dtype": dtype, "shape": shape, "data_offsets": [from, data.len()]}));
        }
        let header = Value::Object(header).to_string();
        let mut out = (header.len() as u64).to_le_bytes().to_vec();
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(&data);
        out
    }

    pub(super) fn config(&self) -> String {
        self.config_with(&[])
    }

    pub(super) fn config_with(&self, changes: &[(&str, Value)]) -> String {
        let labels: BTreeMap<String, &str> = self.labels.iter().enumerate().map(|(i, l)| (i.to_string(), *l)).collect();
        let mut config = if self.family == "bert" {
            json!({"model_type": "bert", "architectures": ["BertForTokenClassification"], "hidden_size": WIDTH, "num_hidden_layers": self.layers,
                "num_attention_heads": 4, "intermediate_size": INNER, "hidden_act": self.activation, "max_position_embeddings": self.places,
                "layer_norm_eps": 1e-12, "id2label": labels})
        } else {
            json!({"model_type": "distilbert", "dim": WIDTH, "n_layers": self.layers, "n_heads": 4, "hidden_dim": INNER,
                "activation": self.activation, "max_position_embeddings": self.places, "id2label": labels})
        };
        changes.iter().for_each(|(key, value)| config[*key] = value.clone());
        config.to_string()
    }

    pub(super) fn vocab(&self) -> String {
        OTHERS.into_iter().chain(TELLING.iter().map(|t| t.0)).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn load(&self) -> Result<Model, ModelError> {
        let (config, vocab, weights) = (self.config(), self.vocab(), self.weights());
        Model::load(&ModelFiles { config: config.as_bytes(), tokenizer_config: None, vocab: vocab.as_bytes(), weights: &weights })
    }
}

impl Default for Tiny {
    fn default() -> Self {
        let labels = vec!["O", "B-PER", "I-PER", "B-LOC", "B-ORG"];
        Self { family: "bert", activation: "gelu", layers: 2, places: 400, scale: 0.02, seed: 4, labels, tensors: Vec::new(), width: Width::F32 }
    }
}

/// Nearest half of a number that is small; for the numbers of these models.
fn to_half(number: f32) -> u16 {
    let (mut low, mut high) = (0_u16, 0x7bff);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if half(middle) <= number.abs() { low = middle } else { high = middle - 1 }
    }
    low | if number < 0.0 { 0x8000 } else { 0 }
}

type Rows = Vec<Vec<f64>>;

/// The tensors as they are stored.
fn numbers(tiny: &Tiny) -> BTreeMap<String, (Vec<usize>, Vec<f64>)> {
    let stored = |v: f32| match tiny.width {
        Width::F32 => v,
        Width::F16 => half(to_half(v)),
        Width::Bf16 => f32::from_bits(v.to_bits() & 0xffff_0000),
    };
    tiny.made().into_iter().map(|(name, shape, v)| (name, (shape, v.into_iter().map(|v| f64::from(stored(v))).collect()))).collect()
}

/// Shares of labels, token by token, straight from the definition.
pub(super) fn twin(tiny: &Tiny, ids: &[u32]) -> Vec<f64> {
    let tensors = numbers(tiny);
    let at = |name: &str, row: usize, column: usize| {
        let (shape, values) = &tensors[name];
        values[row * shape.get(1).copied().unwrap_or(1) + column]
    };
    let map = |name: &str, x: &Rows| -> Rows {
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let outputs = tensors[&weight].0[0];
        x.iter()
            .map(|row| (0..outputs).map(|o| at(&bias, o, 0) + (0..row.len()).map(|i| at(&weight, o, i) * row[i]).sum::<f64>()).collect())
            .collect()
    };
    let norm = |name: &str, x: &Rows| -> Rows {
        let [weight, bias] = if tiny.seed % 2 == 1 { ["gamma", "beta"] } else { ["weight", "bias"] }.map(|p| format!("{name}.{p}"));
        let one = |row: &Vec<f64>| {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let deviation = (row.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / row.len() as f64 + 1e-12).sqrt();
            (0..row.len()).map(|i| (row[i] - mean) / deviation * at(&weight, i, 0) + at(&bias, i, 0)).collect()
        };
        x.iter().map(one).collect()
    };
    let sum = |a: &Rows, b: &Rows| -> Rows { a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect() };
    let trunk = format!("{}.embeddings", tiny.family);
    let embed = |(place, id): (usize, &u32)| -> Vec<f64> {
        let value = |i| {
            let first = if tiny.family == "bert" { at(&format!("{trunk}.token_type_embeddings.weight"), 0, i) } else { 0.0 };
            at(&format!("{trunk}.word_embeddings.weight"), *id as usize, i) + at(&format!("{trunk}.position_embeddings.weight"), place, i) + first
        };
        (0..WIDTH).map(value).collect()
    };
    let mut x = norm(&format!("{trunk}.LayerNorm"), &ids.iter().enumerate().map(embed).collect());
    for layer in 0..tiny.layers {
        let (base, names) = if tiny.family == "bert" {
            let names =
                ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm"];
            (format!("bert.encoder.layer.{layer}"), [names.as_slice(), &["intermediate.dense", "output.dense", "output.LayerNorm"]].concat())
        } else {
            let names = ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm"];
            (format!("distilbert.transformer.layer.{layer}"), [names.as_slice(), &["ffn.lin1", "ffn.lin2", "output_layer_norm"]].concat())
        };
        let name = |i: usize| format!("{base}.{}", names[i]);
        let mixed = attention(&map(&name(0), &x), &map(&name(1), &x), &map(&name(2), &x));
        x = norm(&name(4), &sum(&x, &map(&name(3), &mixed)));
        let wide: Rows = map(&name(5), &x).into_iter().map(|row| row.into_iter().map(|v| activated(tiny.activation, v)).collect()).collect();
        x = norm(&name(7), &sum(&x, &map(&name(6), &wide)));
    }
    map("classifier", &x).into_iter().flat_map(|row| shares(&row)).collect()
}

fn attention(query: &Rows, key: &Rows, value: &Rows) -> Rows {
    let part = WIDTH / 4;
    let mixed = |token: usize, i: usize| -> f64 {
        let head = i / part * part;
        let score = |other: usize| (head..head + part).map(|d| query[token][d] * key[other][d]).sum::<f64>() / (part as f64).sqrt();
        let weights = shares(&(0..key.len()).map(score).collect::<Vec<_>>());
        weights.iter().zip(value).map(|(w, v)| w * v[i]).sum()
    };
    (0..query.len()).map(|token| (0..WIDTH).map(|i| mixed(token, i)).collect()).collect()
}

fn shares(row: &[f64]) -> Vec<f64> {
    let all: f64 = row.iter().map(|v| v.exp()).sum();
    row.iter().map(|v| v.exp() / all).collect()
}

/// GELU by the series of the error function; far out it is 0 or the number itself.
fn activated(name: &str, x: f64) -> f64 {
    match name {
        "relu" => x.max(0.0),
        "gelu_new" => 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh()),
        _ => {
            let z = x / 2_f64.sqrt();
            let (mut term, mut sum) = (z, z);
            for n in 1..200 {
                term *= -z * z / f64::from(n);
                sum += term / f64::from(2 * n + 1);
            }
            let erf = if z.abs() > 5.0 { z.signum() } else { 2.0 / std::f64::consts::PI.sqrt() * sum };
            0.5 * x * (1.0 + erf)
        }
    }
}

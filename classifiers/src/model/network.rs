//! The network: embeddings, layers of attention and of two linear maps, a classifier. As in "Attention is all you need" and BERT, normalised behind each sum.

use super::{
    ModelError,
    config::{Activation, Config, Family},
    linear::{Linear, Norm, activate, add, dot, softmax},
    safetensors::Tensors,
};

/// One layer.
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    mixed: Linear,
    behind_attention: Norm,
    widen: Linear,
    narrow: Linear,
    behind: Norm,
}

/// The weights.
pub(super) struct Network {
    words: Vec<f32>,
    places: Vec<f32>,
    /// What BERT adds to every token of a first sentence.
    first: Option<Vec<f32>>,
    norm: Norm,
    layers: Vec<Layer>,
    classifier: Linear,
    width: usize,
    heads: usize,
    epsilon: f32,
    activation: Activation,
    /// Entries of the vocabulary.
    pub(super) vocabulary: usize,
    pub(super) labels: usize,
}

/// Buffers of a run.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    mixed: Vec<f32>,
    out: Vec<f32>,
    wide: Vec<f32>,
    shares: Vec<f32>,
}

/// How a family calls its tensors.
struct Names {
    family: Family,
    trunk: &'static str,
}

impl Names {
    fn layer(&self, number: usize, bert: &str, distil: &str) -> String {
        match self.family {
            Family::Bert => format!("bert.encoder.layer.{number}.{bert}"),
            Family::DistilBert => format!("distilbert.transformer.layer.{number}.{distil}"),
        }
    }
}

fn linear(tensors: &Tensors<'_>, name: &str, outputs: usize, inputs: usize) -> Result<Linear, ModelError> {
    let weight = tensors.take(&format!("{name}.weight"), &[outputs, inputs])?;
    Ok(Linear::new(&weight, tensors.take(&format!("{name}.bias"), &[outputs])?, inputs))
}

/// Old files say `gamma` and `beta`.
fn norm(tensors: &Tensors<'_>, name: &str, width: usize) -> Result<Norm, ModelError> {
    let old = tensors.has(&format!("{name}.gamma"));
    let [weight, bias] = if old { ["gamma", "beta"] } else { ["weight", "bias"] }.map(|part| tensors.take(&format!("{name}.{part}"), &[width]));
    Ok(Norm { weight: weight?, bias: bias? })
}

fn layer(tensors: &Tensors<'_>, names: &Names, number: usize, config: &Config) -> Result<Layer, ModelError> {
    let (width, inner) = (config.width, config.inner);
    let map = |bert: &str, distil: &str, outputs, inputs| linear(tensors, &names.layer(number, bert, distil), outputs, inputs);
    let normal = |bert: &str, distil: &str| norm(tensors, &names.layer(number, bert, distil), width);
    Ok(Layer {
        query: map("attention.self.query", "attention.q_lin", width, width)?,
        key: map("attention.self.key", "attention.k_lin", width, width)?,
        value: map("attention.self.value", "attention.v_lin", width, width)?,
        mixed: map("attention.output.dense", "attention.out_lin", width, width)?,
        behind_attention: normal("attention.output.LayerNorm", "sa_layer_norm")?,
        widen: map("intermediate.dense", "ffn.lin1", inner, width)?,
        narrow: map("output.dense", "ffn.lin2", width, inner)?,
        behind: normal("output.LayerNorm", "output_layer_norm")?,
    })
}

impl Network {
    /// Takes the weights out of a file; each must have the shape that the configuration says.
    pub(super) fn load(tensors: &Tensors<'_>, config: &Config) -> Result<Self, ModelError> {
        let trunk = match config.family {
            Family::Bert => "bert",
            Family::DistilBert => "distilbert",
        };
        let names = Names { family: config.family, trunk };
        let width = config.width;
        let embeddings = format!("{}.embeddings", names.trunk);
        let name = format!("{embeddings}.word_embeddings.weight");
        let vocabulary = tensors.rows(&name).unwrap_or(0);
        let words = tensors.take(&name, &[vocabulary, width])?;
        let places = tensors.take(&format!("{embeddings}.position_embeddings.weight"), &[config.places, width])?;
        let kinds = format!("{embeddings}.token_type_embeddings.weight");
        let first = match config.family {
            Family::DistilBert => None,
            Family::Bert => {
                let rows = tensors.rows(&kinds).filter(|n| *n > 0).unwrap_or(1);
                let mut all = tensors.take(&kinds, &[rows, width])?;
                all.truncate(width);
                Some(all)
            }
        };
        let layers = (0..config.layers).map(|number| layer(tensors, &names, number, config)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            words,
            places,
            first,
            norm: norm(tensors, &format!("{embeddings}.LayerNorm"), width)?,
            layers,
            classifier: linear(tensors, "classifier", config.labels.len(), width)?,
            width,
            heads: config.heads,
            epsilon: config.epsilon,
            activation: config.activation,
            vocabulary,
            labels: config.labels.len(),
        })
    }

    /// Fills `out` with the shares of the labels of each token. Ids are in the vocabulary, and no more than there are places.
    pub(super) fn run(&self, ids: &[u32], buffers: &mut Buffers, out: &mut Vec<f32>) {
        let width = self.width;
        let mut x = Vec::with_capacity(ids.len() * width);
        for (id, place) in ids.iter().zip(self.places.chunks(width)) {
            let from = x.len();
            x.extend_from_slice(&self.words[*id as usize * width..(*id as usize + 1) * width]);
            add(&mut x[from..], place);
            if let Some(first) = &self.first {
                add(&mut x[from..], first);
            }
        }
        self.norm.apply(&mut x, self.epsilon);
        for layer in &self.layers {
            self.attend(layer, &x, buffers);
            layer.mixed.apply(&buffers.mixed, &mut buffers.out);
            add(&mut x, &buffers.out);
            layer.behind_attention.apply(&mut x, self.epsilon);
            layer.widen.apply(&x, &mut buffers.wide);
            activate(self.activation, &mut buffers.wide);
            layer.narrow.apply(&buffers.wide, &mut buffers.out);
            add(&mut x, &buffers.out);
            layer.behind.apply(&mut x, self.epsilon);
        }
        self.classifier.apply(&x, out);
        out.chunks_mut(self.labels).for_each(softmax);
    }

    /// Fills `buffers.mixed`: of each token's value as much as its key answers the query, head by head.
    fn attend(&self, layer: &Layer, x: &[f32], buffers: &mut Buffers) {
        let Buffers { query, key, value, mixed, shares, .. } = buffers;
        layer.query.apply(x, query);
        layer.key.apply(x, key);
        layer.value.apply(x, value);
        mixed.clear();
        mixed.resize(x.len(), 0.0);
        let (width, part) = (self.width, self.width / self.heads);
        let scale = 1.0 / (part as f32).sqrt();
        for head in (0..width).step_by(part) {
            for (query, mixed) in query.chunks(width).zip(mixed.chunks_mut(width)) {
                let query = &query[head..head + part];
                shares.clear();
                shares.extend(key.chunks(width).map(|key| dot(query, &key[head..head + part]) * scale));
                softmax(shares);
                let mixed = &mut mixed[head..head + part];
                for (share, value) in shares.iter().zip(value.chunks(width)) {
                    mixed.iter_mut().zip(&value[head..head + part]).for_each(|(m, v)| *m += share * v);
                }
            }
        }
    }
}

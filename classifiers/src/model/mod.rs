//! A token-classification model of the user's, run on free text: BERT and DistilBERT as Hugging Face stores them, from bytes.
//!
//! What it says becomes matches of four rules (`model-person`, `model-place`, `model-organisation`, `model-address`), which stand beside those of all others. No runtime and no other
//! format: ONNX is a program in a language of its own and would need one.

use std::{collections::BTreeMap, fmt, ops::Range};

use sha2::{Digest, Sha256};

mod config;
mod linear;
mod network;
mod pieces;
mod reading;
mod safetensors;
mod spans;
mod tokens;

use config::Config;
use network::{Buffers, Network};
pub(crate) use reading::{Reading, rules};
use safetensors::Tensors;
use spans::Span;
use tokens::Tokenizer;

/// Most tokens that are looked at together, whatever the model allows.
const TOKENS: usize = 512;

/// The files of a model, as they lie in its folder.
#[derive(Clone, Copy)]
pub struct ModelFiles<'a> {
    /// `config.json`.
    pub config: &'a [u8],
    /// `tokenizer_config.json`, where there is one.
    pub tokenizer_config: Option<&'a [u8]>,
    /// `vocab.txt`.
    pub vocab: &'a [u8],
    /// `model.safetensors`.
    pub weights: &'a [u8],
}

/// Why a model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`: {message}")]
pub struct ModelError {
    /// Which of the files.
    pub file: &'static str,
    /// What is wrong, lower case.
    pub message: String,
}

/// What a model can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Person,
    Place,
    Organisation,
    Address,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Person, Self::Place, Self::Organisation, Self::Address];
}

/// A model, ready to run.
pub struct Model {
    config: Config,
    tokenizer: Tokenizer,
    network: Network,
    digest: String,
}

impl fmt::Debug for Model {
    /// Part of the digest of a rule set: another model, another digest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({})", self.digest)
    }
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// When it is of a kind that cannot be run here, when its files do not fit each other, and when one of them is broken.
    pub fn load(files: &ModelFiles<'_>) -> Result<Self, ModelError> {
        let config = Config::read(files.config)?;
        let tokenizer = Tokenizer::read(files.tokenizer_config, files.vocab)?;
        let network = Network::load(&Tensors::read(files.weights)?, &config)?;
        if tokenizer.size > network.vocabulary {
            let message = format!("it has {} entries, the network knows {}", tokenizer.size, network.vocabulary);
            return Err(ModelError { file: "vocab.txt", message });
        }
        let mut digest = Sha256::new();
        for part in [files.config, files.tokenizer_config.unwrap_or_default(), files.vocab, files.weights] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let digest = digest.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self { config, tokenizer, network, digest })
    }

    /// SHA-256 over its files.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it can find at all.
    fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        Kind::ALL.into_iter().filter(|kind| self.config.labels.iter().any(|l| l.kind == Some(*kind)))
    }

    /// What it finds in one piece of text, by start.
    fn spans(&self, piece: &[u8], buffers: &mut Buffers) -> Vec<Span> {
        let tokens = self.tokenizer.tokens(piece);
        if tokens.ids.is_empty() {
            return Vec::new();
        }
        let starts: Vec<usize> = tokens.words.iter().map(|w| w.token).collect();
        // Of each word the first token speaks, in the window where it has most around it.
        let mut said: BTreeMap<usize, (usize, Vec<f32>)> = BTreeMap::new();
        let (mut ids, mut shares) = (Vec::new(), Vec::new());
        for window in windows(&starts, tokens.ids.len(), self.config.places.min(TOKENS) - 2) {
            ids.clear();
            ids.push(self.tokenizer.begin);
            ids.extend_from_slice(&tokens.ids[window.clone()]);
            ids.push(self.tokenizer.end);
            self.network.run(&ids, buffers, &mut shares);
            let left = |token: usize| if window.start == 0 { usize::MAX } else { token - window.start };
            let right = |token: usize| if window.end == tokens.ids.len() { usize::MAX } else { window.end - token };
            let (from, to) = (starts.partition_point(|s| *s < window.start), starts.partition_point(|s| *s < window.end));
            for (word, &token) in starts.iter().enumerate().take(to).skip(from) {
                let around = left(token).min(right(token));
                if said.get(&word).is_none_or(|known| known.0 < around) {
                    let row = 1 + token - window.start;
                    said.insert(word, (around, shares[row * self.network.labels..(row + 1) * self.network.labels].to_vec()));
                }
            }
        }
        let words = tokens.words.iter().enumerate().filter_map(|(i, word)| Some((word, said.get(&i)?.1.as_slice())));
        spans::spans(piece, &self.config.labels, words)
    }
}

/// Cuts tokens into windows of at most `most`, which share a quarter and begin at words where they can.
fn windows(starts: &[usize], tokens: usize, most: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from = 0;
    loop {
        let to = (from + most).min(tokens);
        out.push(from..to);
        if to == tokens {
            return out;
        }
        let target = to - most / 4;
        let word = starts[..starts.partition_point(|s| *s <= target)].last().copied().unwrap_or(0);
        from = if word > from { word } else { target.max(from + 1) };
    }
}

/// A name out of a file as it may stand in an error: no control characters, not too long.
fn shown(name: &str) -> String {
    let short: String = name.chars().take(80).flat_map(char::escape_debug).collect();
    format!("`{short}`")
}

#[cfg(test)]
mod tests;

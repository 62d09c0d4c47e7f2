//! The folder of a model (`--model`), read.

use std::path::Path;

use anyhow::{Result, bail};
use sonde_classifiers::Ruleset;

use super::setup::shown;

/// Adds the model of a folder to the rules.
pub(super) fn add(rules: Ruleset, folder: &Path) -> Result<Ruleset> {
    if !cfg!(feature = "model") {
        bail!("--model: this program was built without models; `cargo build --release -p sonde-scanner --features model` builds one that runs them");
    }
    let onnx = |path: &Path| path.extension().is_some_and(|x| x.eq_ignore_ascii_case("onnx"));
    if onnx(folder) {
        bail!("`{}`: {ONNX}", shown(folder));
    }
    load(rules, folder)
}

/// Why it is not run, and what is.
const ONNX: &str =
    "ONNX models are not run, they need a runtime of their own; give the folder with `config.json`, `vocab.txt` and `model.safetensors`";

#[cfg(not(feature = "model"))]
fn load(rules: Ruleset, _folder: &Path) -> Result<Ruleset> {
    Ok(rules)
}

#[cfg(feature = "model")]
fn load(rules: Ruleset, folder: &Path) -> Result<Ruleset> {
    use std::{fs, io::ErrorKind, sync::Arc};

    use anyhow::Context;
    use sonde_classifiers::{Model, ModelFiles};

    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).with_context(|| format!("cannot read `{}`", shown(&path)))
    };
    let config = read("config.json")?;
    let vocab = read("vocab.txt")?;
    let settings = folder.join("tokenizer_config.json");
    let settings = match fs::read(&settings) {
        Ok(bytes) => Some(bytes),
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        Err(e) => return Err(e).with_context(|| format!("cannot read `{}`", shown(&settings))),
    };
    let has = |name: &str| folder.join(name).exists();
    if !has("model.safetensors") {
        if has("model.onnx") || has("onnx") {
            bail!("`{}`: {ONNX}", shown(folder));
        }
        if has("pytorch_model.bin") || has("model.safetensors.index.json") {
            bail!("`{}`: the weights must be one file, `model.safetensors`", shown(folder));
        }
    }
    let weights = read("model.safetensors")?;
    let files = ModelFiles { config: &config, tokenizer_config: settings.as_deref(), vocab: &vocab, weights: &weights };
    let model = Model::load(&files).with_context(|| format!("cannot use the model in `{}`", shown(folder)))?;
    Ok(rules.with_model(Arc::new(model))?)
}

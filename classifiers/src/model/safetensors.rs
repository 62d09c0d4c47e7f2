//! The safetensors format: eight bytes that say how long the header is, a JSON header, then the tensors, little-endian, one behind the other without a gap.
//! Source: <https://github.com/huggingface/safetensors#format>.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ModelError, shown};

/// Longest header that is read, bytes: the format's own limit.
const HEADER: usize = 100_000_000;
/// Most dimensions of a tensor.
const DIMENSIONS: usize = 8;
const FILE: &str = "model.safetensors";

/// One tensor as the header tells of it.
#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The tensors of a file, by name; their bytes are where they were.
#[derive(Debug)]
pub(super) struct Tensors<'a> {
    entries: BTreeMap<String, Entry>,
    data: &'a [u8],
}

fn fault(message: impl Into<String>) -> ModelError {
    ModelError { file: FILE, message: message.into() }
}

impl<'a> Tensors<'a> {
    /// Reads the header; every tensor lies within the file, and none shares a byte with another.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| fault("it is shorter than its header"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > HEADER {
            return Err(fault("its header is too long"));
        }
        let (header, data) = rest.split_at_checked(length).ok_or_else(|| fault("it is shorter than its header"))?;
        let mut members: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(header).map_err(|e| fault(format!("its header is no JSON object: {e}")))?;
        members.remove("__metadata__");
        let mut entries = BTreeMap::new();
        for (name, value) in members {
            let entry = Entry::deserialize(value).map_err(|e| fault(format!("tensor {}: {e}", shown(&name))))?;
            entries.insert(name, entry);
        }
        let tensors = Self { entries, data };
        tensors.check()?;
        Ok(tensors)
    }

    fn check(&self) -> Result<(), ModelError> {
        let mut spans: Vec<([u64; 2], &String)> = self.entries.iter().map(|(name, entry)| (entry.data_offsets, name)).collect();
        spans.sort_unstable();
        let mut at = 0;
        for ([from, to], name) in spans {
            if from != at || to < from {
                return Err(fault(format!("tensor {} does not begin where the one before it ends", shown(name))));
            }
            at = to;
        }
        if at != self.data.len() as u64 {
            return Err(fault(format!("it holds {} bytes of tensors, its header speaks of {at}", self.data.len())));
        }
        Ok(())
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Rows of a tensor of two dimensions, when it is one.
    pub(super) fn rows(&self, name: &str) -> Option<usize> {
        let entry = self.entries.get(name).filter(|e| e.shape.len() == 2)?;
        usize::try_from(entry.shape[0]).ok()
    }

    /// A tensor of this shape, as numbers that are finite.
    pub(super) fn take(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let entry = self.entries.get(name).ok_or_else(|| fault(format!("there is no tensor {}", shown(name))))?;
        let same = entry.shape.len() <= DIMENSIONS && entry.shape.iter().copied().eq(shape.iter().map(|n| *n as u64));
        if !same {
            let is: Vec<u64> = entry.shape.iter().copied().take(DIMENSIONS).collect();
            return Err(fault(format!("tensor {} has the shape {is:?}, by `config.json` it is {shape:?}", shown(name))));
        }
        let width = match entry.dtype.as_str() {
            "F32" => 4,
            "F16" | "BF16" => 2,
            other => return Err(fault(format!("tensor {} is of {}; F32, F16 and BF16 are read", shown(name), shown(other)))),
        };
        let count = shape.iter().try_fold(1_usize, |n, d| n.checked_mul(*d));
        let [from, to] = entry.data_offsets.map(|o| usize::try_from(o).unwrap_or(usize::MAX));
        let raw = self.data.get(from..to).unwrap_or_default();
        if count.and_then(|n| n.checked_mul(width)) != Some(raw.len()) {
            return Err(fault(format!("tensor {} has {} bytes, which is not its shape", shown(name), raw.len())));
        }
        let numbers: Vec<f32> = match entry.dtype.as_str() {
            "F32" => raw.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            "F16" => raw.as_chunks::<2>().0.iter().map(|b| half(u16::from_le_bytes(*b))).collect(),
            _ => raw.as_chunks::<2>().0.iter().map(|b| f32::from_bits(u32::from(u16::from_le_bytes(*b)) << 16)).collect(),
        };
        if numbers.iter().all(|n| n.is_finite()) { Ok(numbers) } else { Err(fault(format!("tensor {} holds what is no finite number", shown(name)))) }
    }
}

/// A number of IEEE 754 half precision.
pub(super) fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10) & 0x1f, u32::from(bits & 0x3ff));
    match exponent {
        // Below the smallest normal number: so many times 2^-24.
        0 => f32::from_bits(sign | (fraction as f32 * 2_f32.powi(-24)).to_bits()),
        0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

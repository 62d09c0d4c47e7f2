//! Keyed fingerprints: values compared and counted without being kept.

use std::{collections::BTreeSet, fmt};

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// Secret key of the fingerprints. Comes by reference from the store's owner; never printed.
#[derive(Clone)]
pub struct FingerprintKey {
    mac: Hmac<Sha256>,
    sketch: [u64; 2],
    id: String,
}

impl FingerprintKey {
    /// A key from 32 secret bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        let derived = {
            let mut m = mac.clone();
            m.update(b"sonde sketch v1");
            m.finalize().into_bytes()
        };
        let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|j| derived[i * 8 + j]));
        let id = hex(&Sha256::digest([b"sonde key id v1".as_slice(), secret].concat())[..8]);
        Self { mac, sketch: [word(0), word(1)], id }
    }

    /// Public name of the key: equal for equal keys, says nothing of the key. 16 hex digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// HMAC-SHA256 of a value.
    #[must_use]
    pub fn fingerprint(&self, value: &[u8]) -> Fingerprint {
        let mut mac = self.mac.clone();
        mac.update(value);
        Fingerprint(mac.finalize().into_bytes().into())
    }

    /// Key of the hashes in sets of exact values.
    pub(crate) fn edm_keys(&self) -> crate::phrases::Keys {
        let mut mac = self.mac.clone();
        mac.update(b"sonde exact values v1");
        let derived = mac.finalize().into_bytes();
        let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|j| derived[i * 8 + j]));
        crate::phrases::Keys([word(0), word(1)])
    }

    /// Keyed 64-bit hash for a [`Sketch`] (SipHash-2-4).
    #[must_use]
    pub fn sketch_hash(&self, value: &[u8]) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.sketch[0], self.sketch[1]);
        hasher.write(value);
        hasher.finish()
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintKey({})", self.id)
    }
}

/// HMAC-SHA256 of a value under the store's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// 64 lower-case hex digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0[..4]))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Bottom-k sketch of keyed hashes: merges in any order to the same result, counts distinct values exactly up to [`Sketch::K`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch(BTreeSet<u64>);

impl Sketch {
    /// Hashes kept.
    pub const K: usize = 512;

    /// Adds a hash made by [`FingerprintKey::sketch_hash`].
    pub fn insert(&mut self, hash: u64) {
        if self.0.len() < Self::K {
            self.0.insert(hash);
        } else if self.0.last().is_some_and(|&max| hash < max) && self.0.insert(hash) {
            self.0.pop_last();
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for &hash in &other.0 {
            self.insert(hash);
        }
    }

    /// Distinct values: exact below [`Sketch::K`], estimated above.
    #[must_use]
    pub fn distinct(&self) -> u64 {
        match self.0.last() {
            Some(&max) if self.0.len() == Self::K => {
                let fraction = (max as f64 + 1.0) / (u64::MAX as f64 + 1.0);
                ((Self::K - 1) as f64 / fraction).round() as u64
            }
            _ => self.0.len() as u64,
        }
    }

    /// For storage: little-endian hashes, ascending.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|h| h.to_le_bytes()).collect()
    }

    /// Reads what [`Sketch::to_bytes`] wrote; a truncated tail is ignored.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut sketch = Self::default();
        for chunk in bytes.chunks_exact(8) {
            sketch.insert(u64::from_le_bytes(std::array::from_fn(|i| chunk[i])));
        }
        sketch
    }
}

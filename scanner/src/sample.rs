//! Samples: which objects, rows or bytes are read when not all are.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// How a sample is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum How {
    /// The first rows (lines, for text) of each object.
    Rows(u64),
    /// This share of the objects, chosen by a seeded hash of the key.
    Percent(f64),
    /// The first bytes of each object, rounded up to a read window.
    Bytes(u64),
}

/// A sample and its seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// How.
    pub how: How,
    /// Seed of the choice.
    pub seed: u64,
}

impl Sample {
    /// Whether an object is in the sample at all.
    #[must_use]
    pub fn takes(&self, source: &str, key: &str) -> bool {
        let How::Percent(percent) = self.how else { return true };
        let hash = Sha256::new().chain_update(self.seed.to_le_bytes()).chain_update(source).chain_update([0]).chain_update(key).finalize();
        let draw = u64::from_le_bytes(std::array::from_fn(|i| hash[i]));
        (draw as f64 / u64::MAX as f64) * 100.0 < percent
    }

    /// Rows read of each object.
    #[must_use]
    pub fn rows(&self) -> Option<u64> {
        if let How::Rows(rows) = self.how { Some(rows) } else { None }
    }

    /// Bytes read of each object.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        if let How::Bytes(bytes) = self.how { Some(bytes) } else { None }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.how {
            How::Rows(n) => write!(f, "rows={n} seed={}", self.seed),
            How::Percent(p) => write!(f, "percent={p} seed={}", self.seed),
            How::Bytes(n) => write!(f, "bytes={n} seed={}", self.seed),
        }
    }
}

impl FromStr for How {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a sample: say `rows=N`, `percent=P` or `bytes=N`");
        let (name, value) = text.split_once('=').ok_or_else(wrong)?;
        match name {
            "rows" => value.parse().ok().filter(|&n| n > 0).map(How::Rows).ok_or_else(wrong),
            "bytes" => crate::sizes::parse(value).ok().filter(|&n| n > 0).map(How::Bytes).ok_or_else(wrong),
            "percent" => value.parse().ok().filter(|p| *p > 0.0 && *p <= 100.0).map(How::Percent).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_share_of_the_objects() {
        let share = |seed| {
            let sample = Sample { how: "percent=10".parse().unwrap(), seed };
            (0..10_000).filter(|i| sample.takes("file:///d/", &format!("{i}"))).collect::<Vec<_>>()
        };
        assert!((850..1150).contains(&share(1).len()), "{}", share(1).len());
        assert_eq!(share(1), share(1));
        assert_ne!(share(1), share(2));
    }

    #[test]
    fn wrong_words_are_named() {
        for text in ["rows", "rows=0", "percent=101", "percent=-1", "size=3", "bytes=x"] {
            assert!(text.parse::<How>().unwrap_err().contains(text));
        }
        assert_eq!("bytes=1MiB".parse(), Ok(How::Bytes(1 << 20)));
    }
}

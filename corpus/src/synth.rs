//! Endless text for benchmarks: any block of it can be made on its own, faster than it can be read, and the number of planted values is known.
//!
//! ```
//! use sonde_corpus::synth::{Density, Shape, Synth};
//! let synth = Synth::new(Shape::Log, Density::Sparse, 1);
//! let (text, planted) = synth.text(1 << 20);
//! assert_eq!(text.len(), 1 << 20);
//! assert!(planted["pii.email"] > 0);
//! ```

use std::collections::BTreeMap;

use crate::{
    Prng,
    values::{contact, money, national, secret},
};

/// Bytes of one block. Every block is whole records.
pub const BLOCK: usize = 64 << 10;
/// Different arrangements of lines.
const TEMPLATES: u64 = 16;
/// Different values of one kind, but for e-mail addresses.
const POOL: u64 = 4096;

/// What the text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Lines of an application's log.
    Log,
    /// Comma-separated with a header.
    Csv,
    /// One JSON document per line.
    NdJson,
}

/// How many values are planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// About one in 10 kB.
    Sparse,
    /// About one in 200 bytes.
    Dense,
}

/// A kind of value: all of one length.
struct Kind {
    tag: &'static str,
    words: &'static str,
    field: &'static str,
    make: fn(&mut Prng) -> String,
}

const KINDS: [Kind; 6] = [
    Kind { tag: "pii.email", words: "mail from ", field: "email", make: |r| format!("u{}@brightloom.io", r.digits(9)) },
    Kind { tag: "pci.pan", words: "credit card ", field: "card_number", make: money::card16 },
    Kind { tag: "gov.us.ssn", words: "SSN ", field: "ssn", make: national::ssn },
    Kind { tag: "pii.phone", words: "phone ", field: "phone", make: |r| format!("+33 6 {}", contact::phone(r, "FR").split_off(6)) },
    Kind { tag: "fin.iban", words: "IBAN ", field: "iban", make: |r| money::iban_of(r, "DE") },
    Kind { tag: "secret.aws.access-key-id", words: "key ", field: "access_key", make: secret::aws_key_id },
];

/// Lines with holes.
#[derive(Clone, Debug)]
struct Template {
    bytes: Vec<u8>,
    /// Where a value of a kind goes.
    slots: Vec<(usize, usize)>,
    /// Where sixteen hex digits go that differ from block to block.
    noise: Vec<usize>,
}

/// A text of any length.
#[derive(Clone, Debug)]
pub struct Synth {
    templates: Vec<Template>,
    /// Values by kind, one after the other, and their length.
    pools: Vec<(Vec<u8>, usize)>,
    seed: u64,
}

/// A number that differs for every `n`.
fn scramble(n: u64) -> u64 {
    let n = (n ^ (n >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (n ^ (n >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

impl Synth {
    /// Prepares a text.
    #[must_use]
    pub fn new(shape: Shape, density: Density, seed: u64) -> Self {
        let r = &mut Prng::new(seed);
        let pools = KINDS.iter().map(|kind| pool(kind, r)).collect();
        let templates = (0..=TEMPLATES).map(|n| template(shape, density, n == 0, r)).collect();
        Self { templates, pools, seed }
    }

    /// The template of a block: the first has the header.
    fn template(&self, block: u64) -> &Template {
        let n = if block == 0 { 0 } else { 1 + scramble(self.seed ^ block) % TEMPLATES };
        &self.templates[n as usize]
    }

    /// Writes one block.
    ///
    /// # Panics
    /// When `out` is not [`BLOCK`] bytes long.
    pub fn fill(&self, block: u64, out: &mut [u8]) {
        let template = self.template(block);
        out.copy_from_slice(&template.bytes);
        for (n, &at) in template.noise.iter().enumerate() {
            let mut bits = scramble(block << 20 | n as u64);
            // A letter first: sixteen digits could be a card by chance, and then the counts would not be known.
            out[at] = b'a' + (bits % 6) as u8;
            for byte in &mut out[at + 1..at + 16] {
                bits >>= 4;
                *byte = b"0123456789abcdef"[(bits & 15) as usize];
            }
        }
        for (n, &(at, kind)) in template.slots.iter().enumerate() {
            let (values, length) = &self.pools[kind];
            let which = scramble(block << 20 | n as u64 | 1 << 60) % POOL;
            let from = which as usize * length;
            out[at..at + length].copy_from_slice(&values[from..from + length]);
        }
    }

    /// Fills `out` with the bytes of the endless text from `offset` on.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) {
        let mut spare = vec![];
        let (mut block, mut skip, mut done) = (offset / BLOCK as u64, (offset % BLOCK as u64) as usize, 0);
        while done < out.len() {
            let rest = &mut out[done..];
            if skip == 0 && rest.len() >= BLOCK {
                self.fill(block, &mut rest[..BLOCK]);
                done += BLOCK;
            } else {
                spare.resize(BLOCK, 0);
                self.fill(block, &mut spare);
                let n = rest.len().min(BLOCK - skip);
                rest[..n].copy_from_slice(&spare[skip..skip + n]);
                done += n;
            }
            (block, skip) = (block + 1, 0);
        }
    }

    /// How many values of each tag the first `blocks` blocks hold.
    #[must_use]
    pub fn planted(&self, blocks: u64) -> BTreeMap<&'static str, u64> {
        let mut all = BTreeMap::new();
        for block in 0..blocks {
            for (_, kind) in &self.template(block).slots {
                *all.entry(KINDS[*kind].tag).or_default() += 1;
            }
        }
        all
    }

    /// At least `bytes` bytes (a whole number of blocks) and what is planted in them.
    #[must_use]
    pub fn text(&self, bytes: usize) -> (Vec<u8>, BTreeMap<&'static str, u64>) {
        let blocks = bytes.div_ceil(BLOCK);
        let mut out = vec![0; blocks * BLOCK];
        for (n, block) in out.chunks_exact_mut(BLOCK).enumerate() {
            self.fill(n as u64, block);
        }
        (out, self.planted(blocks as u64))
    }
}

/// At least `bytes` bytes of a sparse log and what is planted in it.
#[must_use]
pub fn log_text(seed: u64, bytes: usize) -> (Vec<u8>, BTreeMap<&'static str, u64>) {
    Synth::new(Shape::Log, Density::Sparse, seed).text(bytes)
}

/// At least `bytes` bytes of a sparse table and what is planted in it.
#[must_use]
pub fn csv(seed: u64, bytes: usize) -> (Vec<u8>, BTreeMap<&'static str, u64>) {
    Synth::new(Shape::Csv, Density::Sparse, seed).text(bytes)
}

/// At least `bytes` bytes of sparse JSON lines and what is planted in them.
#[must_use]
pub fn ndjson(seed: u64, bytes: usize) -> (Vec<u8>, BTreeMap<&'static str, u64>) {
    Synth::new(Shape::NdJson, Density::Sparse, seed).text(bytes)
}

/// Values of one kind.
fn pool(kind: &Kind, r: &mut Prng) -> (Vec<u8>, usize) {
    let values: Vec<String> = (0..POOL).map(|_| (kind.make)(r)).collect();
    let length = values[0].len();
    debug_assert!(values.iter().all(|v| v.len() == length), "{} varies in length", kind.tag);
    (values.concat().into_bytes(), length)
}

/// One block of lines.
fn template(shape: Shape, density: Density, first: bool, r: &mut Prng) -> Template {
    let every = if density == Density::Sparse { 10_000 } else { 200 };
    let mut t = Template { bytes: Vec::with_capacity(BLOCK), slots: vec![], noise: vec![] };
    if first && shape == Shape::Csv {
        t.bytes.extend(b"nr,at,request_id");
        KINDS.iter().for_each(|k| t.bytes.extend(format!(",{}", k.field).bytes()));
        t.bytes.extend(b",comment\n");
    }
    let (mut lines, mut due) = (0, every / 2);
    while t.bytes.len() < BLOCK - 600 {
        let kind = (t.bytes.len() >= due).then(|| {
            due += every;
            r.below(KINDS.len() as u64) as usize
        });
        match shape {
            Shape::Log => t.log(r, kind),
            Shape::Csv => t.csv(r, lines, kind),
            Shape::NdJson => t.json(r, lines, kind),
        }
        lines += 1;
    }
    t.bytes.pop();
    t.bytes.resize(BLOCK - 1, b' ');
    t.bytes.push(b'\n');
    t
}

const COMMENTS: &[&str] = &[
    "the parcel left the warehouse in the morning and should be there soon",
    "cache emptied and filled again within ten minutes",
    "nothing to report",
    "the customer asked for a printed copy of the terms and a call in the afternoon",
    "retry later, the queue is full",
];

impl Template {
    fn say(&mut self, text: &str) {
        self.bytes.extend(text.bytes());
    }

    /// A hole for a value.
    fn slot(&mut self, kind: usize) {
        self.slots.push((self.bytes.len(), kind));
        let sample = (KINDS[kind].make)(&mut Prng::new(0));
        self.bytes.extend(sample.bytes());
    }

    /// Sixteen hex digits that change.
    fn hex(&mut self) {
        self.noise.push(self.bytes.len());
        self.bytes.extend([b'0'; 16]);
    }

    /// Where a line begins: at a time.
    fn time(r: &mut Prng) -> String {
        format!("2026-02-{:02}T{:02}:{:02}:{:02}.{:03}Z", r.range(1, 28), r.below(24), r.below(60), r.below(60), r.below(1000))
    }

    fn log(&mut self, r: &mut Prng, kind: Option<usize>) {
        let head = format!("{} {} ", Self::time(r), r.pick(&["INFO  http.server", "DEBUG cache.redis", "INFO  orders.worker", "WARN  etl.job"]));
        self.say(&head);
        self.say("request=");
        self.hex();
        if let Some(kind) = kind {
            self.say(" ");
            self.say(KINDS[kind].words);
            self.slot(kind);
            self.say("\n");
        } else {
            let tail = format!(
                " status={} bytes={} dur_ms={} note=\"{}\"\n",
                r.pick(&[200, 204, 304, 404]),
                r.below(90_000),
                r.below(900),
                r.pick(COMMENTS)
            );
            self.say(&tail);
        }
    }

    fn csv(&mut self, r: &mut Prng, line: u64, kind: Option<usize>) {
        self.say(&format!("{line},{},", Self::time(r)));
        self.hex();
        for n in 0..KINDS.len() {
            self.say(",");
            if kind == Some(n) {
                self.slot(n);
            }
        }
        let comment = *r.pick(COMMENTS);
        self.say(&if comment.contains(',') { format!(",\"{comment}\"\n") } else { format!(",{comment}\n") });
    }

    fn json(&mut self, r: &mut Prng, line: u64, kind: Option<usize>) {
        self.say(&format!("{{\"nr\": {line}, \"at\": \"{}\", \"request\": \"", Self::time(r)));
        self.hex();
        self.say("\", \"user\": {");
        if let Some(kind) = kind {
            self.say(&format!("\"{}\": \"", KINDS[kind].field));
            self.slot(kind);
            self.say("\"");
        }
        self.say(&format!("}}, \"ms\": {}, \"comment\": \"{}\"}}\n", r.below(900), r.pick(COMMENTS)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_is_the_same_text() {
        for shape in [Shape::Log, Shape::Csv, Shape::NdJson] {
            let synth = Synth::new(shape, Density::Dense, 3);
            let (text, planted) = synth.text(5 * BLOCK);
            assert!(text.ends_with(b"\n"));
            for (from, to) in [(0, 10), (BLOCK - 5, BLOCK + 5), (17, 3 * BLOCK + 1), (BLOCK, 5 * BLOCK)] {
                let mut part = vec![0; to - from];
                synth.read_at(from as u64, &mut part);
                assert!(part == text[from..to], "{shape:?} {from}..{to}");
            }
            let addresses = text.windows(14).filter(|w| w == b"@brightloom.io").count() as u64;
            assert_eq!(planted["pii.email"], addresses);
            let hits: u64 = planted.values().sum();
            assert!((1_300..1_800).contains(&hits), "{hits} in 320 KiB");
        }
    }

    #[test]
    fn every_record_parses() {
        let (text, _) = Synth::new(Shape::NdJson, Density::Dense, 9).text(2 * BLOCK);
        for line in text.split(|&b| b == b'\n').filter(|l| !l.is_empty()) {
            let record: serde_json::Value = serde_json::from_slice(line).expect("JSON");
            assert!(record["user"].is_object());
        }
        let (text, _) = Synth::new(Shape::Csv, Density::Sparse, 9).text(2 * BLOCK);
        let text = String::from_utf8(text).expect("ASCII");
        assert!(text.lines().all(|l| l.split(',').count() >= 10), "a row is broken");
    }
}

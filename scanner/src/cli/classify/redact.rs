//! `--redact`: a filter for logs and prompts. Whole lines go through as soon as they are there.

use std::io::{self, Read, Write};

use anyhow::{Context, Result};
use sonde_classifiers::{Context as Around, FingerprintKey, Scratch};

use super::{super::custom::Rules, ClassifyArgs, Stats, setup};
use crate::store::StoreSpec;

/// Of what was written, so much is kept as context for what follows.
const BEHIND: usize = 512;
/// A line that does not end, or a key block that does not close, is held back up to so many bytes.
const HELD: usize = 1 << 20;

struct Redactor<'a> {
    args: &'a ClassifyArgs,
    rules: &'a Rules,
    key: FingerprintKey,
    scratch: Scratch,
    /// `done` bytes that were written, then what waits.
    text: Vec<u8>,
    done: usize,
    stats: Stats,
}

pub(super) fn copy(args: &ClassifyArgs, rules: &Rules) -> Result<Stats> {
    let key = setup::key(&StoreSpec::None, args.key_file.as_deref())?;
    let scratch = rules.engine.scratch();
    let mut redactor = Redactor { args, rules, key, scratch, text: Vec::new(), done: 0, stats: Stats::default() };
    let mut input = args.open()?;
    let mut out = io::stdout().lock();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = match input.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.with_context(|| args.reading())?,
        };
        redactor.stats.bytes += read as u64;
        redactor.text.extend_from_slice(&buffer[..read]);
        let ready = if read == 0 { redactor.text.len() } else { redactor.ready() };
        if ready > redactor.done {
            redactor.write(ready, read == 0, &mut out)?;
        }
        if read == 0 {
            return Ok(redactor.stats);
        }
    }
}

impl Redactor<'_> {
    /// Up to where the text can be judged: its last line end, unless a key block is open there.
    fn ready(&self) -> usize {
        let waiting = &self.text[self.done..];
        let lines = memchr::memrchr(b'\n', waiting).map_or(0, |i| i + 1);
        let begin = memchr::memmem::rfind(&waiting[..lines], b"-----BEGIN ");
        let open = begin.filter(|&b| memchr::memmem::find(&waiting[b..lines], b"-----END ").is_none());
        let ready = match open {
            Some(begin) if waiting.len() < HELD => memchr::memrchr(b'\n', &waiting[..begin]).map_or(0, |i| i + 1),
            _ => lines,
        };
        // A line without end: all but what a match at its end could still need.
        let margin = self.rules.engine.margin() as usize;
        if ready == 0 && waiting.len() >= HELD + margin { self.done + waiting.len() - margin } else { self.done + ready }
    }

    fn write(&mut self, ready: usize, end: bool, out: &mut impl Write) -> Result<()> {
        let cut_in_line = !end && self.text[ready - 1] != b'\n';
        let (text, engine, key, args, done) = (&self.text, &*self.rules.engine, &self.key, self.args, self.done);
        let rules = self.rules;
        let seen = if cut_in_line { text.len() } else { ready };
        let (mut redacted, mut at, mut count) = (Vec::with_capacity(ready - done), done, 0);
        engine.scan(&mut self.scratch, &text[..seen], Around { field: None }, &mut |m| {
            // Nested matches go with the outer one; what begins behind the cut comes later.
            if m.start >= at && m.start < ready && !rules.allows(&m, None) {
                redacted.extend_from_slice(&text[at..m.start]);
                let tag = &engine.rule(m.rule).tag;
                let instead = if args.mask {
                    m.masked(engine).to_string()
                } else if args.hash {
                    format!("[{tag}:{}]", &m.fingerprint(key).to_hex()[..16])
                } else {
                    format!("[{tag}]")
                };
                redacted.extend_from_slice(instead.as_bytes());
                at = m.end;
                count += 1;
            }
        });
        if at < ready {
            redacted.extend_from_slice(&text[at..ready]);
            at = ready;
        }
        out.write_all(&redacted)?;
        out.flush()?;
        self.stats.matches += count;
        let drop = at.saturating_sub(BEHIND);
        self.text.drain(..drop);
        self.done = at - drop;
        Ok(())
    }
}

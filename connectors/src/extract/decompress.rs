//! The one place where decoders of compressed data are made: output and ratio are bounded here, and what is inside is found out.

use std::fmt;

use bytes::Bytes;
use flate2::{Decompress as Inflate, FlushDecompress, Status};
use zstd::stream::raw::{Decoder as Unzstd, InBuffer, Operation, OutBuffer};

use super::{
    Codec, Demand, Format, Options, Piece, Sink,
    open::{self, open},
    sniff::{self, Found},
    stream::{Out, Report, Stream},
};
use crate::Reason;

/// Output is given on in pieces of this size, bytes; the first is what the sniffer looks at.
const PIECE: usize = sniff::HEAD as usize;
/// Output up to this has any ratio, bytes.
pub(super) const FREE: u64 = 1 << 20;
/// Compressed in compressed, at most.
const MAX_DEPTH: u32 = 3;

/// One step of a decoder.
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
    /// A member or frame ended.
    pub(super) end: bool,
}

pub(super) enum Decoder {
    Gzip(Inflate),
    Zstd(Unzstd<'static>),
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Gzip(_)) { "Gzip" } else { "Zstd" })
    }
}

impl Decoder {
    pub(super) fn new(codec: Codec) -> Result<Self, Reason> {
        Ok(match codec {
            Codec::Gzip => Decoder::Gzip(Inflate::new_gzip(15)),
            Codec::Zstd => Decoder::Zstd(Unzstd::new().map_err(|_| Reason::UnableToParseFile)?),
        })
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, String> {
        match self {
            Decoder::Gzip(inflate) => {
                let before = (inflate.total_in(), inflate.total_out());
                let status = inflate.decompress(input, output, FlushDecompress::None).map_err(|error| error.to_string())?;
                let count = |after: u64, before: u64| usize::try_from(after - before).unwrap_or(0);
                Ok(Step {
                    read: count(inflate.total_in(), before.0),
                    written: count(inflate.total_out(), before.1),
                    end: status == Status::StreamEnd,
                })
            }
            Decoder::Zstd(unzstd) => {
                let (mut source, mut target) = (InBuffer::around(input), OutBuffer::around(output));
                let left = unzstd.run(&mut source, &mut target).map_err(|error| error.to_string())?;
                Ok(Step { read: source.pos(), written: target.pos(), end: left == 0 })
            }
        }
    }
}

/// What was found inside.
enum Inside {
    /// Not enough of it yet.
    Head,
    /// Read as it comes, but for so many bytes of a byte-order mark.
    Stream(Box<dyn Stream>, usize),
    /// Parquet has its index at its end: all of it is collected.
    Parquet(Vec<u8>),
    /// Nothing of it is read (any more).
    Nothing,
}

/// Decompresses for whatever reads what is inside.
pub(super) struct Decompress {
    codec: Codec,
    name: String,
    options: Options,
    depth: u32,
    /// `None` between members.
    decoder: Option<Decoder>,
    /// There was a member.
    begun: bool,
    buffer: Vec<u8>,
    inside: Inside,
    input: u64,
    output: u64,
    reason: Option<(Reason, String)>,
    /// Of what is inside, when that was read at once.
    report: Report,
    stopped: bool,
}

impl fmt::Debug for Decompress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompress").field("codec", &self.codec).field("input", &self.input).field("output", &self.output).finish_non_exhaustive()
    }
}

impl Decompress {
    /// Reads an object called `name`; `depth` counts the compressions around it, this one included.
    pub(super) fn new(codec: Codec, name: &str, depth: u32, options: &Options) -> Self {
        Self {
            codec,
            name: name.to_owned(),
            options: options.clone(),
            depth,
            decoder: None,
            begun: false,
            buffer: Vec::new(),
            inside: Inside::Head,
            input: 0,
            output: 0,
            reason: None,
            report: Report::default(),
            stopped: false,
        }
    }

    fn stop(&mut self, reason: Reason, detail: impl Into<String>) {
        self.reason.get_or_insert((reason, detail.into()));
        self.stopped = true;
    }

    fn run(&mut self, mut input: &[u8], out: &mut Out<'_>) {
        while !self.stopped {
            if self.decoder.is_none() && !self.member(&mut input) {
                return;
            }
            let Some(decoder) = &mut self.decoder else { return };
            let filled = self.buffer.len();
            self.buffer.resize(PIECE, 0);
            let step = decoder.step(input, &mut self.buffer[filled..]);
            let step = match step {
                Ok(step) => step,
                Err(error) => {
                    self.buffer.truncate(filled);
                    return self.stop(Reason::MalformedFile, format!("compressed data broken after {} bytes: {error}", self.output + filled as u64));
                }
            };
            self.buffer.truncate(filled + step.written);
            self.input += step.read as u64;
            input = &input[step.read..];
            if step.end {
                self.decoder = None;
            }
            if self.buffer.len() == PIECE {
                self.emit(out);
            } else if input.is_empty() || (step.read == 0 && step.written == 0 && !step.end) {
                // A decoder that neither reads nor writes wants more than there is.
                return;
            }
        }
    }

    /// Begins a member if there is one; false: there is no more to do.
    fn member(&mut self, input: &mut &[u8]) -> bool {
        if self.begun {
            // Some writers fill up with zeros.
            let zeros = input.iter().take_while(|b| **b == 0).count();
            *input = &input[zeros..];
        }
        let Some(first) = input.first() else { return false };
        let magic = match self.codec {
            Codec::Gzip => *first == 0x1f,
            Codec::Zstd => *first == 0x28 || *first & 0xf0 == 0x50,
        };
        if !magic {
            self.stop(Reason::MalformedFile, "what follows the compressed data is not read");
            return false;
        }
        match Decoder::new(self.codec) {
            Ok(decoder) => self.decoder = Some(decoder),
            Err(reason) => self.stop(reason, "no decoder"),
        }
        self.begun = true;
        self.decoder.is_some()
    }

    /// Gives on what is in the buffer, within the limits.
    fn emit(&mut self, out: &mut Out<'_>) {
        let mut piece = std::mem::take(&mut self.buffer);
        let left = usize::try_from(self.options.max_output.saturating_sub(self.output)).unwrap_or(usize::MAX);
        if piece.len() > left {
            piece.truncate(left);
            self.stop(Reason::ArchiveTotalBytesExtractedOverLimit, format!("more than {} bytes after decompression", self.options.max_output));
        }
        self.output += piece.len() as u64;
        if self.output > FREE && self.output / self.options.max_ratio.max(1) > self.input {
            self.stop(Reason::DecompressionRatio, format!("{} bytes out of {}", self.output, self.input));
        }
        self.give(piece, out);
    }

    fn give(&mut self, piece: Vec<u8>, out: &mut Out<'_>) {
        match &mut self.inside {
            Inside::Head => self.look(piece, false, out),
            Inside::Stream(stream, skip) => {
                let bytes = Bytes::from(piece).split_off(std::mem::take(skip));
                stream.push(bytes, out);
                self.stopped |= stream.done();
            }
            Inside::Parquet(held) if (held.len() + piece.len()) as u64 <= self.options.max_field.saturating_mul(4) => held.extend_from_slice(&piece),
            Inside::Parquet(_) => {
                self.inside = Inside::Nothing;
                self.refuse(Reason::UnsupportedFileType, "Parquet inside a compressed file, too large to be held");
            }
            Inside::Nothing => {}
        }
    }

    fn refuse(&mut self, reason: Reason, detail: &str) {
        self.report = Report { reason: Some(reason), skipped: true, detail: Some(detail.to_owned()), ..Report::default() };
        self.stopped = true;
    }

    /// The first piece: what is inside?
    fn look(&mut self, piece: Vec<u8>, whole: bool, out: &mut Out<'_>) {
        self.inside = Inside::Nothing;
        let name = [".gz", ".gzip", ".zst", ".zstd"].iter().find_map(|end| self.name.strip_suffix(end)).unwrap_or(&self.name).to_owned();
        match sniff::look(&name, &piece, whole) {
            Found::Format(Format::Compressed(_)) if self.depth >= MAX_DEPTH => {
                return self.refuse(Reason::ArchiveNestingLevelOverLimit, "compressed too many times");
            }
            Found::Format(Format::Compressed(codec)) => {
                self.inside = Inside::Stream(Box::new(Decompress::new(codec, &name, self.depth + 1, &self.options)), 0);
            }
            Found::Format(Format::Parquet) => self.inside = Inside::Parquet(Vec::new()),
            Found::Format(format) => {
                if let Some((stream, bom)) = open::stream(&format, &self.options) {
                    self.inside = Inside::Stream(stream, usize::from(bom));
                }
            }
            Found::Unsupported(kind) => return self.refuse(Reason::UnsupportedFileType, kind),
        }
        self.give(piece, out);
    }

    fn parquet(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        let fetch = |ranges: Vec<std::ops::Range<u64>>| {
            let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            ranges.into_iter().map(|range| Piece { bytes: bytes.slice(clamp(range.start)..clamp(range.end)), range }).collect::<Vec<_>>()
        };
        // One part: the rows of all its row groups are counted on.
        let options = Options { part: u64::MAX, ..self.options.clone() };
        let mut opener = open("", bytes.len() as u64, &options);
        while let Demand::Ranges(ranges) = opener.demand() {
            opener.feed(fetch(ranges));
        }
        let (layout, prepared) = opener.layout();
        for part in &layout.parts {
            let mut extractor = prepared.extractor(part);
            while let Demand::Ranges(ranges) = extractor.demand() {
                extractor.feed(fetch(ranges), &mut Forward(out));
            }
            for outcome in extractor.outcome() {
                self.report =
                    Report { reason: outcome.reason, skipped: outcome.skipped, detail: outcome.detail, rows: outcome.rows, ..Report::default() };
            }
        }
    }
}

struct Forward<'a, 'b>(&'a mut Out<'b>);

impl Sink for Forward<'_, '_> {
    fn chunk(&mut self, _: Option<&std::sync::Arc<str>>, chunk: super::Chunk) {
        (self.0)(chunk);
    }
}

impl Stream for Decompress {
    fn push(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        self.run(&bytes, out);
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        if self.decoder.is_some() && !self.stopped {
            self.stop(Reason::MalformedFile, format!("compressed data ends early, after {} bytes", self.output + self.buffer.len() as u64));
        }
        if matches!(self.inside, Inside::Head) {
            let piece = std::mem::take(&mut self.buffer);
            self.output += piece.len() as u64;
            self.look(piece, true, out);
        } else if !self.buffer.is_empty() {
            self.emit(out);
        }
        match std::mem::replace(&mut self.inside, Inside::Nothing) {
            Inside::Stream(mut stream, _) => {
                stream.finish(out);
                self.report = stream.report();
            }
            Inside::Parquet(bytes) => self.parquet(bytes.into(), out),
            Inside::Head | Inside::Nothing => {}
        }
    }

    fn done(&self) -> bool {
        self.stopped
    }

    fn report(&self) -> Report {
        let inside = match &self.inside {
            Inside::Stream(stream, _) => stream.report(),
            _ => self.report.clone(),
        };
        let bytes = Some(inside.bytes.unwrap_or(self.output));
        match &self.reason {
            // Nothing of it was read, for its own reason.
            _ if inside.skipped => Report { bytes, ..inside },
            Some((reason, detail)) => Report { reason: Some(*reason), detail: Some(detail.clone()), bytes, skipped: self.output == 0, ..inside },
            None => Report { bytes, ..inside },
        }
    }
}

#[cfg(test)]
mod tests;

//! Finds out what an object is, and makes the extractors of its parts.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};

use super::{
    Demand, Extractor, Format, Layout, Opener, Options, Part, Piece, Prepared,
    csv::{Csv, Dialect},
    decompress::Decompress,
    json::Json,
    parquet::{Footer, RowGroups},
    sniff::{self, Found},
    stream::{Nothing, Report, Stream, Windows},
    text::{self, Plain},
    transcode::Transcode,
};
use crate::Reason;

/// An opener for an object of `size` bytes, called `name`.
#[must_use]
pub fn open(name: &str, size: u64, options: &Options) -> Box<dyn Opener> {
    let plan = Plan { name: name.to_owned(), size, options: options.clone(), format: Format::Empty, unread: None, footer: None };
    Box::new(Open { plan, wanted: (size > 0).then(|| 0..size.min(sniff::HEAD)), stage: Stage::Head })
}

#[derive(Debug)]
struct Open {
    plan: Plan,
    wanted: Option<Range<u64>>,
    stage: Stage,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The first bytes.
    Head,
    /// The last bytes, which hold most Parquet footers.
    Tail,
    /// A Parquet footer larger than that.
    Footer,
}

/// Bytes read from the end of a Parquet file before its footer's length is known.
const TAIL: u64 = 64 << 10;

impl Opener for Open {
    fn demand(&mut self) -> Demand {
        self.wanted.clone().map_or(Demand::Done, |range| Demand::Ranges(vec![range]))
    }

    fn feed(&mut self, pieces: Vec<Piece>) {
        let bytes = pieces.into_iter().next().map(|piece| piece.bytes).unwrap_or_default();
        let Some(wanted) = self.wanted.take() else { return };
        match self.stage {
            Stage::Head => self.head(&bytes, wanted.end),
            Stage::Tail | Stage::Footer => self.footer(&bytes, &wanted),
        }
    }

    fn layout(self: Box<Self>) -> (Layout, Arc<dyn Prepared>) {
        let layout = Layout { format: self.plan.format.clone(), parts: self.plan.parts() };
        (layout, Arc::new(self.plan))
    }
}

impl Open {
    fn head(&mut self, head: &Bytes, wanted: u64) {
        let whole = wanted >= self.plan.size || (head.len() as u64) < wanted;
        match sniff::look(&self.plan.name, head, whole) {
            Found::Format(Format::Parquet) => {
                self.plan.format = Format::Parquet;
                self.stage = Stage::Tail;
                self.wanted = Some(self.plan.size.saturating_sub(TAIL)..self.plan.size);
            }
            Found::Format(format) => self.plan.format = format,
            Found::Unsupported(kind) => self.plan.skip(Format::Unsupported, Reason::UnsupportedFileType, kind),
        }
    }
}

impl Open {
    /// Takes the end of a Parquet file; asks once more where the footer is larger.
    fn footer(&mut self, end: &Bytes, wanted: &Range<u64>) {
        let broken = |plan: &mut Plan, detail| plan.skip(Format::Parquet, Reason::MalformedFile, detail);
        let Some((rest, tail)) = end.len().checked_sub(8).map(|at| end.split_at(at)).filter(|_| end.len() as u64 == wanted.end - wanted.start) else {
            return broken(&mut self.plan, "too short for a Parquet file");
        };
        match &tail[4..] {
            b"PAR1" => {}
            b"PARE" => return self.plan.skip(Format::Parquet, Reason::EncryptedFile, "Parquet with an encrypted footer"),
            _ => return broken(&mut self.plan, "no Parquet footer at its end"),
        }
        let len = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
        if len + 12 > self.plan.size {
            return broken(&mut self.plan, "the length of the Parquet footer is wrong");
        }
        if len > MAX_FOOTER {
            return self.plan.skip(Format::Parquet, Reason::MalformedOrFileSizeExceedsLimit, "the Parquet footer is too large");
        }
        if len > rest.len() as u64 {
            self.stage = Stage::Footer;
            self.wanted = Some(self.plan.size - len - 8..self.plan.size);
            return;
        }
        match Footer::parse(&rest[rest.len() - len as usize..]) {
            Ok(footer) => self.plan.footer = Some(footer),
            Err((reason, detail)) => self.plan.skip(Format::Parquet, reason, &detail),
        }
    }
}

/// Largest Parquet footer, bytes.
const MAX_FOOTER: u64 = 64 << 20;

/// How an object is read.
#[derive(Debug)]
struct Plan {
    name: String,
    size: u64,
    options: Options,
    format: Format,
    /// Why nothing of it is read.
    unread: Option<(Reason, String)>,
    footer: Option<Footer>,
}

impl Plan {
    fn skip(&mut self, format: Format, reason: Reason, detail: &str) {
        self.format = format;
        self.unread = Some((reason, detail.to_owned()));
    }

    fn parts(&self) -> Vec<Part> {
        match &self.format {
            Format::Text { .. } => cut(self.size, self.options.part),
            Format::NdJson { encoding, .. } if encoding == UTF_8.name() => cut(self.size, self.options.part),
            _ => self.footer.as_ref().map_or_else(|| vec![Part::Whole], |footer| footer.parts(self.options.part)),
        }
    }

    fn text(&self, part: &Part, encoding: &'static Encoding) -> Windows {
        let (own, counted) = match part {
            Part::Bytes(own) => (own.clone(), own.clone()),
            _ => (0..u64::MAX, 0..self.size),
        };
        let read = text::reach(&counted, self.size, if *part == Part::Whole { 0 } else { self.options.margin }, encoding.name());
        Windows::new(Box::new(Plain::new(read.start, encoding.name(), own)), read, counted, self.options.window)
    }
}

impl Prepared for Plan {
    fn extractor(&self, part: &Part) -> Box<dyn Extractor> {
        if let Some((reason, detail)) = &self.unread {
            return Box::new(Nothing(Report { reason: Some(*reason), skipped: true, detail: Some(detail.clone()), ..Report::default() }));
        }
        match &self.format {
            Format::Parquet if let Some(footer) = &self.footer => Box::new(RowGroups::new(footer, part, self.size, &self.options)),
            Format::Empty | Format::Unsupported | Format::Parquet | Format::Table => Box::new(Nothing(Report::default())),
            Format::Text { encoding, .. } => Box::new(self.text(part, known(encoding))),
            Format::NdJson { bom, .. } if let Part::Bytes(own) = part => {
                let start = own.start.saturating_sub(1).max(u64::from(*bom));
                let begin = own.start.max(u64::from(*bom));
                let stream = Json::lines(start, &(begin..own.end), &self.options);
                Box::new(Windows::new(Box::new(stream), start..self.size, own.clone(), self.options.window))
            }
            Format::Compressed(codec) => {
                let stream = Decompress::new(*codec, &self.name, 1, &self.options);
                Box::new(Windows::new(Box::new(stream), 0..self.size, 0..self.size, self.options.window))
            }
            format => match stream(format, &self.options) {
                Some((stream, bom)) => Box::new(Windows::new(stream, u64::from(bom)..self.size, 0..self.size, self.options.window)),
                None => Box::new(Nothing(Report::default())),
            },
        }
    }
}

/// Parts of about `part` bytes, on even offsets.
fn cut(size: u64, part: u64) -> Vec<Part> {
    let part = part.clamp(2, 1 << 60).next_multiple_of(2);
    if size <= part + part / 2 {
        return vec![Part::Whole];
    }
    let count = size.div_ceil(part);
    (0..count).map(|i| Part::Bytes(i * part..((i + 1) * part).min(size))).collect()
}

fn known(label: &str) -> &'static Encoding {
    Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8)
}

/// A stream that reads all of an object of this format, and the bytes of the byte-order mark to leave out first.
pub(super) fn stream(format: &Format, options: &Options) -> Option<(Box<dyn Stream>, u8)> {
    let (encoding, bom) = match format {
        Format::Text { encoding, bom } | Format::Csv { encoding, bom, .. } | Format::Json { encoding, bom } | Format::NdJson { encoding, bom } => {
            (known(encoding), *bom)
        }
        Format::Compressed(_) | Format::Parquet | Format::Table | Format::Unsupported | Format::Empty => return None,
    };
    // A decoded stream counts from 0; its places are mapped back.
    let at = if encoding == UTF_8 { u64::from(bom) } else { 0 };
    let inner: Box<dyn Stream> = match format {
        Format::Csv { delimiter, quote, header, .. } => {
            Box::new(Csv::new(Dialect { delimiter: *delimiter, quote: *quote, header: *header }, at, options))
        }
        Format::Json { .. } => Box::new(Json::document(at, options)),
        Format::NdJson { .. } => Box::new(Json::lines(at, &(at..u64::MAX), options)),
        _ => return Some((Box::new(Plain::new(0, encoding.name(), 0..u64::MAX)), 0)),
    };
    Some(if encoding == UTF_8 { (inner, bom) } else { (Box::new(Transcode::new(encoding, u64::from(bom), inner)), bom) })
}

//! Labels of words made into spans.

use super::{Kind, config::Label, tokens::Word};

/// Longest span, bytes.
const LONGEST: usize = 256;

/// Something found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) kind: Kind,
    /// First byte.
    pub(super) start: usize,
    /// Behind the last byte.
    pub(super) end: usize,
    /// How likely the least likely of its words is of this kind.
    pub(super) share: f32,
}

/// What the shares of the labels say of one word: its kind, the share of all labels of that kind, and the likeliest of them.
fn judged<'l>(labels: &'l [Label], shares: &[f32]) -> Option<(Kind, f32, &'l Label)> {
    let of = |kind: Option<Kind>| labels.iter().zip(shares).filter(move |(label, _)| label.kind == kind);
    let sum = |kind| of(kind).map(|(_, share)| share).sum::<f32>();
    let (mut best, mut most) = (None, sum(None));
    for kind in Kind::ALL {
        let share = sum(Some(kind));
        if share > most {
            (best, most) = (Some(kind), share);
        }
    }
    let kind = best?;
    let label = of(best).reduce(|a, b| if b.1 > a.1 { b } else { a })?.0;
    Some((kind, most.min(1.0), label))
}

/// Joins words of one kind that stand side by side. One that begins something begins a new span, unless it goes on under another name: a given name, then a surname.
pub(super) fn spans<'a>(text: &[u8], labels: &[Label], words: impl Iterator<Item = (&'a Word, &'a [f32])>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    let mut open: Option<usize> = None;
    for (word, shares) in words {
        let Some((kind, share, label)) = judged(labels, shares) else {
            open = None;
            continue;
        };
        let goes_on = open.is_some_and(|name| !(label.begins && name == label.name));
        match out.last_mut().filter(|span| goes_on && span.kind == kind) {
            Some(span) => (span.end, span.share) = (word.end, span.share.min(share)),
            None => out.push(Span { kind, start: word.start, end: word.end, share }),
        }
        open = Some(label.name);
    }
    out.retain(|s| s.end - s.start <= LONGEST && has_letter(&text[s.start..s.end]));
    out
}

fn has_letter(text: &[u8]) -> bool {
    text.utf8_chunks().any(|chunk| chunk.valid().chars().any(char::is_alphabetic))
}

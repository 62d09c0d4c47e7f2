//! Overlaps: the best supported match wins; one inside another is kept where its category differs.

use std::cmp::Reverse;

use crate::{
    engine::{Engine, Overlaps},
    judge::Hit,
};

/// Resolves overlaps among credible hits and sorts what is left by start, end, rule id (rules are numbered in the order of their ids).
pub(crate) fn resolve(engine: &Engine, hits: &mut Vec<Hit>, keep: &mut Vec<bool>) {
    hits.sort_by_key(|h| (h.start, h.end, h.rule, Reverse(h.bits), h.form));
    hits.dedup_by_key(|h| (h.start, h.end, h.rule));
    if hits.len() < 2 {
        return;
    }
    let all = engine.options.overlaps == Overlaps::All;
    keep.clear();
    keep.resize(hits.len(), true);
    let mut from = 0;
    while from < hits.len() {
        // A cluster: spans that hang together.
        let (mut to, mut reach) = (from + 1, hits[from].end);
        while to < hits.len() && hits[to].start < reach {
            reach = reach.max(hits[to].end);
            to += 1;
        }
        if to - from > 1 {
            settle(engine, &hits[from..to], &mut keep[from..to], all);
        }
        from = to;
    }
    let mut at = 0;
    hits.retain(|_| {
        at += 1;
        keep[at - 1]
    });
}

/// Hits that are looked at together.
const BLOCK: usize = 32;

/// Which hits of a cluster, sorted by start, may touch one: found by blocks, so that long clusters are no square.
struct Neighbours<'a> {
    hits: &'a [Hit],
    /// The furthest end in each block.
    reach: Vec<usize>,
    longest: usize,
}

impl<'a> Neighbours<'a> {
    fn new(hits: &'a [Hit]) -> Self {
        let reach = hits.chunks(BLOCK).map(|b| b.iter().map(|h| h.end).max().unwrap_or(0)).collect();
        let longest = hits.iter().map(|h| h.end - h.start).max().unwrap_or(0);
        Self { hits, reach, longest }
    }

    /// Numbers of the hits that share a byte with `hit`, itself among them.
    fn of(&self, hit: &Hit) -> impl Iterator<Item = usize> + use<'_, 'a> {
        let (start, end) = (hit.start, hit.end);
        let from = self.hits.partition_point(|h| h.start + self.longest <= start) / BLOCK;
        let to = self.hits.partition_point(|h| h.start < end);
        (from..to.div_ceil(BLOCK))
            .filter(move |&b| self.reach[b] > start)
            .flat_map(move |b| b * BLOCK..to.min((b + 1) * BLOCK))
            .filter(move |&i| self.hits[i].end > start)
    }
}

fn settle(engine: &Engine, hits: &[Hit], keep: &mut [bool], all: bool) {
    let near = Neighbours::new(hits);
    let mut order: Vec<usize> = (0..hits.len()).collect();
    order.sort_by_key(|&i| (Reverse(hits[i].bits), Reverse(hits[i].end - hits[i].start), hits[i].rule));
    keep.fill(false);
    for i in order {
        if near.of(&hits[i]).any(|a| keep[a] && beats(engine, &hits[a], &hits[i], all)) {
            continue;
        }
        // A longer one of the same category makes an inner one superfluous.
        for a in near.of(&hits[i]) {
            let inner = inside(&hits[a], &hits[i]) && (hits[a].rule == hits[i].rule || (!all && covers(engine, &hits[i], &hits[a])));
            keep[a] &= !inner;
        }
        keep[i] = true;
    }
}

/// Whether `other`, which has fewer bits, cannot stand beside `best`.
fn beats(engine: &Engine, best: &Hit, other: &Hit, all: bool) -> bool {
    let apart = best.end <= other.start || other.end <= best.start;
    if apart {
        return false;
    }
    if best.rule == other.rule {
        return !inside(best, other);
    }
    if all {
        return false;
    }
    if inside(other, best) {
        return covers(engine, best, other);
    }
    // One around the better one: decided there.
    !inside(best, other)
}

/// `a` is strictly inside `b`.
fn inside(a: &Hit, b: &Hit) -> bool {
    b.start <= a.start && a.end <= b.end && (a.start, a.end) != (b.start, b.end)
}

/// A check worth this many millibits proves a value whole: digits inside it are no number of their own.
const PROVEN: i32 = 6_000;

/// Whether the outer of two makes the inner one superfluous: the same category, unless its rule names what it contains.
fn covers(engine: &Engine, outer: &Hit, inner: &Hit) -> bool {
    if inner.numeric && outer.check >= PROVEN && outer.check > inner.check {
        return true;
    }
    let (outer, inner) = (usize::from(outer.rule), usize::from(inner.rule));
    engine.categories[outer] == engine.categories[inner] && !engine.rules[outer].contains.contains(&engine.rules[inner].tag)
}

#[cfg(test)]
mod tests;

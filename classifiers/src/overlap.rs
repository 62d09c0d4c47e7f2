//! Overlaps: the best supported match wins; one inside another is kept where its category differs.

use std::cmp::Reverse;

use crate::{
    engine::{Engine, Overlaps},
    judge::Hit,
};

/// Resolves overlaps among credible hits and sorts what is left by start, end, rule id (rules are numbered in the order of their ids).
pub(crate) fn resolve(engine: &Engine, hits: &mut Vec<Hit>, keep: &mut Vec<bool>) {
    hits.sort_by_key(|h| (h.start, h.end, h.rule, Reverse(h.bits)));
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

fn settle(engine: &Engine, hits: &[Hit], keep: &mut [bool], all: bool) {
    let mut order: Vec<usize> = (0..hits.len()).collect();
    order.sort_by_key(|&i| (Reverse(hits[i].bits), Reverse(hits[i].end - hits[i].start), hits[i].rule));
    let mut accepted: Vec<usize> = Vec::new();
    for i in order {
        let lost = accepted.iter().any(|&a| beats(engine, &hits[a], &hits[i], all));
        keep[i] = !lost;
        if !lost {
            // A longer one of the same category makes an inner one superfluous.
            accepted.retain(|&a| {
                let inner = inside(&hits[a], &hits[i]) && (hits[a].rule == hits[i].rule || (!all && covers(engine, &hits[i], &hits[a])));
                keep[a] &= !inner;
                !inner
            });
            accepted.push(i);
        }
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

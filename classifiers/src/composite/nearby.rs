//! Parts of composites in the matches of one text, in the order they come.

use std::collections::VecDeque;

use super::{MOST_PARTS, Watch};
use crate::{RuleIndex, verdict};

/// Follows the matches of one text. Each match of a composite's first part carries a load, which is given back once every other part was seen within the window on either side;
/// loads come back in the order of their matches.
#[derive(Debug)]
pub struct Nearby<T> {
    states: Vec<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    /// The newest match of each part: where it begins, its millibits.
    last: [Option<(u64, i32)>; MOST_PARTS],
    pending: VecDeque<Pending<T>>,
    /// How many pending ones are gone: number of the first in `pending`.
    gone: u64,
    /// Pending ones, by number, that wait for a part.
    waiting: [VecDeque<u64>; MOST_PARTS],
}

#[derive(Debug)]
struct Pending<T> {
    start: u64,
    /// Parts that are missing, one bit each.
    missing: u8,
    certain: f64,
    load: T,
}

impl<T> Nearby<T> {
    /// At the beginning of a text.
    #[must_use]
    pub fn new(watch: &Watch) -> Self {
        let state = || State { last: [None; MOST_PARTS], pending: VecDeque::new(), gone: 0, waiting: Default::default() };
        Self { states: watch.composites.iter().map(|_| state()).collect() }
    }

    /// Takes the next match, which begins at `start`, not before the one before it. `load`: what is given back if it is counted; `None`: it is only context.
    pub fn see(
        &mut self,
        watch: &Watch,
        rule: RuleIndex,
        (start, millibits): (u64, i32),
        load: &mut dyn FnMut() -> Option<T>,
        complete: &mut dyn FnMut(u16, i32, T),
    ) {
        for &(number, part) in watch.by_rule.get(usize::from(rule.0)).map_or(&[][..], Vec::as_slice) {
            let composite = &watch.composites[usize::from(number)];
            let (window, parts) = (u64::from(composite.window), composite.parts().count());
            let state = &mut self.states[usize::from(number)];
            state.pass(start.saturating_sub(window), number, complete);
            if part == 0 {
                if let Some(load) = load() {
                    state.open(start, millibits, (window, parts), load);
                }
            } else {
                state.arrive(usize::from(part), start, millibits, window);
            }
            state.last[usize::from(part)] = Some((start, millibits));
        }
    }

    /// The text has ended.
    pub fn finish(&mut self, complete: &mut dyn FnMut(u16, i32, T)) {
        for (number, state) in (0..).zip(&mut self.states) {
            state.pass(u64::MAX, number, complete);
        }
    }
}

impl<T> State<T> {
    /// Gives back what is complete from the front; forgets what began before `from` and is not.
    fn pass(&mut self, from: u64, number: u16, complete: &mut dyn FnMut(u16, i32, T)) {
        while self.pending.front().is_some_and(|p| p.missing == 0 || p.start < from) {
            self.gone += 1;
            if let Some(p) = self.pending.pop_front().filter(|p| p.missing == 0) {
                complete(number, verdict::millibits(p.certain), p.load);
            }
        }
    }

    fn open(&mut self, start: u64, millibits: i32, (window, parts): (u64, usize), load: T) {
        let number = self.gone + self.pending.len() as u64;
        let mut pending = Pending { start, missing: 0, certain: verdict::confidence(millibits), load };
        for part in 1..parts {
            match self.last[part].filter(|(at, _)| at + window >= start) {
                Some((_, bits)) => pending.certain *= verdict::confidence(bits),
                None => {
                    pending.missing |= 1 << part;
                    self.waiting[part].push_back(number);
                }
            }
        }
        self.pending.push_back(pending);
    }

    fn arrive(&mut self, part: usize, start: u64, millibits: i32, window: u64) {
        while let Some(number) = self.waiting[part].pop_front() {
            let pending = number.checked_sub(self.gone).and_then(|i| self.pending.get_mut(usize::try_from(i).ok()?));
            if let Some(p) = pending.filter(|p| p.start + window >= start) {
                p.missing &= !(1 << part);
                p.certain *= verdict::confidence(millibits);
            }
        }
    }
}

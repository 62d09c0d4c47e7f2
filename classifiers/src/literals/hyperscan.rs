//! A second way of finding literals, at will: one automaton of them all, built by Hyperscan.
//!
//! It tells where literals stand; which of these places count, and what follows from them, is the same for both ways, and so are the matches.

use std::{collections::HashSet, fmt, ops::Range};

use hyperscan::{BlockDatabase, Builder, Literal, LiteralFlags, Matching, Scratch};

use super::{Literals, Place, Stand};

/// The automaton.
pub(crate) struct Automaton {
    database: BlockDatabase,
    /// Bytes of each literal, and where it may stand.
    literals: Vec<(usize, Place)>,
    longest: usize,
}

/// Buffers of a search by the automaton.
#[derive(Default)]
pub(crate) struct Events {
    scratch: Option<Scratch>,
    found: Vec<Stand>,
}

impl fmt::Debug for Automaton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Automaton({} literals)", self.literals.len())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({:?})", self.found)
    }
}

impl Automaton {
    /// `None`: the library cannot build it.
    pub(crate) fn new(literals: &Literals) -> Option<Self> {
        let anywhere: HashSet<u16> = literals.anywhere.classes.iter().flat_map(|class| &class.numbers).copied().collect();
        let place = |number: u16| if anywhere.contains(&number) { Place::Anywhere } else { Place::Part };
        let mut wanted = Vec::with_capacity(literals.texts.len());
        for (number, text) in literals.texts.iter().enumerate() {
            let expression = std::str::from_utf8(text).ok()?.to_owned();
            wanted.push(Literal { expression, flags: LiteralFlags::CASELESS, id: Some(number), som: None });
        }
        Some(Self {
            database: hyperscan::Literals::from(wanted).build().ok()?,
            literals: (0..).zip(&literals.texts).map(|(number, text)| (text.len(), place(number))).collect(),
            longest: literals.texts.iter().map(|t| t.len()).max()?,
        })
    }

    /// What stands in a text and begins in `range`, by place; `None`: there is no memory to search with, and the other way is left.
    pub(crate) fn stands<'e>(&self, events: &'e mut Events, text: &[u8], range: Range<usize>) -> Option<&'e [Stand]> {
        let window = &text[range.start..text.len().min(range.end + self.longest - 1)];
        // Buffers that another engine made may not do for this one.
        if !self.run(events, window, &range) {
            events.scratch = Some(self.database.alloc_scratch().ok()?);
            if !self.run(events, window, &range) {
                return None;
            }
        }
        events.found.sort_unstable_by_key(|&(at, _, number)| (at, number));
        Some(&events.found)
    }

    fn run(&self, events: &mut Events, window: &[u8], range: &Range<usize>) -> bool {
        let Events { scratch: Some(scratch), found } = events else { return false };
        found.clear();
        let event = |number: u32, _from: u64, to: u64, _flags: u32| {
            let number = number as usize;
            if let Some(&(length, place)) = self.literals.get(number) {
                let at = (range.start + to as usize).saturating_sub(length);
                if range.contains(&at) {
                    found.push((at, place, number));
                }
            }
            Matching::Continue
        };
        self.database.scan(window, scratch, event).is_ok()
    }
}

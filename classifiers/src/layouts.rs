//! Layouts of all rules, sorted so that a run of letters and digits in the text meets only those that can fit it.

use std::collections::HashMap;

use crate::{
    compile::Ready,
    find::Run,
    shape::{self, Bytes, Element, Layout},
    words::Rules,
};

/// Longest first run that has a row of its own.
pub(crate) const RUNS: usize = 72;
/// Runs of letters before the first run with a digit that are looked back over.
pub(crate) const BACK: usize = 4;

/// What of a layout is told without walking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quick {
    /// Places in the first run that must be digits, and those that must be letters.
    digits: u64,
    letters: u64,
    /// Length of the run behind a separator; 0: any.
    second: u8,
    /// It begins with a digit.
    second_digit: bool,
}

/// Layouts of which the same is told without walking them.
#[derive(Clone, Debug)]
struct Group {
    quick: Quick,
    layouts: Vec<u32>,
}

/// A way on in the tree of layouts: from its root by the class of the first byte, the length and the digits of a run; from a node by what stands behind the run, and the length
/// of the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key {
    /// Which bytes of the first run are digits; behind it, the node.
    from: u64,
    /// The rest; never zero.
    rest: u32,
}

/// Behind a run: a separator of any kind. Else the byte itself.
const SEPARATOR: u8 = 0xff;

impl Key {
    fn first(class: usize, length: usize, digits: u64) -> Self {
        Self { from: digits, rest: (class as u32 + 1) | (length.min(127) as u32) << 2 }
    }

    /// `number`: the next run is nothing but digits.
    fn next(node: u32, between: u8, number: bool, length: usize) -> Self {
        Self { from: u64::from(node), rest: 1 << 31 | u32::from(between) << 16 | u32::from(number) << 15 | length.min(127) as u32 }
    }

    fn hash(self) -> usize {
        ((self.from ^ u64::from(self.rest) << 32 ^ u64::from(self.rest)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
    }
}

/// Layouts whose runs so far have the same lengths.
#[derive(Clone, Debug, Default)]
struct Node {
    /// Those that end here, and those of which nothing more is told without walking them.
    layouts: Vec<u32>,
    /// There are longer ones.
    more: bool,
}

/// Layouts whose first run has one length and class, by what follows it: those that leave something open.
#[derive(Clone, Debug, Default)]
struct Row {
    /// No separator follows.
    alone: Vec<Group>,
    separated: Vec<Group>,
}

/// Layouts by the lengths of their runs, in an open table of a power of two.
#[derive(Debug, Default)]
struct Tree {
    slots: Vec<(Key, u32)>,
    nodes: Vec<Node>,
}

impl Tree {
    /// The node behind a key, made if there is none.
    fn node(&mut self, key: Key) -> u32 {
        if (self.nodes.len() + 1) * 4 > self.slots.len() {
            let grown = vec![(Key::default(), 0); (self.slots.len() * 2).max(64)];
            for slot in std::mem::replace(&mut self.slots, grown).into_iter().filter(|s| s.0.rest != 0) {
                let free = self.slot(slot.0);
                self.slots[free] = slot;
            }
        }
        let at = self.slot(key);
        if self.slots[at].0.rest == 0 {
            self.slots[at] = (key, self.nodes.len() as u32);
            self.nodes.push(Node::default());
        }
        self.slots[at].1
    }

    /// The slot of a key, or the one where it would be.
    fn slot(&self, key: Key) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = key.hash() & mask;
        while self.slots[at].0.rest != 0 && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    #[inline]
    fn get(&self, key: Key) -> Option<u32> {
        let (found, node) = *self.slots.get(if self.slots.is_empty() { 0 } else { self.slot(key) })?;
        (found.rest != 0).then_some(node)
    }

    /// Adds a layout whose first run leads to `node` and is `length` long. `right`: it ends where a run ends.
    fn add(&mut self, node: u32, layout: &[Element], mut length: usize, right: bool, index: u32) {
        let mut nodes = vec![node];
        while let Some((between, numbers, next)) = way(&layout[length..], right) {
            let before = std::mem::take(&mut nodes);
            before.iter().for_each(|n| self.nodes[*n as usize].more = true);
            let keys = before.iter().flat_map(|n| between.iter().flat_map(|b| numbers.iter().map(|number| Key::next(*n, *b, *number, next))));
            nodes = keys.map(|key| self.node(key)).collect();
            length += 1 + next;
        }
        nodes.iter().for_each(|n| self.nodes[*n as usize].layouts.push(index));
    }
}

/// How a layout goes on behind a run: the bytes that may stand there, whether the next run is a number (or may be one or not), and its length. `None`: it ends, or this is not told.
fn way(rest: &[Element], right: bool) -> Option<(Vec<u8>, &'static [bool], usize)> {
    let (between, behind) = rest.split_first()?;
    let between = match between {
        Element::Separator => vec![SEPARATOR],
        Element::One(set) => set.iter().collect(),
    };
    let run = &behind[..behind.iter().take_while(|e| alnum(e)).count()];
    let whole = right || run.len() < behind.len();
    if run.is_empty() || run.len() >= RUNS || !whole || between.len() > 4 || !run.iter().all(|e| only(e, &Bytes::ALNUM)) {
        return None;
    }
    let numbers: &[bool] = if run.iter().all(|e| only(e, &Bytes::DIGITS)) {
        &[true]
    } else if run.iter().any(|e| only(e, &Bytes::LETTERS)) {
        &[false]
    } else {
        &[false, true]
    };
    (between.is_ascii() || between == [SEPARATOR]).then_some((between, numbers, run.len()))
}

/// Which runs must be looked at so that no layout is missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Runs that begin with four capitals, though no digit is near.
    pub(crate) capitals: bool,
    /// Every run.
    pub(crate) all: bool,
    /// Runs of letters up to this length before a run with a digit.
    pub(crate) back: usize,
    /// Signs that stand between these and the next run, one bit a byte.
    pub(crate) signs: Bytes,
}

/// One layout, and what is left to ask where its group fits.
#[derive(Debug)]
struct Shaped {
    /// Places in the first run whose byte its class does not tell.
    open: Vec<(u8, Bytes)>,
    /// Bytes of the first run.
    run: usize,
    /// What comes behind the first run.
    rest: Layout,
    forms: Fitting,
}

/// Forms that one layout belongs to.
#[derive(Debug, Default)]
pub(crate) struct Fitting {
    /// Those that may be reported without a word nearby.
    pub(crate) silent: Vec<u32>,
    /// Those that may not, and have a check: in columns they are tried whatever the name.
    pub(crate) checked: Vec<u32>,
    /// Those that may not, by their rules, and these rules.
    pub(crate) spoken: Vec<(u16, u32)>,
    pub(crate) rules: Rules,
    /// All are numbers, which may not be the tail of a longer one.
    numeric: bool,
}

#[derive(Debug)]
pub(crate) struct Layouts {
    /// Each layout once.
    layouts: Vec<Shaped>,
    known: HashMap<Layout, u32>,
    rows: Vec<Row>,
    tree: Tree,
    pub(crate) needs: Needs,
}

impl Default for Layouts {
    fn default() -> Self {
        Self { layouts: Vec::new(), known: HashMap::new(), rows: vec![Row::default(); 3 * RUNS], tree: Tree::default(), needs: Needs::default() }
    }
}

impl Layouts {
    /// Adds a layout of a form.
    pub(crate) fn add(&mut self, form: u32, layout: Layout, ready: &Ready) {
        let right = ready.right;
        if let Some(&at) = self.known.get(&layout).filter(|_| right) {
            self.layouts[at as usize].forms.add(form, ready);
            return;
        }
        let length = layout.iter().take_while(|e| alnum(e)).count();
        let run = length.clamp(1, RUNS - 1);
        let index = self.layouts.len() as u32;
        if let Some(Element::One(first)) = layout.first() {
            let (quick, separated) = quick(&layout, length, right);
            let small = Bytes::of(b'a'..=b'z');
            let classes = [first.meets(&Bytes::DIGITS), first.meets(&Bytes::CAPITALS), first.meets(&small)];
            for (class, _) in classes.iter().enumerate().filter(|(_, has)| **has) {
                let full = if length < 64 { (1 << length) - 1 } else { u64::MAX };
                if (1..RUNS - 1).contains(&length) && length <= 64 && quick.digits | quick.letters == full {
                    let node = self.tree.node(Key::first(class, length, quick.digits));
                    self.tree.add(node, &layout, length, right, index);
                    continue;
                }
                let row = &mut self.rows[class * RUNS + run];
                let groups = if separated { &mut row.separated } else { &mut row.alone };
                match groups.iter_mut().find(|g| g.quick == quick) {
                    Some(group) => group.layouts.push(index),
                    None => groups.push(Group { quick, layouts: vec![index] }),
                }
            }
            if classes.contains(&true) {
                self.need(&layout);
            }
        }
        let mut forms = Fitting::default();
        forms.add(form, ready);
        let open = (0..length.min(64)).filter_map(|i| match &layout[i] {
            Element::One(set) if !told(set) => Some((i as u8, *set)),
            _ => None,
        });
        // Longer first runs share the last row, where nothing is told of their length.
        let told_until = if (1..RUNS - 1).contains(&length) && length <= 64 { length } else { 0 };
        let open = if told_until == 0 { Vec::new() } else { open.collect() };
        self.layouts.push(Shaped { open, run: told_until, rest: layout[told_until..].to_vec(), forms });
        if right {
            self.known.insert(layout, index);
        }
    }

    /// Where must be looked for this layout? At runs with a digit; at runs of letters right before these; at runs of capitals; or everywhere.
    fn need(&mut self, layout: &[Element]) {
        let digit = |e: &Element| only(e, &Bytes::DIGITS);
        let mut runs = layout.split(|e| !alnum(e)).peekable();
        let mut before = Vec::new();
        while let Some(run) = runs.next_if(|run| !run.iter().any(digit)) {
            before.push(run);
        }
        let sure = runs.peek().is_some();
        if before.is_empty() && sure {
            return;
        }
        // A long value of random letters and digits without any digit does not happen: one of its runs has one.
        let long = !sure && layout.iter().map(digit_bits).sum::<f32>() >= SURE;
        if long {
            before.truncate((before.len() - 1).min(BACK));
        }
        let longest = before.iter().map(|run| run.len()).max().unwrap_or(0);
        let plain = before.iter().all(|run| !run.is_empty()) && before.len() <= BACK && longest < RUNS;
        if plain && (long || runs.peek().is_some_and(|run| !run.is_empty())) {
            self.needs.back = self.needs.back.max(longest);
            layout.iter().filter(|e| !alnum(e)).take(before.len()).for_each(|e| match e {
                Element::One(set) => set.iter().for_each(|b| self.needs.signs.insert(b)),
                Element::Separator => b" -./\xa0\x91\x93".iter().for_each(|b| self.needs.signs.insert(*b)),
            });
            // Where a place may hold a digit or a letter, that run is met by its digit.
            return;
        }
        let mut capitals = Bytes::DIGITS;
        Bytes::CAPITALS.iter().for_each(|b| capitals.insert(b));
        let capital = |e: &Element| only(e, &capitals);
        if before[0].len() >= 4 && before[0][..4].iter().all(capital) {
            self.needs.capitals = true;
            // Its digits, where it has some, are found as such.
        } else {
            self.needs.all = true;
        }
    }

    /// No more layouts come.
    pub(crate) fn finish(&mut self) {
        self.known = HashMap::new();
    }

    /// Gives the candidates that begin with this run. `run_at`: the run at a place, empty where there is none.
    #[inline]
    pub(crate) fn at_run(&self, text: &[u8], run: &Run, run_at: impl Fn(usize) -> Run, mut found: impl FnMut((usize, usize), &Fitting)) {
        let (start, first) = (run.start, text[run.start]);
        let class = if first.is_ascii_digit() { 0 } else { 1 + usize::from(first.is_ascii_lowercase()) };
        // Digits behind digits and a sign: part of a longer number.
        let tail = class == 0 && start >= 2 && matches!(text[start - 1], b'.' | b'-' | b'/' | b':') && text[start - 2].is_ascii_digit();
        let end = start + run.length;
        if let Some(node) = self.tree.get(Key::first(class, run.length, run.digits)) {
            self.descend(text, (start, tail), (node, end), &run_at, &mut found);
        }
        let row = &self.rows[class * RUNS + run.length.min(RUNS - 1)];
        let fits = |quick: &Quick| quick.digits & !run.digits == 0 && quick.letters & run.digits == 0;
        for group in row.alone.iter().filter(|g| fits(&g.quick)) {
            self.walk(text, (start, tail), &group.layouts, &mut found);
        }
        if row.separated.is_empty() {
            return;
        }
        let Some((_, gap)) = shape::separator(&text[end..]) else { return };
        let second = run_at(end + gap);
        let fits = |q: &Quick| fits(q) && (second.digits & 1 == 1 || !q.second_digit) && (q.second == 0 || usize::from(q.second) == second.length);
        for group in row.separated.iter().filter(|g| fits(&g.quick)) {
            self.walk(text, (start, tail), &group.layouts, &mut found);
        }
    }

    /// Walks the layouts of a node whose runs end at `end`, and of those below it.
    fn descend(
        &self,
        text: &[u8],
        from: (usize, bool),
        (node, end): (u32, usize),
        run_at: &impl Fn(usize) -> Run,
        found: &mut impl FnMut((usize, usize), &Fitting),
    ) {
        let Node { layouts, more } = &self.tree.nodes[node as usize];
        self.walk(text, from, layouts, found);
        let Some(&byte) = text.get(end).filter(|_| *more) else { return };
        let separator = shape::separator(&text[end..]);
        let run = run_at(end + separator.map_or(1, |s| s.1));
        if run.length == 0 {
            return;
        }
        for between in [separator.map(|_| SEPARATOR), byte.is_ascii().then_some(byte)].into_iter().flatten() {
            if let Some(node) = self.tree.get(Key::next(node, between, run.is_number(), run.length)) {
                self.descend(text, from, (node, run.start + run.length), run_at, found);
            }
        }
    }

    #[inline]
    fn walk(&self, text: &[u8], (start, tail): (usize, bool), layouts: &[u32], found: &mut impl FnMut((usize, usize), &Fitting)) {
        for &layout in layouts {
            let shaped = &self.layouts[layout as usize];
            if tail && shaped.forms.numeric {
                continue;
            }
            if shaped.open.iter().all(|(at, class)| text.get(start + usize::from(*at)).is_some_and(|b| class.contains(*b))) {
                let behind = start + shaped.run;
                let rest = if shaped.rest.is_empty() { Some(0) } else { text.get(behind..).and_then(|text| shape::matches(&shaped.rest, text)) };
                if let Some(length) = rest {
                    found((start, behind + length), &shaped.forms);
                }
            }
        }
    }
}

impl Fitting {
    fn add(&mut self, form: u32, ready: &Ready) {
        let first = self.silent.is_empty() && self.spoken.is_empty();
        self.numeric = ready.numeric && (self.numeric || first);
        if !ready.needs_context {
            self.silent.push(form);
            return;
        }
        if ready.check.is_some() && !ready.entropy {
            self.checked.push(form);
        }
        self.spoken.push((ready.rule, form));
        self.rules.insert(ready.rule);
    }
}

/// Bits of surprise when a random value has no digit: so many are enough to rely on one.
const SURE: f32 = 8.0;

/// Bits of surprise when this place of a random value holds no digit.
fn digit_bits(element: &Element) -> f32 {
    let Element::One(set) = element else { return 0.0 };
    let (all, digits) = (set.len() as f32, set.iter().filter(u8::is_ascii_digit).count() as f32);
    if digits == 10.0 && all > 10.0 { (all / (all - digits)).log2() } else { 0.0 }
}

/// Whether the masks of letters and digits tell all of a class.
fn told(set: &Bytes) -> bool {
    [Bytes::DIGITS, Bytes::LETTERS, Bytes::ALNUM].contains(set)
}

/// Whether all bytes of a class are of another one.
fn only(element: &Element, class: &Bytes) -> bool {
    matches!(element, Element::One(set) if set.within(class))
}

fn alnum(element: &Element) -> bool {
    matches!(element, Element::One(set) if set.meets(&Bytes::ALNUM))
}

/// What can be told of a layout whose first run has this length, and whether a separator follows it.
fn quick(elements: &[Element], run: usize, right: bool) -> (Quick, bool) {
    let places = |class: &Bytes| (0..run.min(64)).filter(|i| only(&elements[*i], class)).fold(0, |mask, i| mask | 1 << i);
    let separated = run < RUNS && elements.get(run) == Some(&Element::Separator);
    let behind = elements.get(run + 1..).unwrap_or_default();
    let second = behind.iter().take_while(|e| alnum(e)).count();
    // Runs in the text are whole, unless the value may end within one, or a class holds signs as well.
    let whole = (right || second < behind.len()) && behind[..second].iter().all(|e| only(e, &Bytes::ALNUM));
    let second = if whole { u8::try_from(second).unwrap_or(0) } else { 0 };
    let second_digit = behind.first().is_some_and(|e| only(e, &Bytes::DIGITS));
    (Quick { digits: places(&Bytes::DIGITS), letters: places(&Bytes::LETTERS), second, second_digit }, separated)
}

#[cfg(test)]
mod tests {
    use super::Layouts;
    use crate::{Ruleset, shape};

    /// A layout that asks for every run would slow everything: built-in ones are written so that none does.
    #[test]
    fn no_built_in_layout_needs_every_run() {
        let mut costly = Vec::new();
        for rule in Ruleset::builtin().unwrap().rules() {
            for (form, text) in rule.forms.iter().flat_map(|f| f.layouts.iter().map(move |l| (f, l))) {
                for layout in shape::parse(text, form.ignore_case).unwrap() {
                    let mut alone = Layouts::default();
                    alone.need(&layout);
                    if alone.needs.all {
                        costly.push(format!("{}: {text}", rule.id));
                    }
                }
            }
        }
        costly.dedup();
        assert!(costly.is_empty(), "{costly:#?}");
    }
}

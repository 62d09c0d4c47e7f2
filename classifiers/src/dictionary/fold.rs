//! Words folded and hashed: what the dictionaries are built of and looked up by. The build script includes this file.

/// Two letters for each character from U+00C0 on: what it is without case and accents; `.`: nothing.
pub(crate) const LATIN: &[u8] = b"\
    a.a.a.a.a.a.aec.e.e.e.e.i.i.i.i.d.n.o.o.o.o.o...o.u.u.u.u.y.thssa.a.a.a.a.a.aec.e.e.e.e.i.i.i.i.d.n.o.o.o.o.o...o.u.u.u.u.y.thy.\
    a.a.a.a.a.a.c.c.c.c.c.c.c.c.d.d.d.d.e.e.e.e.e.e.e.e.e.e.g.g.g.g.g.g.g.g.h.h.h.h.i.i.i.i.i.i.i.i.i.i.ijijj.j.k.k.k.l.l.l.l.l.l.l.\
    l.l.l.n.n.n.n.n.n.n.n.n.o.o.o.o.o.o.oeoer.r.r.r.r.r.s.s.s.s.s.s.s.s.t.t.t.t.t.t.u.u.u.u.u.u.u.u.u.u.u.u.w.w.y.y.y.z.z.z.z.z.z.s.\
    ................................................................o.o...........................u.u...............................\
    ..........................a.a.i.i.o.o.u.u.u.u.u.u.u.u.u.u...a.a.a.a.aeae....g.g.k.k.o.o.o.o.....j.......g.g.....n.n.a.a.aeaeo.o.\
    a.a.a.a.e.e.e.e.i.i.i.i.o.o.o.o.r.r.r.r.u.u.u.u.s.s.t.t.....h.h.............a.a.e.e.o.o.o.o.o.o.o.o.y.y.........................";

/// The same from U+1E00 on.
pub(crate) const VIETNAMESE: &[u8] = b"\
    a.a.b.b.b.b.b.b.c.c.d.d.d.d.d.d.d.d.d.d.e.e.e.e.e.e.e.e.e.e.f.f.g.g.h.h.h.h.h.h.h.h.h.h.i.i.i.i.k.k.k.k.k.k.l.l.l.l.l.l.l.l.m.m.\
    m.m.m.m.n.n.n.n.n.n.n.n.o.o.o.o.o.o.o.o.p.p.p.p.r.r.r.r.r.r.r.r.s.s.s.s.s.s.s.s.s.s.t.t.t.t.t.t.t.t.u.u.u.u.u.u.u.u.u.u.v.v.v.v.\
    w.w.w.w.w.w.w.w.w.w.x.x.x.x.y.y.z.z.z.z.z.z.h.t.w.y...s.....ss..a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.e.e.e.e.e.e.e.e.\
    e.e.e.e.e.e.e.e.i.i.i.i.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.o.u.u.u.u.u.u.u.u.u.u.u.u.u.u.y.y.y.y.y.y.y.y.............";

/// What is made of the letters of a text, one after the other.
struct Key {
    state: u64,
    eight: u64,
    taken: u32,
    /// White space or a sign since the last letter.
    gap: bool,
}

impl Key {
    fn letter(&mut self, byte: u8) {
        if self.gap && self.taken > 0 {
            self.push(b' ');
        }
        self.gap = false;
        self.push(byte);
    }

    fn push(&mut self, byte: u8) {
        self.eight |= u64::from(byte) << (8 * (self.taken & 7));
        self.taken += 1;
        if self.taken & 7 == 0 {
            self.state = mix(self.state ^ self.eight);
            self.eight = 0;
        }
    }

    fn end(&self) -> u64 {
        if self.taken == 0 { 0 } else { mix(mix(self.state ^ self.eight) ^ u64::from(self.taken)) }
    }
}

/// Both halves of a product, one on the other.
fn mix(x: u64) -> u64 {
    let product = u128::from(x ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93_u128;
    (product as u64) ^ (product >> 64) as u64
}

/// The key of a word or phrase: a hash of its letters without case and accents. Apostrophes and dots are nothing; other signs and runs of white space are one space.
/// Zero for what has no letter or digit.
pub(crate) fn key(text: &[u8]) -> u64 {
    // Most words are ASCII letters and no more: eight at once.
    if let Some(key) = (1..=24).contains(&text.len()).then(|| letters(text)).flatten() {
        return key;
    }
    let mut key = Key { state: 0, eight: 0, taken: 0, gap: false };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'A'..=b'Z' => key.letter(byte | 0x20),
            b'a'..=b'z' | b'0'..=b'9' | b'&' => key.letter(byte),
            b'\'' | b'.' | b'`' | b'"' => {}
            0..=0x7f => key.gap = true,
            _ => {
                at += other(&text[at..], &mut key);
                continue;
            }
        }
        at += 1;
    }
    key.end()
}

/// The key of a word of nothing but ASCII letters; `None`: it has others.
fn letters(text: &[u8]) -> Option<u64> {
    let mut state = 0;
    let mut eights = text.chunks_exact(8);
    for eight in &mut eights {
        let eight = u64::from_le_bytes(eight.try_into().ok()?);
        let small = eight | 0x2020_2020_2020_2020;
        if !all_letters(eight, small) {
            return None;
        }
        state = mix(state ^ small);
    }
    let rest = eights.remainder();
    let mut last = [b'a'; 8];
    last[..rest.len()].copy_from_slice(rest);
    let eight = u64::from_le_bytes(last);
    let small = eight | 0x2020_2020_2020_2020;
    // Those behind the end are letters, and count for nothing.
    let own = small & !(u64::MAX << (8 * rest.len()));
    all_letters(eight, small).then(|| mix(mix(state ^ own) ^ text.len() as u64))
}

/// Whether eight bytes, and they with bit 5 set, are ASCII letters.
fn all_letters(eight: u64, small: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // Of bytes below 0x80: from `a` on, and not behind `z`.
    let from = (small & !HIGH) + (0x80 - 0x61) * ONES;
    let behind = (small & !HIGH) + (0x7f - 0x7a) * ONES;
    eight & HIGH == 0 && from & !behind & HIGH == HIGH
}

/// Takes a character that is not ASCII; gives its length.
fn other(text: &[u8], key: &mut Key) -> usize {
    let length = 1 + text[1..].iter().take(3).take_while(|b| **b & 0xC0 == 0x80).count();
    let Some(c) = std::str::from_utf8(&text[..length]).ok().and_then(|t| t.chars().next()) else {
        key.letter(text[0]);
        return 1;
    };
    match c {
        // Marks that stand on the letter before, apostrophes.
        '\u{300}'..='\u{36f}' | '’' | '‘' | '´' | 'ʻ' | 'ʼ' | '׳' => {}
        'À'..='ɏ' => latin(LATIN, c as usize - 0xC0, key),
        'Ḁ'..='ỿ' => latin(VIETNAMESE, c as usize - 0x1E00, key),
        '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '・' | '，' => key.gap = true,
        _ => {
            for lower in plain(c).to_lowercase() {
                lower.encode_utf8(&mut [0; 4]).bytes().for_each(|b| key.letter(b));
            }
        }
    }
    length
}

fn latin(table: &[u8], row: usize, key: &mut Key) {
    for &letter in table.get(2 * row..2 * row + 2).unwrap_or_default().iter().filter(|l| **l != b'.') {
        key.letter(letter);
    }
}

/// Greek and Cyrillic letters without the marks that people leave out.
pub(crate) fn plain(c: char) -> char {
    match c {
        'Ά' | 'ά' => 'α',
        'Έ' | 'έ' => 'ε',
        'Ή' | 'ή' => 'η',
        'Ί' | 'ί' | 'Ϊ' | 'ϊ' | 'ΐ' => 'ι',
        'Ό' | 'ό' => 'ο',
        'Ύ' | 'ύ' | 'Ϋ' | 'ϋ' | 'ΰ' => 'υ',
        'Ώ' | 'ώ' => 'ω',
        'ς' => 'σ',
        'Ё' | 'ё' => 'е',
        other => other,
    }
}

/// A word as people without its letters write it (`Mueller`), where there is one.
pub(crate) fn spelt_out(text: &str) -> Option<String> {
    let written = |c: char| match c {
        'ä' | 'Ä' | 'æ' | 'Æ' => Some("ae"),
        'ö' | 'Ö' | 'ø' | 'Ø' => Some("oe"),
        'ü' | 'Ü' => Some("ue"),
        'å' | 'Å' => Some("aa"),
        _ => None,
    };
    let mut out = String::with_capacity(text.len() + 2);
    let mut any = false;
    for c in text.chars() {
        match written(c) {
            Some(two) => {
                any = true;
                out.push_str(two);
            }
            None => out.push(c),
        }
    }
    any.then_some(out)
}

/// Bits of a slot that are the entry's own.
pub(crate) const FLAGS: u32 = 24;

/// Keys and flags (of at most [`FLAGS`] bits, not none) laid out for look-up: open addressing by the upper bits of the key, the lower ones beside the flags.
pub(crate) fn slots(entries: &[(u64, u32)]) -> Vec<u64> {
    let size = (entries.len() * 5 / 4 + 2).next_power_of_two();
    let mut slots = vec![0_u64; size];
    for &(key, flags) in entries {
        let mut at = place(key, size);
        while slots[at] != 0 && slots[at] >> FLAGS != key << FLAGS >> FLAGS {
            at = (at + 1) & (size - 1);
        }
        slots[at] |= key << FLAGS | u64::from(flags);
    }
    slots
}

/// Where the slot of a key is looked for first; `size` is a power of two.
pub(crate) fn place(key: u64, size: usize) -> usize {
    (key >> (64 - size.trailing_zeros())) as usize & (size - 1)
}

/// Bits of each of [`fronts_of`].
pub(crate) const FRONT_BITS: u32 = 18;

/// Two hashes of the first letters of a word, read at once; those behind `length` (1 to 8) do not count.
pub(crate) fn fronts_of(eight: u64, length: usize) -> [usize; 2] {
    let letters = (eight | 0x2020_2020_2020_2020) & u64::MAX >> (64 - 8 * length);
    let hash = letters.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    [(hash >> (64 - FRONT_BITS)) as usize, (hash >> (64 - 2 * FRONT_BITS)) as usize & ((1 << FRONT_BITS) - 1)]
}

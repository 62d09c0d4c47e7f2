//! What follows street and number: unit, postcode, city, state, country, as far as it hangs together.

use crate::{
    dictionary::{lists::*, look_up},
    kernel::{
        person::word::{Gap, Shape, Words, word},
        place::at_place,
    },
};

/// Where the address ends, and whether a postcode or a known place belongs to it.
pub(super) fn tail(text: &[u8], from: usize) -> (usize, bool) {
    let (mut end, mut known, mut lines) = (from, false, 0);
    for _ in 0..6 {
        let Some((start, line)) = separator(text, end) else { break };
        lines += usize::from(line);
        if lines > 2 {
            break;
        }
        if let Some(stop) = unit(text, start) {
            end = stop;
        } else if let Some(stop) = code_and_city(text, start) {
            (end, known) = (stop, true);
        } else if let Some(stop) = city_and_code(text, start) {
            (end, known) = (stop, true);
        } else if let Some((place, flags)) = at_place(text, start).filter(|(_, f)| f & (CITY | REGION | COUNTRY) != 0) {
            // A name alone on the next line is a person's more often than a city's.
            if line && flags & (GIVEN | SURNAME) != 0 || flags & CITY != 0 && flags & WORD != 0 && text.get(end) == Some(&b' ') {
                break;
            }
            (end, known) = (place.end, true);
        } else if let Some(stop) = postcode(text, start).filter(|_| known || text.get(end) == Some(&b',')) {
            (end, known) = (stop, true);
        } else {
            break;
        }
    }
    (end, known)
}

/// What stands between two parts: a comma, white space, one line end; and whether that is one.
fn separator(text: &[u8], end: usize) -> Option<(usize, bool)> {
    let (mut at, mut line, mut comma) = (end, false, false);
    while at - end < 8 {
        match text.get(at)? {
            b' ' | b'\t' => {}
            b',' | b';' if !comma => comma = true,
            b'-' | b'/' if at > end && text[at - 1] == b' ' && text.get(at + 1) == Some(&b' ') => {}
            b'.' if at == end && matches!(text.get(at + 1), Some(b',' | b' ')) => {}
            b'\r' if text.get(at + 1) == Some(&b'\n') => {}
            b'\n' if !line => line = true,
            b'\\' if text.get(at + 1) == Some(&b'n') && !line => {
                (at, line) = (at + 1, true);
            }
            _ => break,
        }
        at += 1;
    }
    (at > end).then_some((at, line))
}

/// `Apt 4B`, `Suite 200`, `# 12`, `2. OG`.
fn unit(text: &[u8], start: usize) -> Option<usize> {
    let after = match word(text, start, Gap::Space) {
        Some(w) if w.is(UNIT) && w.shape != Shape::Mixed && w.end - w.start < 14 => w.end + usize::from(text.get(w.end) == Some(&b'.')),
        None if text.get(start) == Some(&b'#') => start + 1,
        _ => return None,
    };
    let from = after + text[after..].iter().take(2).take_while(|b| matches!(b, b' ' | b':')).count();
    let length = text[from..].iter().take(6).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let id = &text[from..from + length];
    let numbered = id.iter().any(u8::is_ascii_digit) || length == 1 && id[0].is_ascii_uppercase();
    (length > 0 && numbered).then_some(from + length)
}

/// Length of the postcode at `start`: four to six digits (one separator), with a country before or letters behind; or a British, Canadian, Irish or Dutch one.
fn postcode(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    // `D-10115`, `CH-8001`, `LV-1010`.
    let letters = text[at..].iter().take(3).take_while(|b| b.is_ascii_uppercase()).count();
    if (1..=2).contains(&letters) && matches!(text.get(at + letters), Some(b'-')) {
        at += letters + 1;
    } else if letters > 0 {
        return lettered(text, start);
    }
    let run = |from: usize| text[from..].iter().take(8).take_while(|b| b.is_ascii_digit()).count();
    let first = run(at);
    let joint = text.get(at + first).filter(|b| matches!(b, b' ' | b'-')).is_some();
    let second = if joint { run(at + first + 1) } else { 0 };
    let length = match (first, second) {
        (5, 4) | (5, 3) if text[at + first] == b'-' => first + 1 + second,
        (3, 2) | (2, 3) | (4, 3) | (3, 3) | (3, 4) => first + 1 + second,
        (4..=6, _) => first,
        _ => return None,
    };
    // `1012 AB`.
    let dutch = first == 4 && second == 0 && text.get(at + 4).is_some_and(|b| *b == b' ' || b.is_ascii_uppercase());
    let from = at + 4 + usize::from(text.get(at + 4) == Some(&b' '));
    let pair = dutch
        && text[from..].iter().take(3).take_while(|b| b.is_ascii_uppercase()).count() == 2
        && !text.get(from + 2).is_some_and(u8::is_ascii_alphanumeric);
    let end = if pair { from + 2 } else { at + length };
    (!text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80 && *b < 0xC2)).then_some(end)
}

/// `SW1A 1AA`, `K1A 0B1`, `D02 AF30`.
fn lettered(text: &[u8], start: usize) -> Option<usize> {
    let take = |from: usize| text[from..].iter().take(5).take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let outer = take(start);
    let gap = usize::from(text.get(start + outer) == Some(&b' '));
    let (from, inner) = (start + outer + gap, take(start + outer + gap));
    let whole = [&text[start..start + outer], &text[from..from + inner]];
    let digit = |part: &[u8], i: usize| part.get(i).is_some_and(u8::is_ascii_digit);
    let british = (2..=4).contains(&outer)
        && inner == 3
        && digit(whole[1], 0)
        && !digit(whole[1], 1)
        && !digit(whole[1], 2)
        && whole[0].iter().any(u8::is_ascii_digit);
    let canadian =
        outer == 3 && inner == 3 && digit(whole[0], 1) && !digit(whole[0], 2) && digit(whole[1], 0) && !digit(whole[1], 1) && digit(whole[1], 2);
    let irish = outer == 3 && inner == 4 && digit(whole[0], 1);
    let ends = !text.get(from + inner).is_some_and(|b| b.is_ascii_alphanumeric());
    (gap == 1 && (british || canadian || irish) && ends).then_some(from + inner)
}

/// `10115 Berlin`, `00-950 Warszawa`: the place may be in no list.
fn code_and_city(text: &[u8], start: usize) -> Option<usize> {
    let code = postcode(text, start)?;
    let from = code + text[code..].iter().take(2).take_while(|b| matches!(b, b' ' | b',')).count();
    if from == code {
        return None;
    }
    if let Some((place, _)) = at_place(text, from) {
        return Some(place.end);
    }
    let words = Words::read(text, from, |w, before| {
        w.gap == Gap::Space && (w.capital() && w.shape != Shape::Mixed || before.is_some() && w.is(PARTICLE | STREET_BEFORE))
    });
    let first = words.first().filter(|w| !w.is(WORD | CALENDAR | UNIT) || w.is(CITY))?;
    let last = words.iter().take(3).take_while(|w| !w.is(WORD | CALENDAR)).last().unwrap_or(first);
    Some(last.end)
}

/// `Springfield, IL 62704`, `London SW1A 1AA`, `Toronto ON M5V 2T6`.
fn city_and_code(text: &[u8], start: usize) -> Option<usize> {
    let words = Words::read(text, start, |w, before| {
        w.shape != Shape::Mixed
            && w.shape != Shape::Lower
            && (before.is_none() || w.gap == Gap::Space || before.is_some_and(|b| w.gap == Gap::Dot && b.end - b.start <= 3))
    });
    for n in (1..=words.len().min(4)).rev() {
        let end = words[n - 1].end;
        let from = end + text[end..].iter().take(3).take_while(|b| matches!(b, b' ' | b',' | b'.')).count();
        if from == end {
            continue;
        }
        let region =
            word(text, from, Gap::Space).filter(|w| look_up(&text[w.start..w.end]) & REGION != 0 && (w.shape == Shape::Upper || w.end - w.start > 3));
        let after = region.map_or(from, |r| r.end + text[r.end..].iter().take(2).take_while(|b| matches!(b, b' ' | b',')).count());
        if let Some(code) = postcode(text, after).filter(|c| *c > after && (region.is_none_or(|r| after > r.end))) {
            return Some(code);
        }
        if let Some(region) = region.filter(|r| r.shape == Shape::Upper) {
            return Some(region.end);
        }
    }
    None
}

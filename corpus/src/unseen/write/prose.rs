//! Letters, conversations, notes.

use super::pen::{Item, Pen};
use crate::unseen::{Document, Place};

/// A sentence with a hole for the value: what stands before and behind it.
fn sentence(pen: &mut Pen<'_>, item: &Item) -> (String, String, Place) {
    let (mut label, before) = pen.label(item);
    if before == Place::Before && label.len() > 1 && pen.r.chance(10) {
        label.push_str(" no.");
    }
    let behind = pen.r.chance(20);
    let language = pen.language;
    let pattern = if behind { pen.r.pick(&language.after) } else { pen.r.pick(&language.before) };
    let text = pattern.replace("{L}", &label);
    let (head, tail) = text.split_once("{V}").unwrap_or((&text, ""));
    let place = match (before, behind) {
        (Place::Typo, _) => Place::Typo,
        (_, true) => Place::After,
        _ if head.ends_with(": ") && head.len() < label.len() + 4 => Place::Before,
        _ => Place::Sentence,
    };
    (head.to_owned(), tail.to_owned(), place)
}

/// Writes sentences about values, decoys and nothing.
fn sentences(pen: &mut Pen<'_>, count: u64, separator: &str) {
    for n in 0..count {
        if n > 0 {
            pen.draft.say(separator);
        }
        match pen.r.below(11) {
            10 => pen.call(),
            0..=5 => {
                let item = pen.value("prose");
                let (head, tail, place) = sentence(pen, &item);
                pen.draft.say(&head);
                pen.put(&item, place);
                pen.draft.say(&tail);
            }
            6 | 7 => {
                let item = pen.decoy();
                let (head, tail, place) = sentence(pen, &item);
                pen.draft.say(&head);
                pen.put(&item, place);
                pen.draft.say(&tail);
            }
            8 => bare(pen),
            9 if pen.r.chance(50) => pen.special(),
            _ => {
                let line = pen.line();
                pen.draft.say(&line);
            }
        }
    }
}

/// A value with nothing that says what it is: it must be found where its form says enough.
fn bare(pen: &mut Pen<'_>) {
    let item = pen.value("prose");
    let line = pen.line();
    pen.draft.say(&line).say(" (");
    pen.put(&item, Place::Bare);
    pen.draft.say(").");
}

/// A letter with a greeting and a signature.
pub(super) fn mail(pen: &mut Pen<'_>) -> Document {
    let (first, last) = pen.locale.person(&mut pen.r);
    let headers = pen.r.chance(50);
    if headers {
        pen.draft.say("From: ");
        let item = pen.email();
        pen.put(&item, Place::Before);
        pen.draft.say("\nTo: ");
        let item = pen.email();
        pen.put(&item, Place::Before);
        let subject = pen.line();
        let id = format!("{}@mx.sundial.test", pen.fill("<n16>.<d10>"));
        pen.draft.say(&format!("\nSubject: {subject}\nMessage-ID: <"));
        pen.put(&Item::Decoy(String::new(), id, vec!["pii.email".into()]), Place::Bare);
        pen.draft.say(">\n\n");
    }
    let hello = pen.language.hello.clone();
    let titles: Vec<&str> = pen.language.titles.split('|').collect();
    let title = (*pen.r.pick(&titles)).to_owned();
    let (before, after) = hello.split_once("{last}").unwrap_or((&hello, ""));
    pen.draft.say(&before.replace("{title}", &title));
    pen.plant_name(&last);
    pen.draft.say(after).say("\n\n");
    let count = pen.r.range(3, 7);
    sentences(pen, count, if count.is_multiple_of(2) { " " } else { "\n" });
    let bye = pen.language.bye.clone();
    let (before, after) = bye.split_once("{name}").unwrap_or((&bye, ""));
    pen.draft.say("\n\n").say(before);
    pen.plant_name(&format!("{first} {last}"));
    pen.draft.say(after).say("\n");
    Pen::done(pen, "mail")
}

/// Question and answer, line by line.
pub(super) fn chat(pen: &mut Pen<'_>) -> Document {
    for _ in 0..pen.r.range(3, 6) {
        let item = pen.item("prose", 70);
        let (label, place) = pen.label(&item);
        let place = if place == Place::Typo { place } else { Place::Sentence };
        let question = match pen.r.below(3) {
            0 => format!("agent: {label}?\n"),
            1 => format!("[10:4{}] Support: what is your {label}?\n", pen.r.below(10)),
            _ => format!("A: could you give me the {label} please\n"),
        };
        pen.draft.say(&question);
        let answer = *pen.r.pick(&["customer: ", "B: ", "[10:52] Kunde: ", "user: it's ", "client: sure, "]);
        pen.draft.say(answer);
        pen.put(&item, place);
        pen.draft.say("\n");
        if pen.r.chance(40) {
            let line = pen.line();
            pen.draft.say("agent: ").say(&line).say("\n");
        }
    }
    Pen::done(pen, "chat")
}

/// A remark without greeting, of one paragraph.
pub(super) fn note(pen: &mut Pen<'_>) -> Document {
    let count = pen.r.range(2, 5);
    sentences(pen, count, " ");
    pen.draft.say("\n");
    Pen::done(pen, "note")
}

//! XML, HTML, Markdown.

use super::{
    key::{self, Style},
    pen::{Item, Pen},
};
use crate::unseen::{Document, Place};

/// Escapes what markup escapes.
fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Records as elements or attributes.
pub(super) fn xml(pen: &mut Pen<'_>) -> Document {
    pen.draft.say("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<people>\n");
    let attributes = pen.r.chance(30);
    let style = *pen.r.pick(&[Style::Camel, Style::Pascal, Style::Kebab]);
    for n in 0..pen.r.range(1, 4) {
        pen.draft.say(&format!("  <person id=\"{}\"", n + 100));
        pen.draft.say(if attributes { "" } else { ">\n" });
        for _ in 0..pen.r.range(2, 5) {
            let item = pen.plain_item("record", 60);
            let name = key::key(item.label(), style);
            if attributes {
                pen.draft.say(&format!(" {name}=\""));
                pen.put_as(&item, Place::Key, entities);
                pen.draft.say("\"");
            } else {
                pen.draft.say(&format!("    <{name}>"));
                pen.put_as(&item, Place::Key, entities);
                pen.draft.say(&format!("</{name}>\n"));
            }
        }
        pen.draft.say(if attributes { "/>\n" } else { "  </person>\n" });
    }
    pen.draft.say("</people>\n");
    Pen::done(pen, "xml")
}

/// A page with a table, a form, a list.
pub(super) fn html(pen: &mut Pen<'_>) -> Document {
    pen.draft.say("<!doctype html><html><head><style>.c-4111{color:#1a2b3c;margin:0 12px}</style></head><body>\n");
    for _ in 0..pen.r.range(3, 7) {
        let item = pen.item("record", 60);
        let (label, place) = pen.label(&item);
        let label = entities(&label);
        let (before, after) = match pen.r.below(5) {
            0 => (format!("<tr><th>{label}</th><td>"), "</td></tr>".to_owned()),
            1 => (format!("<dt>{label}</dt>\n<dd>"), "</dd>".to_owned()),
            2 => (format!("<label>{label}</label> <input type=\"text\" value=\""), "\">".to_owned()),
            3 => (format!("<p><b>{label}:</b>&nbsp;"), "</p>".to_owned()),
            _ => (format!("<li>{label}: <span class=\"v\">"), "</span></li>".to_owned()),
        };
        pen.draft.say(&before);
        pen.put_as(&item, place, entities);
        pen.draft.say(&after).say("\n");
    }
    let line = pen.line();
    pen.draft.say(&format!("<p>{line}</p></body></html>\n"));
    Pen::done(pen, "html")
}

/// Headings, lists, a table.
pub(super) fn markdown(pen: &mut Pen<'_>) -> Document {
    let line = pen.line();
    pen.draft.say(&format!("# Notes\n\n{line}\n\n"));
    if pen.r.chance(40) {
        let items: Vec<Item> = (0..2).map(|_| pen.item("record", 65)).collect();
        pen.draft.say(&format!("| nr | {} | {} |\n|---|---|---|\n| 1 ", items[0].label(), items[1].label()));
        for item in &items {
            pen.draft.say("| ");
            pen.put(item, Place::Table);
            pen.draft.say(" ");
        }
        pen.draft.say("|\n\n");
    }
    for _ in 0..pen.r.range(2, 6) {
        let item = pen.item("record", 60);
        let (label, place) = pen.label(&item);
        let (before, after) = match pen.r.below(12) {
            0..=3 => (format!("- **{label}**: "), ""),
            4..=6 => (format!("* {label} `"), "`"),
            7 => (format!("{label}: _"), "_"),
            8 => (format!("{label}: **"), "**"),
            _ => (format!("1. {label} - "), ""),
        };
        pen.draft.say(&before);
        pen.put(&item, place);
        pen.draft.say(after).say("\n");
    }
    if pen.r.chance(40) {
        let image = pen.fill("![plan](data:image/png;base64,iVBORw0KGgo<b400>)\n");
        pen.draft.say(&image);
    }
    Pen::done(pen, "markdown")
}

//! Logs, settings, and records as JSON, YAML, CSV and SQL.

use super::{
    key::{self, Style},
    pen::{Item, Pen},
};
use crate::unseen::{Document, Place};

/// Escapes what JSON escapes.
pub(super) fn json_text(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Lines of services.
pub(super) fn log(pen: &mut Pen<'_>) -> Document {
    let style = *pen.r.pick(&[Style::Snake, Style::Camel, Style::Kebab]);
    for _ in 0..pen.r.range(6, 16) {
        let moment = pen.moment();
        let level = *pen.r.pick(&["INFO", "WARN", "DEBUG", "ERROR"]);
        let part = *pen.r.pick(&["api.http", "billing.worker", "c.a.crm.CustomerService", "auth", "etl/load"]);
        let head = match pen.r.below(4) {
            0 => format!("{moment} {level} [{part}] "),
            1 => format!("{level} {moment} {part} - "),
            2 => pen.fill(&format!("<Jan|Mar|Oct> <01..28:2> <00..23:2>:<00..59:2>:<00..59:2> web<1..9:1> {part}[<d4>]: ")),
            _ => pen.fill(&format!("[{moment}] {part} pid=<d5> tid=<h8> ")),
        };
        pen.draft.say(&head);
        match pen.r.below(5) {
            0 | 1 => {
                for _ in 0..pen.r.range(1, 3) {
                    let item = pen.plain_item("log", 55);
                    let key = pen.key(&item, style);
                    let quote = if item.text().contains([' ', ';', ',']) { "\"" } else { "" };
                    pen.draft.say(&key).say("=").say(quote);
                    pen.put(&item, Place::Key);
                    pen.draft.say(quote).say(" ");
                }
            }
            2 => {
                let item = pen.item("log", 60);
                let (label, place) = pen.label(&item);
                let verb = *pen.r.pick(&["updated ", "received ", "lookup by ", "invalid "]);
                pen.draft.say(verb).say(&label).say(if pen.r.chance(50) { " " } else { ": " });
                pen.put(&item, place);
            }
            3 => {
                let item = pen.item("log", 60);
                let key = json_text(item.label());
                pen.draft.say("payload={\"").say(&key).say("\": \"");
                pen.put_as(&item, Place::Key, json_text);
                pen.draft.say("\"}");
            }
            _ => {
                let rest = pen.fill("GET /v1/items/<d6>?page=<1..9:1> 200 <d5> <d2>ms rid=<u>");
                pen.draft.say(&rest);
            }
        }
        pen.draft.say("\n");
    }
    Pen::done(pen, "log")
}

/// `key=value` on lines or one line.
pub(super) fn key_value(pen: &mut Pen<'_>) -> Document {
    let (between, separator) = *pen.r.pick(&[("=", "\n"), (" = ", "\n"), ("=", " "), ("=", "&"), (": ", "\n"), ("=", "; ")]);
    let style = Style::any(&mut pen.r);
    for n in 0..pen.r.range(4, 9) {
        if n > 0 {
            pen.draft.say(separator);
        }
        let item = pen.plain_item("record", 50);
        let key = pen.key(&item, style);
        let url = separator == "&";
        pen.draft.say(&if url { key.replace(' ', "_") } else { key }).say(between);
        pen.put_as(&item, Place::Key, if url { percent } else { str::to_owned });
    }
    pen.draft.say("\n");
    Pen::done(pen, "key=value")
}

/// Percent-encodes what a query string cannot hold.
fn percent(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Variables of an environment.
pub(super) fn env(pen: &mut Pen<'_>) -> Document {
    pen.draft.say("NODE_ENV=production\n");
    for _ in 0..pen.r.range(3, 7) {
        let item = pen.plain_item("record", 50);
        let key = key::key(item.label(), Style::Upper);
        let quote = if item.text().contains(' ') { "\"" } else { "" };
        pen.draft.say(&key).say("=").say(quote);
        pen.put(&item, Place::Key);
        pen.draft.say(quote).say("\n");
    }
    Pen::done(pen, "env")
}

/// Sections of settings.
pub(super) fn ini(pen: &mut Pen<'_>) -> Document {
    let dotted = pen.r.chance(40);
    for section in ["contact", "billing"] {
        if !dotted {
            pen.draft.say(&format!("[{section}]\n"));
        }
        for _ in 0..pen.r.range(2, 5) {
            let item = pen.plain_item("record", 50);
            let key = pen.key(&item, Style::Snake);
            let (head, between) = if dotted { (format!("{section}."), "=") } else { (String::new(), " = ") };
            pen.draft.say(&head).say(&key).say(between);
            pen.put(&item, Place::Key);
            pen.draft.say("\n");
        }
        pen.draft.say("\n");
    }
    Pen::done(pen, "ini")
}

/// A list of records.
pub(super) fn yaml(pen: &mut Pen<'_>) -> Document {
    let style = *pen.r.pick(&[Style::Snake, Style::Camel, Style::Spaced, Style::Kebab]);
    pen.draft.say("records:\n");
    for _ in 0..pen.r.range(1, 4) {
        let id = pen.fill("  - id: <d5>\n");
        pen.draft.say(&id);
        for _ in 0..pen.r.range(2, 5) {
            let item = pen.item("record", 60);
            let key = pen.key(&item, style);
            let quote =
                if item.text().starts_with(|c: char| c.is_alphabetic()) && !item.text().contains(':') { "" } else { *pen.r.pick(&["\"", "'"]) };
            let escape = if quote == "\"" { json_text } else { str::to_owned };
            pen.draft.say("    ").say(&key).say(": ").say(quote);
            pen.put_as(&item, Place::Key, escape);
            pen.draft.say(quote).say("\n");
        }
    }
    Pen::done(pen, "yaml")
}

/// One record as JSON; `indent` is put before each member.
fn record(pen: &mut Pen<'_>, style: Style, indent: &str) {
    pen.draft.say("{");
    let id = pen.fill("\"id\": <1..9:1><d5>");
    pen.draft.say(indent).say(&id);
    for n in 0..pen.r.range(2, 6) {
        let item = pen.item("record", 60);
        let key = json_text(&pen.key(&item, style));
        let nested = n == 1 && pen.r.chance(40);
        pen.draft.say(",").say(indent);
        if nested {
            pen.draft.say("\"details\": {");
        }
        let digits = item.text().bytes().all(|b| b.is_ascii_digit()) && !item.text().starts_with('0') && item.text().len() < 16;
        let quote = if digits && pen.r.chance(30) { "" } else { "\"" };
        pen.draft.say("\"").say(&key).say("\": ").say(quote);
        pen.put_as(&item, Place::Key, json_text);
        pen.draft.say(quote);
        if nested {
            pen.draft.say("}");
        }
    }
}

/// A document of JSON, indented or not.
pub(super) fn json(pen: &mut Pen<'_>) -> Document {
    let style = Style::any(&mut pen.r);
    let indent = if pen.r.chance(60) { "\n    " } else { "" };
    let end = if indent.is_empty() { "" } else { "\n  " };
    pen.draft.say("{\"records\": [");
    for n in 0..pen.r.range(1, 4) {
        if n > 0 {
            pen.draft.say(", ");
        }
        record(pen, style, indent);
        pen.draft.say(end).say("}");
    }
    pen.draft.say("]}\n");
    Pen::done(pen, "json")
}

/// A record on each line.
pub(super) fn ndjson(pen: &mut Pen<'_>) -> Document {
    let style = Style::any(&mut pen.r);
    for _ in 0..pen.r.range(2, 6) {
        record(pen, style, "");
        pen.draft.say("}\n");
    }
    Pen::done(pen, "ndjson")
}

/// Rows of cells as text, for who does not take them apart: the first row is far away.
pub(super) fn csv(pen: &mut Pen<'_>) -> Document {
    let delimiter = *pen.r.pick(&[",", ";", "\t", "|"]);
    let style = Style::any(&mut pen.r);
    let rows: Vec<Vec<Item>> = (0..pen.r.range(2, 4)).map(|_| (0..3).map(|_| pen.item("record", 60)).collect()).collect();
    let head: Vec<String> = rows[0].iter().map(|i| key::key(i.label(), style)).collect();
    pen.draft.say(&head.join(delimiter)).say("\n");
    for row in &rows {
        for (n, item) in row.iter().enumerate() {
            if n > 0 {
                pen.draft.say(delimiter);
            }
            let quote = if item.text().contains(delimiter) { "\"" } else { "" };
            pen.draft.say(quote);
            pen.put(item, Place::Bare);
            pen.draft.say(quote);
        }
        pen.draft.say("\n");
    }
    Pen::done(pen, "csv as text")
}

/// A dump of a table.
pub(super) fn sql(pen: &mut Pen<'_>) -> Document {
    let quoted = |text: &str| text.replace('\'', "''");
    for _ in 0..pen.r.range(1, 4) {
        if pen.r.chance(50) {
            let item = pen.plain_item("record", 70);
            let key = pen.key(&item, Style::Snake);
            let number = pen.r.range(1, 99_999);
            pen.draft.say(&format!("UPDATE customers SET {key} = '"));
            pen.put_as(&item, Place::Key, |t| t.replace('\'', "''"));
            pen.draft.say(&format!("' WHERE id = {number};\n"));
            continue;
        }
        let items: Vec<Item> = (0..pen.r.range(1, 3)).map(|_| pen.plain_item("record", 65)).collect();
        let names: Vec<String> = items.iter().map(|i| key::key(i.label(), Style::Snake)).collect();
        pen.draft.say(&format!("INSERT INTO people (id, {}) VALUES ({}", names.join(", "), pen.r.range(1, 9999)));
        for item in &items {
            pen.draft.say(", '");
            pen.put_as(item, Place::Table, |t| t.replace('\'', "''"));
            pen.draft.say("'");
        }
        let tail = quoted(&pen.moment());
        pen.draft.say(&format!(", '{tail}');\n"));
    }
    Pen::done(pen, "sql")
}

/// One value, and the name of its field beside it.
pub(super) fn field(pen: &mut Pen<'_>) -> Document {
    let item = pen.item("record", 65);
    let style = Style::any(&mut pen.r);
    let mut name = pen.key(&item, style);
    if pen.r.chance(20) {
        name = format!("customer.{name}");
    }
    pen.put(&item, Place::Field);
    Document { field: Some(name), ..Pen::done(pen, "field") }
}

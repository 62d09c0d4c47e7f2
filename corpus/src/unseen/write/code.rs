//! Source code: test data, comments, constants, and the noise of repositories.

use super::{
    key::{self, Style},
    pen::Pen,
};
use crate::unseen::{Document, Place};

/// How a language writes a line with a name and a text: before the name, between, behind; and a comment.
const LANGUAGES: &[(&str, &str, &str, &str)] = &[
    ("", " = \"", "\"", "# "),
    ("const ", " = '", "';", "// "),
    ("String ", " = \"", "\";", "// "),
    ("    \"", "\": \"", "\",", "# "),
    ("    ", ": '", "',", "// "),
    ("$", " = '", "';", "// "),
    ("  :", " => \"", "\",", "# "),
    ("let ", ": &str = \"", "\";", "// "),
    ("\tperson.", " = \"", "\"", "// "),
    ("export ", "=\"", "\"", "# "),
    ("    builder.", "(\"", "\");", "/* "),
    ("DEFINE ", " '", "'", "-- "),
    ("  expect(user.", ").toBe(\"", "\");", "// "),
];

/// Lines of a program.
pub(super) fn code(pen: &mut Pen<'_>) -> Document {
    let (head, between, tail, comment) = *pen.r.pick(LANGUAGES);
    for _ in 0..pen.r.range(4, 9) {
        match pen.r.below(10) {
            0..=4 => {
                let item = pen.plain_item("record", 60);
                let style = Style::variable(&mut pen.r);
                let name = key::key(item.label(), style);
                pen.draft.say(head).say(&name).say(between);
                pen.put(&item, Place::Key);
                pen.draft.say(tail).say("\n");
            }
            5 => {
                let item = pen.item("record", 60);
                let (label, place) = pen.label(&item);
                pen.draft.say(comment).say(&label).say(" ");
                pen.put(&item, place);
                pen.draft.say("\n");
            }
            _ => {
                let line = noise(pen);
                pen.draft.say(&line).say("\n");
            }
        }
    }
    Pen::done(pen, "code")
}

/// A line of a repository in which there is nothing.
fn noise(pen: &mut Pen<'_>) -> String {
    let template = match pen.r.below(16) {
        0 => "      \"integrity\": \"sha512-<b86>==\",",
        1 => "!function(e,t){var n=e.<l1>,r=t[<d3>],i=<d6>;return n<l1>(r,i,<d2>)}(window,\"<h8>\");",
        2 => "commit <h40>\nAuthor: build bot\nDate:   Tue Mar <1..28:1> <00..23:2>:<00..59:2>:<00..59:2> 2025 +0100",
        3 => ".nav-<l4>{width:<d3>px;background:url(data:image/png;base64,iVBORw0KGgo<b80>)}",
        4 => "checksum = \"<h64>\"",
        5 => "if (retries > <1..9:1> && elapsed.below(<d5>)) { return cache.get(id_<d4>); }",
        6 => "  \"order.<l6>.title\": \"<Bestellung|Commande|Pedido> {0} ({1})\",",
        7 => "assert checksum(\"<d9>\") == <d1>",
        8 => "const LIMITS = [<d4>, <d5>, <d6>, <d7>, <d8>];",
        9 => "github.com/acme/<l6> v0.<1..30:1>.<1..9:1>-20250<1..9:1><01..28:2><d6>-<h12> // indirect",
        10 => "matrix = [[0.<d8>, -<1..9:1>.<d7>], [<1..9:1>.<d9>, 0.<d6>]]",
        11 => "@pytest.mark.parametrize(\"value\", [<d3>, <d4>, <d6>])",
        12 => "import { <l8> } from '@acme/<l5>-<l4>/v<1..9:1>';",
        13 => "-- migration 20250<1..9:1><01..28:2><d6>_<l6>_<l5>.sql",
        14 => "uuid = \"<u>\"  # fixture <d5>",
        _ => "for i in 0..<d3> { sum += table[i] * <d2>; }",
    };
    pen.fill(template)
}

use arrow_array::{Array, cast::AsArray};
use proptest::prelude::*;

use super::*;
use crate::postgres::table::TableColumn;

fn table(shapes: &[(&str, Shape)], toasted: bool) -> Table {
    let columns = (1..).zip(shapes).map(|(number, (name, shape))| TableColumn { name: (*name).to_owned(), number, shape: *shape, readable: true });
    Table {
        schema: "s".into(),
        name: "t".into(),
        oid: 1,
        filenode: Some(1),
        pages: 1,
        cut: true,
        with_children: false,
        row_security: false,
        toasted,
        columns: columns.collect(),
    }
}

/// Field, row, value, path.
type Cell = (String, u64, Option<String>, Option<String>);

#[derive(Default)]
struct Seen(Vec<Cell>);

impl Sink for Seen {
    fn chunk(&mut self, member: Option<&Arc<str>>, chunk: Chunk) {
        assert!(member.is_none());
        let Chunk::Columns(columns) = chunk else { panic!("text") };
        for column in &columns.columns {
            let values = column.values.as_binary::<i32>();
            for i in 0..values.len() {
                let row = columns.first_row + column.rows.as_ref().map_or(i as u64, |rows| u64::from(rows[i]));
                let value = values.is_valid(i).then(|| String::from_utf8_lossy(values.value(i)).into_owned());
                self.0.push((column.field.to_string(), row, value, column.json_path(i, row)));
            }
        }
    }
}

fn read(table: &Table, copied: &[u8], cuts: &[usize]) -> (Vec<Cell>, Outcome) {
    let mut rows = Plan::new(table, &Options::default()).extractor(&Part::Whole);
    let mut seen = Seen::default();
    let mut at = 0;
    for cut in cuts.iter().copied().chain([copied.len()]) {
        let cut = cut.clamp(at, copied.len());
        if cut > at {
            assert_eq!(rows.demand(), Demand::Next);
            rows.feed(vec![Piece { range: 0..0, bytes: Bytes::copy_from_slice(&copied[at..cut]) }], &mut seen);
            at = cut;
        }
    }
    rows.feed(vec![Piece { range: 0..0, bytes: Bytes::new() }], &mut seen);
    assert_eq!(rows.demand(), Demand::Done);
    seen.0.retain(|(.., value, _)| value.is_some());
    seen.0.sort();
    (seen.0, rows.outcome().remove(0))
}

fn found(field: &str, row: u64, value: &str, path: Option<&str>) -> Cell {
    (field.to_owned(), row, Some(value.to_owned()), path.map(str::to_owned))
}

#[test]
fn every_shape() {
    let table = table(&[("a", Shape::Text), ("j", Shape::Json), ("l", Shape::Array), ("h", Shape::Hstore), ("b", Shape::Bytes)], false);
    let copied = b"x\\ty\t{\"u\": {\"m\": [\"p\",\\n \"q\"]}}\t{v,w}\t\"k\"=>\"z\"\t\\\\x6869\n\\N\t\"s\"\t\\N\t\\N\t\\\\x00ff\n";
    let (values, outcome) = read(&table, copied, &[]);
    let want = vec![
        found("a", 0, "x\ty", None),
        found("b", 0, "hi", None),
        found("h.k", 0, "z", Some("$.k")),
        found("j", 1, "s", Some("$")),
        found("j.u.m[]", 0, "p", Some("$.u.m[0]")),
        found("j.u.m[]", 0, "q", Some("$.u.m[1]")),
        found("l[]", 0, "v", Some("$[0]")),
        found("l[]", 0, "w", Some("$[1]")),
    ];
    assert_eq!(values, want);
    assert_eq!((outcome.rows, outcome.reason), (Some(2), Some(Reason::UnsupportedFileType)));
    assert!(outcome.detail.unwrap().starts_with("1 binary values"));
}

#[test]
fn shortened_values_are_read_as_text() {
    let table = table(&[("j", Shape::Json), ("n", Shape::Small)], true);
    let long = format!("{{\"a\":\"{}", "x".repeat(5_000));
    let copied = format!("{long}\t1\t1\n{{\"a\":\"b\"}}\t2\t0\n");
    let (values, outcome) = read(&table, copied.as_bytes(), &[]);
    let want = vec![found("j", 0, &long, None), found("j.a", 1, "b", Some("$.a")), found("n", 0, "1", None), found("n", 1, "2", None)];
    assert_eq!(values, want);
    assert_eq!(outcome.reason, Some(Reason::FieldExceedsLimit));
}

#[test]
fn json_that_is_too_deep_is_read_as_text() {
    let table = table(&[("j", Shape::Json)], false);
    let deep = format!("{}\"k\"{}", "[".repeat(600), "]".repeat(600));
    let (values, outcome) = read(&table, format!("null\n{deep}\n{{\"a\":1}}\n").as_bytes(), &[]);
    assert!(
        values.iter().any(|(field, row, value, _)| (field.as_str(), *row) == ("j", 1) && value.as_deref().is_some_and(|v| v.contains("\"k\""))),
        "{values:?}"
    );
    assert!(values.contains(&found("j.a", 2, "1", Some("$.a"))), "{values:?}");
    assert_eq!((outcome.reason, outcome.rows), (Some(Reason::JsonNestingLevelOverLimit), Some(3)));
}

#[test]
fn tables_without_columns_have_rows() {
    let (values, outcome) = read(&table(&[], false), b"\\N\n\\N\n", &[]);
    assert_eq!((values.len(), outcome.rows, outcome.reason), (0, Some(2), None));
}

#[test]
fn what_may_not_be_read_is_said() {
    let mut table = table(&[("a", Shape::Small), ("b\u{202e}", Shape::Text)], false);
    table.columns[1].readable = false;
    table.row_security = true;
    let (_, outcome) = read(&table, b"1\n", &[]);
    assert_eq!(outcome.reason, Some(Reason::PermissionDenied));
    let detail = outcome.detail.unwrap();
    assert!(detail.contains("1 of 2 columns: `b\\u{202e}`") && detail.contains("row-level security"), "{detail}");
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same(rows in proptest::collection::vec("(\\\\N|[a-z\\\\]{0,6})\t(\\\\N|\\{\"a\": ?[0-9\"]{0,3}\\}|[0-9])\t(\\{[a-z,]{0,5}\\}|x)", 0..8), cuts in proptest::collection::vec(0..200_usize, 0..6)) {
        let table = table(&[("t", Shape::Text), ("j", Shape::Json), ("l", Shape::Array)], false);
        let copied: String = rows.iter().map(|row| format!("{row}\n")).collect();
        let mut cuts = cuts;
        cuts.sort_unstable();
        let (whole, outcome) = read(&table, copied.as_bytes(), &[]);
        let (cut, other) = read(&table, copied.as_bytes(), &cuts);
        prop_assert_eq!(&whole, &cut);
        prop_assert_eq!(outcome.rows, Some(rows.len() as u64));
        prop_assert_eq!(outcome, other);
    }
}

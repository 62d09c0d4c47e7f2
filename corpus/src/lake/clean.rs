//! What looks like sensitive data and is not, and what is not read at all.

use std::io;

use super::{Lake, Pack, prose};
use crate::{
    Prng,
    digits::{base64, crc32, weighted},
    form::{
        Marked, Written,
        csv::Table,
        json::{self, Json},
        text::Encoding,
    },
};

/// An article number: its last digit added.
pub(super) fn ean(body: &str) -> String {
    let sum = weighted(body, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Numbers of every awkward length; a tenth of them passes Luhn by chance. Article numbers are told from them.
fn orders(r: &mut Prng) -> Written {
    let mut t = Table::new(&[
        "order_id",
        "ref9",
        "ref10",
        "ref11",
        "order_number",
        "tracking_number",
        "uuid",
        "price",
        "sku",
        "placed_ms",
        "browser",
        "ean13",
        "version",
    ]);
    for n in 1..=400 {
        let mut row: Vec<Marked> = [
            format!("{n}"),
            format!("{}{}", r.range(1, 9), r.digits(8)),
            format!("{}{}", r.range(1, 9), r.digits(9)),
            format!("{}{}", r.range(1, 9), r.digits(10)),
            format!("{}{}", r.range(1, 9), r.digits(15)),
            format!("94001{}", r.digits(17)),
            r.uuid(),
            format!("{}.{:02}", r.range(1, 2000), r.below(100)),
            format!("{}-{}", r.pick(&["SCN", "ABC", "QX"]), r.range(100, 999)),
            format!("17{}", r.digits(11)),
            (*r.pick(&["Safari", "Chrome", "Firefox", "Edge"])).to_owned(),
        ]
        .into_iter()
        .map(Marked::from)
        .collect();
        row.push(Marked::value("special.ean-gtin", ean(&format!("400{}", r.digits(9)))));
        row.push(format!("{}.{}.{}", r.below(20), r.below(20), r.below(20)).into());
        t.rows.push(row);
    }
    t.write(Encoding::Utf8)
}

/// Numbers of machines and models.
fn metrics(r: &mut Prng) -> Written {
    let records: Vec<Json> = (0..200)
        .map(|n| {
            Json::Object(vec![
                ("step", Json::from(n)),
                ("loss", Json::Number(format!("{}.{}", r.below(4), r.digits(16)))),
                ("max_tokens", Json::from(4096)),
                ("token_count", Json::from(r.range(1_000_000, 9_999_999_999))),
                ("run", r.hex(32).into()),
                ("checkpoint", format!("step-{n:06}-{}", r.hex(8)).into()),
                ("time", Json::from(r.range(1_767_225_600, 1_769_900_000))),
                ("host", format!("gpu-{:02}", r.below(16)).into()),
            ])
        })
        .collect();
    json::lines(&records)
}

fn catalogue(r: &mut Prng) -> Written {
    let mut t = Table { delimiter: '\t', ..Table::new(&["isbn", "title", "pages", "shelf", "ACADEMIC_YEAR_CODE", "lic", "cid"]) };
    for _ in 0..150 {
        t.rows.push(vec![
            format!("978-3-16-{}-{}", r.digits(6), r.below(10)).into(),
            prose::sentence(r).into(),
            r.range(60, 900).to_string().into(),
            format!("{}{:02}", r.pick(&["A", "B", "C"]), r.below(40)).into(),
            r.range(1990, 2026).to_string().into(),
            (*r.pick(&["public", "academic", "press"])).into(),
            r.range(1, 99_999).to_string().into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

fn build(r: &mut Prng) -> Marked {
    let mut m = Marked::new();
    for n in 0..300 {
        m = m.say(match r.below(7) {
            0 => format!("[{n:03}/300] Compiling crate_{} v{}.{}.{}\n", r.range(1, 90), r.below(9), r.below(20), r.below(9)),
            1 => format!("commit {}\n", r.hex(40)),
            2 => format!("    digest sha256:{}\n", r.hex(64)),
            3 => format!("warning: field `token_{}` is never read\n", r.pick(&["kind", "type", "count"])),
            4 => format!("Downloaded app-{}.{}.{}.{}.tar.gz ({} KiB)\n", r.below(20), r.below(99), r.below(300), r.below(9), r.range(10, 9000)),
            5 => format!("test clean::password_is_required_{} ... ok\n", r.below(20)),
            _ => format!("took {}.{} s, seed {}\n", r.below(90), r.digits(9), r.digits(18)),
        });
    }
    m
}

const STYLE: &str = "@media (max-width: 640px) {\n  .password-field { color: #1a2b3c; }\n}\n@font-face { font-family: \"Inter\"; src: url(inter-4.1.woff2); }\n\
                     .btn--token:hover { transform: translate(12.5px, -3.25px); }\n@keyframes monkey { from { opacity: 0; } to { opacity: 1; } }\n";

/// A page with pictures in it.
fn pictures(r: &mut Prng) -> Marked {
    let mut m = Marked::from("# Pictures\n\n");
    for n in 1..=4 {
        let data = base64(&[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), r.bytes(3000)].concat(), false);
        m = m.say(format!("![figure {n}](data:image/png;base64,{data})\n\n{}\n\n", prose::paragraph(r, 3)));
    }
    m
}

/// A chunk of a PNG.
fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &body, &crc32(&body).to_be_bytes()].concat()
}

/// A grey picture of one pixel.
fn png() -> Vec<u8> {
    let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let data = chunk(b"IDAT", &[0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x80, 0x00, 0x82, 0x00, 0x81]);
    [&b"\x89PNG\r\n\x1a\n"[..], &header, &data, &chunk(b"IEND", &[])].concat()
}

/// A zip archive with one stored file.
fn zip(name: &str, data: &[u8]) -> Vec<u8> {
    let common = |out: &mut Vec<u8>| {
        out.extend([10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5a]);
        out.extend(crc32(data).to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
    };
    let mut out = b"PK\x03\x04".to_vec();
    common(&mut out);
    out.extend(name.bytes());
    out.extend(data);
    let directory = out.len();
    out.extend(b"PK\x01\x02\x0a\x00");
    common(&mut out);
    out.extend([0; 14]);
    out.extend(name.bytes());
    let size = out.len() - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend((size as u32).to_le_bytes());
    out.extend((directory as u32).to_le_bytes());
    out.extend([0, 0]);
    out
}

/// Bytes that are not looked at.
fn raw(bytes: Vec<u8>) -> Written {
    Written { bytes, ..Written::default() }
}

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    lake.add("clean/orders.csv", orders(&mut Lake::random("clean/orders.csv")), Pack::Plain)?;
    lake.add("clean/metrics.ndjson", metrics(&mut Lake::random("clean/metrics.ndjson")), Pack::Plain)?;
    lake.add("clean/catalogue.tsv", catalogue(&mut Lake::random("clean/catalogue.tsv")), Pack::Plain)?;
    lake.text("clean/build.log", &build(&mut Lake::random("clean/build.log")))?;
    lake.text("clean/app.css", &STYLE.into())?;
    lake.text("clean/pictures.md", &pictures(&mut Lake::random("clean/pictures.md")))?;
    lake.text(".sondeignore", &"# old exports\n*.bak\n".into())?;
    lake.add("clean/empty.txt", raw(vec![]), Pack::Plain)?;
    lake.skipped("assets/logo.png", raw(png()), "UNSUPPORTED_FILE_TYPE");
    lake.skipped("assets/letters.zip", raw(zip("letter.txt", b"An archive waits for a later version.\n")), "UNSUPPORTED_FILE_TYPE");
    Ok(())
}

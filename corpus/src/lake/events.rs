//! Parquet: partitioned events with nested fields, and the writer for flat tables.

use std::{io, sync::Arc};

use arrow_array::{ArrayRef, Float64Array, Int64Array, ListArray, MapArray, RecordBatch, StringArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, GzipLevel, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{Lake, Pack, prose};
use crate::{
    Prng,
    form::{Marked, Planted, Written},
    values::{contact, device},
};

/// A flat table on its way to a file.
#[derive(Default)]
pub(super) struct Sheet {
    columns: Vec<(Field, ArrayRef)>,
    planted: Vec<Planted>,
}

impl Sheet {
    /// A column of texts.
    pub(super) fn texts(&mut self, name: &str, cells: Vec<Option<Marked>>) {
        self.planted.extend(cells.iter().enumerate().flat_map(|(row, cell)| {
            cell.iter().flat_map(move |c| c.marks.iter().map(move |m| planted(name, row, None, m.tag, &c.text[m.span.clone()])))
        }));
        let array: StringArray = cells.iter().map(|c| c.as_ref().map(|c| c.text.as_str())).collect();
        self.columns.push((Field::new(name, DataType::Utf8, true), Arc::new(array)));
    }

    /// A column of integers that are all of one class.
    pub(super) fn numbers(&mut self, name: &str, tag: &'static str, cells: Vec<Option<String>>) {
        self.planted.extend(cells.iter().enumerate().flat_map(|(row, c)| c.iter().map(move |c| planted(name, row, None, tag, c))));
        let array: Int64Array = cells.iter().map(|c| c.as_ref().and_then(|c| c.parse::<i64>().ok())).collect();
        self.columns.push((Field::new(name, DataType::Int64, true), Arc::new(array)));
    }

    /// A column of integers that mean nothing.
    pub(super) fn plain_numbers(&mut self, name: &str, cells: Vec<i64>) {
        self.columns.push((Field::new(name, DataType::Int64, false), Arc::new(Int64Array::from(cells))));
    }

    /// A column of floats.
    pub(super) fn floats(&mut self, name: &str, cells: Vec<f64>) {
        self.columns.push((Field::new(name, DataType::Float64, false), Arc::new(Float64Array::from(cells))));
    }
}

/// A planted value in a cell.
fn planted(field: &str, row: usize, json_path: Option<String>, tag: &'static str, value: &str) -> Planted {
    Planted { field: Some(field.to_owned()), row: Some(row as u64 + 1), json_path, tag, value: value.to_owned(), ..Planted::default() }
}

/// Encodes a table; `group` rows to a row group.
pub(super) fn write(sheet: Sheet, codec: Compression, group: usize) -> io::Result<Written> {
    let fields = sheet.columns.iter().map(|(f, _)| Some(f.name().clone())).collect();
    let (schema, arrays): (Vec<Field>, Vec<ArrayRef>) = sheet.columns.into_iter().unzip();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(schema)), arrays).map_err(io::Error::other)?;
    Ok(Written { bytes: encode(&batch, codec, group)?, planted: sheet.planted, fields })
}

/// The file: no clock, no version of the writer, so that it is the same every time.
fn encode(batch: &RecordBatch, codec: Compression, group: usize) -> io::Result<Vec<u8>> {
    let properties =
        WriterProperties::builder().set_compression(codec).set_created_by("sonde-corpus".to_owned()).set_max_row_group_row_count(Some(group)).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(vec![], batch.schema(), options).map_err(io::Error::other)?;
    writer.write(batch).map_err(io::Error::other)?;
    writer.into_inner().map_err(io::Error::other)
}

/// Rows of nested events while they are made.
#[derive(Default)]
struct Events {
    emails: Vec<String>,
    lengths: Vec<usize>,
    user_email: Vec<Option<String>>,
    user_ip: Vec<String>,
    keys: Vec<String>,
    values: Vec<String>,
    attrs: Vec<usize>,
    planted: Vec<Planted>,
}

impl Events {
    /// One more row.
    fn row(&mut self, r: &mut Prng, row: usize) {
        let n = r.below(3) as usize;
        for i in 0..n {
            let email = contact::email(r);
            self.planted.push(planted("emails[]", row, Some(format!("$.emails[{i}]")), "pii.email", &email));
            self.emails.push(email);
        }
        self.lengths.push(n);
        let email = r.chance(80).then(|| contact::email(r));
        self.planted.extend(email.iter().map(|e| planted("user.email", row, Some("$.user.email".to_owned()), "pii.email", e)));
        self.user_email.push(email);
        let ip = device::ipv4(r);
        self.planted.push(planted("user.ip", row, Some("$.user.ip".to_owned()), "pii.ip-address", &ip));
        self.user_ip.push(ip);
        self.keys.extend(["page", "browser"].map(str::to_owned));
        self.values.extend([prose::sentence(r).to_owned(), (*r.pick(&["Safari", "Firefox", "Chrome"])).to_owned()]);
        self.attrs.push(2);
    }

    /// As columns.
    fn batch(self, r: &mut Prng) -> io::Result<RecordBatch> {
        let rows = self.lengths.len();
        let text = |name: &str, nullable| Arc::new(Field::new(name, DataType::Utf8, nullable));
        let ids: StringArray = (0..rows).map(|_| Some(r.uuid())).collect();
        let times: Int64Array = (0..rows).map(|n| 1_767_225_600_000 + n as i64 * 977).collect();
        let emails = ListArray::new(text("element", false), OffsetBuffer::from_lengths(self.lengths), Arc::new(StringArray::from(self.emails)), None);
        let user = StructArray::new(
            Fields::from(vec![text("email", true), text("ip", false)]),
            vec![Arc::new(StringArray::from(self.user_email)), Arc::new(StringArray::from(self.user_ip))],
            None,
        );
        let pair = Fields::from(vec![text("key", false), text("value", true)]);
        let entries = StructArray::new(pair.clone(), vec![Arc::new(StringArray::from(self.keys)), Arc::new(StringArray::from(self.values))], None);
        let entry = Arc::new(Field::new("key_value", DataType::Struct(pair), false));
        let attrs = MapArray::new(entry, OffsetBuffer::from_lengths(self.attrs), entries, None, false);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("event_id", Arc::new(ids)),
            ("at_ms", Arc::new(times)),
            ("emails", Arc::new(emails)),
            ("user", Arc::new(user)),
            ("attrs", Arc::new(attrs)),
        ];
        RecordBatch::try_from_iter(columns).map_err(io::Error::other)
    }
}

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    let codecs = [
        Compression::ZSTD(ZstdLevel::try_new(3).map_err(io::Error::other)?),
        Compression::SNAPPY,
        // Level 0: the library compresses differently on different processors.
        Compression::GZIP(GzipLevel::try_new(0).map_err(io::Error::other)?),
        Compression::LZ4_RAW,
    ];
    for (day, codec) in codecs.into_iter().enumerate() {
        let key = format!("events/dt=2026-01-{:02}/part-0.parquet", day + 1);
        let r = &mut Lake::random(&key);
        let mut events = Events::default();
        (0..120).for_each(|row| events.row(r, row));
        let planted = std::mem::take(&mut events.planted);
        let bytes = encode(&events.batch(r)?, codec, 50)?;
        let fields = ["event_id", "at_ms", "emails[]", "user.email", "user.ip"].map(|f| Some(f.to_owned())).to_vec();
        lake.add(&key, Written { bytes, planted, fields }, Pack::Plain)?;
    }
    Ok(())
}

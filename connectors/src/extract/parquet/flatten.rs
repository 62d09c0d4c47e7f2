//! Nested columns taken apart: one flat column per leaf, with rows, indices and steps.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use super::render;
use crate::extract::{Column, PathKind, Step, stream};

/// The schema with strings and binaries of the leaves that `wants` as dictionaries.
pub(super) fn hinted(schema: &SchemaRef, wants: &dyn Fn(usize) -> bool) -> SchemaRef {
    let mut leaf = 0;
    let fields: Fields = schema.fields().iter().map(|field| hint(field, &mut leaf, wants)).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn hint(field: &FieldRef, leaf: &mut usize, wants: &dyn Fn(usize) -> bool) -> FieldRef {
    let of = |data_type: DataType| Arc::new(Field::clone(field).with_data_type(data_type));
    match field.data_type() {
        DataType::Struct(fields) => of(DataType::Struct(fields.iter().map(|field| hint(field, leaf, wants)).collect())),
        DataType::List(element) => of(DataType::List(hint(element, leaf, wants))),
        DataType::Map(entries, sorted) => of(DataType::Map(hint(entries, leaf, wants), *sorted)),
        other => {
            let wanted = wants(*leaf);
            *leaf += 1;
            match other {
                DataType::Utf8 | DataType::Binary if wanted => of(DataType::Dictionary(Box::new(DataType::Int32), Box::new(other.clone()))),
                _ => Arc::clone(field),
            }
        }
    }
}

/// A level on the way to a leaf: which rows its slots are in, and under which indices.
#[derive(Clone)]
struct Level {
    field: String,
    steps: Vec<Step>,
    /// `None`: slot i is in row i.
    rows: Option<Vec<u32>>,
    indices: Vec<u32>,
    stride: usize,
}

impl Level {
    fn member(&self, name: &str) -> Level {
        let name = stream::key(name.as_bytes());
        let field = if self.field.is_empty() { name.to_string() } else { format!("{}.{name}", self.field) };
        let steps = self.steps.iter().cloned().chain([Step::Key(name)]).collect();
        Level { field, steps, ..self.clone() }
    }

    /// One level down a list with these offsets.
    fn elements(&self, offsets: &[i32]) -> Level {
        let count = offsets.last().copied().unwrap_or(0) - offsets.first().copied().unwrap_or(0);
        let mut rows = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
        let mut indices = Vec::with_capacity(rows.capacity() * (self.stride + 1));
        for (slot, pair) in offsets.windows(2).enumerate() {
            let row = self.rows.as_ref().map_or(slot as u32, |rows| rows[slot]);
            for index in 0..pair[1] - pair[0] {
                rows.push(row);
                indices.extend_from_slice(&self.indices[slot * self.stride..(slot + 1) * self.stride]);
                indices.push(index as u32);
            }
        }
        let steps = self.steps.iter().cloned().chain([Step::Index]).collect();
        Level { field: format!("{}[]", self.field), steps, rows: Some(rows), indices, stride: self.stride + 1 }
    }
}

/// The leaves of a batch; `roots` are the numbers of its columns in the table, from 0.
pub(super) fn columns(batch: &RecordBatch, roots: &[usize]) -> Vec<Column> {
    let mut columns = Vec::new();
    let schema = batch.schema();
    for (i, (field, values)) in schema.fields().iter().zip(batch.columns()).enumerate() {
        let top = Level { field: String::new(), steps: Vec::new(), rows: None, indices: Vec::new(), stride: 0 };
        let first = columns.len();
        walk(values, top.member(field.name()), &mut columns);
        if let [column] = &mut columns[first..]
            && column.steps.len() == 1
        {
            column.path = PathKind::None;
            column.steps = [].into();
            column.number = roots.get(i).and_then(|root| u32::try_from(root + 1).ok());
        }
    }
    columns
}

fn walk(values: &ArrayRef, level: Level, columns: &mut Vec<Column>) {
    match values.data_type() {
        DataType::Struct(_) => {
            let values = values.as_struct();
            for (field, values) in values.fields().iter().zip(values.columns()) {
                walk(values, level.member(field.name()), columns);
            }
        }
        DataType::List(_) => {
            let list = values.as_list::<i32>();
            let offsets = list.value_offsets();
            let (start, end) = (offsets[0] as usize, offsets[offsets.len() - 1] as usize);
            walk(&list.values().slice(start, end - start), level.elements(offsets), columns);
        }
        DataType::Map(_, _) => {
            let map = values.as_map();
            let offsets = map.value_offsets();
            let (start, end) = (offsets[0] as usize, offsets[offsets.len() - 1] as usize);
            let (entries, level) = (map.entries().slice(start, end - start), level.elements(offsets));
            // Writers call them what they like.
            for (name, values) in ["key", "value"].into_iter().zip(entries.columns()) {
                walk(values, level.member(name), columns);
            }
        }
        _ => {
            let Some(values) = render::text(values) else { return };
            columns.push(Column {
                field: level.field.into(),
                number: None,
                values,
                rows: level.rows,
                indices: level.indices,
                stride: level.stride,
                path: PathKind::Record,
                steps: level.steps.into(),
                places: None,
            });
        }
    }
}

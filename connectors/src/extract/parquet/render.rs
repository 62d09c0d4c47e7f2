//! Values that are no strings as text.

use std::{fmt::Write, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BinaryArray, StringArray,
    builder::StringBuilder,
    cast::AsArray,
    temporal_conversions as temporal,
    types::{
        ArrowPrimitiveType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type,
        Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};

/// Dates and times to the second, and what is below it where it is not zero.
const STAMP: &str = "%Y-%m-%dT%H:%M:%S%.f";
const TIME: &str = "%H:%M:%S%.f";

/// The values as `Utf8`, `Binary` or a dictionary of them; `None` for kinds that hold no data of interest (intervals).
pub(super) fn text(values: &ArrayRef) -> Option<ArrayRef> {
    Some(match values.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary | DataType::Dictionary(_, _) => Arc::clone(values),
        DataType::FixedSizeBinary(_) => Arc::new(BinaryArray::from_iter(values.as_fixed_size_binary().iter())),
        DataType::Boolean => {
            Arc::new(values.as_boolean().iter().map(|value| value.map(|value| if value { "true" } else { "false" })).collect::<StringArray>())
        }
        DataType::Int8 => display::<Int8Type>(values),
        DataType::Int16 => display::<Int16Type>(values),
        DataType::Int32 => display::<Int32Type>(values),
        DataType::Int64 => display::<Int64Type>(values),
        DataType::UInt8 => display::<UInt8Type>(values),
        DataType::UInt16 => display::<UInt16Type>(values),
        DataType::UInt32 => display::<UInt32Type>(values),
        DataType::UInt64 => display::<UInt64Type>(values),
        DataType::Float16 => each::<Float16Type>(values, |value, out| float(value.to_f64(), out)),
        DataType::Float32 => {
            each::<Float32Type>(values, |value, out| if value.fract() == 0.0 { float(f64::from(value), out) } else { write!(out, "{value}") })
        }
        DataType::Float64 => each::<Float64Type>(values, float),
        DataType::Decimal32(_, _) => decimal::<Decimal32Type>(values),
        DataType::Decimal64(_, _) => decimal::<Decimal64Type>(values),
        DataType::Decimal128(_, _) => decimal::<Decimal128Type>(values),
        DataType::Decimal256(_, _) => decimal::<Decimal256Type>(values),
        DataType::Date32 => {
            each::<Date32Type>(values, |days, out| temporal::date32_to_datetime(days).map_or(Ok(()), |at| write!(out, "{}", at.format("%Y-%m-%d"))))
        }
        DataType::Time32(TimeUnit::Second) => {
            each::<Time32SecondType>(values, |at, out| show(temporal::time32s_to_time(at).map(|at| at.format(TIME)), out))
        }
        DataType::Time32(_) => each::<Time32MillisecondType>(values, |at, out| show(temporal::time32ms_to_time(at).map(|at| at.format(TIME)), out)),
        DataType::Time64(TimeUnit::Microsecond) => {
            each::<Time64MicrosecondType>(values, |at, out| show(temporal::time64us_to_time(at).map(|at| at.format(TIME)), out))
        }
        DataType::Time64(_) => each::<Time64NanosecondType>(values, |at, out| show(temporal::time64ns_to_time(at).map(|at| at.format(TIME)), out)),
        DataType::Timestamp(unit, _) => stamps(values, *unit),
        _ => return None,
    })
}

fn stamps(values: &ArrayRef, unit: TimeUnit) -> ArrayRef {
    match unit {
        TimeUnit::Second => {
            each::<TimestampSecondType>(values, |at, out| show(temporal::timestamp_s_to_datetime(at).map(|at| at.format(STAMP)), out))
        }
        TimeUnit::Millisecond => {
            each::<TimestampMillisecondType>(values, |at, out| show(temporal::timestamp_ms_to_datetime(at).map(|at| at.format(STAMP)), out))
        }
        TimeUnit::Microsecond => {
            each::<TimestampMicrosecondType>(values, |at, out| show(temporal::timestamp_us_to_datetime(at).map(|at| at.format(STAMP)), out))
        }
        TimeUnit::Nanosecond => {
            each::<TimestampNanosecondType>(values, |at, out| show(temporal::timestamp_ns_to_datetime(at).map(|at| at.format(STAMP)), out))
        }
    }
}

/// What cannot be said (a date out of range) is empty.
fn show(value: Option<impl std::fmt::Display>, out: &mut StringBuilder) -> std::fmt::Result {
    value.map_or(Ok(()), |value| write!(out, "{value}"))
}

fn each<T: ArrowPrimitiveType>(values: &ArrayRef, write: impl Fn(T::Native, &mut StringBuilder) -> std::fmt::Result) -> ArrayRef {
    let values = values.as_primitive::<T>();
    let mut out = StringBuilder::with_capacity(values.len(), values.len() * 8);
    for value in values {
        match value {
            Some(value) if write(value, &mut out).is_ok() => out.append_value(""),
            _ => out.append_null(),
        }
    }
    Arc::new(out.finish())
}

fn display<T: ArrowPrimitiveType>(values: &ArrayRef) -> ArrayRef
where
    T::Native: std::fmt::Display,
{
    each::<T>(values, |value, out| write!(out, "{value}"))
}

/// Integral values have no `.0`; what is far from one is written with an exponent.
fn float(value: f64, out: &mut StringBuilder) -> std::fmt::Result {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) && size.is_finite() { write!(out, "{value:e}") } else { write!(out, "{value}") }
}

fn decimal<T: DecimalType>(values: &ArrayRef) -> ArrayRef {
    let values = values.as_primitive::<T>();
    let text = |i: usize| {
        let text = values.value_as_string(i);
        // 4111111111111111.00 is an integer.
        match text.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole.to_owned(),
            _ => text,
        }
    };
    Arc::new((0..values.len()).map(|i| values.is_valid(i).then(|| text(i))).collect::<StringArray>())
}

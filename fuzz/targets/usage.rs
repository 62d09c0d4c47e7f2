//! Any bytes as an audit log, of AWS and of Postgres: whatever they are, the same comes out wherever they are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonde_access::usage::{Log, Prefix, Usage};

fn read(mut log: Log, bytes: &[u8], cut: usize) -> Usage {
    let mut usage = Usage::default();
    bytes.chunks(cut).for_each(|piece| log.feed(piece, &mut usage));
    log.end(&mut usage);
    usage.settle();
    usage
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let cut = usize::from(first).max(1);
    assert_eq!(read(Log::cloud_trail(), bytes, cut), read(Log::cloud_trail(), bytes, usize::MAX));
    // The prefix may be part of the input as well: its first line.
    let (line, rest) = bytes.iter().position(|b| *b == b'\n').map_or((&[][..], bytes), |end| (&bytes[..end], &bytes[end..]));
    let own = std::str::from_utf8(line).ok().and_then(|text| text.parse::<Prefix>().ok());
    let (prefix, bytes) = own.map_or((Prefix::default(), bytes), |prefix| (prefix, rest));
    let postgres = || Log::postgres("db:5432", prefix.clone());
    assert_eq!(read(postgres(), bytes, cut), read(postgres(), bytes, usize::MAX));
});

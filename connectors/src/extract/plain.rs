//! Bytes of a file that may be compressed, as they come: for what is read as a stream and not classified, such as audit logs.

use super::{
    Codec, Options,
    decompress::{Decoder, FREE},
};

/// Output is given on in pieces of this size, bytes.
const PIECE: usize = 256 << 10;

/// Undoes gzip and zstd, told by the first bytes; anything else passes as it is. Memory and the ratio of output to input are bounded.
#[derive(Debug)]
pub struct Plain {
    state: State,
    max_ratio: u64,
    input: u64,
    output: u64,
    buffer: Vec<u8>,
}

#[derive(Debug)]
enum State {
    /// Not enough to tell.
    Head(Vec<u8>),
    AsItIs,
    /// `None` between members.
    Packed(Codec, Option<Box<Decoder>>),
}

impl Default for Plain {
    fn default() -> Self {
        Self { state: State::Head(Vec::new()), max_ratio: Options::default().max_ratio, input: 0, output: 0, buffer: Vec::new() }
    }
}

impl Plain {
    /// Takes the next bytes and gives on what they are.
    ///
    /// # Errors
    /// The compressed data are broken, or far too much comes out of them.
    pub fn feed(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        if let State::Head(head) = &mut self.state {
            head.extend_from_slice(bytes);
            if head.len() < 4 {
                return Ok(());
            }
            let head = std::mem::take(head);
            self.state = match head.as_slice() {
                [0x1f, 0x8b, ..] => State::Packed(Codec::Gzip, None),
                [0x28, 0xb5, 0x2f, 0xfd, ..] => State::Packed(Codec::Zstd, None),
                _ => State::AsItIs,
            };
            return self.give(&head, out);
        }
        self.give(bytes, out)
    }

    /// There are no more.
    ///
    /// # Errors
    /// The compressed data end early.
    pub fn end(self, out: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        match self.state {
            State::Head(head) => out(&head),
            State::Packed(_, Some(_)) => return Err(format!("compressed data end early, after {} bytes", self.output)),
            _ => {}
        }
        Ok(())
    }

    fn give(&mut self, mut input: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        let State::Packed(codec, decoder) = &mut self.state else {
            out(input);
            return Ok(());
        };
        self.buffer.resize(PIECE, 0);
        loop {
            if decoder.is_none() {
                // Some writers fill up with zeros.
                let zeros = if self.input > 0 { input.iter().take_while(|b| **b == 0).count() } else { 0 };
                input = &input[zeros..];
                if input.is_empty() {
                    return Ok(());
                }
                *decoder = Some(Box::new(Decoder::new(*codec).map_err(|_| "no decoder".to_owned())?));
            }
            let Some(running) = decoder else { return Ok(()) };
            let step =
                running.step(input, &mut self.buffer).map_err(|error| format!("compressed data broken after {} bytes: {error}", self.output))?;
            out(&self.buffer[..step.written]);
            (self.input, self.output) = (self.input + step.read as u64, self.output + step.written as u64);
            if self.output > FREE && self.output / self.max_ratio.max(1) > self.input {
                return Err(format!("{} bytes out of {}", self.output, self.input));
            }
            input = &input[step.read..];
            if step.end {
                *decoder = None;
            } else if step.written < PIECE && (input.is_empty() || step.read == 0) {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn plain(bytes: &[u8], cut: usize) -> Result<Vec<u8>, String> {
        let (mut plain, mut out) = (Plain::default(), Vec::new());
        for piece in bytes.chunks(cut.max(1)) {
            plain.feed(piece, &mut |bytes| out.extend_from_slice(bytes))?;
        }
        plain.end(&mut |bytes| out.extend_from_slice(bytes))?;
        Ok(out)
    }

    #[test]
    fn what_is_broken_is_said() {
        let packed = gzip(&b"a line\n".repeat(100_000));
        assert!(plain(&packed[..packed.len() / 2], 1000).unwrap_err().contains("early"));
        assert!(plain(&[&packed[..20], &[7; 40]].concat(), 1000).unwrap_err().contains("broken"));
        assert!(plain(&gzip(&vec![0; 64 << 20]), 1 << 20).unwrap_err().contains("out of"));
    }

    proptest! {
        #[test]
        fn what_went_in_comes_out(bytes in prop::collection::vec(any::<u8>(), 0..2000), times in 1..400_usize, cut in 1..3000_usize) {
            let bytes = if bytes.starts_with(&[0x1f, 0x8b]) { Vec::new() } else { bytes.repeat(times) };
            let half = bytes.len() / 2;
            prop_assert_eq!(&plain(&bytes, cut).unwrap(), &bytes);
            prop_assert_eq!(&plain(&[gzip(&bytes[..half]), gzip(&bytes[half..]), vec![0; 9]].concat(), cut).unwrap(), &bytes);
            prop_assert_eq!(&plain(&zstd::encode_all(bytes.as_slice(), 1).unwrap(), cut).unwrap(), &bytes);
        }
    }
}

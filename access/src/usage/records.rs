//! JSON cut into records as it comes: the objects of a list (`{"Records": […]}`, `{"Events": […]}`, `[…]`), or one object after the other.
//! Nothing but the record that is being read is held.

/// Larger records are not read; CloudTrail's are at most 256 KiB.
const LARGEST: usize = 1 << 20;
/// Longest name of a list, bytes.
const LONGEST_KEY: usize = 8;

/// What comes out.
#[derive(Debug)]
pub(super) enum Record<'b> {
    /// One record.
    Whole(&'b [u8]),
    /// One that was not read: why.
    Lost(&'static str),
}

#[derive(Debug, Default)]
pub(super) struct Records {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Depth inside the list of records.
    list: Option<usize>,
    /// Depth at which the record that is being read began.
    begun: Option<usize>,
    record: Vec<u8>,
    too_large: bool,
    /// The text that was read last, as far as it may name a list.
    key: Vec<u8>,
    junk: bool,
}

impl Records {
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut dyn FnMut(Record<'_>)) {
        for &byte in bytes {
            if self.begun.is_some() {
                self.keep(byte);
            }
            if self.in_string {
                self.text(byte, out);
            } else {
                self.structure(byte, out);
            }
        }
    }

    pub(super) fn end(mut self, out: &mut dyn FnMut(Record<'_>)) {
        if self.depth > 0 || self.in_string {
            self.lost("a file that is cut off", out);
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.record.len() < LARGEST {
            self.record.push(byte);
        } else {
            self.too_large = true;
        }
    }

    fn text(&mut self, byte: u8, out: &mut dyn FnMut(Record<'_>)) {
        match byte {
            // No JSON: the text was never closed. Where each line is a record, the next one is good again.
            b'\n' if self.list.is_none() => {
                self.lost("a record that is no JSON", out);
                *self = Self::default();
            }
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_string = false,
            _ if self.key.len() <= LONGEST_KEY => self.key.push(byte),
            _ => {}
        }
    }

    fn structure(&mut self, byte: u8, out: &mut dyn FnMut(Record<'_>)) {
        match byte {
            b'"' => {
                self.in_string = true;
                self.key.clear();
            }
            b'{' => {
                if self.begun.is_none() && (self.list == Some(self.depth) || self.depth == 0) {
                    self.begin(byte);
                }
                self.depth += 1;
            }
            b'[' => {
                self.depth += 1;
                let named = self.depth == 2 && self.begun == Some(0) && matches!(self.key.as_slice(), b"Records" | b"Events");
                if self.depth == 1 || named {
                    self.list = Some(self.depth);
                    // The object around the list is no record.
                    self.begun = None;
                }
            }
            b'}' | b']' => self.close(out),
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {}
            _ if self.depth == 0 && !self.junk => {
                // Told once.
                self.junk = true;
                self.lost("what is no JSON", out);
            }
            _ => {}
        }
    }

    fn begin(&mut self, byte: u8) {
        self.begun = Some(self.depth);
        self.record.clear();
        self.too_large = false;
        self.record.push(byte);
    }

    fn close(&mut self, out: &mut dyn FnMut(Record<'_>)) {
        if self.list == Some(self.depth) && self.begun.is_none() {
            self.list = None;
        }
        self.depth = self.depth.saturating_sub(1);
        if self.begun == Some(self.depth) {
            self.begun = None;
            if self.too_large {
                self.lost("a record of more than 1 MiB", out);
            } else {
                out(Record::Whole(&self.record));
            }
        }
        if self.depth == 0 {
            (self.list, self.begun) = (None, None);
        }
    }

    fn lost(&mut self, why: &'static str, out: &mut dyn FnMut(Record<'_>)) {
        out(Record::Lost(why));
    }
}

//! How deep the schema in a footer is nested: the Parquet reader recurses into it, so that is looked at first.

/// Deepest schema that is read.
pub(super) const MAX_DEPTH: usize = 128;
/// Deepest nesting of the structures around a schema element.
const MAX_SKIP: u32 = 16;

/// Depth of the schema of a footer (Thrift compact protocol); `None`: that is no footer.
pub(super) fn of(footer: &[u8]) -> Option<usize> {
    let mut reader = Reader(footer);
    let (mut id, mut deepest) = (0, None);
    loop {
        match reader.field(&mut id)? {
            // Should there be several, whichever the Parquet reader takes must do.
            (2, 9) => deepest = deepest.max(Some(reader.schema()?)),
            (_, 0) => return deepest,
            (_, kind) => reader.skip(kind, MAX_SKIP)?,
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn advance(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Number and kind of the next field; kind 0 ends the structure.
    fn field(&mut self, id: &mut i64) -> Option<(i64, u8)> {
        let byte = self.byte()?;
        if byte & 0x0f == 0 {
            return Some((0, 0));
        }
        *id = if byte >> 4 == 0 { self.zigzag()? } else { id.checked_add(i64::from(byte >> 4))? };
        Some((*id, byte & 0x0f))
    }

    /// Number and kind of the elements of a list.
    fn list(&mut self) -> Option<(u64, u8)> {
        let byte = self.byte()?;
        let count = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
        Some((count, byte & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            1 | 2 => Some(()),
            3 => self.advance(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.advance(8),
            8 => self.varint().and_then(|len| self.advance(len)),
            9 | 10 => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| if kind <= 2 { self.advance(1) } else { self.skip(kind, depth) })
            }
            12 => {
                let mut id = 0;
                loop {
                    match self.field(&mut id)? {
                        (_, 0) => return Some(()),
                        (_, kind) => self.skip(kind, depth)?,
                    }
                }
            }
            _ => None,
        }
    }

    /// The elements come depth first, each with the number of its children.
    fn schema(&mut self) -> Option<usize> {
        let (count, kind) = self.list()?;
        let mut open: Vec<i64> = Vec::new();
        let mut deepest = 0;
        for _ in 0..count {
            let children = self.element(kind)?;
            while open.pop_if(|left| *left == 0).is_some() {}
            if let Some(left) = open.last_mut() {
                *left -= 1;
            }
            if children > 0 {
                open.push(children);
            }
            deepest = deepest.max(open.len());
        }
        Some(deepest)
    }

    fn element(&mut self, kind: u8) -> Option<i64> {
        let (mut id, mut children) = (0, 0);
        if kind != 12 {
            return None;
        }
        loop {
            match self.field(&mut id)? {
                (_, 0) => return Some(children),
                (5, 4..=6) => children = children.max(self.zigzag()?),
                (_, kind) => self.skip(kind, MAX_SKIP)?,
            }
        }
    }
}

//! Array and hstore texts rewritten as JSON, so that their values are found, named and placed as those of JSON columns.

/// `{a,"b c",NULL}` as a JSON array; `None`: it is not of this form (shortened, or broken).
pub(super) fn array(text: &[u8], delimiter: u8, out: &mut Vec<u8>) -> Option<()> {
    // Bounds other than 1 come first: `[2:3]={…}`.
    let body = if text.first() == Some(&b'[') { &text[memchr::memchr(b'=', text)? + 1..] } else { text };
    let (mut i, mut depth, mut value) = (0, 0_usize, Vec::new());
    while i < body.len() {
        if depth == 0 && body[i] != b'{' {
            return None;
        }
        match body[i] {
            b'{' => {
                depth += 1;
                out.push(b'[');
                i += 1;
            }
            b'}' => {
                depth = depth.checked_sub(1)?;
                out.push(b']');
                i += 1;
                if depth == 0 {
                    return (i == body.len()).then_some(());
                }
            }
            byte if byte == delimiter => {
                out.push(b',');
                i += 1;
            }
            _ => {
                let (end, quoted) = token(body, i, |b| b == delimiter || b == b'}', &mut value)?;
                let null = !quoted && value == b"NULL";
                if null {
                    out.extend_from_slice(b"null")
                } else {
                    string(&value, out)
                }
                i = end;
            }
        }
    }
    None
}

/// `"a"=>"1", "b"=>NULL` as a JSON object.
pub(super) fn hstore(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (mut i, mut value, mut first) = (0, Vec::new(), true);
    let skip = |mut i: usize| {
        while text.get(i).is_some_and(|b| matches!(b, b' ' | b',')) {
            i += 1;
        }
        i
    };
    out.push(b'{');
    loop {
        i = skip(i);
        if i == text.len() {
            break;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        let (end, _) = token(text, i, |b| b == b'=', &mut value)?;
        string(&value, out);
        i = end;
        if text.get(i..i + 2)? != b"=>" {
            return None;
        }
        out.push(b':');
        let (end, quoted) = token(text, i + 2, |b| b == b',', &mut value)?;
        if !quoted && value == b"NULL" {
            out.extend_from_slice(b"null")
        } else {
            string(&value, out)
        }
        i = end;
    }
    out.push(b'}');
    Some(())
}

/// One value from `i` on, quoted or up to what `ends` it; where it ends.
fn token(text: &[u8], mut i: usize, ends: impl Fn(u8) -> bool, value: &mut Vec<u8>) -> Option<(usize, bool)> {
    value.clear();
    let quoted = text.get(i) == Some(&b'"');
    i += usize::from(quoted);
    loop {
        match *text.get(i)? {
            b'\\' => {
                value.push(*text.get(i + 1)?);
                i += 2;
            }
            b'"' if quoted => return Some((i + 1, true)),
            byte if !quoted && ends(byte) => return Some((i, false)),
            byte => {
                value.push(byte);
                i += 1;
            }
        }
        if !quoted && i == text.len() {
            return Some((i, false));
        }
    }
}

/// A value as a JSON string.
fn string(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in value {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn as_array(text: &str) -> Option<String> {
        let mut out = Vec::new();
        array(text.as_bytes(), b',', &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    fn as_hstore(text: &str) -> Option<String> {
        let mut out = Vec::new();
        hstore(text.as_bytes(), &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn arrays() {
        for (text, want) in [
            ("{}", Some("[]")),
            ("{1,2}", Some(r#"["1","2"]"#)),
            (r#"{a,"b c",NULL,"NULL","q\"\\"}"#, Some(r#"["a","b c",null,"NULL","q\"\\"]"#)),
            ("{{1,2},{3,4}}", Some(r#"[["1","2"],["3","4"]]"#)),
            ("[0:1]={x,y}", Some(r#"["x","y"]"#)),
            ("{\"a\nb\"}", Some("[\"a\\u000ab\"]")),
            ("{a", None),
            ("a", None),
            ("a,{}", None),
            ("{a}}", None),
            ("", None),
        ] {
            assert_eq!(as_array(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn hstores() {
        for (text, want) in [
            ("", Some("{}")),
            (r#""a"=>"1", "b"=>NULL"#, Some(r#"{"a":"1","b":null}"#)),
            (r#""a\"b"=>"x=>y""#, Some(r#"{"a\"b":"x=>y"}"#)),
            (r#""a"=>"cut"#, None),
            (r#""a""#, None),
        ] {
            assert_eq!(as_hstore(text).as_deref(), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes(text in "[{}a,\"\\\\=> N\n]{0,30}") {
            if let Some(json) = as_array(&text) {
                prop_assert!(json.starts_with('['));
            }
            as_hstore(&text);
        }
    }
}

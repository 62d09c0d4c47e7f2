//! `s3://bucket/prefix`.

use crate::{Error, ErrorKind, Result};

/// Bucket and prefix. The prefix is taken as it is written: keys may hold anything, `%` and `//` too.
pub(super) fn parse(uri: &str) -> Result<(String, String)> {
    let wrong = |message: &str| Error::new(ErrorKind::Config, uri, message);
    let rest = uri.strip_prefix("s3://").ok_or_else(|| wrong("is not of the form `s3://bucket/prefix`"))?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(wrong("names no bucket"));
    }
    if bucket.len() > 255 || !bucket.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')) {
        return Err(wrong("the name of the bucket holds what no bucket's name can"));
    }
    Ok((bucket.to_owned(), prefix.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts() {
        for (uri, want) in [
            ("s3://b", Some(("b", ""))),
            ("s3://b/", Some(("b", ""))),
            ("s3://b.c-d/p/q.csv", Some(("b.c-d", "p/q.csv"))),
            ("s3://b//p%20/../?#", Some(("b", "/p%20/../?#"))),
            ("s3://", None),
            ("s3:///p", None),
            ("s3://b c/p", None),
            ("s3://u@b/p", None),
            ("S3://b", None),
            ("https://b/p", None),
        ] {
            let got = parse(uri);
            assert_eq!(got.as_ref().ok().map(|(b, p)| (b.as_str(), p.as_str())), want, "{uri}");
            assert!(got.is_ok() || got.is_err_and(|e| e.kind == ErrorKind::Config));
        }
    }

    proptest! {
        #[test]
        fn prefixes_stay_as_they_are(prefix in ".{0,50}") {
            let (bucket, got) = parse(&format!("s3://bucket/{prefix}")).unwrap();
            prop_assert_eq!((bucket.as_str(), got), ("bucket", prefix));
        }
    }
}

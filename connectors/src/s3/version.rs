//! The version of an object as one string: `"etag"`, `"etag"/version-id`, or `@modified` where a server gives no ETag.

/// What a read has to match.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Version<'a> {
    /// With its quotes.
    pub(super) etag: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    /// Milliseconds since the epoch.
    pub(super) unmodified_since: Option<i64>,
}

/// Makes the string.
pub(super) fn format(etag: Option<&str>, id: Option<&str>, modified_ms: Option<i64>) -> String {
    let mut version = match (etag, modified_ms) {
        (Some(etag), _) if etag.ends_with('"') => etag.to_owned(),
        (Some(etag), _) => format!("\"{etag}\""),
        (None, Some(ms)) => format!("@{ms}"),
        (None, None) => String::new(),
    };
    if let Some(id) = id {
        version.push('/');
        version.push_str(id);
    }
    version
}

/// Takes it apart.
pub(super) fn parse(version: &str) -> Version<'_> {
    // An ETag may hold `/`, a time does not.
    let end = version.rfind('"').map_or_else(|| version.find('/').unwrap_or(version.len()), |i| i + 1);
    let (first, rest) = version.split_at(end);
    let unmodified_since = first.strip_prefix('@').and_then(|ms| ms.parse().ok());
    let etag = (!first.is_empty() && unmodified_since.is_none()).then_some(first);
    Version { etag, id: rest.strip_prefix('/'), unmodified_since }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn can_be_taken_apart(etag in proptest::option::of("(W/)?\"[a-z0-9/+@-]{1,9}\""), id in proptest::option::of("[a-zA-Z0-9._/-]{1,9}"), ms in proptest::option::of(any::<i64>())) {
            let text = format(etag.as_deref(), id.as_deref(), ms);
            let unmodified_since = if etag.is_some() { None } else { ms };
            prop_assert_eq!(parse(&text), Version { etag: etag.as_deref(), id: id.as_deref(), unmodified_since });
        }
    }

    #[test]
    fn quotes_are_added() {
        assert_eq!(format(Some("abc"), None, None), "\"abc\"");
    }
}

//! Listing page by page; one page in memory.

use std::{collections::VecDeque, sync::Arc};

use aws_sdk_s3::{
    primitives::DateTime,
    types::{EncodingType, Object as Found, ObjectVersion, OptionalObjectAttributes, RequestPayer, RestoreStatus},
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{Source, error, read, version};
use crate::{
    Listed, Object, Reason, Result, dataset,
    filter::{Filter, IGNORE_FILE, Patterns},
    percent,
};

/// Largest `.sondeignore` that is honoured, bytes.
const IGNORE_FILE_LIMIT: u64 = 256 * 1024;

/// Where a listing stands.
enum Next {
    Start,
    Page(Cursor),
    End,
}

/// What the next page is asked with.
#[derive(Debug, Default)]
struct Cursor {
    token: Option<String>,
    key_marker: Option<String>,
    version_marker: Option<String>,
}

struct State {
    source: Arc<Source>,
    filter: Filter,
    page: VecDeque<Listed>,
    next: Next,
}

pub(super) fn list(source: Arc<Source>) -> BoxStream<'static, Result<Listed>> {
    let filter = source.options.filter.clone();
    let state = State { source, filter, page: VecDeque::new(), next: Next::Start };
    let step = |mut state: State| async move {
        loop {
            if let Some(listed) = state.page.pop_front() {
                return Some((Ok(listed), state));
            }
            if let Err(e) = state.turn().await? {
                state.next = Next::End;
                return Some((Err(e), state));
            }
        }
    };
    stream::unfold(state, step).boxed()
}

impl State {
    /// Gets the next page; `None` after the last.
    async fn turn(&mut self) -> Option<Result<()>> {
        let cursor = match std::mem::replace(&mut self.next, Next::End) {
            Next::Start => {
                if self.filter.ignore_file.is_empty() {
                    self.filter.ignore_file = ignore_file(&self.source).await;
                }
                Cursor::default()
            }
            Next::Page(cursor) => cursor,
            Next::End => return None,
        };
        let page = if self.source.options.versions { self.versions(cursor).await } else { self.objects(cursor).await };
        Some(page.map(|next| self.next = next.map_or(Next::End, Next::Page)))
    }

    async fn objects(&mut self, cursor: Cursor) -> Result<Option<Cursor>> {
        let source = &self.source;
        // Buckets of one zone do not know the attribute.
        let attributes = (!source.bucket.ends_with("--x-s3")).then(|| vec![OptionalObjectAttributes::RestoreStatus]);
        let request = source.client.list_objects_v2().bucket(&source.bucket).prefix(&source.prefix);
        let request = request.encoding_type(EncodingType::Url).set_continuation_token(cursor.token).set_optional_object_attributes(attributes);
        let answer = request.set_request_payer(source.payer()).send().await.map_err(|e| error::of(&source.uri, "", e))?;
        let encoded = answer.encoding_type() == Some(&EncodingType::Url);
        let page = answer.contents.unwrap_or_default();
        self.page.extend(page.into_iter().map(|found| listed(&self.source, &self.filter, Entry::from(found), encoded)));
        // A token that is missing though more is said to follow would make the listing begin anew.
        let token = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
        Ok(token.map(|token| Cursor { token: Some(token), ..Cursor::default() }))
    }

    async fn versions(&mut self, cursor: Cursor) -> Result<Option<Cursor>> {
        let source = &self.source;
        let request = source.client.list_object_versions().bucket(&source.bucket).prefix(&source.prefix);
        let request = request.encoding_type(EncodingType::Url).set_key_marker(cursor.key_marker).set_version_id_marker(cursor.version_marker);
        let request = request.optional_object_attributes(OptionalObjectAttributes::RestoreStatus).set_request_payer(source.payer());
        let answer = request.send().await.map_err(|e| error::of(&source.uri, "", e))?;
        let encoded = answer.encoding_type() == Some(&EncodingType::Url);
        let page = answer.versions.unwrap_or_default();
        self.page.extend(page.into_iter().map(|found| listed(&self.source, &self.filter, Entry::from(found), encoded)));
        let key_marker = answer.next_key_marker.filter(|_| answer.is_truncated == Some(true)).map(|k| decoded(k, encoded));
        Ok(key_marker.map(|key| Cursor { token: None, key_marker: Some(key), version_marker: answer.next_version_id_marker }))
    }
}

impl Source {
    pub(super) fn payer(&self) -> Option<RequestPayer> {
        self.options.requester_pays.then_some(RequestPayer::Requester)
    }

    /// Length of the prefix's folder: no dataset lies above it, and patterns are relative to it.
    fn folder_len(&self) -> usize {
        self.prefix.rfind('/').map_or(0, |i| i + 1)
    }
}

/// The patterns right under the prefix. What cannot be read is as good as not there: then more is read, not less.
async fn ignore_file(source: &Arc<Source>) -> Patterns {
    let key = format!("{}{IGNORE_FILE}", &source.prefix[..source.folder_len()]);
    let Ok(text) = read::small(source, &key, IGNORE_FILE_LIMIT).await else { return Patterns::default() };
    let (patterns, wrong) = Patterns::lenient(String::from_utf8_lossy(&text).lines());
    if let Some(wrong) = wrong {
        tracing::warn!(source = %source.uri, %wrong, "not honoured");
    }
    patterns
}

/// What both kinds of listing give.
struct Entry {
    key: String,
    etag: Option<String>,
    id: Option<String>,
    size: Option<i64>,
    modified: Option<DateTime>,
    class: Option<String>,
    restored: Option<RestoreStatus>,
    latest: bool,
}

impl From<Found> for Entry {
    fn from(o: Found) -> Self {
        Self {
            key: o.key.unwrap_or_default(),
            etag: o.e_tag,
            id: None,
            size: o.size,
            modified: o.last_modified,
            class: o.storage_class.map(|c| c.as_str().to_owned()),
            restored: o.restore_status,
            latest: true,
        }
    }
}

impl From<ObjectVersion> for Entry {
    fn from(o: ObjectVersion) -> Self {
        Self {
            key: o.key.unwrap_or_default(),
            etag: o.e_tag,
            id: o.version_id,
            size: o.size,
            modified: o.last_modified,
            class: o.storage_class.map(|c| c.as_str().to_owned()),
            restored: o.restore_status,
            latest: o.is_latest != Some(false),
        }
    }
}

/// What is listed of one entry. Older versions are told apart by their id: everything below knows objects by their key.
fn listed(source: &Source, filter: &Filter, mut entry: Entry, encoded: bool) -> Listed {
    let older = entry.id.take_if(|_| !entry.latest);
    entry.id = entry.id.or_else(|| older.clone());
    let mut listed = judged(source, filter, entry, encoded);
    if let (Some(id), Listed::Object(object) | Listed::Skipped { object, .. }) = (older, &mut listed) {
        object.key = format!("{}?versionId={id}", object.key);
    }
    listed
}

fn judged(source: &Source, filter: &Filter, entry: Entry, encoded: bool) -> Listed {
    let modified_ms = entry.modified.and_then(|m| m.to_millis().ok());
    let key = decoded(entry.key, encoded);
    let dataset = &key[..dataset::prefix_len(key.as_bytes()).max(source.folder_len()).min(key.len())];
    let object = Object {
        locator: key.clone().into_bytes(),
        dataset: format!("s3://{}/{dataset}", source.bucket),
        size: entry.size.and_then(|s| u64::try_from(s).ok()).unwrap_or(0),
        version: version::format(entry.etag.as_deref(), entry.id.as_deref(), modified_ms),
        modified_ms,
        storage_class: entry.class,
        key,
    };
    let skipped = |object, reason, detail: String| Listed::Skipped { object, reason, detail: Some(detail) };
    if filter.excludes_key(object.key.get(source.folder_len()..).unwrap_or_default()) {
        return skipped(object, Reason::Excluded, "pattern".into());
    }
    if let Some(why) = filter.why_not(&object) {
        return skipped(object, Reason::Excluded, why.into());
    }
    let class = object.storage_class.as_deref().unwrap_or_default();
    let restored = entry.restored.is_some_and(|r| r.is_restore_in_progress != Some(true) && r.restore_expiry_date.is_some());
    if matches!(class, "GLACIER" | "DEEP_ARCHIVE") && !restored {
        let detail = format!("storage class {class}: restore it first");
        return skipped(object, Reason::InvalidObjectState, detail);
    }
    Listed::Object(object)
}

/// Takes back the form encoding that a listing was asked in: XML cannot hold every key.
fn decoded(key: String, encoded: bool) -> String {
    if !encoded || !key.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return key;
    }
    String::from_utf8(percent::form_decoded(&key)).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_taken_back() {
        for (encoded, key) in [("a+b%2B%25", "a b+%"), ("a//b", "a//b"), ("%E2%82%AC%01", "€\u{1}"), ("%zz%4", "%zz%4"), ("%FF", "\u{fffd}")] {
            assert_eq!(decoded(encoded.into(), true), key);
            assert_eq!(decoded(encoded.into(), false), encoded);
        }
    }

    proptest! {
        #[test]
        fn any_key_survives(key in any::<String>()) {
            let all: String = key.bytes().map(|b| format!("%{b:02X}")).collect();
            prop_assert_eq!(decoded(all, true), key);
        }
    }
}

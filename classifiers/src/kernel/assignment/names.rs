//! Words that names of secrets are made of, and those that make a name one of something else.

use super::key::{Folded, Kind, Word};

/// What a word behind a keyword makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    /// Says which, or how it is written: `password_prod`, `secretValue`.
    Neutral,
    /// Perhaps whose.
    Unknown,
    /// It is the head of the name: `password_file`, `tokenType`.
    Stop,
}

pub(super) fn suffix(word: &[u8]) -> Suffix {
    if has(STOP, word) {
        Suffix::Stop
    } else if word.is_empty() || word == b"s" || has(NEUTRAL, word) {
        Suffix::Neutral
    } else {
        Suffix::Unknown
    }
}

fn has(list: &[&str], word: &[u8]) -> bool {
    list.binary_search_by(|w| w.as_bytes().cmp(word)).is_ok()
}

/// Millibits of the words before a keyword; `prefix` are letters of its own word. `None`: another thing.
pub(super) fn before(words: impl Iterator<Item = Folded>, prefix: &[u8], word: &Word) -> Option<i32> {
    match word.kind {
        Kind::Password | Kind::Passphrase => password(words, prefix, word),
        Kind::Secret => Some(0),
        Kind::Token => token(words, prefix),
        Kind::Key => key(words, prefix),
        Kind::Auth => (prefix.is_empty() || has(&["basic", "http", "o", "proxy"], prefix)).then_some(0),
        Kind::Salt => prefix.is_empty().then_some(0),
    }
}

fn password(words: impl Iterator<Item = Folded>, prefix: &[u8], word: &Word) -> Option<i32> {
    if word.length() < 6 && !prefix.is_empty() && !has(SHORT, prefix) {
        return None;
    }
    let messages = words.filter(|w| has(MESSAGE, w.get())).count();
    if messages > 0 {
        // `should_pass`.
        return (!word.is_verb()).then_some(-3_000);
    }
    Some(0)
}

fn token(mut words: impl Iterator<Item = Folded>, prefix: &[u8]) -> Option<i32> {
    let stops = has(TOKEN, prefix) || words.any(|w| has(TOKEN, w.get()));
    (!stops).then_some(0)
}

fn key(words: impl Iterator<Item = Folded>, prefix: &[u8]) -> Option<i32> {
    if !prefix.is_empty() {
        return has(KEY, prefix).then_some(0);
    }
    let (mut strong, mut last, mut any) = (false, false, false);
    for word in words {
        strong |= has(KEY, word.get());
        last = has(OTHER_KEY, word.get());
        any = true;
    }
    match (strong, last, any) {
        (_, true, _) => None,
        (true, ..) => Some(0),
        (.., true) => Some(-3_000),
        _ => Some(-5_000),
    }
}

/// Words that may be written before a short keyword: `dbpass`, not `bypass`.
#[rustfmt::skip]
const SHORT: &[&str] = &[
    "admin", "api", "app", "auth", "basic", "client", "db", "dba", "dbuser", "default", "demo", "dev", "email", "exchange", "ftp", "guest", "http",
    "imap", "jdbc", "key", "keystore", "ldap", "login", "mail", "master", "mongo", "motde", "mqtt", "my", "mysql", "new", "old", "ora", "oracle",
    "pg", "pgsql", "pop", "postgres", "private", "prod", "proxy", "require", "root", "rpc", "sa", "samba", "secret", "server", "service", "sftp",
    "smb", "smtp", "sql", "ssh", "sshp", "ssl", "store", "sudo", "svn", "sys", "system", "temp", "test", "tmp", "trust", "truststore", "user", "usr", "vnc",
    "vpn", "web", "wifi", "wp",
];

/// Words of messages and switches about passwords.
#[rustfmt::skip]
const MESSAGE: &[&str] = &[
    "are", "bad", "can", "change", "changed", "disable", "disabled", "does", "enable", "enabled", "enter", "expired", "failed", "forget", "forgot",
    "forgotten", "get", "has", "hash", "hashed", "have", "hide", "incorrect", "invalid", "is", "lost", "mask", "mismatch", "missing", "must", "need",
    "needs", "no", "not", "obscured", "prompt", "read", "recover", "remember", "request", "require", "required", "requires", "reset", "restore",
    "retrieve", "salted", "save", "saved", "set", "should", "show", "skip", "toggle", "update", "updated", "uses", "valid", "validate", "verify",
    "view", "was", "weak", "with", "wrong",
];

/// Tokens that are no secrets: of parsers, of pages, against forgery.
#[rustfmt::skip]
const TOKEN: &[&str] = &[
    "ahead", "antiforgery", "assign", "bos", "cancel", "cancellation", "cap", "change", "class", "close", "cls", "comma", "comment", "completion",
    "completions", "const", "context", "continuation", "csp", "csrf", "csrfmiddleware", "cur", "current", "cursor", "delim", "delimiter", "end",
    "eof", "eol", "eos", "fencing", "first", "forgery", "idempotency", "ident", "identifier", "input", "int", "keyword", "last", "lex", "lexer",
    "literal", "lock", "look", "lookahead", "marker", "mask", "match", "max", "min", "mismatch", "next", "num", "number", "op", "open", "operator",
    "optional", "output", "pad", "page", "pagination", "paging", "parse", "parser", "peek", "pop", "prev", "previous", "prompt", "punct",
    "punctuation", "purchase", "quote", "regex", "resume", "sentence", "sep", "separator", "seq", "skip", "special", "start", "starting", "stop",
    "string", "sub", "sync", "syntax", "total", "tree", "type", "unexpected", "unk", "unknown", "verification", "virtual", "whitespace", "word",
    "xsrf",
];

/// Keys that are secrets.
#[rustfmt::skip]
const KEY: &[&str] = &[
    "access", "account", "activation", "admin", "aes", "api", "apollo", "app", "application", "auth", "authentication", "authorization", "aws",
    "azure", "cipher", "client", "consumer", "cookie", "crypt", "crypto", "customer", "decrypt", "decryption", "deploy", "deployment", "des", "dsa",
    "ec", "ecdsa", "enc", "encrypt", "encrypted", "encryption", "firebase", "github", "google", "gpg", "hmac", "jwe", "jwk", "jws", "jwt", "kms",
    "licence", "license", "live", "maps", "master", "merchant", "openai", "payment", "pgp", "preshared", "priv", "private", "prod", "product",
    "production", "project", "psk", "root", "rsa", "sandbox", "secret", "secure", "security", "sendgrid", "serial", "server", "service", "session",
    "shared", "sign", "signature", "signing", "ssh", "ssl", "storage", "stripe", "subscription", "tls", "token", "transfer", "user", "vapid",
    "webhook", "wep", "wpa",
];

/// Keys of tables, maps, keyboards and translations; public ones.
#[rustfmt::skip]
const OTHER_KEY: &[&str] = &[
    "actual", "aggregate", "alt", "alternate", "any", "arg", "array", "arrow", "asset", "attr", "attribute", "attributes", "back", "backspace", "bad",
    "btn", "bucket", "button", "cachable", "cache", "candidate", "char", "child", "class", "clustered", "code", "col", "color", "column", "component",
    "composite", "config", "context", "css", "ctrl", "current", "dedup", "delete", "dict", "dictionary", "dimension", "dist", "distribution", "down",
    "dup", "duplicate", "edit", "element", "end", "enter", "entity", "entry", "enum", "env", "error", "esc", "escape", "event", "expected", "extra",
    "facet", "feature", "field", "file", "filter", "find", "first", "fk", "flag", "fn", "folder", "foreign", "form", "function", "group", "grouping",
    "has", "hash", "hashed", "header", "home", "host", "hot", "idempotency", "ident", "identity", "idx", "image", "img", "index", "inner", "input",
    "insert", "invalid", "item", "join", "json", "known", "label", "lang", "language", "last", "layout", "left", "line", "list", "loc", "locale",
    "lookup", "lower", "map", "mapping", "max", "menu", "message", "meta", "metadata", "min", "missing", "mod", "modifier", "module", "msg", "name",
    "namespace", "nav", "nested", "new", "next", "no", "node", "num", "number", "numeric", "obj", "object", "old", "opt", "option", "options",
    "order", "other", "outer", "pad", "page", "param", "parameter", "params", "parent", "part", "partial", "partition", "path", "pk", "policy", "pos",
    "prefix", "press", "pressed", "prev", "previous", "primary", "process", "prop", "properties", "property", "pub", "public", "publishable", "query",
    "reducer", "ref", "reference", "reg", "registry", "relation", "repeat", "required", "resource", "result", "return", "right", "route", "routing",
    "row", "rule", "same", "scan", "schema", "search", "section", "select", "sequence", "set", "setting", "shape", "shard", "shift", "shortcut",
    "similar", "site", "slot", "sort", "sorted", "source", "space", "state", "stats", "sub", "super", "surrogate", "symbol", "tab", "table", "tag",
    "target", "template", "text", "theme", "thread", "title", "top", "trace", "translation", "translations", "tree", "trusted", "tuple", "type",
    "types", "unique", "unit", "unknown", "up", "uppercase", "url", "valid", "value", "var", "variable", "verification", "verify", "verifying",
    "view", "virtual", "vk", "wrong", "xml",
];

#[rustfmt::skip]
const NEUTRAL: &[&str] = &[
    "admin", "again", "alice", "api", "app", "aws", "azure", "backup", "base", "basic", "bob", "bytes", "ci", "clear", "cleartext", "client", "cloud",
    "confirm", "confirmation", "confirmed", "const", "constant", "content", "current", "customer", "data", "database", "db", "decoded", "def",
    "default", "demo", "dev", "devel", "development", "encoded", "encrypted", "example", "external", "fallback", "first", "ftp", "gcp", "git",
    "github", "gitlab", "global", "google", "guest", "here", "hex", "http", "https", "imap", "initial", "internal", "ip", "jdbc", "kube", "last",
    "ldap", "literal", "live", "local", "localhost", "mail", "main", "manual", "master", "me", "mongo", "mongodb", "my", "mysql", "new", "next",
    "old", "one", "oracle", "orig", "original", "override", "own", "parent", "pg", "plain", "plaintext", "postgres", "postgresql", "preprod", "prev",
    "previous", "primary", "private", "prod", "production", "proxy", "qa", "rabbitmq", "raw", "read", "readonly", "real", "redis", "remote", "repeat",
    "repeated", "retype", "root", "rw", "sandbox", "second", "secondary", "secure", "server", "slack", "slave", "smtp", "sql", "ssh", "stage",
    "staging", "standard", "std", "stg", "str", "string", "strings", "stripe", "super", "sys", "system", "temp", "temporary", "test", "testing",
    "tests", "text", "tls", "tmp", "token", "twitter", "two", "uat", "unencrypted", "us", "user", "users", "val", "value", "values", "vpn", "web",
    "wifi", "wpa", "write", "www", "x", "y", "z",
];

#[rustfmt::skip]
const STOP: &[&str] = &[
    "able", "action", "activity", "address", "alg", "algo", "algorithm", "alias", "allowed", "along", "alphabet", "and", "append", "arg", "args",
    "argument", "arguments", "arn", "array", "asc", "at", "attempt", "attempts", "attr", "attribute", "attributes", "audience", "authenticator",
    "based", "bits", "block", "body", "box", "btn", "bucket", "builder", "button", "by", "cache", "callback", "cb", "cer", "cert", "certificate",
    "challenge", "change", "changed", "changes", "char", "character", "characters", "chars", "check", "checkbox", "checker", "checksum", "cipher",
    "class", "clicked", "cls", "cnf", "codec", "col", "collection", "color", "column", "command", "conf", "config", "configuration", "container",
    "contains", "context", "controller", "cookie", "cost", "count", "counter", "crc", "created", "creator", "criteria", "crt", "css", "csv", "curve",
    "date", "days", "decoder", "deleted", "description", "dest", "detail", "details", "dialog", "digest", "dir", "directory", "doc", "docs",
    "document", "domain", "dto", "edit", "edittext", "element", "email", "empty", "enabled", "encoder", "encoding", "encryption", "endpoint", "ends",
    "entity", "entries", "entropy", "entry", "enum", "env", "environ", "envvar", "error", "errors", "event", "events", "exception", "exchange",
    "exists", "exp", "expiration", "expire", "expired", "expires", "expiry", "export", "extractor", "factories", "factory", "failed", "failure",
    "feature", "field", "fieldname", "fields", "file", "filename", "filepath", "files", "filter", "finder", "fingerprint", "flag", "flags", "flow",
    "folder", "for", "form", "format", "formatter", "found", "fragment", "frame", "from", "func", "function", "generate", "generation", "generator",
    "get", "getter", "gpg", "grant", "group", "guard", "handler", "has", "hash", "hashed", "hasher", "hashes", "hashing", "header", "headers",
    "height", "help", "helper", "hint", "history", "holder", "hook", "host", "htm", "html", "icon", "id", "ident", "identifier", "identity", "ids",
    "idx", "ikm", "image", "impl", "in", "index", "info", "information", "ini", "input", "integrity", "interceptor", "interface", "interval",
    "invalid", "is", "issuer", "item", "items", "iter", "iteration", "iterations", "iterator", "jks", "job", "js", "json", "jsx", "kdf", "kid",
    "kind", "label", "labels", "lang", "language", "layout", "len", "length", "letters", "level", "lib", "life", "lifetime", "limit", "line", "link",
    "links", "list", "listener", "listing", "loader", "locale", "location", "locator", "lock", "log", "logger", "login", "lookup", "manager", "map",
    "mapper", "mapping", "mask", "matcher", "matches", "matching", "max", "maximum", "maxlength", "md", "menu", "message", "messages", "meta",
    "metadata", "method", "middleware", "min", "minimum", "minlength", "minutes", "mismatch", "missing", "mode", "model", "modified", "module", "ms",
    "msg", "name", "named", "names", "namespace", "node", "nodes", "nonce", "not", "note", "notes", "num", "number", "obj", "object", "offset", "ok",
    "op", "option", "optional", "options", "order", "origin", "output", "over", "owner", "page", "panel", "param", "parameter", "parameters",
    "params", "parser", "part", "parts", "path", "paths", "pattern", "pem", "perm", "permission", "permissions", "pfx", "php", "pipe", "placeholder",
    "plugin", "pointer", "policies", "policy", "pool", "pos", "position", "prefix", "printer", "priority", "processor", "profile", "prompt", "prop",
    "properties", "property", "props", "protocol", "provider", "ptr", "public", "purpose", "py", "quality", "query", "question", "queue", "range",
    "rb", "reader", "received", "recovery", "ref", "reference", "references", "refs", "regex", "regexp", "region", "registry", "reject", "release",
    "remaining", "remove", "renderer", "replace", "repo", "repository", "request", "requests", "required", "requirement", "requirements", "reset",
    "resolver", "resource", "response", "result", "results", "retries", "retry", "revision", "revoked", "role", "roles", "rotation", "route",
    "router", "row", "rule", "rules", "sample", "scanner", "schema", "scheme", "scope", "scopes", "screen", "seconds", "section", "select",
    "selector", "semantics", "sensitive", "sent", "separator", "serializer", "service", "serviceimpl", "session", "sessions", "set", "setter",
    "setting", "settings", "sh", "sha", "shape", "show", "side", "signature", "size", "sizes", "snippet", "sort", "source", "sources", "span", "spec",
    "specs", "split", "src", "start", "starts", "state", "stats", "status", "step", "storage", "store", "stream", "strength", "struct", "style",
    "subject", "submit", "substring", "suffix", "support", "supported", "symbol", "syntax", "tab", "table", "tag", "tags", "target", "task", "tbl",
    "template", "textbox", "textfield", "through", "thru", "thumbprint", "time", "timeout", "times", "timestamp", "title", "toggle", "tooltip",
    "total", "tree", "tries", "trigger", "trim", "tsx", "ttl", "tuple", "txt", "type", "typed", "types", "ui", "uri", "uris", "url", "urls", "usage",
    "use", "used", "username", "utils", "uuid", "valid", "validate", "validated", "validation", "validator", "validity", "var", "variable", "vars",
    "vault", "vec", "vector", "verification", "verified", "verifier", "verify", "version", "view", "viewer", "visibility", "visible", "wait",
    "warning", "week", "weeks", "widget", "width", "window", "wizard", "word", "words", "wrapper", "writer", "xml", "xpath", "yaml", "years", "yml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!([SHORT, MESSAGE, TOKEN, KEY, OTHER_KEY, NEUTRAL, STOP].iter().all(|l| l.is_sorted()));
        assert!(NEUTRAL.iter().all(|w| !has(STOP, w.as_bytes())));
    }
}

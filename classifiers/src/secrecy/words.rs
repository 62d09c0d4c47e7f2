//! Words that values which are no secrets are made of: the most frequent words of four letters and more in source code and its documentation, and the
//! words people write in place of a secret. Sorted.

/// Longest word of the list.
pub(super) const LONGEST: usize = 13;

/// Whether the lower-case word is known.
pub(super) fn known(word: &[u8]) -> bool {
    WORDS.binary_search_by(|w| w.as_bytes().cmp(word)).is_ok()
}

/// For each two first letters the third letters that a word can have, a bit each.
const STARTS: [u32; 26 * 26] = {
    let mut table = [0; 26 * 26];
    let mut i = 0;
    while i < WORDS.len() {
        let word = WORDS[i].as_bytes();
        table[(word[0] - b'a') as usize * 26 + (word[1] - b'a') as usize] |= 1 << (word[2] - b'a');
        i += 1;
    }
    table
};

/// Whether a word may begin here: most places are told from three letters.
fn may_begin(run: &[u8]) -> bool {
    let [a, b, c, ..] = run else { return false };
    let letter = |b: &u8| usize::from(b.wrapping_sub(b'a'));
    let third = 1u32.checked_shl(u32::from(c.wrapping_sub(b'a'))).unwrap_or(0);
    STARTS.get(letter(a) * 26 + letter(b)).is_some_and(|thirds| thirds & third != 0)
}

/// Letters of a lower-case run that known words cover, taking the longest word first from the left.
pub(super) fn covered(run: &[u8]) -> usize {
    let (mut at, mut total) = (0, 0);
    while at + 4 <= run.len() {
        if !run.get(at..).is_some_and(may_begin) {
            at += 1;
            continue;
        }
        let longest = LONGEST.min(run.len() - at);
        match (4..=longest).rev().find(|&n| run.get(at..at + n).is_some_and(known)) {
            Some(n) => {
                total += n;
                at += n;
            }
            None => at += 1,
        }
    }
    total
}

#[rustfmt::skip]
const WORDS: &[&str] = &[
    "about", "above", "accept", "access", "account", "action", "actual", "added", "additional", "addr", "address", "admin", "after", "agent",
    "algor", "algorithm", "alias", "alloc", "allow", "allowed", "alpha", "already", "also", "always", "amazon", "android", "angular", "another",
    "apache", "apikey", "append", "apple", "application", "april", "arch", "args", "argument", "arguments", "argv", "array", "arrow", "ascii",
    "aspire", "assert", "async", "asyncio", "atomic", "attr", "attribute", "attributes", "attrs", "audit", "august", "auth", "authorization",
    "auto", "autumn", "available", "avoid", "await", "azure", "back", "backend", "backup", "banana", "base", "baseball", "based", "basic", "batch",
    "batman", "battery", "bearer", "because", "been", "before", "begin", "being", "below", "berlin", "between", "binary", "bindgen", "binding",
    "bitbucket", "bitfield", "bits", "block", "blocks", "body", "bool", "boolean", "borrowed", "both", "bound", "break", "btrfs", "bucket",
    "buckets", "buffer", "build", "builder", "byte", "bytes", "cache", "call", "callable", "callback", "called", "caller", "calls", "cannot",
    "capacity", "capital", "card", "case", "cases", "cast", "cell", "cert", "certificate", "chain", "change", "changed", "changeme", "changes",
    "channel", "char", "character", "characters", "check", "checked", "checking", "checksum", "cheese", "child", "children", "choice", "chunk",
    "cipher", "clang", "class", "cleanup", "clear", "client", "clippy", "clock", "clone", "close", "closed", "cloud", "cluster", "code", "collect",
    "color", "column", "command", "commands", "comment", "common", "comp", "compare", "compfunc", "compile", "compiler", "complete", "complex",
    "component", "components", "compress", "conf", "config", "configuration", "conn", "connect", "connection", "console", "const", "constant",
    "consumer", "contains", "content", "contents", "context", "continue", "control", "convert", "cookie", "copy", "copyfunc", "copyright", "core",
    "correct", "could", "count", "cpan", "crate", "create", "created", "credential", "credentials", "crmf", "crypto", "ctrl", "ctypes", "current",
    "cursor", "custom", "customer", "cypher", "dashboard", "data", "database", "date", "datetime", "debug", "december", "decimal", "declare",
    "decode", "decoder", "deep", "default", "defaults", "define", "defined", "delete", "demo", "deploy", "deployment", "deprecated", "deprecatedin",
    "depth", "derive", "description", "deserialize", "details", "devconf", "development", "dict", "dictionary", "diff", "different", "digest",
    "digits", "directory", "disable", "display", "dist", "distribution", "distutils", "docker", "docs", "docsrs", "document", "does", "doesn",
    "domain", "done", "double", "down", "dragon", "drop", "dummy", "duration", "each", "edge", "edit", "either", "elem", "element", "elements",
    "elif", "else", "email", "empty", "enable", "enabled", "encode", "encoded", "encoding", "encrypted", "encryption", "endif", "endpoint",
    "engine", "ensure", "enter", "entries", "entry", "enum", "environment", "equal", "error", "errors", "escape", "eval", "even", "event", "events",
    "exact", "example", "examples", "except", "exception", "exec", "executable", "execute", "execution", "exists", "exit", "expect", "expected",
    "expr", "expression", "extend", "extended", "extension", "extensions", "extern", "external", "extra", "extract", "facebook", "fail", "failed",
    "failure", "fake", "false", "family", "fast", "feature", "features", "february", "fetch", "field", "fields", "file", "filename", "files",
    "filter", "final", "finally", "find", "finish", "firebase", "first", "fixed", "fixture", "flag", "flags", "float", "flower", "flush", "fold",
    "following", "font", "foobar", "football", "force", "form", "format", "formatter", "forward", "found", "frame", "free", "freefunc", "friday",
    "from", "frontend", "full", "func", "function", "functions", "future", "gateway", "general", "generate", "generated", "generator", "generic",
    "getattr", "github", "gitlab", "given", "global", "google", "graph", "group", "groups", "guard", "guest", "guide", "half", "handle", "handler",
    "hasattr", "hash", "hasher", "have", "head", "header", "headers", "hello", "help", "helper", "here", "heroku", "hint", "horse", "host", "house",
    "href", "html", "http", "https", "hunter", "ident", "identifier", "identity", "ideograph", "idle", "ifla", "ifndef", "ignore", "iloveyou",
    "image", "impl", "implemented", "import", "include", "indent", "index", "indices", "info", "information", "init", "initial", "inline", "inner",
    "input", "insert", "inspect", "install", "instance", "instead", "instruction", "integer", "interface", "internal", "interval", "into",
    "invalid", "ioctl", "isinstance", "issue", "issuer", "item", "items", "iter", "iterable", "iterator", "january", "jenkins", "join", "json",
    "july", "june", "just", "keep", "kernel", "keycloak", "keys", "keystore", "keyword", "kind", "known", "kubernetes", "kwargs", "label", "lambda",
    "lang", "language", "large", "last", "later", "latest", "latin", "left", "length", "less", "letmein", "letter", "level", "libc", "library",
    "license", "like", "limit", "line", "lineno", "lines", "link", "linux", "list", "literal", "little", "llvm", "load", "loader", "local",
    "locale", "localhost", "location", "lock", "logger", "logical", "login", "london", "long", "look", "lookup", "loop", "lower", "machine",
    "macro", "macros", "magic", "main", "make", "manager", "many", "mapping", "march", "mariadb", "mark", "marker", "mask", "master", "match",
    "matches", "math", "matrix", "maximum", "maybe", "means", "member", "memory", "merge", "message", "meta", "metadata", "meth", "method",
    "methods", "missing", "mock", "mode", "model", "module", "modules", "monday", "mongo", "monkey", "month", "more", "most", "move", "multiple",
    "must", "mutex", "mysql", "name", "named", "names", "namespace", "need", "needed", "needs", "negative", "nested", "network", "never", "next",
    "nginx", "node", "nodes", "none", "normal", "note", "november", "null", "nulls", "number", "numbers", "nvvm", "oauth", "object", "objects",
    "ocsp", "october", "offset", "offsets", "once", "only", "open", "openssl", "operation", "operator", "option", "optional", "options", "opts",
    "oracle", "orange", "order", "ordering", "original", "other", "otherwise", "output", "over", "overflow", "override", "owned", "owner", "owur",
    "pack", "package", "padding", "page", "pair", "panic", "param", "parameter", "parameters", "params", "parent", "paris", "parquet", "parse",
    "parsed", "parser", "parsing", "part", "partial", "partition", "parts", "pass", "passcode", "passed", "passphrase", "passwd", "password",
    "patch", "path", "paths", "pattern", "payload", "pending", "people", "pepper", "perl", "personal", "pickle", "pipe", "pkcs", "pkey", "place",
    "placeholder", "plain", "platform", "please", "point", "pointer", "points", "pokemon", "policy", "poll", "poly", "pool", "port", "position",
    "posix", "possible", "post", "postgres", "postgresql", "predicate", "prefix", "present", "prev", "previous", "primary", "primitive", "princess",
    "print", "private", "proc", "process", "production", "profile", "program", "project", "properties", "property", "proto", "protocol", "provide",
    "provided", "provider", "proxy", "pthread", "public", "pull", "purpose", "push", "python", "query", "queue", "quote", "qwerty", "rabbit",
    "rabbitmq", "raise", "raises", "random", "range", "read", "reader", "readonly", "ready", "real", "reason", "recipient", "record", "recv",
    "redacted", "redis", "reference", "refresh", "regex", "region", "register", "release", "remove", "removed", "replace", "repr", "request",
    "requests", "require", "required", "requires", "reserve", "reserved", "reset", "resource", "resp", "response", "rest", "result", "results",
    "retry", "return", "returned", "returns", "right", "role", "root", "rows", "rule", "rules", "running", "runtime", "rust", "safe", "safety",
    "same", "sample", "sandbox", "saturday", "scalar", "schema", "scheme", "scope", "script", "search", "second", "seconds", "secret", "secretary",
    "section", "secure", "security", "seek", "select", "selection", "self", "send", "sentry", "september", "sequence", "serde", "serialize",
    "server", "service", "session", "sets", "setting", "settings", "setup", "shadow", "shape", "shared", "shell", "shift", "short", "should",
    "show", "side", "sign", "signal", "signature", "signed", "signer", "signing", "simd", "simple", "since", "single", "size", "sized", "sizeof",
    "skip", "slack", "sleep", "slice", "small", "smithy", "snapshot", "sock", "socket", "software", "some", "sort", "sorted", "source", "space",
    "spam", "span", "spawn", "spec", "special", "specific", "specified", "split", "spring", "sqlite", "sqlx", "sqrt", "stack", "staging",
    "standard", "staple", "start", "starwars", "stat", "state", "static", "stats", "status", "stderr", "stdout", "still", "stname", "stop",
    "storage", "store", "stream", "strict", "string", "strings", "strip", "stripe", "struct", "structure", "style", "subclass", "subprocess",
    "subscription", "success", "such", "suffix", "suite", "summer", "sunday", "sunshine", "super", "superman", "supersecret", "superuser",
    "support", "supported", "sure", "symbol", "symbols", "sympy", "sync", "syntax", "system", "table", "tags", "take", "target", "task", "team",
    "temp", "template", "tenant", "test", "testfn", "testing", "tests", "text", "than", "that", "their", "them", "then", "there", "these", "they",
    "thing", "this", "thread", "through", "thursday", "time", "timeout", "timer", "timestamp", "title", "token", "tokens", "tokio", "total",
    "trace", "traceback", "trait", "traits", "transmute", "tree", "true", "trust", "trustno", "tuesday", "tuple", "twilio", "twitter", "type",
    "typedef", "typename", "types", "typing", "uint", "ulong", "undef", "under", "unhandled", "unicode", "union", "unique", "unit", "unittest",
    "unix", "unknown", "unless", "unsafe", "unsigned", "until", "unused", "unwrap", "update", "upload", "upper", "urllib", "usage", "used", "user",
    "username", "users", "uses", "using", "usize", "util", "utils", "valid", "validate", "value", "values", "variable", "variables", "variant",
    "vault", "vector", "vendor", "verbose", "verify", "version", "versions", "view", "visit", "void", "wait", "want", "warn", "warning", "warnings",
    "water", "webhook", "wednesday", "weight", "welcome", "what", "when", "where", "whether", "which", "while", "whitespace", "widget", "width",
    "will", "window", "windows", "winter", "with", "without", "word", "work", "worker", "workspace", "world", "would", "wrap", "wrapper",
    "wrapping", "write", "writer", "written", "year", "yield", "your", "zero", "zone",
];

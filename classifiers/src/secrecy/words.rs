//! Words that values which are no secrets are made of: the words of four letters and more that the most packages of source code and documentation have (less what is put together
//! of others), words of user interfaces, and the names, animals and seasons of which people make passwords.

/// First three letters, five bits each.
const CODES: usize = 1 << 15;

/// Which words begin with three letters: a bit for each three, how many of the bits before are set, and where the words of each set bit begin; the first eight letters of
/// each word, and its length.
struct Index {
    bits: [u64; CODES / 64],
    ranks: [u16; CODES / 64],
    heads: [u16; WORDS.len() + 1],
    begins: [u64; WORDS.len()],
    lengths: [u8; WORDS.len()],
}

static INDEX: Index = {
    let mut index =
        Index { bits: [0; CODES / 64], ranks: [0; CODES / 64], heads: [0; WORDS.len() + 1], begins: [0; WORDS.len()], lengths: [0; WORDS.len()] };
    let (mut word, mut heads) = (0, 0);
    while word < WORDS.len() {
        let text = WORDS[word].as_bytes();
        let code = ((text[0] - b'a') as usize) << 10 | ((text[1] - b'a') as usize) << 5 | (text[2] - b'a') as usize;
        if index.bits[code / 64] >> (code % 64) & 1 == 0 {
            index.bits[code / 64] |= 1 << (code % 64);
            index.heads[heads] = word as u16;
            heads += 1;
        }
        let mut at = 0;
        while at < text.len() && at < 8 {
            index.begins[word] |= (text[at] as u64) << (8 * at);
            at += 1;
        }
        index.lengths[word] = text.len() as u8;
        word += 1;
    }
    while heads <= WORDS.len() {
        index.heads[heads] = WORDS.len() as u16;
        heads += 1;
    }
    let (mut at, mut rank) = (0, 0);
    while at < CODES / 64 {
        index.ranks[at] = rank;
        rank += index.bits[at].count_ones() as u16;
        at += 1;
    }
    index
};

/// Whether a word begins with these three letters.
pub(super) fn may_begin(code: usize) -> bool {
    INDEX.bits[code / 64 % (CODES / 64)] >> (code % 64) & 1 == 1
}

/// Length of the longest word that `text`, in any case, begins with; 0: none. `code`: its first three letters, with which a word begins.
pub(super) fn begins(text: &[u8], code: usize) -> usize {
    let (bits, rank) = (INDEX.bits[code / 64], INDEX.ranks[code / 64]);
    let set = usize::from(rank) + (bits & ((1 << (code % 64)) - 1)).count_ones() as usize;
    let words = usize::from(INDEX.heads[set])..usize::from(INDEX.heads[set + 1]);
    let mut eight = [0; 8];
    let there = text.len().min(8);
    eight[..there].copy_from_slice(&text[..there]);
    let here = u64::from_le_bytes(eight) | 0x2020_2020_2020_2020;
    // Of words that begin alike the longer ones come later.
    for word in words.rev() {
        let length = usize::from(INDEX.lengths[word]);
        let counts = if length >= 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
        if (here ^ INDEX.begins[word]) & counts != 0 || length > text.len() {
            continue;
        }
        if length <= 8 || text[8..length].eq_ignore_ascii_case(&WORDS[word].as_bytes()[8..]) {
            return length;
        }
    }
    0
}

#[rustfmt::skip]
const WORDS: &[&str] = &[
    "aarch", "aardvark", "abcd", "ability", "able", "abort", "about", "above", "absent", "absolute", "abstract", "accept", "access", "accessible",
    "accidentally", "accompanying", "according", "account", "accuracy", "accurate", "acquire", "across", "action", "activate", "active", "acts",
    "actual", "adapted", "adapter", "added", "adding", "addition", "additional", "addr", "address", "adds", "adgangskode", "adjacent", "adjust",
    "admin", "administrator", "advance", "advantage", "advertising", "advised", "affect", "affiche", "afficher", "affiliates", "after", "afterwards",
    "again", "against", "agent", "agree", "agreed", "agreement", "ahead", "aide", "alert", "algo", "algor", "algorithm", "algum", "alias", "alice",
    "align", "alive", "alla", "alle", "alloc", "allocate", "allocated", "allocating", "allocation", "allow", "allowed", "almost", "alone", "along",
    "alpha", "already", "also", "alter", "alternate", "alternative", "although", "always", "amazon", "amazonaws", "ambiente", "ambiguous", "among",
    "amount", "analysis", "anchor", "andere", "anders", "andra", "android", "angegeben", "angegebenen", "angel", "anges", "angle", "angular",
    "annotated", "annotation", "annotations", "anonymous", "another", "ansi", "answer", "anymore", "anyone", "anything", "anyway", "anywhere",
    "apache", "apart", "apenas", "apikey", "appear", "append", "apple", "applicable", "application", "applied", "applies", "apply", "approach",
    "appropriate", "april", "arbitrary", "arch", "architecture", "archive", "area", "aren", "args", "argument", "arguments", "argv", "arising",
    "arithmetic", "around", "arquivo", "arquivos", "array", "arrow", "arthur", "ascii", "asdf", "asdfgh", "ashley", "asked", "aspire", "assembly",
    "assert", "assign", "assignments", "associate", "associated", "assume", "assuming", "assumption", "async", "asynchronous", "asyncio", "atom",
    "atomic", "attach", "attached", "attempt", "attention", "attr", "attribute", "attributes", "attrs", "auch", "audience", "audit", "august",
    "aussi", "auth", "authentication", "authority", "authorization", "authorized", "authors", "auto", "autobenches", "autobins", "autolib",
    "automatic", "automatically", "autor", "autumn", "availability", "available", "avec", "average", "avoid", "await", "aware", "away", "azure",
    "back", "backend", "background", "backup", "backward", "backwards", "badge", "banana", "bare", "base", "baseball", "based", "bash", "basic",
    "basically", "basis", "basketball", "batch", "batman", "battery", "bear", "bearer", "because", "become", "becomes", "been", "beendet", "before",
    "begin", "beginning", "behave", "behaves", "behavior", "behaviour", "behind", "being", "belong", "belongs", "below", "bench", "benchmarks",
    "benefit", "berlin", "beschreibung", "beschrijving", "beskrivning", "best", "bestand", "bestanden", "beta", "better", "between", "beyond",
    "bezeichnung", "bigger", "billing", "binary", "bind", "bindgen", "binding", "bitbucket", "bitfield", "bits", "bitwise", "black", "blank", "blob",
    "block", "blocks", "blog", "blue", "body", "bold", "bonjour", "book", "bool", "boolean", "border", "borrow", "borrowed", "boston", "both", "boto",
    "botocore", "bottom", "bound", "boundaries", "boundary", "bowling", "boxed", "braces", "bracket", "brackets", "bram", "branch", "brand", "break",
    "bright", "broken", "broker", "brown", "browser", "btrfs", "bucket", "buckets", "buffer", "bugs", "build", "builder", "built", "builtin", "bump",
    "bundle", "bunny", "business", "busy", "butterfly", "button", "bypass", "byte", "bytes", "cache", "caching", "cada", "calc", "calculate",
    "calculation", "call", "callable", "callback", "called", "caller", "calls", "came", "camel", "camera", "campo", "cancel", "cancellation",
    "cancelled", "candidate", "cannot", "canonical", "capable", "capacity", "capital", "captcha", "capture", "card", "care", "careful", "cargo",
    "carlos", "carry", "case", "cases", "caso", "cast", "catalog", "catch", "categories", "category", "caught", "cause", "causing", "caution", "ceil",
    "cell", "center", "cert", "certain", "certificate", "cette", "chain", "champion", "chance", "change", "changed", "changeit", "changelog",
    "changeme", "changes", "changethis", "changing", "channel", "chapter", "char", "character", "characters", "charge", "charlie", "charset", "chat",
    "cheap", "check", "checked", "checking", "checkout", "checksum", "cheese", "cherry", "chicken", "child", "children", "chmod", "chocolate",
    "choice", "choose", "chosen", "chunk", "cipher", "circle", "circular", "circumstances", "claim", "clang", "class", "classifier", "clause",
    "clave", "clean", "cleanup", "clear", "click", "client", "clippy", "clock", "clone", "close", "closed", "closing", "closure", "cloud", "cluster",
    "code", "codegen", "coding", "coerce", "coffee", "cold", "collapse", "collect", "colon", "color", "column", "comando", "combination", "combine",
    "combined", "combining", "come", "coming", "comma", "command", "commande", "commands", "comme", "comment", "commercial", "commit", "common",
    "communicate", "communication", "community", "como", "comp", "compact", "company", "compare", "comparing", "comparison", "compat",
    "compatibility", "compatible", "compfunc", "compilation", "compile", "compiler", "compiling", "complete", "completion", "complex", "complexity",
    "compliance", "compliant", "complicated", "component", "components", "comportamento", "compose", "composite", "compound", "compress",
    "computation", "compute", "computer", "computing", "concat", "concatenate", "concatenated", "concept", "concrete", "concurrency", "concurrent",
    "cond", "condition", "conditions", "conf", "config", "configurable", "configuration", "configure", "configuring", "confirm", "conflict",
    "conjunction", "conn", "connect", "connection", "consecutive", "consequential", "consider", "considered", "consist", "consistency", "consistent",
    "consists", "console", "const", "constant", "constraint", "construct", "constructors", "consume", "consumer", "consuming", "cont", "contact",
    "contain", "contains", "content", "contents", "context", "contextlib", "contiguous", "continuation", "continue", "contract", "contrasena",
    "contrast", "contributing", "contribution", "contributor", "contributors", "control", "controlled", "convenience", "convenient", "convention",
    "conversion", "convert", "cookie", "copied", "copies", "copy", "copyfunc", "copyright", "core", "correct", "correspond", "corresponding",
    "corvette", "cost", "could", "couldn", "count", "couple", "course", "cover", "coverage", "cowboy", "cpan", "cpython", "crash", "crate", "create",
    "created", "creating", "creation", "credential", "credentials", "criteria", "criterion", "critical", "crmf", "cross", "crypto", "cryptography",
    "crystal", "ctrl", "ctypes", "curr", "current", "cursor", "custom", "customer", "cycle", "cygwin", "cypher", "dados", "daemon", "dakota",
    "damage", "damages", "dangling", "daniel", "dann", "dans", "darwin", "dash", "dashboard", "data", "database", "dataclasses", "date", "datei",
    "dateien", "datetime", "david", "days", "dead", "deadbeef", "deal", "dealings", "debian", "debug", "debugger", "debugging", "december", "decide",
    "decimal", "decision", "declaration", "declare", "decode", "decoder", "decoding", "decompress", "decorated", "decorator", "dedicated", "deep",
    "default", "defaults", "defer", "deferred", "define", "defined", "definida", "defining", "definition", "defs", "degree", "delay", "delegate",
    "delete", "deleting", "deletion", "delimited", "delimiter", "delta", "demand", "demo", "denied", "denna", "dense", "deny", "depend",
    "dependencies", "dependency", "dependent", "depending", "depends", "deploy", "deployment", "deprecated", "deprecatedin", "deprecation", "deps",
    "depth", "deque", "deref", "derivative", "derive", "desc", "descri", "describe", "described", "describing", "description", "descriptor", "desde",
    "deserialize", "deserializer", "design", "desired", "despite", "dessa", "dest", "destination", "destroy", "destructor", "detach", "detail",
    "details", "detect", "determine", "determining", "deterministic", "detta", "devconf", "deve", "developer", "developers", "development", "device",
    "deze", "diag", "diagnostic", "diamond", "dict", "dictionaries", "dictionary", "didn", "dies", "diese", "diff", "difference", "different",
    "difficult", "digest", "digit", "digits", "dimension", "dinner", "direct", "directive", "directly", "directories", "directory", "dirname", "dirs",
    "disable", "disabling", "disallowed", "discard", "disclaimed", "disclaimer", "discussion", "disk", "dispatch", "display", "dist", "distance",
    "distinct", "distinguish", "distribute", "distributed", "distribution", "distutils", "divide", "division", "docker", "docs", "docsrs",
    "docstring", "doctest", "doctype", "document", "documentation", "does", "doesn", "doing", "doit", "domain", "done", "dont", "door", "dots",
    "dotted", "double", "down", "downloaded", "dpkg", "draft", "dragon", "drain", "drive", "driver", "drop", "dropped", "dropping", "dual", "dummy",
    "dump", "dumps", "duplicate", "duration", "durch", "during", "dynamic", "dynamically", "each", "eagle", "earlier", "early", "easier", "easily",
    "east", "easy", "echo", "eddie", "edge", "edit", "effect", "effective", "efficient", "effort", "efter", "eine", "einem", "einen", "einer",
    "either", "elapsed", "elem", "element", "elements", "elephant", "elif", "eliminate", "eller", "ellipsis", "else", "emacs", "email", "embedded",
    "emit", "emitted", "employee", "empty", "emulate", "enable", "enabled", "enabling", "enclosed", "enclosing", "encode", "encoded", "encoder",
    "encoding", "encontrar", "encountered", "encrypt", "encrypted", "encryption", "ended", "endian", "endif", "ending", "endorse", "endpoint", "ends",
    "enforce", "engine", "english", "enough", "ensure", "ensuring", "enter", "entire", "entities", "entity", "entrada", "entre", "entries", "entry",
    "enum", "enumerate", "environ", "environment", "epoch", "epsilon", "equal", "equality", "equivalent", "erreur", "errno", "erro", "error",
    "errors", "escape", "escaping", "especially", "especificado", "essa", "esse", "essentially", "esta", "este", "estimate", "estiver", "eval",
    "evaluate", "evaluating", "evaluation", "even", "event", "events", "eventually", "ever", "every", "exact", "example", "examples", "exceed",
    "exceeded", "exceeds", "except", "exception", "exchange", "exclude", "excluding", "exclusive", "exec", "executable", "execute", "executing",
    "execution", "executor", "exemplary", "exemplo", "exercise", "exhausted", "exhaustive", "exist", "existence", "exists", "exit", "expand",
    "expansion", "expect", "expected", "expensive", "experimental", "expiration", "expired", "expires", "explain", "explanation", "explicit",
    "explicitly", "exponent", "exponential", "export", "expose", "expr", "express", "expression", "extend", "extended", "extension", "extensions",
    "extent", "extern", "external", "extra", "extract", "extremely", "facebook", "fact", "factor", "factory", "fail", "failed", "failure", "fake",
    "falcon", "fall", "fallback", "false", "family", "fashion", "fast", "fatal", "fault", "favor", "fbauto", "feature", "features", "february",
    "feed", "fehler", "fernando", "ferrari", "fetch", "fewer", "ffff", "ficheiro", "fichier", "fichiers", "field", "fields", "fifo", "fifth",
    "figure", "file", "filen", "filename", "fileno", "filer", "files", "fill", "filter", "final", "finally", "find", "fine", "finish", "finite",
    "firebase", "first", "fish", "fitness", "fits", "five", "fixed", "fixes", "fixme", "fixture", "flag", "flaggor", "flags", "flat", "flatten",
    "flexible", "float", "floor", "flow", "flower", "flush", "fname", "fold", "follow", "followed", "following", "follows", "font", "foobar",
    "football", "footer", "forbid", "force", "foreground", "forever", "forget", "forgot", "forgotten", "fork", "form", "format", "formato",
    "formatted", "formatter", "formatting", "forward", "found", "foundation", "four", "frac", "fraction", "fragment", "frame", "franklin", "fred",
    "free", "freedom", "freefunc", "freeze", "french", "fresh", "friday", "friend", "frog", "from", "front", "frontend", "frozen", "frozenset",
    "full", "fully", "func", "function", "functionality", "functions", "furnished", "further", "fused", "future", "gamma", "gandalf", "garbage",
    "garden", "gateway", "gebruik", "gebruikt", "general", "generate", "generated", "generating", "generation", "generator", "generic", "gesetzt",
    "getattr", "getcwd", "getitem", "getrandom", "gets", "getting", "getvalue", "gibson", "gibt", "ginger", "github", "gitlab", "give", "given",
    "giving", "glob", "global", "gmail", "goal", "goes", "going", "golden", "golf", "gone", "good", "google", "goto", "governing", "grab", "grafana",
    "grammar", "grant", "granted", "graph", "greater", "green", "grep", "groff", "group", "groups", "grow", "guarantee", "guaranteed", "guard",
    "guess", "guest", "guide", "guitar", "gunner", "gzip", "hack", "half", "hammer", "hand", "handle", "handler", "handling", "hannah", "happen",
    "happy", "hard", "hardware", "harley", "harness", "hasattr", "hash", "hashed", "hasher", "hasn", "have", "haven", "having", "head", "header",
    "headers", "heap", "height", "held", "hello", "help", "helper", "helpful", "hence", "here", "hereby", "heroku", "heuristic", "hexadecimal",
    "hidden", "hide", "hierarchy", "high", "highest", "highlight", "hint", "history", "hits", "hmac", "hockey", "hold", "home", "honda", "honey",
    "hook", "hope", "horizontal", "horse", "host", "hour", "house", "however", "href", "html", "http", "https", "huge", "human", "hunter", "hyper",
    "hyphenation", "iceman", "idea", "ideal", "ideally", "ident", "identical", "identification", "identified", "identifier", "identifies", "identify",
    "identity", "ideograph", "idioms", "idle", "ieee", "ietf", "ifla", "ifndef", "ignore", "ignoring", "illegal", "iloveyou", "image", "immediate",
    "immediately", "immutable", "impact", "impl", "implement", "implementation", "implemented", "implicit", "implied", "implies", "import",
    "important", "importlib", "impossible", "improve", "improvements", "incidental", "include", "including", "inclusion", "inclusive", "incoming",
    "incompatible", "incomplete", "inconsistent", "incorporated", "incorrect", "increase", "increasing", "increment", "indent", "indentation",
    "independent", "index", "indicate", "indicating", "indicator", "indices", "indirect", "individual", "infallible", "infer", "inference",
    "inferred", "infinite", "infinity", "info", "information", "informationen", "ingesteld", "inherit", "init", "initial", "initialization",
    "initializer", "inject", "inline", "inner", "input", "insensitive", "insert", "inside", "inspect", "inspired", "install", "installation",
    "instance", "instant", "instantiate", "instead", "instruction", "insufficient", "inte", "integer", "integral", "integrate", "integration",
    "intel", "intended", "intent", "intentionally", "interact", "interactive", "interested", "interesting", "interface", "intermediate", "internal",
    "internet", "interpret", "interpreted", "interpreter", "interrupt", "intersection", "interval", "into", "introduced", "introduction", "ints",
    "invalid", "invariant", "inverse", "invert", "invocation", "invoke", "invoking", "involved", "ioctl", "isdigits", "isdir", "isfile", "isinstance",
    "isize", "island", "issue", "issuer", "isto", "item", "items", "iter", "iterable", "iterate", "iterating", "iteration", "iterator", "itself",
    "jackson", "january", "jasmine", "jason", "java", "jenkins", "jennifer", "jessica", "jobs", "john", "join", "jong", "jordan", "joseph", "joshua",
    "json", "july", "jump", "june", "just", "justification", "justin", "kann", "keep", "keine", "kennwort", "kept", "kernel", "keyboard", "keycloak",
    "keyed", "keys", "keystore", "keyword", "kill", "killer", "kind", "kitten", "know", "known", "kommer", "kubernetes", "kwargs", "label", "lack",
    "lakers", "lambda", "lang", "language", "large", "larger", "largest", "last", "late", "later", "latest", "latin", "latter", "launch", "layer",
    "layout", "lazy", "lead", "leading", "leaf", "leak", "learn", "least", "leave", "leaving", "left", "legacy", "legal", "length", "lesen", "less",
    "letmein", "lets", "letter", "level", "lexer", "liability", "liable", "libc", "libraries", "library", "libs", "license", "life", "lifetime",
    "light", "ligne", "like", "limit", "limitation", "limitations", "line", "linear", "lineno", "lines", "linha", "link", "lint", "lints", "linux",
    "list", "lista", "liste", "listen", "listener", "lite", "literal", "little", "live", "llvm", "load", "loader", "local", "locale", "localhost",
    "locate", "located", "location", "lock", "logger", "logging", "logic", "logical", "login", "logo", "logs", "london", "long", "longest", "look",
    "lookup", "loop", "lorem", "lose", "loss", "lossy", "lost", "lots", "lotus", "love", "lovely", "lower", "lowest", "lstrip", "lucky", "lzma",
    "machine", "machinery", "macro", "macros", "made", "maggie", "magic", "mail", "main", "maintain", "maintenance", "mais", "major", "make",
    "making", "malformed", "manage", "managed", "management", "manager", "mandatory", "manifest", "manipulation", "manner", "manual", "many",
    "mapped", "mapping", "maps", "march", "margin", "mariadb", "marina", "mark", "marker", "market", "marlboro", "martin", "mask", "master", "match",
    "matches", "material", "materials", "math", "matrix", "matter", "matthew", "maverick", "maximal", "maximum", "maxsize", "maybe", "mean",
    "meaningful", "means", "meant", "measure", "mechanism", "media", "medium", "meet", "member", "memchr", "memory", "menos", "mensagem", "mentioned",
    "menu", "mercedes", "merchant", "merely", "merge", "merging", "merlin", "mesmo", "message", "meta", "metadata", "meth", "method", "methods",
    "metrics", "michael", "michelle", "mickey", "micro", "microsoft", "middle", "midnight", "might", "millis", "milliseconds", "mime", "mind",
    "minimal", "minimize", "minimum", "minor", "minus", "minute", "minutes", "miri", "mirror", "misc", "miscellaneous", "mismatch", "miss", "missing",
    "mistakes", "mixed", "mixin", "mkdir", "mobile", "mock", "mode", "model", "modern", "modification", "modified", "modifier", "modify", "modo",
    "module", "modules", "modulo", "moment", "monday", "mongo", "monkey", "monster", "monteiro", "month", "moolenaar", "more", "morgan", "most",
    "mostra", "motdepasse", "mother", "moto", "mount", "mountain", "mouse", "move", "moving", "msrv", "msvc", "much", "multi", "multiple",
    "multiplication", "multiply", "music", "must", "mustang", "mutable", "mutate", "mutex", "mutually", "mypy", "mysql", "naam", "naar", "nach",
    "naive", "name", "named", "names", "namespace", "naming", "namn", "narrow", "natasha", "native", "natural", "nature", "nazwa", "near", "nearest",
    "necessarily", "necessary", "need", "needed", "needs", "negative", "negligence", "neither", "nenhum", "nest", "nested", "nesting", "network",
    "never", "newer", "newline", "newly", "next", "nginx", "nice", "nicer", "nicht", "nicole", "niet", "nightly", "ninja", "node", "nodes", "nombre",
    "nome", "none", "nonzero", "noop", "noqa", "norm", "normal", "normalization", "notareal", "notation", "note", "nothing", "notice", "notification",
    "notify", "november", "nroff", "null", "nulls", "number", "numbers", "numeric", "numpy", "nvvm", "oauth", "object", "objects", "observe",
    "obsolete", "obtain", "obvious", "occur", "occurred", "occurrence", "occurs", "ocean", "ocsp", "octal", "octet", "october", "oder", "offer",
    "office", "official", "offset", "offsets", "often", "okay", "older", "omega", "omgeving", "omit", "omitted", "onboarding", "once", "onde", "ones",
    "online", "only", "onto", "opaque", "open", "openssl", "operate", "operating", "operation", "operator", "opgegeven", "opposed", "opposite",
    "opties", "optimal", "optimization", "optimize", "optimized", "option", "optional", "optionen", "options", "opts", "oracle", "orange", "order",
    "ordering", "ordinary", "organization", "orig", "origin", "original", "other", "otherwise", "ourselves", "outer", "output", "outros", "outside",
    "over", "overall", "overflow", "overlap", "overlapping", "overridden", "override", "overriding", "owned", "owner", "ownership", "owns", "owur",
    "pack", "package", "packaging", "packers", "pacotes", "padded", "padding", "page", "pagination", "pair", "panic", "para", "parallel", "param",
    "parameter", "parameters", "params", "paren", "parent", "parentheses", "paris", "parola", "parquet", "parse", "parsed", "parser", "parsing",
    "part", "parte", "partial", "particular", "partir", "partition", "partner", "parts", "party", "pass", "passcode", "passed", "passphrase",
    "passwd", "password", "passwort", "past", "paste", "patch", "path", "pathlib", "paths", "patrick", "pattern", "paul", "payload", "payment",
    "peanut", "peek", "peer", "pelo", "pending", "people", "pepper", "percent", "perf", "perform", "performance", "perhaps", "period", "perl",
    "permanent", "permission", "permit", "permitted", "persistent", "person", "personal", "peter", "peut", "phantom", "phase", "phoenix", "physical",
    "pick", "pickle", "piece", "pieces", "piglet", "pipe", "pitch", "pkcs", "pkey", "place", "placeholder", "plain", "plan", "platform", "play",
    "player", "please", "plugin", "plus", "pode", "podem", "point", "pointer", "points", "pokemon", "policies", "policy", "poll", "poly", "pool",
    "populate", "porsche", "port", "portal", "position", "positive", "posix", "possibility", "possible", "possibly", "post", "postgres", "postgresql",
    "potential", "potentially", "pour", "power", "practice", "pragma", "preamble", "prec", "preceded", "precedence", "preceding", "precise",
    "precision", "predefined", "predefinido", "predicate", "prefer", "preference", "preferred", "prefix", "prelude", "prepare", "prepend", "presence",
    "present", "presentation", "preserve", "preserving", "press", "pretty", "prev", "prevent", "previous", "primarily", "primary", "prime",
    "primitive", "princess", "principal", "print", "printf", "println", "prior", "priority", "private", "probably", "probe", "problem", "proc",
    "procedure", "proceed", "process", "procurement", "produce", "producing", "product", "production", "profile", "profits", "program", "programa",
    "programm", "programma", "programme", "programmet", "programming", "progress", "project", "promote", "prompt", "prop", "propagate", "proper",
    "properly", "properties", "property", "protect", "protected", "protection", "proto", "protocol", "provide", "provided", "provider", "providing",
    "proxy", "pseudo", "pthread", "public", "publish", "published", "pull", "punctuation", "pure", "purple", "purpose", "push", "puts", "pycache",
    "pypi", "pytest", "python", "qual", "qualified", "quality", "qualquer", "quando", "queries", "query", "question", "queue", "quick", "quiet",
    "quit", "quite", "quote", "qwer", "qwert", "qwerty", "rabbit", "rabbitmq", "race", "rachel", "raiders", "rainbow", "raise", "raises", "rand",
    "random", "range", "ranger", "rare", "rate", "rather", "ratio", "rational", "reach", "reached", "read", "reader", "readme", "readonly", "ready",
    "real", "reason", "rebuild", "receive", "received", "receiver", "receiving", "recent", "recipient", "recognize", "recognized", "recommend",
    "recommended", "record", "recover", "recovery", "recurse", "recursion", "recursive", "recv", "redacted", "redirect", "redis", "redistribute",
    "redistribution", "reduce", "reducing", "redundant", "refer", "reference", "referencing", "referred", "reflect", "reformat", "refresh", "refs",
    "refuse", "regard", "regarding", "regardless", "regex", "regexp", "region", "register", "registration", "registry", "regression", "regular",
    "reject", "related", "relation", "relationship", "relative", "relaxed", "release", "relevant", "relies", "reload", "rely", "remain", "remainder",
    "remaining", "remember", "remote", "removal", "remove", "removed", "removing", "rename", "render", "repeat", "repeatedly", "replace", "replaceme",
    "replacing", "reply", "repo", "report", "repository", "repr", "represent", "representation", "represents", "reproduce", "request", "requests",
    "require", "required", "requirements", "requires", "requiring", "reserve", "reserved", "reset", "resize", "resolution", "resolve", "resolver",
    "resolving", "resource", "resp", "respect", "respectively", "respond", "response", "responsibility", "responsible", "rest", "restart", "restore",
    "restrict", "restricted", "restriction", "result", "results", "resume", "retain", "retries", "retrieve", "retry", "return", "returned", "returns",
    "reuse", "reverse", "revert", "revision", "rewrite", "right", "ring", "risk", "river", "robert", "robot", "rocket", "role", "room", "root",
    "rotate", "roughly", "round", "route", "routine", "rows", "rsplit", "rstrip", "rule", "rules", "runner", "running", "runs", "runtime", "rust",
    "rustc", "rustdoc", "safe", "safety", "said", "sailor", "salesforce", "samantha", "same", "samma", "sample", "sandbox", "sanity", "sans",
    "satisfied", "satisfies", "satisfy", "saturating", "saturday", "save", "saving", "says", "scalar", "scale", "scaling", "scan", "scenarios",
    "schedule", "schema", "scheme", "school", "scooter", "scope", "scratch", "screen", "script", "sealed", "search", "second", "secondary", "seconds",
    "secret", "secretary", "secreto", "secs", "section", "secure", "security", "sedan", "seed", "seek", "seem", "seems", "seen", "segment", "sein",
    "seja", "select", "selection", "self", "sell", "semantic", "semantics", "semicolon", "sempre", "semver", "send", "senha", "sense", "sensitive",
    "sent", "sentinel", "sentry", "separate", "separator", "september", "sequence", "sequential", "sera", "serde", "serial", "serialization",
    "serialize", "serializer", "series", "serve", "server", "service", "session", "setattr", "setdefault", "setitem", "sets", "setter", "setting",
    "settings", "setup", "several", "shadow", "shall", "shape", "share", "shared", "sharing", "shell", "shields", "shift", "shipping", "shop",
    "short", "shortcut", "should", "shoulder", "shouldn", "show", "shown", "shrink", "shutdown", "sich", "side", "siehe", "sign", "signal",
    "signature", "signed", "signer", "significant", "signin", "signing", "signup", "silent", "silently", "silver", "simd", "similar", "simple",
    "simpler", "simplified", "simplify", "simply", "simulate", "simultaneously", "since", "sind", "single", "singleton", "sink", "sinopse", "sistema",
    "site", "situation", "situations", "size", "sized", "sizeof", "skip", "skipped", "skipping", "skriv", "slack", "slash", "slayer", "sleep",
    "slice", "slightly", "slot", "slots", "slow", "small", "smallest", "smart", "smithy", "smokey", "snake", "snapshot", "snoopy", "sobre", "soccer",
    "sock", "socket", "soft", "software", "solely", "solution", "solve", "some", "someone", "sometimes", "sont", "soon", "sort", "sorted", "sortie",
    "source", "space", "spacing", "spam", "span", "sparse", "spawn", "spdx", "spec", "special", "specific", "specifically", "specification",
    "specified", "specifies", "specify", "speed", "spider", "spin", "split", "spring", "sqlite", "sqlx", "sqrt", "square", "stable", "stack", "stage",
    "staging", "standaard", "standalone", "standard", "staple", "star", "start", "startswith", "startup", "starwars", "stat", "state", "statements",
    "static", "statically", "statistics", "stats", "status", "stay", "stderr", "stdin", "stdio", "stdlib", "stdnum", "stdout", "steelers", "step",
    "still", "stname", "stop", "stopped", "storage", "store", "storing", "storm", "straight", "strategy", "stream", "street", "strict", "string",
    "stringify", "strings", "strip", "stripe", "stripped", "strong", "struct", "structure", "stub", "student", "stuff", "style", "subclass",
    "subdirectory", "subject", "sublicense", "submit", "submitted", "subnet", "subprocess", "subs", "subscript", "subscription", "subsequent",
    "subset", "substantial", "substitute", "substitution", "subtract", "succeed", "success", "successful", "such", "sufficient", "suffix",
    "suggested", "suitable", "suite", "summary", "summer", "sunday", "sunshine", "super", "superman", "supersecret", "superuser", "supplied",
    "supply", "support", "supported", "suppose", "supposed", "suppress", "sure", "surrogate", "surrounding", "swap", "switch", "sydney", "symbol",
    "symbolic", "symbols", "symlink", "symmetric", "sympy", "sync", "synopsis", "syntax", "system", "table", "tabs", "tagged", "tagging", "tags",
    "tail", "take", "taken", "taking", "tamb", "target", "task", "taylor", "teacher", "team", "technical", "technically", "tell", "temp", "template",
    "temporarily", "temporary", "tenant", "tennis", "term", "termina", "terminal", "terminate", "termination", "terminator", "terms", "test",
    "tester", "testfn", "testing", "tests", "text", "than", "thanks", "that", "their", "them", "themselves", "then", "theory", "there", "therefore",
    "thereof", "these", "they", "thing", "think", "third", "this", "thomas", "those", "though", "thread", "three", "threshold", "through", "throw",
    "thunder", "thursday", "thus", "tiger", "tigger", "till", "time", "timeout", "timer", "timestamp", "timing", "tiny", "title", "tmpdir", "todas",
    "today", "todo", "together", "toggle", "token", "tokens", "tokio", "toml", "tonen", "tool", "tools", "topic", "tort", "total", "touch", "toute",
    "trace", "traceback", "tracing", "track", "trade", "traditional", "traduction", "trailer", "trailing", "trait", "traits", "transfer", "transform",
    "transformation", "transition", "translate", "translation", "transmute", "transparent", "transport", "transpose", "traversal", "traverse",
    "treat", "treated", "tree", "trick", "tricky", "tried", "tries", "trigger", "trim", "trip", "triple", "trivial", "troff", "true", "trunc",
    "truncate", "truncation", "trust", "trustno", "trying", "tuesday", "tuple", "turn", "turtle", "twice", "twilio", "twitter", "type", "typedef",
    "typename", "types", "typical", "typically", "typing", "ubuntu", "uint", "ulong", "unable", "unaligned", "unavailable", "unbounded", "unchanged",
    "unchecked", "uncompressed", "undef", "undefined", "under", "underlying", "underscore", "understand", "undo", "unexpected", "unfortunately",
    "unhandled", "unicode", "uniform", "unimplemented", "uninit", "uninitialized", "union", "unique", "unit", "unittest", "universal", "unix",
    "unknown", "unless", "unlike", "unlink", "unlock", "unmodified", "unnecessary", "unpack", "unreachable", "unrecognized", "unsafe", "unset",
    "unsigned", "unspecified", "unstable", "unsupported", "untag", "until", "untrusted", "unused", "unwind", "unwrap", "update", "updating",
    "upgrade", "upload", "upon", "upper", "upstream", "urllib", "urls", "usable", "usada", "usado", "usage", "usando", "usar", "used", "useful",
    "useless", "user", "username", "users", "uses", "using", "usize", "usual", "usually", "util", "utilisateur", "utiliser", "utilities", "utility",
    "utiliza", "utils", "uuid", "valeur", "valid", "validate", "validating", "validation", "validator", "validity", "valor", "valores", "value",
    "values", "variable", "variables", "variant", "various", "vars", "vary", "vault", "vector", "veja", "vendor", "verbatim", "verbose",
    "verification", "verified", "verifies", "verify", "vers", "versie", "version", "versions", "vertical", "verwendet", "very", "victoria", "view",
    "viking", "virtual", "visa", "visar", "visibility", "visible", "visit", "visual", "void", "voir", "volume", "voor", "vous", "wachtwoord", "wait",
    "wake", "walk", "wallet", "want", "warn", "warning", "warnings", "warranties", "warranty", "warrior", "wasi", "wasm", "wasn", "watch", "water",
    "ways", "weak", "webhook", "wednesday", "weight", "weird", "welcome", "well", "wenn", "werden", "were", "what", "whatever", "wheel", "when",
    "where", "whereas", "whether", "which", "while", "white", "whitespace", "whole", "whom", "whose", "wide", "widget", "width", "wiki", "wikipedia",
    "wildcard", "will", "william", "window", "windows", "winner", "winter", "wird", "wish", "with", "within", "without", "wizard", "word", "worden",
    "wordt", "work", "worker", "workflows", "workspace", "world", "worry", "worse", "worth", "would", "wouldn", "wrap", "wrapped", "wrapper",
    "wrapping", "writable", "write", "writer", "writing", "written", "wrong", "wrote", "wurde", "yamaha", "yaml", "yankees", "year", "yellow",
    "yield", "your", "zeigt", "zero", "zijn", "zone", "zxcv", "zxcvbn",];

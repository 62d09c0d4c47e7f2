//! Conditions of role assignments: names of accounts, containers and paths are worked out, the rest stays a test with its own words.

use crate::reach::{Expr, when};

/// Deepest nesting that is read.
const DEEPEST: usize = 64;

/// What a condition is held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'r> {
    /// Action or data action.
    pub(super) action: &'r str,
    /// Whether blobs are listed: an operation of its own under the action that reads.
    pub(super) lists: bool,
    pub(super) account: &'r str,
    pub(super) container: &'r str,
    /// Paths begin so.
    pub(super) prefix: &'r str,
}

/// What a condition comes to. One that cannot be read stays a test as a whole.
pub(super) fn evaluate(source: &str, request: &Request<'_>) -> Expr {
    let whole = || when(source.split_whitespace().collect::<Vec<_>>().join(" "));
    let Some(tokens) = tokens(source) else { return whole() };
    let mut reader = Reader { tokens, at: 0, depth: 0, request };
    match reader.or() {
        Some(formula) if reader.at == reader.tokens.len() => formula,
        _ => whole(),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Not,
    And,
    Or,
    /// `@Resource[…]`, an operator, `ActionMatches`.
    Word(String),
    /// What stands in quotes, one or several in braces.
    Values(Vec<String>),
}

fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '!' => (Token::Not, 1),
            '&' if rest.starts_with("&&") => (Token::And, 2),
            '|' if rest.starts_with("||") => (Token::Or, 2),
            '\'' => {
                let end = rest[1..].find('\'')? + 1;
                (Token::Values(vec![rest[1..end].to_owned()]), end + 1)
            }
            '{' => {
                let end = rest.find('}')?;
                let values = rest[1..end].split(',').map(|v| v.trim().trim_matches('\'').to_owned());
                (Token::Values(values.collect()), end + 1)
            }
            '@' => {
                let end = rest.find(']')? + 1;
                (Token::Word(rest[..end].to_owned()), end)
            }
            c if c.is_ascii_alphanumeric() || c == '-' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '-'))).unwrap_or(rest.len());
                let word = &rest[..end];
                let token = match word.to_ascii_uppercase().as_str() {
                    "AND" => Token::And,
                    "OR" => Token::Or,
                    "NOT" => Token::Not,
                    _ => Token::Word(word.to_owned()),
                };
                (token, end)
            }
            _ => return None,
        };
        out.push(token);
        rest = rest[length..].trim_start();
    }
    Some(out)
}

struct Reader<'r> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    request: &'r Request<'r>,
}

impl Reader<'_> {
    fn take(&mut self, token: &Token) -> bool {
        let there = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(there);
        there
    }

    fn or(&mut self) -> Option<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut all = vec![self.and()?];
        while self.take(&Token::Or) {
            all.push(self.and()?);
        }
        self.depth -= 1;
        Some(Expr::any(all))
    }

    fn and(&mut self) -> Option<Expr> {
        let mut all = vec![self.unary()?];
        while self.take(&Token::And) {
            all.push(self.unary()?);
        }
        Some(Expr::all(all))
    }

    fn unary(&mut self) -> Option<Expr> {
        let mut negated = false;
        while self.take(&Token::Not) {
            negated = !negated;
        }
        let formula = if self.take(&Token::Open) {
            let inner = self.or()?;
            self.take(&Token::Close).then_some(inner)?
        } else {
            self.test()?
        };
        Some(if negated { formula.negated() } else { formula })
    }

    fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.tokens.get(self.at).cloned() else { return None };
        self.at += 1;
        Some(word)
    }

    fn test(&mut self) -> Option<Expr> {
        let left = self.word()?;
        let matches = ["ActionMatches", "SubOperationMatches", "Exists"].into_iter().find(|m| left.eq_ignore_ascii_case(m));
        if matches == Some("Exists") {
            let attribute = self.word()?;
            return Some(when(format!("Exists {attribute}")));
        }
        if let Some(matches) = matches {
            let Some(Token::Values(patterns)) = self.tokens.get(self.at).cloned() else { return None };
            self.at += 1;
            let one = |pattern: &String| match (matches, pattern.as_str()) {
                ("ActionMatches", pattern) => Expr::Is(super::rbac::fits(pattern, self.request.action)),
                (_, "Blob.List") => Expr::Is(self.request.lists),
                (_, pattern) if self.request.lists => Expr::Is(pattern.starts_with("Blob.List")),
                (_, pattern) => when(format!("SubOperationMatches{{'{pattern}'}}")),
            };
            return Some(Expr::any(patterns.iter().map(one)));
        }
        let operator = self.word()?;
        let (values, shown) = match self.tokens.get(self.at)? {
            Token::Values(values) => (values.clone(), format!("'{}'", values.join("', '"))),
            Token::Word(word) => (vec![word.clone()], word.clone()),
            _ => return None,
        };
        self.at += 1;
        Some(self.compare(&left, &operator, &values).unwrap_or_else(|| when(format!("{left} {operator} {shown}"))))
    }

    /// `None` where it cannot be told.
    fn compare(&self, attribute: &str, operator: &str, values: &[String]) -> Option<Expr> {
        let name = attribute.strip_prefix("@Resource[")?.strip_suffix(']')?;
        // On the left there is one value: whether it is any or all of them is the same. On the right any must compare, or all.
        let (quantifier, operator) = operator.split_once(':').map_or((None, operator), |(quantifier, operator)| (Some(quantifier), operator));
        let (operator, any_case) = operator.strip_suffix("IgnoreCase").map_or((operator, false), |operator| (operator, true));
        let (operator, negated) = operator.strip_prefix("StringNot").map_or((operator.strip_prefix("String")?, false), |operator| (operator, true));
        let fold = |text: &str| if any_case { text.to_lowercase() } else { text.to_owned() };
        let (own, whole) = match name {
            "Microsoft.Storage/storageAccounts:name" => (fold(self.request.account), true),
            "Microsoft.Storage/storageAccounts/blobServices/containers:name" => (fold(self.request.container), true),
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path" => (fold(self.request.prefix), false),
            _ => return None,
        };
        let every = match quantifier {
            Some("ForAnyOfAnyValues" | "ForAllOfAnyValues") => false,
            Some("ForAnyOfAllValues" | "ForAllOfAllValues") => true,
            Some(_) => return None,
            // Several values without a quantifier are not documented: not one of them.
            None => negated,
        };
        let compared = values.iter().map(|value| Some(Expr::Is(holds(operator, &own, whole, &fold(value))? != negated)));
        let compared: Vec<Expr> = compared.collect::<Option<_>>()?;
        Some(if every { Expr::all(compared) } else { Expr::any(compared) })
    }
}

/// Whether a name, or all names that begin so, compare; `None`: some.
fn holds(operator: &str, own: &str, whole: bool, value: &str) -> Option<bool> {
    let fixed = value.split('*').next().unwrap_or_default();
    match operator {
        "Equals" if whole => Some(own == value),
        "Equals" => (!value.starts_with(own)).then_some(false),
        "StartsWith" if whole || own.starts_with(value) => Some(own.starts_with(value)),
        "StartsWith" => (!value.starts_with(own)).then_some(false),
        "Like" if whole && !value.contains(['?', '\\']) => Some(super::rbac::fits_case(value, own)),
        "Like" if value.strip_suffix('*') == Some(fixed) && own.starts_with(fixed) => Some(true),
        "Like" if !value.contains(['?', '\\']) => (!fixed.starts_with(own) && !own.starts_with(fixed)).then_some(false),
        _ => None,
    }
}

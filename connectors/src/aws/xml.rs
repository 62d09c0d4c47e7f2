//! XML of AWS's older interfaces, as a tree. Attributes and namespaces are dropped: nothing that is read depends on them.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Deeper documents are refused.
const DEPTH: usize = 64;
/// Lists that do not say so by their name.
const LISTS: &[&str] = &["Policies", "AttachedManagedPolicies", "Tags", "Roles"];

/// An element: its name, its text, and what is in it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The first element of a name right below.
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All elements of a name right below.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// The text of an element right below; `None` where it is not there or empty.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.trim()).filter(|t| !t.is_empty())
    }

    /// As the command line prints it: a list of `member`s is an array, everything at the end is text.
    pub(super) fn value(&self) -> Value {
        if self.children.is_empty() {
            let list = self.name.ends_with("List") || LISTS.contains(&self.name.as_str());
            return if list && self.text.trim().is_empty() { Value::Array(Vec::new()) } else { Value::String(self.text.clone()) };
        }
        if self.children.iter().all(|c| c.name == "member") {
            return Value::Array(self.children.iter().map(Node::value).collect());
        }
        Value::Object(self.children.iter().map(|c| (c.name.clone(), c.value())).collect::<Map<_, _>>())
    }
}

/// Reads a document. `None`: it is cut off, malformed, too deep or declares entities of its own.
pub(super) fn parse(bytes: &[u8]) -> Option<Node> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut open: Vec<Node> = Vec::new();
    let mut root = None;
    for token in Tokenizer::from(text) {
        match token.ok()? {
            Token::ElementStart { local, .. } => {
                if open.len() >= DEPTH || root.is_some() {
                    return None;
                }
                open.push(Node { name: local.as_str().to_owned(), ..Node::default() });
            }
            Token::ElementEnd { end: ElementEnd::Open, .. } => {}
            Token::ElementEnd { end, .. } => {
                let node = open.pop()?;
                if let ElementEnd::Close(_, name) = end
                    && name.as_str() != node.name
                {
                    return None;
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(node),
                    None => root = Some(node),
                }
            }
            Token::Text { text } => {
                if let Some(node) = open.last_mut() {
                    unescape(text.as_str(), &mut node.text)?;
                }
            }
            Token::Cdata { text, .. } => {
                if let Some(node) = open.last_mut() {
                    node.text.push_str(text.as_str());
                }
            }
            Token::DtdStart { .. } | Token::EmptyDtd { .. } | Token::EntityDeclaration { .. } | Token::DtdEnd { .. } => return None,
            Token::Declaration { .. } | Token::ProcessingInstruction { .. } | Token::Comment { .. } | Token::Attribute { .. } => {}
        }
    }
    root.filter(|_| open.is_empty())
}

/// Undoes character references.
fn unescape(text: &str, out: &mut String) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (name, after) = rest[at + 1..].split_once(';')?;
        out.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let digits = name.strip_prefix('#')?;
                let code = match digits.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => digits.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn trees() {
        let text = "<?xml version='1.0'?><!-- c --><a xmlns=\"u\"><GroupList><member>x</member></GroupList><Tags/><UserPolicyList>\n</UserPolicyList>\
            <p>&lt;&#65;&#x42;&amp;&quot;</p><q><![CDATA[<raw>]]></q><s:e xmlns:s='v'>t</s:e></a>";
        let value = parse(text.as_bytes()).unwrap().value();
        assert_eq!(value, json!({"GroupList": ["x"], "Tags": [], "UserPolicyList": [], "p": "<AB&\"", "q": "<raw>", "e": "t"}));
    }

    #[test]
    fn what_is_no_document() {
        let deep = "<a>".repeat(DEPTH + 1) + &"</a>".repeat(DEPTH + 1);
        for text in [
            "",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "{}",
            "<a>&nope;</a>",
            "<a>&#xFFFFFFFF;</a>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            &deep,
        ] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(parse(b"<a>\xff</a>").is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[<>/a&;#x!\\[\\]\"' -]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
        }
    }
}

//! The paths that occur in a document, each with the values collected for it.

use std::{collections::HashMap, sync::Arc};

use crate::extract::{
    PathKind, Step,
    leaf::{Leaf, Name},
    stream,
};

/// Paths beyond this are collapsed: new keys at a level become `*`.
const MAX_PATHS: usize = 2_000;
/// The same below a `*`, so that `users.*.email` is told from `users.*.name`.
const MAX_PATHS_ANY: usize = 2 * MAX_PATHS;
/// Paths beyond this are not told from the one they branch off.
const MAX_NODES: usize = 4 * MAX_PATHS;
/// Longest key taken into a field's name, bytes.
const MAX_KEY: usize = 256;
/// A field's name does not grow beyond this, bytes.
const MAX_FIELD: usize = 2_048;
/// Children beyond this are looked up by hash.
const FEW: usize = 8;

#[derive(Debug)]
struct Node {
    field: Arc<str>,
    /// The steps from the record, as a list from the last one back.
    parent: Option<u32>,
    step: Step,
    stride: usize,
    /// There is a `*` in it.
    any_above: bool,
    children: Vec<(Box<[u8]>, u32)>,
    by_key: HashMap<Box<[u8]>, u32>,
    any: Option<u32>,
    element: Option<u32>,
    leaf: Option<usize>,
}

/// Values of one path.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) leaf: Leaf,
    /// The record of its last value.
    pub(super) record: u64,
}

/// Tree of paths. Node 0 is the record.
#[derive(Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    pub(super) fields: Vec<Field>,
    kind: PathKind,
}

impl Paths {
    pub(super) fn new(kind: PathKind) -> Self {
        let mut paths = Self { nodes: Vec::new(), fields: Vec::new(), kind };
        paths.add(None, Step::Any, "".into(), 0);
        paths
    }

    fn add(&mut self, parent: Option<u32>, step: Step, field: Arc<str>, stride: usize) -> u32 {
        let any_above = parent.is_some_and(|parent| step == Step::Any || self.nodes[parent as usize].any_above);
        self.nodes.push(Node {
            any_above,
            field,
            parent,
            step,
            stride,
            children: Vec::new(),
            by_key: HashMap::new(),
            any: None,
            element: None,
            leaf: None,
        });
        (self.nodes.len() - 1) as u32
    }

    fn below(&mut self, parent: u32, step: Step, field: String) -> u32 {
        let at = &self.nodes[parent as usize];
        let stride = at.stride + usize::from(step == Step::Index);
        let field = if field.len() > MAX_FIELD { Arc::clone(&at.field) } else { field.into() };
        self.add(Some(parent), step, field, stride)
    }

    /// The member `key` of `node`; `hint` is the place among its members where it is expected, moved on.
    pub(super) fn member(&mut self, node: u32, key: &[u8], hint: &mut u32) -> u32 {
        let key = &key[..key.len().min(MAX_KEY)];
        let at = &self.nodes[node as usize];
        let expected = *hint as usize;
        if let Some((name, child)) = at.children.get(expected)
            && **name == *key
        {
            *hint += 1;
            return *child;
        }
        let known = if at.children.len() <= FEW {
            at.children.iter().position(|(name, _)| **name == *key).map(|i| i as u32)
        } else {
            at.by_key.get(key).copied()
        };
        if let Some(i) = known {
            *hint = i + 1;
            return at.children[i as usize].1;
        }
        self.new_member(node, key)
    }

    fn new_member(&mut self, node: u32, key: &[u8]) -> u32 {
        let at = &self.nodes[node as usize];
        if self.nodes.len() >= if at.any_above { MAX_PATHS_ANY } else { MAX_PATHS } {
            if let Some(any) = at.any {
                return any;
            }
            if self.nodes.len() >= MAX_NODES {
                return node;
            }
            let any = self.below(node, Step::Any, join(&at.field, "*"));
            self.nodes[node as usize].any = Some(any);
            return any;
        }
        let name = stream::key(key);
        let child = self.below(node, Step::Key(Arc::clone(&name)), join(&at.field, &name));
        let at = &mut self.nodes[node as usize];
        at.children.push((key.into(), child));
        let count = at.children.len();
        if count == FEW + 1 {
            at.by_key = at.children.iter().enumerate().map(|(i, (key, _))| (key.clone(), i as u32)).collect();
        } else if count > FEW {
            at.by_key.insert(key.into(), (count - 1) as u32);
        }
        child
    }

    /// The elements of `node`.
    pub(super) fn element(&mut self, node: u32) -> u32 {
        let at = &self.nodes[node as usize];
        if let Some(element) = at.element {
            return element;
        }
        if self.nodes.len() >= MAX_NODES {
            return node;
        }
        let element = self.below(node, Step::Index, format!("{}[]", at.field));
        self.nodes[node as usize].element = Some(element);
        element
    }

    /// Number of the field that collects the values of `node`.
    pub(super) fn field(&mut self, node: u32) -> usize {
        if let Some(leaf) = self.nodes[node as usize].leaf {
            return leaf;
        }
        let mut steps = Vec::new();
        let mut at = node as usize;
        while let Some(parent) = self.nodes[at].parent {
            steps.push(self.nodes[at].step.clone());
            at = parent as usize;
        }
        steps.reverse();
        let node = &mut self.nodes[node as usize];
        let field = if node.parent.is_none() { "$".into() } else { Arc::clone(&node.field) };
        let name = Name { field, number: None, path: self.kind, steps: steps.into(), stride: node.stride };
        self.fields.push(Field { name, leaf: Leaf::new(), record: u64::MAX });
        node.leaf = Some(self.fields.len() - 1);
        self.fields.len() - 1
    }
}

fn join(field: &str, name: &str) -> String {
    let name = if name.is_empty() { "''" } else { name };
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

//! A [`Query`] as SQL conditions.

use super::{
    Kind, Query,
    link::{Cell, Dialect},
    sql::TENANT,
};

/// Reads what [`Dialect::kind`] selects.
pub(super) fn kind(name: &str) -> Kind {
    [Kind::Composite, Kind::Document].into_iter().find(|k| k.as_str() == name).unwrap_or_default()
}

/// Conditions and their parameters; `$1` is the tenant.
pub(super) struct Filter {
    conditions: Vec<String>,
    cells: Vec<Cell>,
}

impl Filter {
    /// Rows of our tenant.
    pub(super) fn new(tenant_column: &str) -> Self {
        Self { conditions: vec![format!("{tenant_column} = $1")], cells: vec![Cell::from(TENANT)] }
    }

    /// Conditions of an inner query of the same tenant, whose parameters are counted on from the outer one's.
    pub(super) fn continued(outer: Self) -> Self {
        Self { conditions: vec!["tenant = $1".to_owned()], cells: outer.cells }
    }

    /// Adds a parameter: its placeholder.
    pub(super) fn bind(&mut self, cell: impl Into<Cell>) -> String {
        self.cells.push(cell.into());
        format!("${}", self.cells.len())
    }

    /// Adds a condition.
    pub(super) fn and(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// `column IN (values)`; nothing when there are none.
    pub(super) fn among(&mut self, column: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let places: Vec<String> = values.iter().map(|v| self.bind(v)).collect();
        self.and(format!("{column} IN ({})", places.join(", ")));
    }

    /// Datasets whose URI begins with the query's prefix.
    pub(super) fn dataset(&mut self, column: &str, query: &Query) {
        if let Some(prefix) = &query.dataset_prefix {
            let place = self.bind(prefix);
            self.and(format!("substr({column}, 1, length({place})) = {place}"));
        }
    }

    /// Tags, confidence, sensitivity and status of findings. Whether any was asked for.
    pub(super) fn finding(&mut self, query: &Query, tag: &str, confidence: &str, rank: &str, status: &str) -> bool {
        let before = self.conditions.len();
        let tags: Vec<String> =
            query.tags.iter().map(|t| self.bind(t)).map(|p| format!("{tag} = {p} OR substr({tag}, 1, length({p}) + 1) = {p} || '.'")).collect();
        if !tags.is_empty() {
            self.and(format!("({})", tags.join(" OR ")));
        }
        if query.min_confidence > 0.0 {
            let place = self.bind(query.min_confidence);
            self.and(format!("{confidence} >= {place}"));
        }
        if let Some(least) = query.min_sensitivity {
            let place = self.bind(least as i64);
            self.and(format!("{rank} >= {place}"));
        }
        if let Some(wanted) = &query.status {
            let place = self.bind(wanted);
            self.and(format!("{status} = {place}"));
        }
        self.conditions.len() > before
    }

    /// Findings of the kind that was asked for.
    pub(super) fn kind(&mut self, dialect: Dialect, evidence: &str, query: &Query) {
        if let Some(kind) = query.kind {
            let place = self.bind(kind.as_str());
            self.and(format!("{} = {place}", dialect.kind(evidence)));
        }
    }

    /// `LIMIT n`, or nothing.
    pub(super) fn limit(&mut self, limit: Option<u64>) -> String {
        match limit {
            Some(limit) => format!("LIMIT {}", self.bind(limit)),
            None => String::new(),
        }
    }

    /// The conditions, joined.
    pub(super) fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// The parameters.
    pub(super) fn into_cells(self) -> Vec<Cell> {
        self.cells
    }
}

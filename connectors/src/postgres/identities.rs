//! Roles, owners, grants and policies, read from the catalog of a live database.

use serde::{Deserialize, de::DeserializeOwned};
use sonde_access::sql::{
    Acl, Column, Database, DefaultPrivilege, Function, Inventory, Kind, Membership, Policy, Relation, Role, Schema, View, acl::parse_item,
};

use super::{Postgres, error, session};
use crate::{Error, ErrorKind, Result};

/// First server in which each membership has terms of its own.
const OWN_TERMS: i32 = 160_000;
/// First server in which a view may ask with the rights of whoever reads it.
const INVOKER: i32 = 150_000;

/// An access list as JSON has it: its items as texts.
type Items = Option<Vec<String>>;

#[derive(Deserialize)]
struct FoundDatabase {
    name: String,
    owner: String,
    acl: Items,
    open: bool,
    here: bool,
}

#[derive(Deserialize)]
struct FoundSchema {
    name: String,
    owner: String,
    acl: Items,
}

#[derive(Deserialize)]
struct FoundRelation {
    schema: String,
    name: String,
    kind: String,
    owner: String,
    acl: Items,
    row_security: bool,
    force: bool,
    invoker: bool,
    columns: Option<Vec<(String, Items)>>,
    policies: Option<Vec<FoundPolicy>>,
    uses: Option<Vec<(String, String)>>,
}

#[derive(Deserialize)]
struct FoundPolicy {
    name: String,
    permissive: bool,
    command: char,
    roles: Vec<String>,
    using: Option<String>,
    check: Option<String>,
}

#[derive(Deserialize)]
struct FoundFunction {
    schema: String,
    name: String,
    owner: String,
    acl: Items,
}

#[derive(Deserialize)]
struct FoundDefault {
    role: String,
    schema: Option<String>,
    kind: char,
    acl: Items,
}

/// Roles are world-readable, their passwords are not asked for.
const ROLES: &str = "SELECT json_build_object('name',rolname,'superuser',rolsuper,'inherit',rolinherit,'login',rolcanlogin,'bypass_rls',rolbypassrls,\
    'create_role',rolcreaterole,'replication',rolreplication)::text FROM pg_roles ORDER BY oid";

const MEMBERSHIPS: &str = "SELECT json_build_object('role',pg_get_userbyid(roleid),'member',pg_get_userbyid(member),'admin',admin_option,\
    'inherit',{inherit},'set',{set})::text FROM pg_auth_members ORDER BY roleid, member";

const DATABASES: &str = "SELECT json_build_object('name',datname,'owner',pg_get_userbyid(datdba),'acl',datacl::text[],'open',datallowconn,\
    'here',datname=current_database())::text FROM pg_database WHERE NOT datistemplate OR datname=current_database() ORDER BY datname";

/// Schemas of the system hold no data of anybody's.
const OWN: &str = "nspname NOT IN ('pg_catalog','information_schema') AND nspname !~ '^pg_(toast|temp)'";

const SCHEMAS: &str = "SELECT json_build_object('name',nspname,'owner',pg_get_userbyid(nspowner),'acl',nspacl::text[])::text FROM pg_namespace \
    WHERE {own} ORDER BY nspname";

const RELATIONS: &str = "SELECT json_build_object('schema',n.nspname,'name',c.relname,'kind',c.relkind,'owner',pg_get_userbyid(c.relowner),\
    'acl',c.relacl::text[],'row_security',c.relrowsecurity,'force',c.relforcerowsecurity,\
    'invoker',{invoker},\
    'columns',(SELECT json_agg(json_build_array(a.attname,a.attacl::text[]) ORDER BY a.attnum) FROM pg_attribute a \
      WHERE a.attrelid=c.oid AND a.attnum>0 AND NOT a.attisdropped),\
    'policies',CASE WHEN c.relrowsecurity THEN (SELECT json_agg(json_build_object('name',p.polname,'permissive',p.polpermissive,'command',p.polcmd,\
      'roles',ARRAY(SELECT pg_get_userbyid(r) FROM unnest(p.polroles) r WHERE r<>0 AND NOT 0=ANY(p.polroles)),\
      'using',pg_get_expr(p.polqual,p.polrelid),'check',pg_get_expr(p.polwithcheck,p.polrelid)) ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid=c.oid) END,\
    'uses',CASE WHEN c.relkind='v' THEN (SELECT json_agg(DISTINCT jsonb_build_array(un.nspname,u.relname)) FROM pg_rewrite w \
      JOIN pg_depend d ON d.classid='pg_rewrite'::regclass AND d.objid=w.oid AND d.refclassid='pg_class'::regclass AND d.refobjid<>w.ev_class \
      JOIN pg_class u ON u.oid=d.refobjid JOIN pg_namespace un ON un.oid=u.relnamespace WHERE w.ev_class=c.oid) END)::text \
    FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE c.relkind IN ('r','p','v','m','f') AND c.relpersistence<>'t' AND {own} \
    ORDER BY n.nspname,c.relname";

/// Functions that act for their owner; those of triggers cannot be called.
const FUNCTIONS: &str = "SELECT json_build_object('schema',n.nspname,'name',p.proname||'('||pg_get_function_identity_arguments(p.oid)||')',\
    'owner',pg_get_userbyid(p.proowner),'acl',p.proacl::text[])::text FROM pg_proc p JOIN pg_namespace n ON n.oid=p.pronamespace \
    WHERE p.prosecdef AND p.prorettype NOT IN ('trigger'::regtype,'event_trigger'::regtype) AND {own} ORDER BY p.oid";

const DEFAULTS: &str = "SELECT json_build_object('role',pg_get_userbyid(d.defaclrole),'schema',n.nspname,'kind',d.defaclobjtype,'acl',d.defaclacl::text[])::text \
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid=d.defaclnamespace ORDER BY d.oid";

impl Postgres {
    /// Who may do what, as the catalog says it: roles of the cluster, its databases, and what the one connected to holds. Any user may read that.
    ///
    /// # Errors
    /// As for connecting, or where the catalog cannot be understood.
    pub async fn identities(&self) -> Result<Inventory> {
        let version = self.source.session.snapshot().await?.version;
        let of = |at: i32, column: &'static str, before: &'static str| if version >= at { column } else { before };
        let memberships = MEMBERSHIPS
            .replace("{inherit}", of(OWN_TERMS, "inherit_option", "NULL::bool"))
            .replace("{set}", of(OWN_TERMS, "set_option", "NULL::bool"));
        let invoker = "EXISTS(SELECT FROM pg_options_to_table(c.reloptions) o WHERE o.option_name='security_invoker' AND o.option_value::bool)";
        let relations = RELATIONS.replace("{invoker}", of(INVOKER, invoker, "false"));
        let mut inventory = Inventory { version: u32::try_from(version).unwrap_or(0), ..Inventory::default() };
        inventory.roles = self.found::<Role>(ROLES).await?;
        inventory.memberships = self.found::<Membership>(&memberships).await?;
        let mut gaps = Vec::new();
        for found in self.found::<FoundDatabase>(DATABASES).await? {
            let acl = acl(found.acl, &format!("database `{}`", found.name), &mut gaps);
            let mut database = Database { acl, closed: !found.open, ..Database::named(&found.name, &found.owner) };
            if found.here {
                self.content(&mut database, &relations, &mut gaps).await?;
            }
            inventory.databases.push(database);
        }
        inventory.gaps = gaps;
        Ok(inventory)
    }

    async fn content(&self, database: &mut Database, relations: &str, gaps: &mut Vec<String>) -> Result<()> {
        for found in self.found::<FoundSchema>(SCHEMAS).await? {
            let acl = acl(found.acl, &format!("schema `{}`", found.name), gaps);
            database.schemas.push(Schema { name: found.name, owner: found.owner, acl });
        }
        for found in self.found::<FoundRelation>(relations).await? {
            database.relations.push(relation(found, gaps));
        }
        for found in self.found::<FoundFunction>(FUNCTIONS).await? {
            let acl = acl(found.acl, &format!("function `{}.{}`", found.schema, found.name), gaps);
            database.functions.push(Function { schema: found.schema, name: found.name, owner: found.owner, acl });
        }
        for found in self.found::<FoundDefault>(DEFAULTS).await? {
            let acl = acl(found.acl, "default privileges", gaps).unwrap_or_default();
            database.default_privileges.push(DefaultPrivilege { role: found.role, schema: found.schema, kind: found.kind, acl });
        }
        Ok(())
    }

    /// Rows of JSON texts.
    async fn found<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>> {
        let uri = &self.source.address.uri;
        let mut reader = self.source.session.reader().await?;
        let rows = session::ask(&mut reader.connection, &sql.replace("{own}", OWN), 1).await.map_err(|e| error::of(uri, "", &e))?;
        self.source.session.finish(reader).await;
        let understood = |row: Vec<Option<String>>| serde_json::from_str(row.first().and_then(Option::as_deref).unwrap_or_default());
        let found: std::result::Result<Vec<T>, _> = rows.into_iter().map(understood).collect();
        found.map_err(|e| Error::new(ErrorKind::Corrupt, uri, "the catalog cannot be understood").because(e))
    }
}

fn relation(found: FoundRelation, gaps: &mut Vec<String>) -> Relation {
    let shown = format!("relation `{}.{}`", found.schema, found.name);
    let kind = match found.kind.as_str() {
        "p" => Kind::Partitioned,
        "v" => Kind::View,
        "m" => Kind::Materialised,
        "f" => Kind::Foreign,
        _ => Kind::Table,
    };
    let policy =
        |p: FoundPolicy| Policy { name: p.name, permissive: p.permissive, command: p.command, roles: p.roles, using: p.using, check: p.check };
    let own = acl(found.acl, &shown, gaps);
    let columns = found.columns.unwrap_or_default().into_iter();
    let columns = columns.map(|(name, items)| Column { acl: acl(items, &format!("{shown}, column `{name}`"), gaps), name }).collect();
    Relation {
        kind,
        acl: own,
        columns,
        owner: found.owner,
        row_security: found.row_security,
        force_row_security: found.force,
        policies: found.policies.unwrap_or_default().into_iter().map(policy).collect(),
        view: (kind == Kind::View).then(|| View { invoker: found.invoker, uses: found.uses.unwrap_or_default() }),
        schema: found.schema,
        name: found.name,
    }
}

/// Items that cannot be read are gaps, never silently nothing.
fn acl(items: Items, of: &str, gaps: &mut Vec<String>) -> Option<Acl> {
    let mut understood = |item: &String| parse_item(item).map_err(|e| gaps.push(format!("{of}: {e}"))).ok();
    items.map(|items| items.iter().filter_map(&mut understood).collect())
}

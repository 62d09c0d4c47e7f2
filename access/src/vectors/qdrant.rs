//! Qdrant: an admin key, a key for reading, tokens signed with the admin key.

use serde_json::Value;

use super::{ALL, Folder, Rule, Store, names};
use crate::{
    exports::text,
    reach::{Access, Expr, Kind, unread, when},
};

pub(super) const FILES: &[&str] = &["config.json", "collections.json", "tokens.json"];
const READS: &[Access] = &[Access::Read, Access::List];

pub(super) fn collections(folder: &Folder<'_>) -> Result<Vec<String>, String> {
    let collections = folder.file("collections.json")?;
    let list =
        collections.map(|value| value.get("result").unwrap_or(value)).map_or(Ok(&[][..]), |value| crate::exports::list(value, &["collections"]))?;
    Ok(names(list, &["name"]))
}

pub(super) fn read(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store::default();
    let place = format!("{}/config.json", folder.place);
    let Some(config) = folder.file("config.json")? else {
        store.add("anonymous", Kind::Anonymous, vec![Rule::new("*", ALL, &place, "service").on(unread(format!("{place}: it was not exported")))]);
        return Ok(store);
    };
    let service = config.get("service").unwrap_or(config);
    if !service.is_object() {
        return Err(format!("{place}: `service` is no object"));
    }
    let set = |field: &str| text(service, &[field]).is_some_and(|key| !key.is_empty());
    let (admin, reader) = (set("api_key"), set("read_only_api_key"));
    if !admin && !reader {
        store.anonymous(&place, "no api_key");
    }
    if admin {
        store.add("holder of the api_key", Kind::Holder, vec![Rule::new("*", ALL, &place, "api_key")]);
    }
    if reader {
        store.add("holder of the read_only_api_key", Kind::Holder, vec![Rule::new("*", READS, &place, "read_only_api_key")]);
    }
    // Without this the server takes no tokens.
    if admin && service["jwt_rbac"].as_bool() == Some(true) {
        for (i, token) in folder.list("tokens.json", &["tokens"])?.iter().enumerate() {
            let name = text(token, &["sub", "jti", "name"]).map_or_else(|| i.to_string(), str::to_owned);
            let rules = token_rules(token, &format!("{}/tokens.json", folder.place))
                .map_err(|why| format!("{}/tokens.json: token {i}: {why}", folder.place))?;
            store.add(format!("holder of token {name}"), Kind::Holder, rules);
        }
    }
    Ok(store)
}

/// The claim `access`: `r`, `m`, or a list of collections; a token without it manages.
fn token_rules(token: &Value, place: &str) -> Result<Vec<Rule>, String> {
    let mut limits = Expr::YES;
    if let Some(end) = token.get("exp").and_then(Value::as_i64) {
        limits = limits.and(when(format!("the token has not expired ({end} seconds since 1970)")));
    }
    if let Some(exists) = token.get("value_exists").filter(|v| !v.is_null()) {
        limits = limits.and(when(format!("a point exists in `{}` that the token names", text(exists, &["collection"]).unwrap_or("?"))));
    }
    let one = |pattern: &str, access: &str| {
        let gives: &[Access] = match access {
            "r" => READS,
            "rw" | "prw" => &[Access::Read, Access::Write, Access::List],
            "m" => ALL,
            other => return Err(format!("the access `{other}` is not known")),
        };
        Ok(Rule::new(pattern, gives, place, access).on(limits.clone()))
    };
    match token.get("access") {
        None | Some(Value::Null) => Ok(vec![one("*", "m")?]),
        Some(Value::String(access)) => Ok(vec![one("*", access)?]),
        Some(Value::Array(list)) => list
            .iter()
            .map(|entry| {
                let (Some(collection), Some(access)) = (text(entry, &["collection"]), text(entry, &["access"])) else {
                    return Err("an entry of `access` lacks `collection` or `access`".to_owned());
                };
                let payload = entry.get("payload").filter(|p| !p.is_null()).map_or(Expr::YES, |p| when(format!("points whose payload is {p}")));
                // A name of a collection is no pattern.
                Ok(one(&collection.replace('*', "?"), access)?.on(payload))
            })
            .collect(),
        Some(_) => Err("`access` is neither text nor a list".to_owned()),
    }
}

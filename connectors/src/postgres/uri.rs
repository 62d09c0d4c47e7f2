//! `postgres://user:password@host:port/database?schema=…&table=…`.

use std::{fmt, str::FromStr};

use sqlx::postgres::PgConnectOptions;

use crate::{
    Error, ErrorKind, Result,
    percent::{self, segment},
};

/// Schemes that mean Postgres.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// A source as the user wrote it, taken apart.
#[derive(Clone)]
pub(super) struct Address {
    /// How to connect. Holds the password: never printed.
    pub(super) options: PgConnectOptions,
    /// `postgres://user@host:port/database`, without password and parameters.
    pub(super) uri: String,
    /// Only these schemas; empty: all.
    pub(super) schemas: Vec<String>,
    /// Only these tables, `table` or `schema.table`; empty: all.
    pub(super) tables: Vec<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("uri", &self.uri).field("schemas", &self.schemas).field("tables", &self.tables).finish_non_exhaustive()
    }
}

/// Takes a URI apart. What it leaves out is taken from `PGHOST`, `PGUSER`, `PGPASSWORD`, `.pgpass` and their like.
pub(super) fn parse(uri: &str) -> Result<Address> {
    let shown = without_password(uri);
    let wrong = |message: &str| Error::new(ErrorKind::Config, &shown, message);
    let rest =
        SCHEMES.iter().find_map(|scheme| uri.strip_prefix(scheme)).ok_or_else(|| wrong("is not of the form `postgres://user@host:port/database`"))?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (mut schemas, mut tables, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "schema" => schemas.push(decoded(value)),
            "table" => tables.push(decoded(value)),
            _ if KNOWN.contains(&name) || name.starts_with("options[") => others.push(pair),
            // What is no name may be a piece of a password that was not encoded.
            _ if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) => {
                return Err(wrong("has parameters that cannot be understood"));
            }
            _ => return Err(wrong(&format!("the parameter `{name}` is not known; there are `schema`, `table` and libpq's"))),
        }
    }
    // Host, port and database would be pieces of the password, and printed.
    if place.split_once('/').is_some_and(|(_, path)| path.contains('@')) {
        return Err(wrong("has an `@` behind a `/`: within a password or a name they are written `%40` and `%2F`"));
    }
    if place.split('/').nth(2).is_some_and(|more| !more.is_empty()) {
        return Err(wrong("names more than a database: say `?schema=…` and `?table=…`"));
    }
    let place = place.trim_end_matches('/');
    let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    // The error of the parser may repeat what it was given.
    let options = PgConnectOptions::from_str(&format!("postgres://{place}{query}")).map_err(|_| wrong("cannot be understood as an address"))?;
    let options = if options.get_application_name().is_none() { options.application_name("sonde") } else { options };
    let uri = canonical(&options);
    Ok(Address { options, uri, schemas, tables })
}

/// Parameters that are passed on.
const KNOWN: [&str; 17] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// The address as it is printed: who asks, where, which database.
fn canonical(options: &PgConnectOptions) -> String {
    let user = options.get_username();
    let host = match options.get_socket() {
        Some(socket) => segment(&socket.to_string_lossy()),
        None if options.get_host().contains(':') && !options.get_host().starts_with('[') => format!("[{}]", options.get_host()),
        None if options.get_host().starts_with('/') => segment(options.get_host()),
        None => options.get_host().to_owned(),
    };
    let database = options.get_database().unwrap_or(user);
    format!("postgres://{}@{host}:{}/{}", segment(user), options.get_port(), segment(database))
}

/// A URI as it may be shown in an error: without what may be a password, even where it is no URI.
pub(super) fn without_password(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.split(['@', '?', ':', '/']).next().unwrap_or_default().to_owned() };
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split([':', '/', '?', '#', '@']).next().unwrap_or_default();
            // Behind a `/` or a `?` the `@` may be a piece of a password, or stand in the value of a parameter.
            let place = if who.contains(['/', '?', '#']) { "…" } else { place.split(['?', '#']).next().unwrap_or_default() };
            format!("{scheme}://{user}@{place}")
        }
        None => format!("{scheme}://{}", without_port(rest.split(['?', '#']).next().unwrap_or_default())),
    }
}

/// A place where nobody is named, cut at a port that is none: where `@host` was forgotten, that is a password.
fn without_port(place: &str) -> &str {
    let host = if place.starts_with('[') { place.find(']').unwrap_or(0) } else { 0 };
    let Some(colon) = place[host..].find(':').map(|at| host + at) else { return place };
    let port = place[colon + 1..].split('/').next().unwrap_or_default();
    if port.bytes().all(|b| b.is_ascii_digit()) { place } else { &place[..colon] }
}

/// A value of a parameter.
fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::form_decoded(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for uri in [
            "postgres://u:sw0rdfish@h:5432/d",
            "postgresql://u:sw0rdfish@h:5432/d?schema=a&password=sw0rdfish",
            "postgres://u:sw0rdfish@h/d?nonsense=sw0rdfish",
            "postgres://u:sw0rdfish@h/d/s/t",
            "postgres://u:sw0rd@fish@h/d",
            "postgres://u:sw0rd?fish@h/d",
            "postgres://u:sw0rd#fish@h/d",
            "postgres://u:sw0rd/fish@h/d",
            "postgres://u:1/sw0rd@h/d",
            "postgres://u:1/sw0rd/fish@h/d",
            "postgres://u:1/sw0rd@fish",
            "postgres://u:sw0rdfish",
            "postgres://u:sw0rdfish/d",
            "postgres://u:1sw0rd:fish/d",
            "postgres://u@h/d?nonsense=sw0rd@fish",
            "u:sw0rdfish@h/d",
            "u:sw0rdfish",
        ] {
            let shown = match parse(uri) {
                Ok(address) => format!("{} {address:?}", address.uri),
                Err(e) => e.to_string(),
            };
            assert!(!shown.contains("fish") && !shown.contains("sw0rd"), "{shown}");
        }
    }

    #[test]
    fn parts() {
        let address = parse("postgres://ann%40x:pw@db.example:6000/My%20DB?schema=Sales%20EU&table=a&table=s.b&sslmode=disable").unwrap();
        assert_eq!(address.uri, "postgres://ann%40x@db.example:6000/My%20DB");
        assert_eq!((address.schemas, address.tables), (vec!["Sales EU".to_owned()], vec!["a".to_owned(), "s.b".to_owned()]));
        assert_eq!(parse("postgresql://u@[::1]:1/d").unwrap().uri, "postgres://u@[::1]:1/d");
        assert_eq!(parse("mysql://u@h/d").unwrap_err().kind, ErrorKind::Config);
        assert!(parse("postgres://u:1/sw0rd@h/d").unwrap_err().message.contains("`%2F`"));
        for (uri, shown) in
            [("postgres://h:5432/d", "postgres://h:5432/d"), ("postgres://[::1]:5/d", "postgres://[::1]:5/d"), ("postgres://u:pw/d", "postgres://u")]
        {
            assert_eq!(without_password(uri), shown);
        }
        assert!(parse("postgres://u@h/d?tabel=x").unwrap_err().message.contains("`tabel`"));
    }
}

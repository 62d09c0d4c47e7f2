//! Which store: parsed from `--store`, printed without its password.

use std::{fmt, path::PathBuf, str::FromStr};

use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
use sqlx::postgres::PgConnectOptions;

/// Where findings are kept.
#[derive(Clone)]
pub enum StoreSpec {
    /// One SQLite file on this machine.
    Sqlite(PathBuf),
    /// A Postgres server.
    Postgres(Box<PgConnectOptions>),
    /// A private temporary file that is gone when the store is closed.
    None,
}

impl StoreSpec {
    /// Reads `sqlite:PATH`, `postgres://…`, `postgresql://…` or `none`.
    ///
    /// # Errors
    /// Anything else. The text itself is not repeated: it may hold a password.
    pub fn parse(text: &str) -> Result<Self> {
        if text == "none" {
            return Ok(Self::None);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains('\0') {
                bail!("`--store sqlite:` needs the path of a file behind it");
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(text)
                .context("the address of the Postgres store cannot be understood: postgres://USER:PASSWORD@HOST:PORT/DATABASE")?;
            return Ok(Self::Postgres(Box::new(options.application_name("sonde"))));
        }
        bail!("a store is `sqlite:PATH`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE` or `none`")
    }

    /// The store used when none is named: `sonde/sonde.db` in the user's data folder.
    ///
    /// # Errors
    /// The user has no home.
    pub fn default_store() -> Result<Self> {
        let base = etcetera::choose_base_strategy().context("the user's data folder cannot be found: name a store with `--store sqlite:PATH`")?;
        Ok(Self::Sqlite(base.data_dir().join("sonde").join("sonde.db")))
    }
}

impl fmt::Display for StoreSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or(options.get_username());
                match options.get_socket() {
                    Some(socket) => write!(f, "postgres://{}@/{database}?host={}", options.get_username(), socket.display()),
                    None => write!(f, "postgres://{}@{}:{}/{database}", options.get_username(), options.get_host(), options.get_port()),
                }
            }
            Self::None => f.write_str("none"),
        }
    }
}

impl fmt::Debug for StoreSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_ever_printed() {
        let spec = StoreSpec::parse("postgres://ada:sw0rdfish@db.example:5433/audit").unwrap();
        assert_eq!(spec.to_string(), "postgres://ada@db.example:5433/audit");
        assert!(!format!("{spec:?}").contains("sw0rdfish"));
        for bad in ["postgres://ada:sw0rdfish@db:port/x", "mysql://ada:sw0rdfish@db/x", "postgres://ada:sw0rdfish@[::1/x"] {
            let error = StoreSpec::parse(bad).unwrap_err();
            assert!(!format!("{error:?}{error:#}").contains("sw0rdfish"), "{error:?}");
        }
    }

    #[test]
    fn spellings() {
        assert_eq!(StoreSpec::parse("sqlite:/var/x y.db").unwrap().to_string(), "sqlite:/var/x y.db");
        assert_eq!(StoreSpec::parse("sqlite:///var/x.db").unwrap().to_string(), "sqlite:/var/x.db");
        assert!(matches!(StoreSpec::parse("none").unwrap(), StoreSpec::None));
        assert!(StoreSpec::parse("sqlite:").is_err());
        assert!(StoreSpec::parse("").is_err());
    }
}

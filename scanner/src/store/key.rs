//! The fingerprint key comes by reference and is never stored with what it made.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sonde_classifiers::FingerprintKey;

use super::StoreSpec;

/// The key for a store: from `file` (`SONDE_FINGERPRINT_KEY_FILE`), else from `value` (`SONDE_FINGERPRINT_KEY`), else one of the store's own: a file of mode 0600
/// beside SQLite (`PATH.key`), generated once; a random one for `none`. Reads no environment: the caller does.
///
/// # Errors
/// The file cannot be read or holds no key, others may read the generated one, or the store is Postgres and no key was given.
pub fn load(spec: &StoreSpec, file: Option<&Path>, value: Option<&str>) -> Result<FingerprintKey> {
    if let Some(file) = file {
        let bytes = fs::read(file).with_context(|| format!("the fingerprint key file `{}` cannot be read", file.display()))?;
        return parse(&bytes).with_context(|| format!("the fingerprint key file `{}` holds no key", file.display()));
    }
    if let Some(value) = value {
        return parse(value.as_bytes()).context("SONDE_FINGERPRINT_KEY holds no key");
    }
    match spec {
        StoreSpec::Sqlite(path) => beside(path),
        StoreSpec::None => Ok(FingerprintKey::new(&random()?)),
        StoreSpec::Postgres(_) => bail!(
            "a Postgres store needs a fingerprint key: set SONDE_FINGERPRINT_KEY_FILE to a file of 32 random bytes (or 64 hex digits), the same for everyone who writes to this store; \
             `openssl rand -hex 32` makes one"
        ),
    }
}

/// 32 raw bytes, or 64 hex digits with white space around them.
fn parse(bytes: &[u8]) -> Result<FingerprintKey> {
    let text = bytes.trim_ascii();
    if text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit) {
        let mut secret = [0; 32];
        for (byte, pair) in secret.iter_mut().zip(text.chunks_exact(2)) {
            let digit = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
            *byte = digit(pair[0]) << 4 | digit(pair[1]);
        }
        return Ok(FingerprintKey::new(&secret));
    }
    match <&[u8; 32]>::try_from(bytes) {
        Ok(secret) => Ok(FingerprintKey::new(secret)),
        Err(_) => bail!("a key is 32 bytes, or 64 hex digits; here are {} bytes", bytes.len()),
    }
}

fn random() -> Result<[u8; 32]> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|e| anyhow::anyhow!("no random bytes from the operating system: {e}"))?;
    Ok(secret)
}

fn beside(store: &Path) -> Result<FingerprintKey> {
    let mut path = store.as_os_str().to_owned();
    path.push(".key");
    let path = PathBuf::from(path);
    if !path.exists() {
        generate(&path)?;
    }
    private(&path)?;
    let bytes = fs::read(&path).with_context(|| format!("the fingerprint key `{}` cannot be read", path.display()))?;
    parse(&bytes).with_context(|| format!("the fingerprint key `{}` is damaged", path.display()))
}

/// Written whole under another name and then given its own, which fails if somebody was faster: nobody ever reads half a key or two different ones.
fn generate(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("the fingerprint key `{}` cannot be created", path.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    let hex: String = random()?.iter().map(|b| format!("{b:02x}")).collect();
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    writeln!(file, "{hex}").and_then(|()| file.as_file().sync_all()).with_context(cannot)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e.error).with_context(cannot),
    }
}

#[cfg(unix)]
fn private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).with_context(|| format!("the fingerprint key `{}` cannot be read", path.display()))?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("the fingerprint key `{}` can be read by others (mode {:o}): chmod 600 it", path.display(), mode & 0o777);
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_raw_are_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("raw");
        fs::write(&raw, [7; 32]).unwrap();
        let by_file = load(&StoreSpec::None, Some(&raw), Some("ignored")).unwrap();
        let by_value = load(&StoreSpec::None, None, Some(&format!(" {}\n", "07".repeat(32)))).unwrap();
        assert_eq!(by_file.id(), by_value.id());
        let error = load(&StoreSpec::None, None, Some("c0ffee")).unwrap_err();
        assert!(!format!("{error:#}").contains("c0ffee"));
    }

    #[test]
    fn a_generated_key_stays_even_when_many_ask_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let spec = StoreSpec::Sqlite(folder.path().join("new").join("sonde.db"));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                std::thread::spawn({
                    let spec = spec.clone();
                    move || load(&spec, None, None).unwrap().id().to_owned()
                })
            })
            .collect();
        let mut ids: Vec<String> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let spec = StoreSpec::Sqlite(folder.path().join("sonde.db"));
        load(&spec, None, None).unwrap();
        let path = folder.path().join("sonde.db.key");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load(&spec, None, None).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn postgres_without_a_key_and_none_without_one() {
        let postgres = StoreSpec::parse("postgres://ada@localhost/x").unwrap();
        assert!(load(&postgres, None, None).unwrap_err().to_string().contains("SONDE_FINGERPRINT_KEY_FILE"));
        assert_ne!(load(&StoreSpec::None, None, None).unwrap().id(), load(&StoreSpec::None, None, None).unwrap().id());
    }
}

//! A folder of dumped files, or the same asked of AWS, read into an inventory.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use sonde_access::{aws::import::Import, inventory::Inventory};
use sonde_connectors::aws::Collected;

/// Larger files are not read.
const LARGEST: u64 = 1 << 30;
/// How deep folders are followed.
const DEPTH: usize = 12;

/// Reads a folder. What cannot be read of it is a gap in the inventory.
///
/// # Errors
/// The folder itself cannot be read.
pub fn read(folder: &Path) -> Result<Inventory> {
    if !folder.is_dir() {
        bail!("`{}` is no folder: give the one that holds `authorization-details.json`, `buckets/` and the like", folder.display());
    }
    fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut import = Import::new();
    walk(folder, "", &mut import, 0);
    Ok(import.finish())
}

/// What was asked of AWS, read like a folder.
#[must_use]
pub fn of_account(collected: &Collected) -> Inventory {
    let mut import = Import::new();
    collected.files.iter().for_each(|(path, bytes)| import.add(path, bytes));
    collected.unread.iter().for_each(|(place, why)| import.unread(place, why));
    import.finish()
}

fn walk(folder: &Path, prefix: &str, import: &mut Import, depth: usize) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) if depth < DEPTH => entries,
        Ok(_) => return import.unread(prefix, "folders are nested too deep"),
        Err(e) => return import.unread(prefix, &e.to_string()),
    };
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => names.push(entry.file_name()),
            Err(e) => import.unread(prefix, &e.to_string()),
        }
    }
    names.sort();
    for name in names {
        let path = folder.join(&name);
        let relative = format!("{prefix}{}", name.to_string_lossy());
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(e) => {
                import.unread(&relative, &e.to_string());
                continue;
            }
        };
        if metadata.is_dir() {
            walk(&path, &format!("{relative}/"), import, depth + 1);
        } else if !metadata.is_file() {
            import.unread(&relative, "it is no regular file");
        } else if metadata.len() > LARGEST {
            import.unread(&relative, "it is larger than 1 GiB");
        } else {
            match fs::read(&path) {
                Ok(bytes) => import.add(&relative, &bytes),
                Err(e) => import.unread(&relative, &e.to_string()),
            }
        }
    }
}

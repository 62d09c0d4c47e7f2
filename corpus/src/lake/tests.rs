use super::*;

/// Every file under a folder, as keys.
fn keys(dir: &Path, prefix: &str, out: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let entry = entry.expect("an entry");
        let key = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            keys(&entry.path(), &format!("{key}/"), out);
        } else {
            out.insert(key);
        }
    }
}

#[test]
fn committed_lake_is_what_the_generator_writes() {
    let lake = Lake::generate().expect("the lake");
    let mut committed = BTreeSet::new();
    keys(&crate::lake_dir(), "", &mut committed);
    let generated: BTreeSet<String> = lake.objects().map(|(k, _)| k.to_owned()).collect();
    assert_eq!(committed, generated);
    for (key, bytes) in lake.objects() {
        assert!(
            fs::read(crate::lake_dir().join(key)).expect("readable") == bytes,
            "{key} differs: run `cargo run -p sonde-corpus -- lake corpus/lake`"
        );
    }
    assert_eq!(Truth::load().expect("readable"), lake.truth());
    let size: usize = lake.objects().map(|(_, b)| b.len()).sum();
    assert!(size < 5_000_000, "{size} bytes are too many for the repository");
}

#[test]
fn values_stand_where_the_truth_says() {
    let lake = Lake::generate().expect("the lake");
    let mut seen = 0;
    for file in lake.files.iter().filter(|f| f.state == "scanned") {
        for p in &file.written.planted {
            let Some(span) = &p.bytes else { continue };
            let raw = &file.written.bytes[span.start as usize..span.end as usize];
            // One file is in Latin-1.
            if raw == p.value.as_bytes() || raw.iter().map(|b| char::from(*b)).eq(p.value.chars()) {
                seen += 1;
            } else {
                assert!(
                    file.key.starts_with("rag/") || file.key.contains("json") || file.key.ends_with(".ipynb"),
                    "{} holds something else at {span:?}",
                    file.key
                );
            }
            if let (Some(line), Some(column)) = (p.line, p.column) {
                let before = &file.written.bytes[..span.start as usize];
                if !file.key.ends_with("besprechung.txt") {
                    assert_eq!(before.iter().filter(|&&b| b == b'\n').count() as u64 + 1, line);
                    let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
                    assert_eq!((before.len() - start) as u64 + 1, column);
                }
            }
        }
    }
    assert!(seen > 3_000, "only {seen}");
}

#[test]
fn every_tag_is_planted() {
    let truth = Lake::generate().expect("the lake").truth();
    let tags: BTreeSet<&str> = truth.plants().map(|p| p.tag.as_str()).collect();
    for national in crate::values::NATIONAL {
        assert!(tags.contains(national.tag), "{}", national.tag);
    }
    for tag in
        ["pii.email", "pii.phone", "pci.pan", "fin.iban", "fin.bic", "fin.us.aba-routing", "pii.ip-address", "pii.mac-address", "pii.date-of-birth"]
    {
        assert!(tags.contains(tag), "{tag}");
    }
    assert!(truth.secrets().all(|s| s.len() > 4));
}

//! Which dataset an object belongs to: the table-like prefix it lies in, else its parent.

/// Folders that only the root of a table holds.
const TABLE_MARKS: [&[u8]; 3] = [b"_delta_log", b"_change_data", b".hoodie"];

/// Length of the dataset's prefix of `key`: 0, or up to and with a `/`. Pure, linear in the key; the name of the object itself decides nothing.
///
/// - a table's own folder (`t/_delta_log/0.json`) belongs to the table `t/`;
/// - from the first Hive segment on (`t/dt=2024-01-02/hour=3/x`) all is the table `t/`;
/// - dated folders at the end (`t/2024/01/02/x`, `t/2024-01-02/x`, `t/20240102/03/x`) belong to `t/`;
/// - else it is the parent.
///
/// ```
/// use sonde_connectors::dataset::prefix_len;
/// assert_eq!(prefix_len(b"sales/orders/dt=2024-01-02/part-0.parquet"), "sales/orders/".len());
/// assert_eq!(prefix_len(b"exports/users.csv"), "exports/".len());
/// assert_eq!(prefix_len(b"users.csv"), 0);
/// ```
#[must_use]
pub fn prefix_len(key: &[u8]) -> usize {
    let mut end = key.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    let mut start = 0;
    while start < end {
        let len = key[start..end].iter().position(|b| *b == b'/').unwrap_or(end - start);
        let folder = &key[start..start + len];
        if TABLE_MARKS.contains(&folder) || is_hive(folder) {
            end = start;
            break;
        }
        start += len + 1;
    }
    while let Some(shorter) = without_date(&key[..end]) {
        end = shorter;
    }
    end
}

/// `name=value`, as Hive writes partitions.
fn is_hive(folder: &[u8]) -> bool {
    let Some(eq) = folder.iter().position(|b| *b == b'=') else { return false };
    let (name, value) = (&folder[..eq], &folder[eq + 1..]);
    // `=` in front of the value is padding of base64, not a partition.
    !name.is_empty()
        && value.first() != Some(&b'=')
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'%') || *b >= 0x80)
}

/// What one dated folder says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dated {
    Year,
    /// `01` to `12`: may as well be a day, an hour or a minute.
    Number(u8),
    YearMonth,
    Date,
}

/// The prefix without the longest dated run of folders at its end, if there is one.
fn without_date(prefix: &[u8]) -> Option<usize> {
    // From the end: at most year, month, day, hour, minute.
    let mut folders = [Dated::Year; 5];
    let mut end = prefix.len();
    let mut best = None;
    for taken in 0..folders.len() {
        if end == 0 {
            break;
        }
        let start = prefix[..end - 1].iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
        let Some(dated) = dated(&prefix[start..end - 1]) else { break };
        folders.rotate_right(1);
        folders[0] = dated;
        end = start;
        if is_run(&folders[..=taken]) {
            best = Some(start);
        }
    }
    best
}

/// Whether these folders, outermost first, are one date.
fn is_run(folders: &[Dated]) -> bool {
    let Some((first, rest)) = folders.split_first() else { return false };
    let limits: &[(u8, u8)] = match first {
        Dated::Year => &[(1, 12), (1, 31), (0, 23), (0, 59)],
        Dated::YearMonth => &[(1, 31), (0, 23), (0, 59)],
        Dated::Date => &[(0, 23), (0, 59)],
        Dated::Number(_) => return false,
    };
    rest.len() <= limits.len() && rest.iter().zip(limits).all(|(d, (low, high))| matches!(d, Dated::Number(n) if (low..=high).contains(&n)))
}

/// Reads one folder name as part of a date.
fn dated(folder: &[u8]) -> Option<Dated> {
    let number = |digits: &[u8]| -> Option<u32> { digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))) };
    let year = |d: &[u8]| number(d).is_some_and(|y| (1900..2200).contains(&y));
    let month = |d: &[u8]| number(d).is_some_and(|m| (1..=12).contains(&m));
    let day = |d: &[u8]| number(d).is_some_and(|d| (1..=31).contains(&d));
    let hour = |d: &[u8]| number(d).is_some_and(|h| h < 24);
    let separator = |i: usize| matches!(folder[i], b'-' | b'_' | b'.');
    let found = match folder.len() {
        2 => return number(folder).and_then(|n| u8::try_from(n).ok()).map(Dated::Number),
        4 => year(folder).then_some(Dated::Year)?,
        6 => (year(&folder[..4]) && month(&folder[4..])).then_some(Dated::YearMonth)?,
        7 => (year(&folder[..4]) && separator(4) && month(&folder[5..])).then_some(Dated::YearMonth)?,
        8 => (year(&folder[..4]) && month(&folder[4..6]) && day(&folder[6..])).then_some(Dated::Date)?,
        10 if folder.iter().all(u8::is_ascii_digit) => {
            (year(&folder[..4]) && month(&folder[4..6]) && day(&folder[6..8]) && hour(&folder[8..])).then_some(Dated::Date)?
        }
        10 | 13 => {
            let date = year(&folder[..4]) && separator(4) && month(&folder[5..7]) && folder[7] == folder[4] && day(&folder[8..10]);
            let time = folder.len() == 10 || (matches!(folder[10], b'-' | b'_' | b'T') && hour(&folder[11..]));
            (date && time).then_some(Dated::Date)?
        }
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(key: &str) -> &str {
        &key[..prefix_len(key.as_bytes())]
    }

    #[test]
    fn tables_and_parents() {
        for (key, dataset) in [
            ("a.csv", ""),
            ("x/y/a.csv", "x/y/"),
            ("x//a.csv", "x//"),
            ("/lead", "/"),
            ("dir/marker/", "dir/marker/"),
            ("t/dt=2024-01-02/a.parquet", "t/"),
            ("t/year=2024/month=01/day=02/a", "t/"),
            ("t/dt=2024-01-02/delta_1/bucket_0", "t/"),
            ("t/region=__HIVE_DEFAULT_PARTITION__/a", "t/"),
            ("year=2024/a", ""),
            ("t/_delta_log/00000.json", "t/"),
            ("t/_delta_log/_sidecars/0.parquet", "t/"),
            ("t/2024/01/02/a", "t/"),
            ("t/2024/01/02/03/59/a", "t/"),
            ("t/2024/01/02/24/a", "t/2024/01/02/24/"),
            ("t/2024/13/a", "t/2024/13/"),
            ("t/2024/a", "t/"),
            ("t/2024-01-02/a", "t/"),
            ("t/2024-01-02-03/a", "t/"),
            ("t/2024-01-02T03/a", "t/"),
            ("t/2024_01_02/a", "t/"),
            ("t/20240102/a", "t/"),
            ("t/20240102/07/a", "t/"),
            ("t/2024010207/a", "t/"),
            ("t/202401/02/a", "t/"),
            ("t/2024/2024-01-02/a", "t/"),
            ("t/2024/01/02/host=a/x", "t/"),
            ("t/20241302/a", "t/20241302/"),
            ("t/12345678/a", "t/12345678/"),
            ("t/01/02/a", "t/01/02/"),
            ("runs/2024-01-02/lake/users.csv", "runs/2024-01-02/lake/"),
            ("x/YWJjZA==/a", "x/YWJjZA==/"),
            ("x/=v/a", "x/=v/"),
            ("x/a b=c/a", "x/a b=c/"),
            ("2024/01/02/a", ""),
        ] {
            assert_eq!(of(key), dataset, "{key}");
        }
    }

    proptest! {
        #[test]
        fn is_a_folder_above_the_object(key in "[a-c/=.0-9_-]{0,40}") {
            let dataset = of(&key);
            prop_assert!(dataset.is_empty() || dataset.ends_with('/'));
        }

        #[test]
        fn never_fails(key in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(prefix_len(&key) <= key.len());
        }

        #[test]
        fn objects_right_in_a_dataset_belong_to_it(key in "([a-b]{1,2}|20240[0-9]|2024|[01][0-9]|[a-b]=[0-9]|_delta_log|2024-0[0-9]-1[0-9]|)(/([a-b]{1,2}|20240[0-9]|2024|[01][0-9]|[a-b]=[0-9]|_delta_log|)){0,7}") {
            let dataset = of(&key);
            let direct = format!("{dataset}x");
            prop_assert_eq!(of(&direct), dataset);
        }

        #[test]
        fn partitions_do_not_matter(table in "[a-z]{3,8}(/[a-z]{3,8}){0,2}", y in 1900..2200u32, m in 1..13u32, d in 1..32u32, file in "[a-z0-9=.]{1,9}") {
            let want = format!("{table}/");
            for part in [format!("{y}/{m:02}/{d:02}"), format!("{y}{m:02}{d:02}"), format!("{y}-{m:02}-{d:02}"), format!("dt={y}-{m:02}-{d:02}"), format!("year={y}/month={m}/day={d}")] {
                let key = format!("{table}/{part}/{file}");
                prop_assert_eq!(of(&key), &want);
            }
        }
    }
}

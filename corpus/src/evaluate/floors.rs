//! Floors: what was reached once is not lost unseen.

use std::{collections::BTreeMap, io};

use super::report::Metric;

/// Floors (ceilings, for what should be small) by metric.
pub type Floors = BTreeMap<String, f64>;

/// The committed floors of a size of evaluation.
///
/// # Errors
/// When the file cannot be read or has none of that size.
pub fn load(size: &str) -> io::Result<Floors> {
    let text = std::fs::read_to_string(crate::root().join("floors.toml"))?;
    let mut all: BTreeMap<String, Floors> = toml::from_str(&text).map_err(io::Error::other)?;
    all.remove(size).ok_or_else(|| io::Error::other(format!("no floors of size `{size}`")))
}

/// What a metric may not fall below (rise above): the far end of its interval.
#[must_use]
pub fn of(metric: &Metric) -> f64 {
    let edge = if metric.small { metric.share.high } else { metric.share.low };
    let rounded = if metric.small { (edge * 1000.0).ceil() } else { (edge * 1000.0).floor() };
    rounded / 1000.0
}

/// The metrics that are below their floor, for people. A metric without a floor is one as well.
#[must_use]
pub fn broken(metrics: &[Metric], floors: &Floors) -> Vec<String> {
    let wrong = metrics.iter().filter_map(|m| {
        let Some(&floor) = floors.get(m.name) else { return Some(format!("`{}` has no floor", m.name)) };
        let value = m.share.value;
        let fine = if m.small { value <= floor } else { value >= floor };
        let side = if m.small { "at most" } else { "at least" };
        (!fine).then(|| format!("{} is {value:.4}, {side} {floor} was expected", m.title))
    });
    wrong.collect()
}

/// The text of a floors file: sizes and their metrics.
#[must_use]
pub fn written(sizes: &[(&str, Vec<Metric>)]) -> String {
    let mut out = "# What an evaluation may not fall below (rise above, for what is flagged): measured, less the 95 % interval.\n\
                   # Written by `cargo run --release -p sonde-corpus -- evaluate --set-floors`; raise them when the rules get better.\n"
        .to_owned();
    for (size, metrics) in sizes {
        out += &format!("\n[{size}]\n");
        for metric in metrics {
            out += &format!("{} = {:.3}\n", metric.name, of(metric));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::score::share;

    #[test]
    fn floors_hold_and_break() {
        let metric = |name, hits, small| Metric { name, title: name, share: share(hits, 100), small };
        let reached = vec![metric("a", 90, false), metric("b", 2, true)];
        let floors: Floors =
            toml::from_str::<BTreeMap<String, Floors>>(&written(&[("x", reached.clone())])).expect("written well").remove("x").expect("x");
        assert!(broken(&reached, &floors).is_empty());
        assert_eq!(broken(&[metric("a", 80, false), metric("b", 9, true)], &floors).len(), 2);
        assert_eq!(broken(&[metric("c", 80, false)], &floors), ["`c` has no floor"]);
    }
}

//! The classifiers keep what they reached on data they were not made for.

use sonde_corpus::evaluate::{Options, evaluate, floors, report};

#[test]
fn a_small_evaluation_keeps_its_floors() {
    let all = evaluate(&Options::of_size("small").expect("a size")).expect("an engine");
    let metrics = report::metrics(&all);
    let broken = floors::broken(&metrics, &floors::load("small").expect("committed floors"));
    assert!(broken.is_empty(), "{broken:#?}\nwhat went wrong: cargo run --release -p sonde-corpus -- evaluate --size small --misses 30");
    let told = report::markdown(&all, "a test");
    for title in ["## Texts", "## Columns", "## Credentials", "## By tag", "## By rule"] {
        assert!(told.contains(title), "{title}");
    }
    assert!(metrics.iter().all(|m| told.contains(m.title) && m.share.of > 50), "{metrics:#?}");
}

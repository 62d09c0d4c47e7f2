//! What users bring: exact values, dictionaries, allow lists, thresholds.

use std::time::Instant;

use sonde_classifiers::{
    Allowed, CellMatch, CellSink, Cells, Context, EdmBuilder, EdmError, EdmSet, Engine, EngineOptions, FingerprintKey, Offsets, RuleIndex, Ruleset,
    Threshold,
};

fn key() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

fn customers() -> Vec<u8> {
    let columns = [vec!["email".to_owned()], vec!["account".to_owned()], vec!["nick".to_owned()], vec!["name".to_owned(), "born".to_owned()]];
    let mut builder = EdmBuilder::new("customers", &columns, &key()).expect("good columns");
    assert_eq!(builder.columns(), ["email", "account", "nick", "name", "born"]);
    builder.row(&[b"zoe.q@kunden.example", b"4471-0093-2210", b"Zed", "Zoë Quandt".as_bytes(), b"1990-01-31"]);
    builder.row(&[b"bo@kunden.example", b"5512 0093 8811", b"Bo", b"Bo Tran", b"07.11.1984"]);
    builder.finish()
}

fn engine(rules: Ruleset) -> Engine {
    Engine::new(&rules, EngineOptions::default()).expect("good rules")
}

fn exact() -> Engine {
    let set = EdmSet::from_bytes(&customers(), &key()).expect("a good set");
    engine(Ruleset::default().with_exact(set).expect("no such rule yet"))
}

fn found(engine: &Engine, text: &str) -> Vec<String> {
    let mut all = Vec::new();
    engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |m| {
        assert!(!m.masked(engine).to_string().contains("kunden"));
        let bits: f32 = engine.explain(text.as_bytes(), Context::default(), &m).iter().map(|b| b.bits).sum();
        assert!((bits * 1000.0 - m.millibits as f32).abs() < 1.0);
        all.push(text[m.start..m.end].to_owned());
    });
    all
}

#[test]
fn exact_values_in_any_format() {
    let engine = exact();
    assert_eq!(engine.rules()[0].tag, "custom.customers");
    for (text, wanted) in [
        ("mail to ZOE.Q@kunden.example today", vec!["ZOE.Q@kunden.example"]),
        ("account 447100932210, please", vec!["447100932210"]),
        ("account 4471 0093 2210", vec!["4471 0093 2210"]),
        ("4471.0093.2210", vec!["4471.0093.2210"]),
        ("no 551200938811 and 44710093", vec!["551200938811"]),
        // A short value counts beside another of its row only.
        ("Bo was here", vec![]),
        ("Bo, account 551200938811", vec!["Bo", "551200938811"]),
        ("Zed, account 551200938811", vec!["551200938811"]),
        // A combination: both or nothing, the date however it is written.
        ("Zoë Quandt", vec![]),
        ("ZOË QUANDT, born 31.01.1990", vec!["ZOË QUANDT"]),
        ("Zoë Quandt, born 07.11.1984", vec![]),
        ("Zoe Quandt, born 31.01.1990", vec![]),
        ("born 1984-11-07: Bo Tran", vec!["Bo Tran"]),
        ("xzoe.q@kunden.examples", vec![]),
        ("", vec![]),
    ] {
        let mut got = found(&engine, text);
        if wanted.len() > 1 || wanted.first() == Some(&"Bo Tran") {
            got.retain(|g| wanted.contains(&g.as_str()));
        }
        assert_eq!(got, wanted, "{text}");
    }
}

#[test]
fn values_cross_the_edges_of_blocks() {
    let engine = exact();
    for at in (8100..8300).chain(60..70) {
        let text = format!("{} zoe.q@kunden.example {} 4471 0093 2210", "x".repeat(at), "y".repeat(70));
        assert_eq!(found(&engine, &text), ["zoe.q@kunden.example", "4471 0093 2210"], "{at}");
    }
}

#[derive(Default)]
struct Rows(Vec<(usize, usize)>);

impl CellSink for Rows {
    fn matched(&mut self, column: usize, m: CellMatch<'_>) {
        assert!(m.whole && m.strong);
        self.0.push((column, m.cell));
    }
    fn candidate(&mut self, _: usize, _: RuleIndex, _: usize) {}
}

#[test]
fn combinations_hold_across_the_columns_of_a_row() {
    let engine = exact();
    let (names, names_at) = ("Zoë QuandtBo TranZoë Quandt", [0, 11, 18, 29]);
    let (dates, dates_at) = ("31/01/199031/01/19901990-01-31", [0, 10, 20, 30]);
    let columns = [
        Cells { field: "n", bytes: names.as_bytes(), offsets: Offsets::I32(&names_at), valid: None },
        Cells { field: "d", bytes: dates.as_bytes(), offsets: Offsets::I32(&dates_at), valid: None },
    ];
    let mut rows = Rows::default();
    engine.scan_batch(&mut engine.scratch(), &columns, &mut rows);
    rows.0.retain(|r| r.0 == 0);
    assert_eq!(rows.0, [(0, 0), (0, 2)]);
}

#[test]
fn sets_that_are_damaged_or_foreign_are_refused() {
    let good = customers();
    assert!(!good.windows(6).any(|w| w == b"kunden"));
    assert!(matches!(EdmSet::from_bytes(&good, &FingerprintKey::new(&[8; 32])), Err(EdmError::Key(_))));
    assert_eq!(EdmSet::from_bytes(b"email,account\n", &key()).unwrap_err(), EdmError::Format);
    for cut in 0..good.len() {
        assert!(EdmSet::from_bytes(&good[..cut], &key()).is_err(), "{cut}");
    }
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(EdmSet::from_bytes(&bad, &key()).is_err(), "{at}");
    }
    assert!(EdmBuilder::new("No Name", &[vec!["a".into()]], &key()).is_err());
    assert!(EdmBuilder::new("x", &[], &key()).is_err());
    assert!(EdmBuilder::new("x", &[vec!["a".into(), "a".into()]], &key()).is_err());
}

const PROJECTS: &str = r#"
[[rule]]
id = "projects"
tag = "proprietary.project"
name = "Project names"
sensitivity = "high"
examples = ["about {{Blue Heron}} only", "{{blue-heron}}"]
counter_examples = ["a heron", "blue herons"]
[[rule.form]]
prior = 3.0
dictionary = "projects"
"#;

fn projects(text: &str) -> Result<Ruleset, String> {
    Ruleset::parse_with(&[("mine.toml", text)], &[("projects", "# ours\nBlue Heron\nÄnderung\nплан Б\nthe\n".as_bytes())]).map_err(|e| e.to_string())
}

#[test]
fn dictionaries_of_users() {
    let rules = projects(PROJECTS).unwrap();
    assert_eq!(sonde_classifiers::verify(&rules), []);
    let engine = engine(rules);
    assert_eq!(
        found(&engine, "BLUE  heron, ÄNDERUNG änderung ПЛАН б план-Б theme the"),
        ["BLUE  heron", "ÄNDERUNG", "änderung", "ПЛАН б", "план-Б", "the"]
    );
    let (bytes, at) = (b"Blue Heronblue", [0, 10, 14]);
    let mut rows = Rows::default();
    let cells = Cells { field: "p", bytes, offsets: Offsets::I32(&at), valid: None };
    engine.scan_column(&mut engine.scratch(), &cells, &mut rows);
    assert_eq!(rows.0, [(0, 0)]);
}

#[test]
fn faults_name_their_place() {
    let fault = |from: &str, to: &str| {
        let text = PROJECTS.replace(from, to);
        assert_ne!(text, PROJECTS, "{from}");
        projects(&text).unwrap_err()
    };
    assert_eq!(
        fault("dictionary = \"projects\"", "dictionary = \"project\""),
        "`mine.toml` line 2: rule `projects`: there is no dictionary `project`; the nearest is `projects`"
    );
    assert_eq!(fault("dictionary", "dictionery"), "`mine.toml` line 11: unknown key `dictionery`; the nearest is `dictionary`");
    let pattern = |p: &str| fault("dictionary = \"projects\"", &format!("literals = [\"ab\"]\npattern = '{p}'"));
    assert!(pattern("ab+").contains("`mine.toml` line 2: rule `projects`: form 1: the pattern can match without bound"));
    let large = pattern(&format!("ab(?:{}){{0,8000}}", ('a'..='z').map(|c| format!("{c}{c}")).collect::<Vec<_>>().join("|")));
    assert!(large.contains("`mine.toml` line 2: rule `projects`: the pattern is too large"), "{large}");
    let alone = Ruleset::parse(&[("mine.toml", PROJECTS)]).unwrap_err().to_string();
    assert!(alone.contains("line 2") && alone.contains("dictionaries/projects.txt"), "{alone}");
    let twice = projects(&format!("{PROJECTS}{PROJECTS}")).unwrap_err();
    assert_eq!(twice, "`mine.toml` line 13: rule `projects` is defined twice");
    for (allow, wanted) in [
        ("value = \"x\"", "missing field `reason`"),
        ("reason = \"r\"", "it would allow everything"),
        ("reason = \" \"\nvalue = \"x\"", "it needs a reason"),
        ("reason = \"r\"\npattern = \"a*\"", "without bound"),
        ("reason = \"r\"\nsha256 = \"00\"", "64 hexadecimal digits"),
        ("reason = \"r\"\nvalues = \"x\"", "the nearest is `value`"),
        ("reason = \"r\"\nvalue = \"x\"\nexpires = 10:00:00", "`expires` is a date"),
    ] {
        let error = projects(&format!("{PROJECTS}\n[[allow]]\n{allow}\n")).unwrap_err();
        assert!(error.contains("`mine.toml` line 1") && error.contains(wanted), "{error}");
    }
    assert!(projects("[[threshold]]\ntag = \"pii\"\nmin_confidence = 2.0\n").unwrap_err().contains("line 1: threshold"));
}

/// Repeats that would take exponential time in a backtracking matcher.
#[test]
fn evil_patterns_take_linear_time() {
    let rule = PROJECTS
        .replace(
            "dictionary = \"projects\"",
            "literals = [\"aa\"]\npattern = '(?:a|aa|a?a){1,60}(?:a?){0,60}!'\nright_boundary = false\nleft_boundary = false",
        )
        .replace("about {{Blue Heron}} only", "aaaa!")
        .replace("{{blue-heron}}", "aaaaaa!");
    let engine = engine(projects(&rule).unwrap());
    let started = Instant::now();
    assert!(found(&engine, &"a".repeat(20_000)).is_empty());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn allowed_values_are_covered_here() {
    let rules = projects(&format!(
        "{PROJECTS}\n[[allow]]\nvalue = \"the\"\nreason = \"a word\"\n[[allow]]\npattern = 'blue|blue.heron'\nfield = \"Title\"\ntag = \"proprietary\"\nreason = \"announced\"\n\
         [[allow]]\nsha256 = \"{}\"\npath = \"old/\"\nreason = \"old\"\nexpires = 2026-01-31\n",
        "0".repeat(64)
    ))
    .unwrap();
    let allowed = Allowed::new(rules.allows().to_vec());
    assert_eq!(
        rules.allows().iter().map(|a| (a.expired("2026-01-31"), a.expired("2026-02-01"))).collect::<Vec<_>>(),
        [(false, false), (false, false), (false, true)]
    );
    let engine = engine(rules);
    let left = |field: Option<&str>| {
        let mut left = Vec::new();
        engine.scan(&mut engine.scratch(), b"the blue heron", Context::default(), &mut |m| {
            if !allowed.covers(&engine, &m, field) {
                left.push(m.start);
            }
        });
        left
    };
    assert_eq!(left(None), [4]);
    assert_eq!(left(Some("title")), [0_usize; 0]);
    assert!(!allowed.at(&|_| false).is_empty());
}

#[test]
fn thresholds_by_tag() {
    let at = |tag: &str, min_confidence: f64| Threshold { tag: tag.into(), min_confidence };
    let rules = || projects(PROJECTS).unwrap();
    let count = |rules: Ruleset| found(&engine(rules), "Blue Heron").len();
    assert_eq!(count(rules()), 1);
    assert_eq!(count(rules().with_threshold(at("proprietary", 0.95))), 0);
    assert_eq!(count(rules().with_threshold(at("proprietary", 0.95)).with_threshold(at("proprietary.project", 0.6))), 1);
    assert_eq!(count(rules().with_threshold(at("pii", 0.99))), 1);
    assert_ne!(rules().digest(), rules().with_threshold(at("pii", 0.9)).digest());
}

/// CPU time of this thread, seconds.
fn on_cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells the CPU time of a thread");
    stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).expect("nanoseconds first") / 1e9
}

/// Prints what a million entries cost; run by hand with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn what_a_million_entries_cost() {
    let mut seed = 1_u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let mut word = move || {
        (0..3 + next() % 6).map(|_| ["ka", "lo", "mi", "nu", "re", "sa", "to", "vi", "en", "st", "er"][(next() % 11) as usize]).collect::<String>()
    };
    let list: String = (0..1_000_000).map(|n| if n % 2 == 0 { format!("{}\n", word()) } else { format!("{} {}\n", word(), word()) }).collect();
    let text: String = (0..3_000_000).map(|n| if n % 12 == 11 { "\n".to_owned() } else { format!("{} ", &word()[..4]) }).collect();
    let base = Ruleset::builtin().unwrap();
    let own = Ruleset::parse_with(&[("mine.toml", PROJECTS)], &[("projects", list.as_bytes())]).unwrap();
    let engines = [("without", base.clone()), ("with", base.extend(own).unwrap())].map(|(name, rules)| {
        let started = Instant::now();
        let engine = engine(rules);
        println!("{name}: built in {:?}", started.elapsed());
        (name, engine)
    });
    let mut best = [f64::MAX; 2];
    // In turn, so that what else the machine does hits both.
    for _ in 0..9 {
        for ((name, engine), best) in engines.iter().zip(&mut best) {
            let (mut scratch, started, mut matches) = (engine.scratch(), on_cpu(), 0);
            engine.scan(&mut scratch, text.as_bytes(), Context::default(), &mut |_| matches += 1);
            let taken = on_cpu() - started;
            *best = best.min(taken);
            println!("{name}: {matches} matches, {:.3} GB per CPU second", text.len() as f64 / taken / 1e9);
        }
    }
    println!("best: {best:?} s; with costs {:+.1} %", (best[1] / best[0] - 1.0) * 100.0);
}

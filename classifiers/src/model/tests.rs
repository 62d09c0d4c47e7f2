use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use super::{
    Kind, Model, ModelError, ModelFiles,
    config::{Activation, Config},
    linear::{Linear, activate, erf},
    network::{Buffers, Network},
    pieces::{is_prose, pieces},
    safetensors::{Tensors, half},
    tokens::Tokenizer,
    windows,
};
use crate::{CellMatch, CellSink, Cells, Context, Engine, EngineOptions, Offsets, RuleIndex, Ruleset, TextScanner};

mod tiny;

use tiny::{Tiny, Width, twin};

fn refused(result: Result<Model, ModelError>, words: &str) {
    let error = result.expect_err("refused").to_string();
    assert!(error.contains(words), "{error}");
}

fn engine(tiny: &Tiny) -> Engine {
    let rules = Ruleset::builtin().unwrap().with_model(Arc::new(tiny.load().unwrap())).unwrap();
    Engine::new(&rules, EngineOptions::default()).unwrap()
}

/// Rule, value's span and bits of what the model's rules find.
fn found(engine: &Engine, text: &str, field: Option<&str>) -> Vec<(String, String, f32)> {
    let mut out = Vec::new();
    engine.scan(&mut engine.scratch(), text.as_bytes(), Context { field }, &mut |m| {
        let rule = engine.rule(m.rule).id.clone();
        if rule.starts_with("model-") {
            out.push((rule, text[m.start..m.end].to_owned(), m.millibits as f32 / 1000.0));
        }
    });
    out
}

fn names(found: &[(String, String, f32)]) -> Vec<(&str, &str)> {
    found.iter().map(|f| (f.0.as_str(), f.1.as_str())).collect()
}

#[test]
fn shares_are_those_of_a_naive_network_in_double_precision() {
    for (family, activation) in [("bert", "gelu"), ("bert", "gelu_new"), ("distilbert", "gelu"), ("distilbert", "relu")] {
        for (width, number) in [(Width::F32, 1), (Width::F16, 2), (Width::Bf16, 3)] {
            let tiny = Tiny { family, activation, scale: 0.7, seed: number, ..Tiny::default() }.stored(width);
            let bytes = tiny.weights();
            let config = Config::read(tiny.config().as_bytes()).unwrap();
            let network = Network::load(&Tensors::read(&bytes).unwrap(), &config).unwrap();
            let ids: Vec<u32> = (0..23).map(|i| (i * 7 + number as u32) % network.vocabulary as u32).collect();
            let mut shares = Vec::new();
            network.run(&ids, &mut Buffers::default(), &mut shares);
            let expected = twin(&tiny, &ids);
            assert_eq!(shares.len(), expected.len());
            for (ours, twin) in shares.iter().zip(&expected) {
                assert!((f64::from(*ours) - twin).abs() < 1e-6 + 1e-3 * twin, "{family} {activation} {width:?}: {ours} {twin}");
            }
            // The weights matter: tokens are told apart, and so are their places.
            let odds = |row: &[f64]| (row[1] / row[0]).ln();
            assert!(expected.chunks(tiny.labels.len()).any(|row| (odds(row) - odds(&expected)).abs() > 1.0));
        }
    }
}

#[test]
fn functions_have_their_published_values() {
    for (x, value) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (-2.0, -0.995_322_3), (6.0, 1.0)] {
        assert!((erf(x) - value).abs() < 1e-6, "{x}");
    }
    let mut x = [1.0, -1.0, 3.0];
    activate(Activation::Gelu, &mut x);
    assert!(x.iter().zip([0.841_344_7, -0.158_655_3, 2.995_95]).all(|(a, b)| (a - b).abs() < 1e-5), "{x:?}");
    let mut x = [1.0, -1.0];
    activate(Activation::GeluTanh, &mut x);
    assert!(x.iter().zip([0.841_192, -0.158_808]).all(|(a, b)| (a - b).abs() < 1e-5), "{x:?}");
    let halves = [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 5.960_464_5e-8), (0x8400, -6.103_515_6e-5), (0x3555, 0.333_251_95)];
    assert!(halves.iter().all(|(bits, value)| half(*bits) == *value));
    assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
}

proptest! {
    #[test]
    fn a_row_comes_out_the_same_alone_and_among_others(rows in 1_usize..12, inputs in 1_usize..40, outputs in 1_usize..20, seed: u64) {
        let mut random = tiny::Random(seed);
        let linear = Linear::new(&random.many(inputs * outputs, 1.0), random.many(outputs, 1.0), inputs);
        let x = random.many(rows * inputs, 1.0);
        let (mut all, mut one) = (Vec::new(), Vec::new());
        linear.apply(&x, &mut all);
        for (row, out) in x.chunks(inputs).zip(all.chunks(outputs)) {
            linear.apply(row, &mut one);
            prop_assert_eq!(&one[..], out);
        }
    }
}

#[test]
fn known_words_are_found_and_others_are_not() {
    for family in ["bert", "distilbert"] {
        let engine = engine(&Tiny { family, ..Tiny::default() });
        let text = "Yesterday Zorblax Quimble of Vendorly travelled to Plumbia, where zorblax met friends.\n\n12 34 56\n";
        let all = found(&engine, text, None);
        // Upper and lower case are one word to this vocabulary.
        let expected =
            [("model-person", "Zorblax Quimble"), ("model-organisation", "Vendorly"), ("model-place", "Plumbia"), ("model-person", "zorblax")];
        assert_eq!(names(&all), expected);
        assert!(all.iter().all(|f| f.2 > 2.0 && f.2 <= 6.0), "{all:?}");
        assert!(found(&engine, "Nothing of that kind stands here, and yesterday neither.", None).is_empty());
    }
}

#[test]
fn only_free_text_is_read() {
    let engine = engine(&Tiny::default());
    let cells = ["Zorblax Quimble", "yesterday Zorblax Quimble travelled to where friends met and where others met as well", "", "zorblax"];
    // A text with a name is a cell.
    assert!(found(&engine, cells[0], Some("note")).is_empty());
    assert_eq!(names(&found(&engine, cells[1], Some("note"))), [("model-person", "Zorblax Quimble")]);
    assert_eq!(names(&found(&engine, cells[0], None)), [("model-person", "Zorblax Quimble")]);
    struct Sink<'a>(&'a Engine, Vec<(usize, String, bool)>);
    impl CellSink for Sink<'_> {
        fn matched(&mut self, _: usize, m: CellMatch<'_>) {
            let rule = &self.0.rule(m.m.rule).id;
            if rule.starts_with("model-") {
                self.1.push((m.cell, rule.clone(), m.whole));
            }
        }
        fn candidate(&mut self, _: usize, _: RuleIndex, _: usize) {}
    }
    let (bytes, mut offsets) = (cells.concat(), vec![0_i32]);
    cells.iter().for_each(|c| offsets.push(offsets.last().unwrap() + c.len() as i32));
    let column = Cells { field: "note", bytes: bytes.as_bytes(), offsets: Offsets::I32(&offsets), valid: None };
    let mut sink = Sink(&engine, Vec::new());
    engine.scan_column(&mut engine.scratch(), &column, &mut sink);
    assert_eq!(sink.1, [(1, "model-person".to_owned(), false)]);
}

#[test]
fn what_it_says_stands_beside_what_rules_say() {
    let engine = engine(&Tiny::default());
    let text = "Zorblax Quimble wrote to kontakt@zorblax.example, the password is Kx9#mT2vLq8w. Dear Mr. Quimble";
    let mut tags = Vec::new();
    engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |m| {
        let bits: f32 = engine.explain(text.as_bytes(), Context::default(), &m).iter().map(|b| b.bits).sum();
        assert!((bits - m.millibits as f32 / 1000.0).abs() < 0.01);
        assert!(!m.masked(&engine).to_string().contains("Zorblax"));
        tags.push((engine.rule(m.rule).tag.clone(), text[m.start..m.end].to_owned()));
    });
    let has = |tag: &str, value: &str| tags.iter().filter(|t| t.0 == tag && t.1 == value).count();
    assert_eq!(has("pii.person-name", "Zorblax Quimble"), 1);
    assert_eq!(has("pii.email", "kontakt@zorblax.example"), 1);
    assert_eq!(has("secret.password", "Kx9#mT2vLq8w"), 1);
    // Found by both: reported once.
    assert_eq!(has("pii.person-name", "Quimble"), 1, "{tags:?}");
}

#[test]
fn a_rule_set_knows_its_model() {
    let tiny = Tiny::default();
    let (one, other) = (Arc::new(tiny.load().unwrap()), Arc::new(Tiny { seed: 9, ..Tiny::default() }.load().unwrap()));
    let plain = Ruleset::builtin().unwrap();
    let with = plain.clone().with_model(Arc::clone(&one)).unwrap();
    let rest = plain.clone().with_model(other).unwrap();
    assert!(plain.digest() != with.digest() && with.digest() != rest.digest());
    assert_eq!(one.digest().len(), 64);
    assert_eq!(with.clone().with_model(one).expect_err("twice").message, "rule `model-person` is defined already");
    // The tiny model has no label for addresses.
    let ids: Vec<&str> = with.rules().iter().map(|r| r.id.as_str()).filter(|id| id.starts_with("model-")).collect();
    assert_eq!(ids, ["model-organisation", "model-person", "model-place"]);
    let only = Engine::new(&with.clone().only(&["pii.place".into()]), EngineOptions::default()).unwrap();
    assert_eq!(names(&found(&only, "Zorblax travelled to Plumbia yesterday", None)), [("model-place", "Plumbia")]);
    let none = Engine::new(&with.only(&["secret".into()]), EngineOptions::default()).unwrap();
    assert!(found(&none, "Zorblax travelled to Plumbia yesterday", None).is_empty());
}

/// Prose, lists, dumps and long lines, with known words here and there.
fn long_text(seed: u64, bytes: usize) -> String {
    let (mut random, mut text) = (tiny::Random(seed), String::new());
    while text.len() < bytes {
        let most = if random.below(20) == 0 { 900 } else { 30 };
        let words = random.below(most) + 1;
        for _ in 0..words {
            let word =
                ["Zorblax", "Quimble", "friends", "met", "Plumbia", "where", "Vendorly", "0x00ff", "yesterday", "ünder", "北京"][random.below(11)];
            text.push_str(word);
            text.push_str([" ", " ", " ", ", ", ". "][random.below(5)]);
        }
        text.push_str(["\n", "\n", "\n\n", "\r\n", "\n17\n"][random.below(5)]);
        if random.below(9) == 0 {
            text.push_str(&"12 ".repeat(random.below(3000)));
        }
        if random.below(30) == 0 {
            text.push_str(&"word ".repeat(random.below(4000)));
        }
    }
    text
}

#[test]
fn any_cutting_gives_the_same() {
    let tiny = Tiny { layers: 1, ..Tiny::default() };
    let rules = Ruleset::builtin().unwrap().with_model(Arc::new(tiny.load().unwrap())).unwrap().only(&["pii.person-name".into(), "pii.place".into()]);
    let engine = Engine::new(&rules, EngineOptions::default()).unwrap();
    let text = long_text(5, 420 << 10);
    let mut whole = Vec::new();
    engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |m| {
        whole.push((m.rule, m.start as u64, m.end as u64, m.millibits));
    });
    let by_model = whole.iter().filter(|f| engine.rule(f.0).id.starts_with("model-")).count();
    assert!(by_model > 1000, "{by_model}");
    // One part in pieces of many sizes; then two parts, each with the margin around.
    let (end, middle) = (text.len() as u64, 211_111_u64);
    for cuts in [&[0, end][..], &[0, middle, end]] {
        let mut cut = Vec::new();
        for own in cuts.windows(2).map(|w| w[0]..w[1]) {
            let from = own.start.saturating_sub(engine.margin());
            let to = (own.end + engine.margin()).min(end);
            let (mut scratch, mut at, mut size) = (engine.scratch(), from as usize, 1_usize);
            let mut scanner = TextScanner::new("utf-8", own, from, 64 << 10);
            let mut sink = |m: crate::TextMatch<'_>| cut.push((m.m.rule, m.start, m.end, m.m.millibits));
            while at < to as usize {
                size = size * 7 % 70_001 + 1;
                let next = (at + size).min(to as usize);
                scanner.push(&engine, &mut scratch, &text.as_bytes()[at..next], &mut sink);
                at = next;
            }
            scanner.finish(&engine, &mut scratch, &mut sink);
        }
        assert_eq!(cut, whole);
    }
}

fn pieces_of(text: &[u8]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    pieces(text, &mut |piece| out.push((piece.start, piece.end)));
    out
}

proptest! {
    #[test]
    fn pieces_do_not_depend_on_where_the_text_is_cut(seed: u64, from in 0_usize..9_000, to in 20_000_usize..30_000) {
        const REACH: usize = 4 << 10;
        let text = long_text(seed, 30_000);
        let text = &text.as_bytes()[..30_000];
        let near = |piece: &(usize, usize)| piece.0 >= from + REACH && piece.1 + REACH <= to;
        let inside: Vec<_> = pieces_of(&text[from..to]).into_iter().map(|p| (p.0 + from, p.1 + from)).filter(near).collect();
        let whole: Vec<_> = pieces_of(text).into_iter().filter(near).collect();
        prop_assert_eq!(inside, whole);
    }

    #[test]
    fn windows_hold_every_token(starts in prop::collection::btree_set(0_usize..3000, 0..900), tokens in 1_usize..3000, most in 6_usize..511) {
        let starts: Vec<usize> = starts.into_iter().filter(|s| *s < tokens).collect();
        let windows = windows(&starts, tokens, most);
        prop_assert_eq!((windows[0].start, windows[windows.len() - 1].end), (0, tokens));
        prop_assert!(windows.iter().all(|w| w.len() <= most && !w.is_empty()));
        prop_assert!(windows.windows(2).all(|w| w[0].start < w[1].start && w[1].start < w[0].end && w[0].end <= w[1].end));
    }
}

#[test]
fn pieces_are_paragraphs_lines_and_sentences() {
    let text = "First line,\nits second.\n\nAnother one.\n1234\nand more\n";
    let cut: Vec<&str> = pieces_of(text.as_bytes()).into_iter().map(|(a, b)| &text[a..b]).collect();
    assert_eq!(cut, ["First line,\nits second.\n", "Another one.\n", "and more\n"]);
    let lines = "just a line of text\n".repeat(200);
    assert_eq!(pieces_of(lines.as_bytes()).len(), 200);
    let sentences = "just a sentence. ".repeat(200);
    assert_eq!(pieces_of(sentences.as_bytes()).len(), 200);
    assert!(pieces_of("word ".repeat(2000).as_bytes()).is_empty());
    assert!(is_prose("Zürich: 北京 в Москве".as_bytes()) && !is_prose(b"4111 1111 1111 1111 abcd") && !is_prose(&[0xff; 64]));
}

#[test]
fn windows_change_nothing_where_no_neighbour_counts() {
    // Without layers' weight a word's label is its own: with a model of few places it is the same in every window.
    let narrow = Tiny { places: 12, scale: 0.0, ..Tiny::default() }.load().unwrap();
    let wide = Tiny { places: 400, scale: 0.0, ..Tiny::default() }.load().unwrap();
    let text = "yesterday Zorblax Quimble met friends where Plumbia met Vendorly ".repeat(5);
    let spans = |model: &Model| -> Vec<(Kind, usize, usize)> {
        model.spans(text.as_bytes(), &mut Buffers::default()).into_iter().map(|s| (s.kind, s.start, s.end)).collect()
    };
    assert_eq!(spans(&narrow), spans(&wide));
    assert_eq!(spans(&narrow).len(), 15);
}

fn cut(vocab: &str, settings: &str, text: &str) -> Vec<String> {
    let entries: Vec<&str> = vocab.split(' ').collect();
    let tokens = Tokenizer::read(Some(settings.as_bytes()), entries.join("\n").as_bytes()).unwrap().tokens(text.as_bytes());
    assert!(tokens.words.iter().all(|w| w.start < w.end && text.is_char_boundary(w.start) && text.is_char_boundary(w.end)));
    tokens.ids.iter().map(|id| entries[*id as usize].to_owned()).collect()
}

#[test]
fn words_are_cut_as_bert_cuts_them() {
    let vocab =
        "[PAD] [UNK] [CLS] [SEP] un ##aff ##able want ##want ##ed wa runn ##ing , \u{4f60} \u{597d} cafe café Hello hello é ##\u{1161} \u{1112}";
    assert_eq!(cut(vocab, "{}", "UNwant\u{e9}d,running"), ["un", "##want", "##ed", ",", "runn", "##ing"]);
    assert_eq!(cut(vocab, "{}", "unwantedX running"), ["[UNK]", "runn", "##ing"]);
    assert_eq!(cut(vocab, "{}", "\u{4f60}\u{597d} Cafe\u{301}  CAFÉ"), ["\u{4f60}", "\u{597d}", "cafe", "cafe"]);
    assert_eq!(cut(vocab, r#"{"do_lower_case":false}"#, "café Café He\u{ad}llo\u{0}"), ["café", "[UNK]", "Hello"]);
    assert_eq!(cut(vocab, r#"{"do_lower_case":true,"strip_accents":false}"#, "CAFÉ"), ["café"]);
    assert_eq!(cut(vocab, r#"{"unk_token":{"content":"want"}}"#, "hello xyz"), ["hello", "want"]);
    assert_eq!(cut(vocab, "{}", "\u{d558}"), ["\u{1112}", "##\u{1161}"]);
    assert_eq!(cut(vocab, "{}", &"un".repeat(51)), ["[UNK]"]);
    let tokenizer = Tokenizer::read(None, vocab.replace(' ', "\n").as_bytes()).unwrap();
    let broken = tokenizer.tokens(b"hello\xffhello \xf0\x9f");
    assert_eq!(broken.words.iter().map(|w| (w.start, w.end)).collect::<Vec<_>>(), [(0, 5), (6, 11)]);
}

#[test]
fn labels_are_read() {
    let labels = |texts: &[&str]| {
        let map: BTreeMap<String, &str> = texts.iter().enumerate().map(|(i, t)| (i.to_string(), *t)).collect();
        let config = Tiny::default().config_with(&[("id2label", serde_json::json!(map))]);
        Config::read(config.as_bytes()).map(|c| c.labels.iter().map(|l| (l.kind, l.begins)).collect::<Vec<_>>())
    };
    let (person, place) = (Some(Kind::Person), Some(Kind::Place));
    assert_eq!(labels(&["O", "B-PER", "I-PER"]).unwrap(), [(None, false), (person, true), (person, false)]);
    assert_eq!(labels(&["O", "S-GPE", "E_given_name", "L-City", "street-address"]).unwrap()[1..3], [(place, true), (person, false)]);
    assert_eq!(labels(&["B", "PERSON"]).unwrap(), [(None, false), (person, false)]);
    let error = labels(&["O", "B-MISC", "I-DATE"]).unwrap_err().to_string();
    assert_eq!(error, "`config.json`: none of its labels is a person, a place, an organisation or an address: `O`, `B-MISC`, `I-DATE`");
}

#[test]
fn models_that_cannot_be_run_are_refused() {
    let tiny = Tiny::default();
    let with = |key: &str, value: serde_json::Value| {
        let config = tiny.config_with(&[(key, value)]);
        Model::load(&ModelFiles { config: config.as_bytes(), tokenizer_config: None, vocab: tiny.vocab().as_bytes(), weights: &tiny.weights() })
    };
    refused(with("model_type", "deberta-v2".into()), "`config.json`: a model of the type `deberta-v2` cannot be run; `bert` and `distilbert` can");
    refused(with("model_type", serde_json::Value::Null), "does not say its `model_type`");
    refused(with("architectures", serde_json::json!(["BertForMaskedLM"])), "`BertForMaskedLM` does not label tokens");
    refused(with("position_embedding_type", "relative_key".into()), "`relative_key`");
    refused(with("hidden_act", "silu".into()), "`silu` is not known");
    refused(with("num_attention_heads", 3.into()), "its sizes make no bert network");
    refused(with("num_attention_heads", 0.into()), "its sizes make no bert network");
    refused(with("num_hidden_layers", u64::MAX.into()), "its sizes make no bert network");
    refused(with("num_hidden_layers", (-1).into()), "`config.json`: invalid value");
    refused(with("num_hidden_layers", 3.into()), "there is no tensor `bert.encoder.layer.2.");
    refused(with("max_position_embeddings", 2.into()), "`max_position_embeddings` is not between");
    refused(with("max_position_embeddings", 64.into()), "has the shape [400, 16], by `config.json` it is [64, 16]");
    refused(with("intermediate_size", 25.into()), "has the shape");
    refused(with("id2label", serde_json::json!({"0": "O", "7": "PER"})), "does not count from 0 to 1");
    refused(with("id2label", serde_json::json!({"0": "O", "00": "PER"})), "has a number twice");
    refused(with("id2label", serde_json::json!({"0": "O", "1": "PER"})), "`model.safetensors`: tensor `classifier.weight` has the shape");
    refused(with("layer_norm_eps", (-1).into()), "`layer_norm_eps`");
    let files = |config: &str, settings: Option<&str>, vocab: &str| {
        let files = ModelFiles {
            config: config.as_bytes(),
            tokenizer_config: settings.map(str::as_bytes),
            vocab: vocab.as_bytes(),
            weights: &tiny.weights(),
        };
        Model::load(&files)
    };
    let (config, vocab) = (tiny.config(), tiny.vocab());
    refused(files("{", None, &vocab), "`config.json`: it is no JSON");
    refused(files(&config[..config.len() / 2], None, &vocab), "`config.json`: it is no JSON");
    refused(files(&config, Some("[]]"), &vocab), "`tokenizer_config.json`");
    refused(files(&config, Some(r#"{"tokenizer_class":"XLMRobertaTokenizer"}"#), &vocab), "`XLMRobertaTokenizer` is not known");
    refused(files(&config, None, ""), "`vocab.txt`: it has no `[UNK]`");
    refused(files(&config, None, &vocab.replace("[CLS]", "x\u{1b}y")), "it has no `[CLS]`");
    refused(files(&config, None, &format!("{vocab}\none more")), "entries, the network knows");
}

/// A safetensors file with this header.
fn with_header(header: &str, data: usize) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend_from_slice(header.as_bytes());
    out.resize(out.len() + data, 0);
    out
}

#[test]
fn broken_weights_are_refused() {
    let read = |bytes: &[u8]| Tensors::read(bytes).map(|_| ()).map_err(|e| e.message);
    let tensor = |from: usize, to: usize| format!(r#"{{"dtype":"F32","shape":[2],"data_offsets":[{from},{to}]}}"#);
    assert_eq!(read(&with_header(&format!(r#"{{"a":{},"b":{}}}"#, tensor(0, 8), tensor(8, 16)), 16)), Ok(()));
    let gap = "tensor `b` does not begin where the one before it ends";
    for (from, to) in [(4, 12), (0, 8), (9, 17), (12, 8), (8, 4)] {
        let error = read(&with_header(&format!(r#"{{"a":{},"b":{}}}"#, tensor(0, 8), tensor(from, to)), 16)).unwrap_err();
        assert!(error == gap || error == gap.replace("`b`", "`a`"), "{from} {to}: {error}");
    }
    assert_eq!(read(&with_header(&format!(r#"{{"a":{}}}"#, tensor(0, 8)), 12)).unwrap_err(), "it holds 12 bytes of tensors, its header speaks of 8");
    assert_eq!(read(&with_header(&format!(r#"{{"a":{}}}"#, tensor(0, 8)), 4)).unwrap_err(), "it holds 4 bytes of tensors, its header speaks of 8");
    assert_eq!(read(&[1, 2, 3]).unwrap_err(), "it is shorter than its header");
    assert_eq!(read(&[255; 64]).unwrap_err(), "its header is too long");
    assert!(read(&with_header("[1]", 0)).unwrap_err().starts_with("its header is no JSON object"));
    assert!(read(&with_header(&"[".repeat(100_000), 0)).unwrap_err().starts_with("its header is no JSON object"));
    assert!(read(&with_header(r#"{"a\u001b":{"dtype":"F32"}}"#, 0)).unwrap_err().starts_with("tensor `a\\u{1b}`: missing field"));

    let take = |dtype: &str, shape: &str, data: &[u8], wanted: &[usize]| {
        let mut bytes = with_header(&format!(r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{}]}}}}"#, data.len()), 0);
        bytes.extend_from_slice(data);
        Tensors::read(&bytes).unwrap().take("a", wanted).map_err(|e| e.message)
    };
    assert_eq!(take("F32", "[1,1]", &1_f32.to_le_bytes(), &[1, 1]), Ok(vec![1.0]));
    assert_eq!(take("BF16", "[2]", &[0x80, 0x3f, 0x00, 0xc0], &[2]), Ok(vec![1.0, -2.0]));
    for (dtype, data) in
        [("F32", f32::NAN.to_le_bytes()), ("F32", f32::INFINITY.to_le_bytes()), ("F16", [0, 0, 0, 0x7e]), ("BF16", [0x80, 0x7f, 0, 0])]
    {
        let shape = if dtype == "F32" { (&[1][..], "[1]") } else { (&[2][..], "[2]") };
        assert_eq!(take(dtype, shape.1, &data, shape.0).unwrap_err(), "tensor `a` holds what is no finite number");
    }
    assert_eq!(take("I64", "[1]", &[0; 8], &[1]).unwrap_err(), "tensor `a` is of `I64`; F32, F16 and BF16 are read");
    assert_eq!(take("F32", "[3]", &[0; 8], &[3]).unwrap_err(), "tensor `a` has 8 bytes, which is not its shape");
    assert_eq!(take("F32", "[2]", &[0; 8], &[1, 2]).unwrap_err(), "tensor `a` has the shape [2], by `config.json` it is [1, 2]");
    let huge = usize::MAX / 2;
    assert!(take("F32", &format!("[{huge},8]"), &[0; 8], &[huge, 8]).unwrap_err().ends_with("which is not its shape"));
}

#[test]
fn every_truncation_is_refused() {
    let tiny = Tiny { layers: 1, ..Tiny::default() };
    let (bytes, config) = (tiny.weights(), Config::read(tiny.config().as_bytes()).unwrap());
    for end in (0..bytes.len()).filter(|end| end % 211 == 0 || *end < 20) {
        assert!(Tensors::read(&bytes[..end]).is_err(), "{end}");
    }
    assert!(Network::load(&Tensors::read(&bytes).unwrap(), &config).is_ok());
}

#[test]
fn numbers_that_overflow_find_nothing() {
    let mut tiny = Tiny::default();
    tiny.tensors = tiny.made();
    tiny.tensors.iter_mut().filter(|t| t.0.contains("output")).for_each(|t| t.2.iter_mut().for_each(|v| *v = 3e38));
    let model = tiny.load().unwrap();
    assert_eq!(model.spans(b"yesterday Zorblax met friends", &mut Buffers::default()), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_loading_panic(noise in prop::collection::vec(any::<u8>(), 0..400), which in 0_usize..4, at: prop::sample::Index, seed: u64) {
        let tiny = Tiny { layers: 1, seed, ..Tiny::default() };
        let mut files = [tiny.config().into_bytes(), b"{}".to_vec(), tiny.vocab().into_bytes(), tiny.weights()];
        let load = |files: &[Vec<u8>; 4]| {
            Model::load(&ModelFiles { config: &files[0], tokenizer_config: Some(&files[1]), vocab: &files[2], weights: &files[3] })
        };
        // A few bytes in the middle, then nothing but noise.
        let from = at.index(files[which].len());
        for (place, byte) in files[which][from..].iter_mut().zip(noise.iter().take(3)) {
            *place = *byte;
        }
        if let Ok(model) = load(&files) {
            model.spans(&noise, &mut Buffers::default());
            model.spans(b"yesterday Zorblax met friends", &mut Buffers::default());
        }
        files[which] = noise;
        let _ = load(&files);
    }

    #[test]
    fn no_text_makes_reading_panic(text in prop::collection::vec(any::<u8>(), 0..600), words in "[ a-zA-Zéß北\\.\n]{0,600}") {
        let model = Tiny { layers: 1, places: 8, ..Tiny::default() }.load().unwrap();
        for text in [&text[..], words.as_bytes()] {
            for span in model.spans(text, &mut Buffers::default()) {
                prop_assert!(span.start < span.end && span.end <= text.len() && span.share > 0.0 && span.share <= 1.0);
            }
            pieces(text, &mut |piece| assert!(piece.end <= text.len()));
        }
    }
}

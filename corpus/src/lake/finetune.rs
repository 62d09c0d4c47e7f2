//! Conversations for fine-tuning, with what people paste into chats.

use std::io;

use super::{Lake, Pack, prose};
use crate::{
    Prng,
    form::{
        Marked,
        json::{self, Json},
    },
    values::{contact, money, national, secret},
};

/// Something a user says that should not have been kept.
fn leak(r: &mut Prng) -> Marked {
    let m = Marked::new();
    match r.below(14) {
        0 => m.say("Hi, my e-mail is ").plant("pii.email", contact::email(r)).say(" and I cannot log in."),
        1 => m.say("You can call me on ").plant("pii.phone", contact::any_phone(r)).say(" after six."),
        2 => m.say("I was charged twice on my card ").plant("pci.pan", money::card_written(r)).say(", please check."),
        3 => m.say("Please pay the refund to IBAN ").plant("fin.iban", money::in_fours(&money::iban(r))).say(".\nThanks!"),
        4 => m.say("My social security number is ").plant("gov.us.ssn", national::ssn(r)).say(", is the form correct?"),
        5 => m.say("Why does this fail?\n```\nimport openai\nopenai.api_key = \"").plant("secret.openai.key", secret::openai(r)).say("\"\n```"),
        6 => m.say("export AWS_ACCESS_KEY_ID=\n").plant("secret.aws.access-key-id", secret::aws_key_id(r)).say("\nsays the runbook. Is that safe?"),
        7 => m.say("git clone fails with token ").plant("secret.github.token", secret::github(r)).say(" since yesterday"),
        8 => m
            .say("Ruf mich bitte unter ")
            .plant("pii.phone", contact::phone(r, "DE"))
            .say(" zurück – oder schreib an ")
            .plant("pii.email", contact::email(r)),
        9 => m.say("curl -H \"x-api-key: ").plant("secret.anthropic.key", secret::anthropic(r)).say("\" gives 401"),
        10 => m.say("My NHS number is ").plant("phi.gb.nhs-number", national::nhs(r)).say(". Can you find the letter?"),
        11 => m.say("from huggingface_hub import login\nlogin(\"").plant("secret.huggingface.token", secret::hugging_face(r)).say("\")"),
        12 => m.say("Is this key still good?\n").plant("secret.private-key", secret::private_key(r, "\n")).say("\n"),
        _ => m.say("Meu CPF é ").plant("gov.br.cpf", national::cpf(r)).say(", podem conferir?"),
    }
}

fn message(role: &str, content: impl Into<Json>) -> Json {
    Json::Object(vec![("role", role.into()), ("content", content.into())])
}

/// One conversation.
fn conversation(r: &mut Prng, n: u64) -> Json {
    let mut messages = vec![message("system", "You are a friendly support assistant. Never ask for passwords.")];
    for turn in 0..r.range(1, 3) {
        let asked = if turn == 0 && r.chance(40) {
            Json::Text(leak(r))
        } else if r.chance(4) {
            Json::Escaped(Marked::from("Schöne Grüße, ").plant("pii.email", contact::email(r)))
        } else {
            Json::Text(prose::sentence(r).into())
        };
        messages.push(message("user", asked));
        messages.push(message("assistant", prose::paragraph(r, 2)));
    }
    let meta = Json::Object(vec![
        ("max_tokens", Json::from(512)),
        ("temperature", Json::Number("0.7".to_owned())),
        ("created", Json::from(r.range(1_767_225_600, 1_769_900_000))),
        ("trace", r.uuid().into()),
        ("email_verified", Json::Bool(r.chance(70))),
        ("acid_level", Json::from(r.range(1, 9))),
    ]);
    Json::Object(vec![("id", format!("conv-{n:05}").into()), ("messages", Json::Array(messages)), ("meta", meta)])
}

/// One pair of answers: clean, but for an address in some of the prompts.
fn preference(r: &mut Prng) -> Json {
    let prompt = if r.chance(5) {
        Marked::from("Write a reply to ").plant("pii.email", contact::email(r)).say(" about the late parcel.")
    } else {
        prose::sentence(r).into()
    };
    Json::Object(vec![
        ("prompt", prompt.into()),
        ("chosen", prose::paragraph(r, 3).into()),
        ("rejected", prose::paragraph(r, 2).into()),
        ("score", Json::Number(format!("0.{}", r.digits(15)))),
    ])
}

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    let r = &mut Lake::random("finetune/chat.jsonl");
    let records: Vec<Json> = (1..=300).map(|n| conversation(r, n)).collect();
    lake.add("finetune/chat.jsonl", json::lines(&records), Pack::Plain)?;
    let r = &mut Lake::random("finetune/preferences.jsonl.gz");
    let records: Vec<Json> = (0..200).map(|_| preference(r)).collect();
    lake.add("finetune/preferences.jsonl.gz", json::lines(&records), Pack::GzipTwice)
}

//! Help texts are part of the product: held to snapshots.

use std::process::Command;

fn help(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sonde")).args(args).arg("--help").env_clear().output().expect("the program starts");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn help_texts() {
    let commands: [&[&str]; 22] = [
        &[],
        &["scan"],
        &["classify"],
        &["findings"],
        &["coverage"],
        &["datasets"],
        &["identities", "import"],
        &["identities", "sync"],
        &["identities", "usage"],
        &["reach"],
        &["reach", "diff"],
        &["reach", "cut"],
        &["rules"],
        &["rules", "list"],
        &["rules", "show"],
        &["rules", "test"],
        &["rules", "lint"],
        &["access"],
        &["access", "decide"],
        &["db"],
        &["db", "migrate"],
        &["generate"],
    ];
    for command in commands {
        let name = if command.is_empty() { "sonde".to_owned() } else { command.join("-") };
        insta::assert_snapshot!(name, help(command));
    }
}

#[test]
fn man_page_and_completions_name_every_command() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sonde")).args(args).output().expect("the program starts");
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let man = run(&["generate", "man"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["generate", "completions", shell]);
        for command in ["scan", "classify", "findings", "coverage", "datasets", "rules", "access", "db"] {
            assert!(script.contains(command) && man.contains(command), "{command} in {shell}");
        }
    }
}

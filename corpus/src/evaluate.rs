//! The classifiers held against data they were not made for: the only part of this crate that knows both.
//!
//! A finding counts when it shares at least half of the bytes of both with a label and its tag is the label's or one that is as right
//! (`unseen/accepted.toml`). Intervals are those of Wilson, 95 %.

mod columns;
pub mod command;
mod credentials;
pub mod floors;
mod misses;
pub mod report;
pub mod score;
mod texts;

use std::io;

pub use columns::ColumnScores;
pub use credentials::{CredentialScores, Hits};
use misses::Misses;
use score::{Count, Scores};

use crate::unseen::{self, World, documents, tables, trees};

/// What is evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seed of the generator: no test uses the default.
    pub seed: u64,
    /// Texts.
    pub texts: usize,
    /// Texts in which there is nothing.
    pub clean_texts: usize,
    /// Tables.
    pub tables: usize,
    /// Rows of the longest table.
    pub rows: usize,
    /// Examples and look-alikes of each credential.
    pub credentials: usize,
    /// Source files.
    pub files: usize,
    /// Families of misses and of wrong findings that are told.
    pub misses: usize,
}

impl Options {
    /// The sizes of the command line: `small` is what the suite runs, `full` the report; its seed is used by no test.
    #[must_use]
    pub fn of_size(size: &str) -> Option<Self> {
        let seed = 20_260_917;
        match size {
            "small" => Some(Self { seed: 77, texts: 1_500, clean_texts: 230, tables: 300, rows: 1_000, credentials: 4, files: 120, misses: 0 }),
            "full" => Some(Self { seed, texts: 20_000, clean_texts: 2_300, tables: 2_000, rows: 10_000, credentials: 20, files: 2_000, misses: 0 }),
            _ => None,
        }
    }
}

/// What came out.
#[derive(Debug)]
pub struct Evaluation {
    /// Texts.
    pub texts: Scores,
    /// Texts in which there is nothing: flagged or not, by kind.
    pub clean_texts: Scores,
    /// Structured values in text, of tags that have a rule at all.
    pub covered: Count,
    /// Columns.
    pub columns: ColumnScores,
    /// Credentials.
    pub credentials: CredentialScores,
    /// What went wrong, for people.
    pub misses: String,
}

/// Makes the data, runs the engine, counts.
///
/// # Errors
/// When the engine cannot be built.
pub fn evaluate(options: &Options) -> io::Result<Evaluation> {
    let world = World::load();
    let engines = texts::Engines::new()?;
    let accepted = texts::Accepted::load();
    let mut misses = Misses::new(options.misses);
    let mut text_scores = Scores::default();
    texts::evaluate(&engines, &accepted, &documents(&world, options.seed, options.texts), &mut text_scores, &mut misses);
    let columns = columns::evaluate(&engines.shipped, &accepted, &tables(&world, options.seed, options.tables, options.rows), &mut misses);
    let mut credentials = credentials::evaluate(&engines.shipped, &world, options.seed, options.credentials, &mut misses);
    credentials::evaluate_lines(&engines.shipped, &trees(&world, options.seed, options.files), &mut credentials, &mut misses);
    let mut clean_texts = Scores::default();
    texts::evaluate_clean(&engines, &accepted, &unseen::clean_texts(options.seed, options.clean_texts), &mut clean_texts, &mut misses);
    let covered = texts::covered(&engines, &accepted, &text_scores);
    Ok(Evaluation { texts: text_scores, clean_texts, covered, columns, credentials, misses: misses.report() })
}

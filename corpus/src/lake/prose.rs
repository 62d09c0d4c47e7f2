//! Sentences in which nothing is sensitive.

use crate::Prng;

const SENTENCES: &[&str] = &[
    "The weekly build went out on time and the dashboards are green again.",
    "Please keep the old export until the finance team has closed the quarter.",
    "We moved the nightly job from two to four in the morning because of the backup.",
    "Most of the traffic now comes from the mobile app.",
    "The customer prefers to be contacted in the afternoon.",
    "A refund was issued and the invoice was corrected.",
    "The meeting room on the third floor is booked until noon.",
    "Shipping takes three to five working days within Europe.",
    "The new contract starts in spring and runs for two years.",
    "Latency rose after the cache was emptied and fell again within ten minutes.",
    "Everyone should read the style guide before the next review.",
    "The supplier confirmed the order and promised delivery next week.",
    "Our office is closed on public holidays.",
    "The printer on the second floor is out of toner.",
    "A short survey will be sent after the training.",
    "The index was rebuilt without downtime.",
    "Travel costs are paid back at the end of the month.",
    "The model answers better when the context is short.",
    "Two regressions were found in staging and fixed the same day.",
    "The warehouse counts its stock every Friday.",
    "Remember to water the plants near the entrance.",
    "The archive holds seven years of statements.",
    "Questions about benefits go to the people team.",
    "The translation is good but a little stiff.",
    "Backups are tested once a quarter by restoring a random table.",
    "The pilot will start with three stores in the north.",
];

/// One sentence.
pub(crate) fn sentence(r: &mut Prng) -> &'static str {
    let sentence: &&str = r.pick(SENTENCES);
    sentence
}

/// Some sentences in a row.
pub(crate) fn paragraph(r: &mut Prng, sentences: u64) -> String {
    (0..sentences).map(|_| sentence(r)).collect::<Vec<_>>().join(" ")
}

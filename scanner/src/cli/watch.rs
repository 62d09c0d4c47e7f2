//! Progress on a terminal.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    progress::Progress,
    sizes::{grouped, human},
};

/// Draws one line on stderr, four times a second.
pub(super) struct Watcher {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Watcher {
    pub(super) fn start(progress: Arc<Progress>) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
            let started = Instant::now();
            let mut tick = tokio::time::interval(Duration::from_millis(250));
            loop {
                tokio::select! {
                    _ = tick.tick() => { bar.set_message(line(&progress, started.elapsed())); bar.tick(); }
                    _ = &mut stopped => break,
                }
            }
            bar.finish_and_clear();
        });
        Self { stop, task }
    }

    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// `1.2 GB of 3.4 GB, 120 of 400 objects, 1,234 matches, 310 MB/s, 7 s left`
fn line(progress: &Progress, elapsed: Duration) -> String {
    let (read, wanted) = (progress.bytes_read.load(Relaxed), progress.bytes_wanted.load(Relaxed));
    let all = progress.all_listed.load(Relaxed);
    let rate = read as f64 / elapsed.as_secs_f64().max(0.001);
    let more = if all { "" } else { "+" };
    let left = if all && rate > 0.0 && elapsed > Duration::from_secs(2) {
        format!(", {:.0} s left", wanted.saturating_sub(read) as f64 / rate)
    } else {
        String::new()
    };
    let errors = progress.errors.load(Relaxed);
    let errors = if errors > 0 { format!(", {} not read", grouped(errors)) } else { String::new() };
    format!(
        "{} of {}{more}, {} of {}{more} objects, {} matches, {}/s{left}{errors}",
        human(read),
        human(wanted),
        grouped(progress.objects_done.load(Relaxed)),
        grouped(progress.objects_listed.load(Relaxed)),
        grouped(progress.occurrences.load(Relaxed)),
        human(rate as u64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_known() {
        let progress = Progress::default();
        progress.bytes_read.store(1_000_000, Relaxed);
        progress.bytes_wanted.store(4_000_000, Relaxed);
        progress.objects_listed.store(1_500, Relaxed);
        let before = line(&progress, Duration::from_secs(10));
        assert_eq!(before, "1.0 MB of 4.0 MB+, 0 of 1,500+ objects, 0 matches, 100 kB/s");
        progress.all_listed.store(true, Relaxed);
        progress.errors.store(2, Relaxed);
        assert_eq!(line(&progress, Duration::from_secs(10)), "1.0 MB of 4.0 MB, 0 of 1,500 objects, 0 matches, 100 kB/s, 30 s left, 2 not read");
    }
}

//! The progress of a training: a bar on a terminal, lines at intervals elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

/// What is shown while a training runs. It goes to standard error, and ends when this is dropped.
pub(crate) struct Progress {
    kind: Kind,
}

enum Kind {
    Bar(ProgressBar),
    Lines(Lines),
}

/// Takes the number of epochs that are done and the news of the last one, from the thread that trains.
pub(crate) type News = Box<dyn FnMut(usize, String) + Send>;

impl Progress {
    /// Begins after the epochs that are done, or other things of which `unit` is one; without a terminal, a
    /// line is written after each `interval`.
    pub(crate) fn of(unit: &'static str, done: usize, all: usize, interval: Duration) -> Self {
        let kind = if stderr().is_terminal() {
            let template = format!("{{bar:30}} {unit} {{pos}}/{{len}}, {{per_sec}}, {{eta}} left  {{msg}}");
            let style = ProgressStyle::with_template(&template);
            let bar = ProgressBar::new(all as u64).with_style(style.expect("the template is valid"));
            Kind::Bar(bar.with_position(done as u64))
        } else {
            Kind::Lines(Lines::of(unit, done, all, interval, stderr()))
        };
        Self { kind }
    }

    /// Where the news go.
    pub(crate) fn news(&self) -> News {
        match &self.kind {
            Kind::Bar(bar) => {
                let bar = bar.clone();
                Box::new(move |done, news| {
                    bar.set_message(news);
                    bar.set_position(done as u64);
                })
            }
            Kind::Lines(lines) => lines.news(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish();
        }
    }
}

/// Lines at intervals, written by a thread of their own: an epoch may take hours.
struct Lines {
    latest: Arc<Mutex<Latest>>,
    /// Until it is dropped, the thread goes on.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The epochs that are done, and the news of the last one.
struct Latest {
    /// The number of epochs before the first news.
    before: usize,
    done: usize,
    news: String,
}

impl Lines {
    fn of(
        unit: &'static str,
        before: usize,
        all: usize,
        interval: Duration,
        mut output: impl Write + Send + 'static,
    ) -> Self {
        let latest = Arc::new(Mutex::new(Latest { before, done: before, news: String::new() }));
        let (running, stopped) = channel::<()>();
        let (shown, start) = (Arc::clone(&latest), Instant::now());
        let thread = spawn(move || {
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                let seconds = start.elapsed().as_secs_f64();
                let Latest { before, done, news } = &*shown.lock().unwrap_or_else(PoisonError::into_inner);
                let left = remaining(seconds, *done - before, all.saturating_sub(*before));
                // Nobody may be reading, which is no reason to stop the training.
                drop(writeln!(output, "{unit} {done}/{all} after {seconds:.0} s{left}  {news}"));
            }
        });
        Self { latest, running: Some(running), thread: Some(thread) }
    }

    fn news(&self) -> News {
        let latest = Arc::clone(&self.latest);
        Box::new(move |done, news| {
            let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
            // What was done in an earlier run of the program took none of this time.
            let before = if latest.news.is_empty() { done.saturating_sub(1) } else { latest.before };
            *latest = Latest { before, done, news };
        })
    }
}

/// The time that the other epochs will take, if they are as long as those before.
fn remaining(seconds: f64, done: usize, epochs: usize) -> String {
    if done == 0 {
        return String::new();
    }
    format!(", about {:.0} s left", seconds * epochs.saturating_sub(done) as f64 / done as f64)
}

impl Drop for Lines {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Passes on each line that is written.
    struct Channel(Sender<String>);

    impl Write for Channel {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(String::from_utf8_lossy(bytes).into_owned()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_remaining_time_follows_from_the_epochs_that_are_done() {
        assert_eq!(remaining(3.0, 0, 7), "");
        assert_eq!(remaining(10.0, 2, 7), ", about 25 s left");
        assert_eq!(remaining(10.0, 7, 7), ", about 0 s left");
    }

    #[test]
    fn lines_are_written_during_an_epoch_and_tell_the_news_of_the_last_one() {
        let (sender, written) = channel();
        let lines = Lines::of("epoch", 0, 7, Duration::from_millis(5), Channel(sender));
        let text = |until: &str| {
            let mut text = String::new();
            while !text.contains(until) {
                text += &written.recv_timeout(Duration::from_secs(60)).unwrap();
            }
            text
        };
        assert!(text("\n").starts_with("epoch 0/7 after 0 s"));
        lines.news()(1, "train loss 0.5".into());
        text("epoch 1/7 after ");
        text("train loss 0.5\n");
        drop(lines);
        // The thread has ended, and with it the sender.
        assert!(written.iter().count() < 1000);
    }
}

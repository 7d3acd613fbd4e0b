//! The process that asks: starts the reading one, waits for its frames, and ends it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::wire::{self, Head};
use super::{Bounds, PROGRAM, Unpacked};
use crate::ingest::IngestError;
use crate::ingest::archive::Member;
use crate::ingest::formats::{Extracted, FormatError, Limits};

/// How long a process may take to end after its last word.
const LAST_STEPS: Duration = Duration::from_secs(1);

/// Kills all processes of a group: `-N`, or `0` for the one that asks. The shell has the call that the standard library
/// lacks; it is needed only where something went wrong.
pub(super) fn kill_group(group: &str) {
    let _ = Command::new("sh").args(["-c", "kill -s KILL -- \"$0\"", group]).stderr(Stdio::null()).status();
}

/// A reading process.
struct Worker {
    child: Child,
    frames: Receiver<io::Result<(Head, Vec<u8>)>>,
    /// What it says on standard error, at its end.
    said: Option<JoinHandle<String>>,
    /// For messages.
    format: &'static str,
    bounds: Bounds,
    /// Longest wait for a frame.
    patience: Duration,
    /// It has said all that it has to say.
    answered: bool,
    /// The same for each page to be recognised.
    per_page: Duration,
}

impl Worker {
    fn start(
        input: Stdio,
        size: u64,
        archive: bool,
        format: &'static str,
        limits: &Limits,
    ) -> Result<Worker, FormatError> {
        let died = |how: String| FormatError::Died { format, how };
        let program = PROGRAM.get().ok_or_else(|| died("no program".to_owned()))?;
        let bounds = Bounds::of(size);
        let mut command = Command::new(program);
        command.arg0("phancap").arg("read-file").args(archive.then_some("--archive"));
        for (option, n) in [
            ("--memory", bounds.memory),
            ("--memory-for-pages", bounds.memory_for_pages),
            ("--seconds", bounds.seconds),
            ("--threads", rayon::current_num_threads() as u64),
        ] {
            command.arg(option).arg(n.to_string());
        }
        // A group of its own, so that what it starts ends with it.
        command.process_group(0).current_dir("/").env_remove("RUST_LOG").env_remove("RUST_BACKTRACE");
        let mut child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| died(format!("it does not start: {e}")))?;
        let (Some(mut output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(died("it has no pipes".to_owned()));
        };
        // One frame at a time: an archive is unpacked no faster than its members are read.
        let (send, frames) = sync_channel(0);
        std::thread::spawn(move || {
            loop {
                let frame = wire::read(&mut output);
                let last = frame.is_err();
                if send.send(frame).is_err() || last {
                    return;
                }
            }
        });
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = errors.take(64 << 10).read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        let (patience, per_page) = (limits.time, limits.time);
        Ok(Worker { child, frames, said: Some(said), format, bounds, patience, answered: false, per_page })
    }

    /// The next frame but [`Head::Recognising`].
    fn next(&mut self) -> Result<(Head, Vec<u8>), FormatError> {
        loop {
            match self.frames.recv_timeout(self.patience) {
                Ok(Ok((Head::Recognising { pages }, _))) => {
                    let turns = pages.min(Limits::default().pages).div_ceil(rayon::current_num_threads());
                    self.patience += self.per_page * turns as u32;
                }
                Ok(Ok(frame)) => {
                    self.answered = !matches!(frame.0, Head::Member { .. });
                    return Ok(frame);
                }
                Ok(Err(e)) if e.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(FormatError::Died { format: self.format, how: format!("it answers nonsense: {e}") });
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(FormatError::Slow { format: self.format, seconds: self.patience.as_secs() });
                }
                _ => return Err(self.obituary()),
            }
        }
    }

    /// Why it ended without a last word.
    fn obituary(&mut self) -> FormatError {
        let status = self.end(LAST_STEPS);
        let said = self.said.take().and_then(|s| s.join().ok()).unwrap_or_default();
        why(self.format, &self.bounds, status, &said)
    }

    /// Waits for its end, and after `patience` ends it and what it started. (What a reader that crashed had started finds its
    /// pipes closed and ends by itself.)
    fn end(&mut self, patience: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if began.elapsed() >= patience {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        kill_group(&format!("-{}", self.child.id()));
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end(if self.answered { LAST_STEPS } else { Duration::ZERO });
    }
}

/// `SIGABRT` and `SIGXCPU`, the same on all systems that have both.
const ABORT: i32 = 6;
const TIME_IS_UP: i32 = 24;

fn why(format: &'static str, bounds: &Bounds, status: Option<ExitStatus>, said: &str) -> FormatError {
    let signal = status.and_then(|s| s.signal());
    // The allocator's last words; of a C++ program, `bad_alloc` comes as its own error.
    if signal == Some(ABORT) && said.contains("memory allocation of") {
        return FormatError::Memory { format, most: bounds.memory };
    }
    if signal == Some(TIME_IS_UP) {
        return FormatError::Slow { format, seconds: bounds.seconds };
    }
    let words = said.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let end = status.map_or_else(|| "no status".to_owned(), |s| s.to_string());
    FormatError::Died { format, how: if words.is_empty() { end } else { format!("{end}: {}", words.trim()) } }
}

/// Reads a file's bytes.
pub(super) fn read(bytes: &[u8], format: &'static str, limits: &Limits) -> Result<Extracted, FormatError> {
    let mut worker = Worker::start(Stdio::piped(), bytes.len() as u64, false, format, limits)?;
    let mut input = worker.child.stdin.take();
    std::thread::scope(|s| {
        let writer = s.spawn(move || {
            if let Some(pipe) = &mut input {
                // A reader that stops reading says why, or its end does.
                let _ = pipe.write_all(&(bytes.len() as u64).to_le_bytes()).and_then(|()| pipe.write_all(bytes));
            }
            // Closed, it would tell the reader to stop.
            input
        });
        let answer = worker.next().and_then(|frame| document(frame, format));
        // Now, so that the writer is not left waiting.
        drop(worker);
        drop(writer.join());
        answer
    })
}

fn document((head, body): (Head, Vec<u8>), format: &'static str) -> Result<Extracted, FormatError> {
    match head {
        Head::Document(read) => match String::from_utf8(body) {
            Ok(text) => Ok(Extracted { text, ..*read }),
            Err(_) => Err(FormatError::Died { format, how: "its text is not UTF-8".to_owned() }),
        },
        Head::Failed { error, .. } => Err(error.into()),
        _ => Err(FormatError::Died { format, how: "it answers something else".to_owned() }),
    }
}

/// Opens an archive or a word processor's file.
pub(super) fn unpack(file: File, place: String, id: String) -> Result<Unpacked, IngestError> {
    const FORMAT: &str = "zip";
    let at = |place: &str, source: FormatError| IngestError::unreadable(place.to_owned(), source);
    let size = file.metadata().map_err(|source| IngestError::Io { path: place.clone().into(), source })?.len();
    let limits = Limits::default();
    let mut worker = Worker::start(file.into(), size, true, FORMAT, &limits).map_err(|e| at(&place, e))?;
    let frame = match worker.next().map_err(|e| at(&place, e))? {
        (Head::Unread, _) => return Ok(Unpacked::Unread),
        frame @ (Head::Document(_), _) => {
            return document(frame, FORMAT).map(|read| Unpacked::Document(Box::new(read))).map_err(|e| at(&place, e));
        }
        // The file itself, no member.
        (Head::Failed { place: member, error }, _) if member.is_empty() => return Err(at(&place, error.into())),
        frame => frame,
    };
    Ok(Unpacked::Members(Box::new(Members { worker: Some(worker), first: Some(frame), place, id })))
}

/// The members of an archive as the reading process unpacks them.
struct Members {
    /// None after the end.
    worker: Option<Worker>,
    first: Option<(Head, Vec<u8>)>,
    place: String,
    id: String,
}

impl Iterator for Members {
    type Item = Result<Member, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let frame = match self.first.take() {
            Some(frame) => Ok(frame),
            None => self.worker.as_mut()?.next(),
        };
        let failed = |member: &str, source| IngestError::unreadable(format!("{}{member}", self.place), source);
        match frame {
            Ok((Head::Member { place, id }, bytes)) => {
                Some(Ok(Member { bytes, place: format!("{}{place}", self.place), id: format!("{}{id}", self.id) }))
            }
            Ok((Head::Failed { place, error }, _)) => Some(Err(failed(&place, error.into()))),
            Ok((Head::End, _)) => {
                self.worker = None;
                None
            }
            Ok(_) => {
                self.worker = None;
                let how = "it answers something else".to_owned();
                Some(Err(failed("", FormatError::Died { format: "zip", how })))
            }
            Err(e) => {
                self.worker = None;
                Some(Err(failed("", e)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_apart() {
        let bounds = Bounds { memory: 256, memory_for_pages: 900, seconds: 5 };
        let ended = |raw: i32, said: &str| why("pdf", &bounds, Some(ExitStatus::from_raw(raw)), said);
        let memory = ended(ABORT, "memory allocation of 99 bytes failed\n");
        assert!(matches!(memory, FormatError::Memory { most: 256, .. }), "{memory}");
        assert!(matches!(ended(TIME_IS_UP, ""), FormatError::Slow { seconds: 5, .. }));
        let overflow = ended(ABORT, "\nthread 'main' has overflowed its stack\n").to_string();
        assert!(overflow.contains("signal: 6 (SIGABRT): thread 'main' has overflowed"), "{overflow}");
        assert!(ended(101 << 8, "").to_string().contains("101"));
    }
}

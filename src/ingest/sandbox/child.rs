//! The reading process: bounds itself, reads what comes in, answers, and ends.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::AsFd;

use rlimit::Resource;

use super::wire::{self, Head};
use super::{Bounds, parent};
use crate::ingest::IngestError;
use crate::ingest::archive::Archive;
use crate::ingest::formats::{self, FormatError, Limits};
use crate::ingest::reader::MAX_FILE;

/// Processor seconds of this process, and of each one that recognises a page, once pages are recognised: only there so that
/// nothing runs for ever; the parent has the clock.
const SECONDS_FOR_PAGES: u64 = 3600;
/// Address space beyond the memory that may be used: the program and its model, and what allocators and stacks only reserve.
const RESERVED: u64 = 4 << 10;

/// Reads what is on standard input and answers on standard output. With `archive`, that is a file and may be an archive;
/// else the file's length (eight bytes) and bytes come through a pipe that stays open as long as the answer is wanted.
///
/// # Errors
/// The bounds cannot be set, or the parent is gone.
pub fn serve(bounds: &Bounds, archive: bool) -> io::Result<()> {
    bound(bounds)?;
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut length = MAX_FILE as u64 + 1;
    if archive {
        match Archive::open(input.try_clone()?, String::new(), String::new()) {
            Ok(Some(archive)) => {
                for member in archive {
                    match member {
                        Ok(m) => say(&Head::Member { place: m.place, id: m.id }, &m.bytes)?,
                        Err(e) => say_failed(e)?,
                    }
                }
                return say(&Head::End, &[]);
            }
            Ok(None) => input.rewind()?,
            Err(e) => return say_failed(e),
        }
    } else {
        let mut bytes = [0; 8];
        input.read_exact(&mut bytes)?;
        length = length.min(u64::from_le_bytes(bytes));
    }
    let mut bytes = Vec::new();
    (&mut input).take(length).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_FILE {
        return say(&Head::Unread, &[]);
    }
    if !archive {
        end_with_parent(input)?;
    }
    match formats::read(&bytes, &Limits { recognising, ..Limits::default() }) {
        Ok(mut read) => {
            let text = std::mem::take(&mut read.text);
            say(&Head::Document(Box::new(read)), text.as_bytes())
        }
        Err(error) => say(&Head::Failed { place: String::new(), error: error.into() }, &[]),
    }
}

fn say(head: &Head, body: &[u8]) -> io::Result<()> {
    wire::write(&mut io::stdout().lock(), head, body)
}

fn say_failed(error: IngestError) -> io::Result<()> {
    let (place, source) = match error {
        IngestError::Unreadable { place, source } => (place, source),
        e => (String::new(), FormatError::Broken { format: "zip", why: e.to_string() }),
    };
    say(&Head::Failed { place, error: source.into() }, &[])
}

/// Pages take more of everything.
fn recognising(pages: usize) {
    for resource in [Resource::DATA, Resource::CPU] {
        // Where it fails, what there is has to do.
        let _ = resource.get_hard().and_then(|hard| resource.set(hard, hard));
    }
    // A parent that is gone is noticed elsewhere.
    let _ = say(&Head::Recognising { pages }, &[]);
}

/// Bounds on this process and all that it starts.
fn bound(bounds: &Bounds) -> io::Result<()> {
    let mib = |n: u64| n << 20;
    let space = mib(bounds.memory_for_pages + RESERVED);
    let all = [
        // A crash leaves no copy of the file behind, and no reader writes one.
        (Resource::CORE, 0, 0),
        (Resource::FSIZE, 0, 0),
        (Resource::NOFILE, 64, 64),
        (Resource::CPU, bounds.seconds, SECONDS_FOR_PAGES.max(bounds.seconds)),
        (Resource::DATA, mib(bounds.memory), mib(bounds.memory_for_pages.max(bounds.memory))),
        (Resource::AS, space, space),
    ];
    for (resource, soft, hard) in all {
        // A stricter bound of the system stays.
        let most = resource.get_hard()?;
        resource.set(soft.min(most), hard.min(most))?;
    }
    Ok(())
}

/// Ends this process and those it started when the pipe closes: the answer is not wanted any more.
fn end_with_parent(mut pipe: File) -> io::Result<()> {
    let wait = move || {
        while pipe.read(&mut [0]).is_ok_and(|n| n > 0) {}
        parent::kill_group("0");
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(wait).map(|_| ())
}

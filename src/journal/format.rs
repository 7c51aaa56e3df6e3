//! The journal's lines, to and from bytes. Pure.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Error;
use crate::core::state::Event;

/// The version that is written.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
struct Header {
    journal: String,
    version: u64,
}

#[derive(Deserialize)]
struct Line<'a> {
    crc: String,
    #[serde(borrow)]
    events: &'a RawValue,
}

/// The first line.
pub(super) fn header() -> Vec<u8> {
    format!("{{\"journal\":\"crosspostd\",\"version\":{VERSION}}}\n").into_bytes()
}

/// A batch of events as a line.
pub(super) fn line(events: &[Event]) -> Vec<u8> {
    // Events are plain data with text keys: there is nothing in them that JSON cannot say.
    let json = serde_json::to_string(events).unwrap_or_default();
    format!("{{\"crc\":\"{:08x}\",\"events\":{json}}}\n", crc32fast::hash(json.as_bytes())).into_bytes()
}

/// What a file says.
pub(super) struct Text {
    /// Each batch with its line's number (from 1).
    pub batches: Vec<(usize, Vec<Event>)>,
    /// How much of the file is sound, in bytes; what follows is a torn line.
    pub sound: usize,
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Text, Error> {
    let mut text = Text { batches: Vec::new(), sound: 0 };
    let mut rest = bytes;
    let mut number = 0;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end + 1);
        number += 1;
        // A power cut can leave a line break with zeros before it; nothing was written after it then.
        if after.is_empty() && line.contains(&0) {
            return Ok(text);
        }
        let damaged = |what: &str| Error::Damaged { line: number, what: what.to_owned() };
        if number == 1 {
            let header: Header = serde_json::from_slice(line)
                .ok()
                .filter(|header: &Header| header.journal == "crosspostd")
                .ok_or_else(|| damaged("it does not begin as a state file of crosspostd does"))?;
            if header.version > VERSION {
                return Err(Error::Newer(header.version));
            }
        } else {
            let parsed: Line<'_> = serde_json::from_slice(line).map_err(|_| damaged("it is not whole"))?;
            let json = parsed.events.get();
            if format!("{:08x}", crc32fast::hash(json.as_bytes())) != parsed.crc {
                return Err(damaged("its checksum is wrong"));
            }
            let events =
                serde_json::from_str(json).map_err(|error| damaged(&format!("it is not understood ({error})")))?;
            text.batches.push((number, events));
        }
        text.sound += line.len();
        rest = after;
    }
    Ok(text)
}

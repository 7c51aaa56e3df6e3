//! Whether a GIF moves. The other types say so in their headers, which their decoders read.

/// Whether a GIF has more than one frame. One that is broken has those that can be found.
pub fn is_moving_gif(bytes: &[u8]) -> bool {
    frames(bytes).take(2).count() > 1
}

/// One item for each frame.
fn frames(bytes: &[u8]) -> impl Iterator<Item = ()> {
    // Behind the signature and the screen's size: its flags, two more bytes, and its colours.
    let mut rest = after_colours(bytes, 10, 13);
    std::iter::from_fn(move || {
        loop {
            match rest?.first()? {
                // An extension: its kind and its data.
                0x21 => rest = after_data(rest?.get(2..)?),
                // A frame: its place, its flags, its colours, the length of its first codes, and its data.
                0x2c => {
                    rest = after_colours(rest?, 9, 10).and_then(|data| data.get(1..)).and_then(after_data);
                    return Some(());
                }
                _ => return None,
            }
        }
    })
}

/// What comes behind a table of colours that begins at `start`, if the flags at `flags` say that there is one.
fn after_colours(bytes: &[u8], flags: usize, start: usize) -> Option<&[u8]> {
    let flags = *bytes.get(flags)?;
    let colours = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    bytes.get(start + colours..)
}

/// What comes behind a run of blocks, each with its length before it, the last of them empty.
fn after_data(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let length = usize::from(*bytes.first()?);
        bytes = bytes.get(length + 1..)?;
        if length == 0 {
            return Some(bytes);
        }
    }
}

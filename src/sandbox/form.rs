//! `multipart/form-data`, read piece by piece: what is small is kept, what is large is hashed on its way.

use bytes::Bytes;

use super::content::Hash;

/// Files up to this many bytes are kept.
pub const KEPT: u64 = 32 * 1024 * 1024;
/// Of longer files so many bytes are: enough to see what they are.
const HEAD: usize = 64 * 1024;
/// The longest text field, and the longest head of a part.
const MAX_TEXT: usize = 1024 * 1024;

/// A form with files in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The fields without a file, in order.
    pub fields: Vec<(String, String)>,
    /// The files, in order.
    pub files: Vec<FormFile>,
}

/// A file in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFile {
    /// The field's name.
    pub field: String,
    /// The file's name.
    pub name: Option<String>,
    /// The type that it is said to be of.
    pub media_type: Option<String>,
    /// How long it is, in bytes.
    pub length: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its content: whole up to [`KEPT`] bytes; else but its beginning.
    pub bytes: Bytes,
}

impl FormFile {
    /// Whether [`Self::bytes`] is the whole file.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        u64::try_from(self.bytes.len()).ok() == Some(self.length)
    }
}

impl Form {
    /// A text field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A file.
    #[must_use]
    pub fn file(&self, field: &str) -> Option<&FormFile> {
        self.files.iter().find(|file| file.field == field)
    }
}

/// What is wrong with a form's make.
pub(super) type Malformed = &'static str;

/// A form on its way.
pub(super) struct Reader {
    /// `\r\n--boundary`.
    delimiter: Vec<u8>,
    /// What has come and is not yet read.
    pending: Vec<u8>,
    part: Option<Part>,
    done: bool,
    form: Form,
}

/// The part that is being read.
struct Part {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    is_file: bool,
    length: u64,
    hash: Hash,
    kept: Vec<u8>,
}

impl Reader {
    /// A reader for this `Content-Type`; `None` where it is no form, or has no boundary.
    pub(super) fn of(content_type: &str) -> Option<Self> {
        let (kind, rest) = content_type.split_once(';')?;
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let boundary = parameter(rest, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()))?;
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first delimiter needs no line before it.
        Some(Self { delimiter, pending: b"\r\n".to_vec(), part: None, done: false, form: Form::default() })
    }

    /// Reads on.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<(), Malformed> {
        if self.done {
            return Ok(());
        }
        self.pending.extend_from_slice(piece);
        loop {
            let found = find(&self.pending, &self.delimiter);
            let Some(at) = found else {
                // The beginning of a delimiter may stand at the end.
                let sure = self.pending.len().saturating_sub(self.delimiter.len());
                let sure: Vec<u8> = self.pending.drain(..sure).collect();
                return self.part.as_mut().map_or(Ok(()), |part| part.take(&sure));
            };
            let after = at + self.delimiter.len();
            let rest = self.pending.get(after..).unwrap_or_default();
            if rest.starts_with(b"--") {
                self.finish_part(at)?;
                self.done = true;
                self.pending.clear();
                return Ok(());
            }
            // The head of the next part must be there whole.
            let Some(head_end) = find(rest, b"\r\n\r\n") else {
                return if rest.len() > MAX_TEXT { Err("the head of a part is too long") } else { Ok(()) };
            };
            let part = Part::of(rest.get(..head_end).unwrap_or_default())?;
            self.finish_part(at)?;
            self.part = Some(part);
            // `finish_part` took everything before the delimiter.
            self.pending.drain(..self.delimiter.len() + head_end + 4);
        }
    }

    /// Ends the part before the delimiter at `at`, and takes it off what is pending.
    fn finish_part(&mut self, at: usize) -> Result<(), Malformed> {
        let last: Vec<u8> = self.pending.drain(..at).collect();
        let Some(mut part) = self.part.take() else { return Ok(()) };
        part.take(&last)?;
        if part.is_file {
            self.form.files.push(FormFile {
                field: part.name,
                name: part.file_name,
                media_type: part.media_type,
                length: part.length,
                sha256: part.hash.finish(),
                bytes: Bytes::from(part.kept),
            });
        } else {
            let text = String::from_utf8(part.kept).map_err(|_| "a field is not UTF-8")?;
            self.form.fields.push((part.name, text));
        }
        Ok(())
    }

    /// The form, if it came to its end.
    pub(super) fn finish(self) -> Result<Form, Malformed> {
        if self.done { Ok(self.form) } else { Err("the form has no end") }
    }
}

impl Part {
    fn of(head: &[u8]) -> Result<Self, Malformed> {
        let head = std::str::from_utf8(head).map_err(|_| "the head of a part is not UTF-8")?;
        let header = |wanted: &str| {
            head.split("\r\n")
                .filter_map(|line| line.split_once(':'))
                .find_map(|(name, value)| name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned()))
        };
        let disposition = header("content-disposition").ok_or("a part without Content-Disposition")?;
        let (kind, rest) = disposition.split_once(';').ok_or("a part without a name")?;
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return Err("a part that is no form-data");
        }
        let name = parameter(rest, "name").ok_or("a part without a name")?;
        let file_name = parameter(rest, "filename");
        let media_type = header("content-type");
        // Where a file is meant and its name is forgotten it is still a file.
        let is_file = file_name.is_some() || matches!(name.as_str(), "file" | "media");
        Ok(Self { name, file_name, media_type, is_file, length: 0, hash: Hash::default(), kept: Vec::new() })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        self.length += u64::try_from(bytes.len()).unwrap_or_default();
        if !self.is_file {
            self.kept.extend_from_slice(bytes);
            return if self.kept.len() > MAX_TEXT { Err("a field is too long") } else { Ok(()) };
        }
        self.hash.update(bytes);
        if self.length <= KEPT {
            self.kept.extend_from_slice(bytes);
        } else if self.kept.len() > HEAD {
            self.kept.truncate(HEAD);
            self.kept.shrink_to_fit();
        }
        Ok(())
    }
}

/// A parameter of a header, in quotes or not.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    text.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        name.trim().eq_ignore_ascii_case(wanted).then(|| bare.to_owned())
    })
}

/// Where a pattern stands. Its first byte is rare in files: most of the way goes by looking for that alone.
fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    let first = *pattern.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if text.get(from + at..)?.starts_with(pattern) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::sandbox::content::sha256;

    const TYPE: &str = "multipart/form-data; boundary=\"xYz\"";

    fn body(file: &[u8]) -> Vec<u8> {
        let mut body = b"--xYz\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\na \"cat\"\r\n--xYz\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
            .to_vec();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--xYz--\r\n");
        body
    }

    fn read(body: &[u8], piece: usize) -> Result<Form, Malformed> {
        let mut reader = Reader::of(TYPE).unwrap();
        for piece in body.chunks(piece) {
            reader.feed(piece)?;
        }
        reader.finish()
    }

    #[test]
    fn a_form_is_the_same_in_whatever_pieces_it_comes() {
        let file = b"\r\n--xY\r\n--xy\r\r\n\r\n-".repeat(50);
        let body = body(&file);
        for piece in [1, 2, 3, 7, 64, 100_000] {
            let form = read(&body, piece).unwrap();
            assert_eq!(form.text("description"), Some("a \"cat\""), "{piece}");
            let got = form.file("file").unwrap();
            assert_eq!((got.name.as_deref(), got.media_type.as_deref()), (Some("a.png"), Some("image/png")));
            assert_eq!((got.length, &got.sha256), (u64::try_from(file.len()).unwrap(), &sha256(&file)));
            assert!(got.is_whole() && got.bytes == file);
        }
    }

    #[test]
    fn a_form_without_its_end_is_none() {
        let whole = body(b"abc");
        assert!(read(&whole, 8).is_ok());
        assert!(read(whole.get(..whole.len() - 6).unwrap(), 8).is_err());
        assert!(read(b"--xYz\r\n\r\nabc\r\n--xYz--", 8).is_err());
        assert!(Reader::of("application/json").is_none() && Reader::of("multipart/form-data; a=b").is_none());
    }

    #[test]
    fn of_a_long_file_only_the_beginning_is_kept() {
        let mut reader = Reader::of(TYPE).unwrap();
        let whole = body(b"");
        let (head, tail) = whole.split_at(whole.len() - 11);
        reader.feed(head).unwrap();
        let piece = vec![7_u8; 1024 * 1024];
        for _ in 0..33 {
            reader.feed(&piece).unwrap();
        }
        reader.feed(tail).unwrap();
        let form = reader.finish().unwrap();
        let file = form.file("file").unwrap();
        assert_eq!((file.length, file.is_whole()), (33 * 1024 * 1024, false));
        assert!(file.bytes.len() <= HEAD);
    }
}

//! Reports as files.

use std::io::Write;
use std::path::Path;

use super::ReportError;
use crate::files;

/// Writes `path` whole or not at all (temporary file, then rename); what fails names the file.
pub fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    files::write_whole(path, write).map_err(|e| match e {
        ReportError::Stream(source) => ReportError::Write { path: path.to_owned(), source },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.jsonl");
        write_file(&path, |out| Ok(out.write_all(b"old")?)).unwrap();
        let failed = write_file(&path, |out| {
            out.write_all(b"half")?;
            Err(ReportError::Stream(io::Error::other("disk full")))
        });
        let message = failed.unwrap_err().to_string();
        assert!(message.contains("r.jsonl") && message.contains("disk full"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        write_file(&path, |out| Ok(out.write_all(b"new")?)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn folders_and_missing_folders_are_named() {
        let dir = tempfile::tempdir().unwrap();
        assert!(write_file(dir.path(), |_| Ok(())).unwrap_err().to_string().contains("it is a folder"));
        let missing = dir.path().join("no/such/r.csv");
        assert!(write_file(&missing, |_| Ok(())).unwrap_err().to_string().contains("r.csv"));
    }
}

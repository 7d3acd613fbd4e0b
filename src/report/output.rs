//! Writing a file whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::ReportError;

/// Writes `path` through a temporary file in the same folder: written, synced, renamed. An error leaves what was
/// there. A path that is no regular file (a pipe, `/dev/stdout`) is written to as it is.
pub fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let fail = |source: io::Error| ReportError::Write { path: path.to_owned(), source };
    // Through a symbolic link, so that the link stays one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(m) if m.is_dir() => return Err(fail(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"))),
        Ok(m) if !m.is_file() => {
            let mut out = BufWriter::new(fs::OpenOptions::new().write(true).open(&target).map_err(fail)?);
            write(&mut out)?;
            return out.flush().map_err(fail);
        }
        _ => {}
    }
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".phancap-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As any new file; without this a temporary file is for its owner alone.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder).map_err(fail)?;
    let mut out = BufWriter::new(file);
    write(&mut out).map_err(|e| match e {
        ReportError::Stream(source) => fail(source),
        other => other,
    })?;
    let file = out.into_inner().map_err(|e| fail(e.into_error()))?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(&target).map_err(|e| fail(e.error))?;
    // The rename itself must reach the disk; folders cannot be opened everywhere.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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

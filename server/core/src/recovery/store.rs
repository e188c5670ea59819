//! Where sessions are kept while the server is down.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::sync::Mutex;

/// Keeps one snapshot of all sessions over a restart of the server.
///
/// A snapshot is saved when a server has closed and taken by the next one that is built. What it holds is
/// the server's affair. It contains the secret ids of sessions and what was said to their clients, so it is to be
/// kept where nobody else can read it.
pub trait SnapshotStore: Send + Sync + 'static {
    /// Takes the snapshot that was saved last; `None` when there is none, or it has been taken before: sessions
    /// of long ago must not come back.
    ///
    /// # Errors
    /// When there may be one, but it cannot be had. The server logs it and starts without.
    fn take(&self) -> io::Result<Option<Vec<u8>>>;

    /// Keeps a snapshot in place of the one before it: afterwards there is the one or the other, never a part.
    /// Called outside the runtime's threads, so it may block.
    ///
    /// # Errors
    /// When it cannot be kept. The server logs it; clients come as new ones then.
    fn save(&self, snapshot: &[u8]) -> io::Result<()>;
}

/// A snapshot in the memory of this process, for servers that follow each other in it. Cheap to clone; all clones
/// are the same store.
#[derive(Clone, Default)]
pub struct MemorySnapshot {
    snapshot: Arc<Mutex<Option<Vec<u8>>>>,
}

impl MemorySnapshot {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for MemorySnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.snapshot.lock().as_ref().map_or(0, Vec::len);
        write!(f, "MemorySnapshot({bytes} bytes)")
    }
}

impl SnapshotStore for MemorySnapshot {
    fn take(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.snapshot.lock().take())
    }

    fn save(&self, snapshot: &[u8]) -> io::Result<()> {
        *self.snapshot.lock() = Some(snapshot.to_vec());
        Ok(())
    }
}

/// A snapshot in a file that only this user can read. It is written beside the file and moved into its place, so
/// that a crash leaves the old one or the new one.
#[derive(Clone, Debug)]
pub struct FileSnapshot {
    path: PathBuf,
}

impl FileSnapshot {
    /// A snapshot in this file, whose folder must exist. One server at a time may use it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn beside(&self, extension: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(extension);
        name.into()
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

impl SnapshotStore for FileSnapshot {
    fn take(&self) -> io::Result<Option<Vec<u8>>> {
        let snapshot = match fs::read(&self.path) {
            Ok(snapshot) => snapshot,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        fs::remove_file(&self.path)?;
        Ok(Some(snapshot))
    }

    fn save(&self, snapshot: &[u8]) -> io::Result<()> {
        let unfinished = self.beside(".tmp");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(snapshot)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        // The move itself has to survive a loss of power, too.
        File::open(self.folder())?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("roomful-{name}-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn a_snapshot_is_taken_once() {
        let folder = folder("taken-once");
        let store = FileSnapshot::new(folder.join("sessions"));
        assert!(store.take().unwrap().is_none());
        store.save(b"one").unwrap();
        store.save(b"two").unwrap();
        assert_eq!(store.take().unwrap().unwrap(), b"two");
        assert!(store.take().unwrap().is_none());
        fs::remove_dir(folder).unwrap();
    }

    #[test]
    fn a_write_that_was_cut_leaves_the_snapshot_before_it() {
        let folder = folder("cut");
        let store = FileSnapshot::new(folder.join("sessions"));
        store.save(b"whole").unwrap();
        fs::write(folder.join("sessions.tmp"), b"ha").unwrap();
        assert_eq!(store.take().unwrap().unwrap(), b"whole");
        store.save(b"next").unwrap();
        assert_eq!(store.take().unwrap().unwrap(), b"next");
        fs::remove_dir(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_snapshot() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder("private");
        let path = folder.join("sessions");
        FileSnapshot::new(&path).save(b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_does_not_exist_is_an_error() {
        let store = FileSnapshot::new(std::env::temp_dir().join("roomful-nowhere/sessions"));
        assert!(store.save(b"x").is_err());
    }
}

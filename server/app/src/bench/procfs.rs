//! What a process on this machine has used, from `/proc`.

use std::fs;
use std::time::Duration;

use super::failure::Failure;

/// What a server has used until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Time on a core, of all its threads.
    pub(crate) cpu: Duration,
    /// Resident memory, in bytes.
    pub(crate) resident: u64,
}

impl Usage {
    /// Reads it. Threads that have ended are missing from the time; servers rarely end any while they are measured.
    ///
    /// # Errors
    /// When there is no such process, or no `/proc`.
    pub(crate) fn of(pid: u32) -> Result<Self, Failure> {
        let wrong = |what: &str| {
            Failure::new(format!(
                "--pid {pid}: {what}; it has to be the server's process, on this machine, and the machine a Linux"
            ))
        };
        let status =
            fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| wrong(&error.to_string()))?;
        let resident = resident(&status).ok_or_else(|| wrong("it has no memory of its own"))?;
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| wrong(&error.to_string()))?;
        let nanos: u64 = tasks
            .flatten()
            // A thread may end while this reads.
            .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|text| on_core(&text))
            .sum();
        Ok(Self { cpu: Duration::from_nanos(nanos), resident })
    }
}

/// `VmRSS` of `/proc/PID/status`, in bytes.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// The first field of `schedstat`: nanoseconds on a core.
fn on_core(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_time_are_read_as_the_kernel_writes_them() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t1\n"), Some(2 << 20));
        assert_eq!(resident("Name:\tkthread\n"), None);
        assert_eq!(on_core("123456 7 8\n"), Some(123_456));
        assert_eq!(on_core(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_something_and_no_process_is_an_error_that_says_so() {
        assert!(Usage::of(std::process::id()).unwrap().resident > 0);
        assert!(Usage::of(u32::MAX).unwrap_err().to_string().contains("--pid"));
    }
}

//! Mounts that only the keeper's processes see.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, StatVfsMountFlags};
use rustix::mount::{
    MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change, mount_remount,
};

use super::hosts;
use crate::keeper::HostEntry;
use crate::keeper::facts::Facts;
use crate::keeper::wire::Setup;

/// The private `/etc/hosts`, within the scratch folder.
const HOSTS: &str = ".testyard-hosts";
/// The private `/etc/nsswitch.conf`, within the scratch folder.
const NSSWITCH: &str = ".testyard-nsswitch";

/// Makes the mounts that this setup asks for. An error means that the whole attempt is useless; what can be done
/// without is noted among the facts' refusals.
pub(super) fn prepare(setup: &Setup, facts: &mut Facts, machine_hosts: &str) -> Result<(), String> {
    let downward = MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC;
    // What the machine mounts later is seen inside; what is mounted inside is not seen outside.
    mount_change("/", downward).map_err(|error| format!("mounts cannot be made private: {error}"))?;
    if facts.pid_namespace {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", "/proc", "proc", flags, None).map_err(|error| format!("no fresh /proc: {error}"))?;
    }
    private_shared_memory(facts);
    private_scratch(setup, facts);
    match private_hosts(&facts.scratch, &setup.hosts, machine_hosts) {
        Ok(()) => facts.private_hosts = true,
        Err(error) => facts.refusals.push(format!("no private /etc/hosts: {error}")),
    }
    Ok(())
}

/// `/dev/shm` of their own: a database that is killed leaves its segments there. Only where nobody keeps folders in it,
/// which could be the very project or its cache.
fn private_shared_memory(facts: &mut Facts) {
    let place = Path::new("/dev/shm");
    let has_folders = fs::read_dir(place).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
    });
    if has_folders || facts.scratch.starts_with(place) {
        return;
    }
    if let Err(error) = mount_tmpfs(place, "mode=1777") {
        facts.refusals.push(format!("no private /dev/shm: {error}"));
    }
}

fn private_scratch(setup: &Setup, facts: &mut Facts) {
    let Some(bytes) = setup.scratch_bytes else { return };
    match mount_tmpfs(&facts.scratch, &format!("mode=0700,size={bytes}")) {
        Ok(()) => facts.scratch_is_tmpfs = true,
        Err(error) => facts.refusals.push(format!("no private tmpfs: {error}")),
    }
}

fn mount_tmpfs(place: &Path, options: &str) -> io::Result<()> {
    let options = CString::new(options)?;
    Ok(mount("tmpfs", place, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())?)
}

fn private_hosts(scratch: &Path, entries: &[HostEntry], machine: &str) -> io::Result<()> {
    write_hosts(scratch, entries, machine)?;
    mount_bind_recursive(scratch.join(HOSTS), "/etc/hosts")?;
    if let Some(text) =
        fs::read_to_string("/etc/nsswitch.conf").ok().and_then(|text| hosts::files_first(&text))
    {
        overwrite(&scratch.join(NSSWITCH), &text)?;
        mount_bind_recursive(scratch.join(NSSWITCH), "/etc/nsswitch.conf")?;
    }
    Ok(())
}

/// Writes the private `/etc/hosts`.
pub(super) fn write_hosts(scratch: &Path, entries: &[HostEntry], machine: &str) -> io::Result<()> {
    overwrite(&scratch.join(HOSTS), &hosts::file(entries, machine))
}

/// In place: what is mounted is this very file, so another that replaced it would not be seen.
fn overwrite(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())
}

/// Lays a writable view called `name` over `lower`. Returns its path.
pub(super) fn overlay(facts: &Facts, lower: &Path, name: &str) -> io::Result<PathBuf> {
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the name of an overlay must be a plain file name",
        ));
    }
    let folder = facts.scratch.join("overlay").join(name);
    let [upper, work, merged] = ["upper", "work", "view"].map(|part| folder.join(part));
    for part in [&upper, &work, &merged] {
        fs::create_dir_all(part)?;
    }
    // The view takes its own owner and mode from the upper folder; PostgreSQL, for one, looks at both.
    let like = fs::metadata(lower)?;
    fs::set_permissions(&upper, like.permissions())?;
    let own = fs::metadata(&upper)?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        std::os::unix::fs::chown(&upper, Some(like.uid()), Some(like.gid()))?;
    }
    mount_overlay([lower, &upper, &work], &merged, facts.user_namespace)?;
    Ok(merged)
}

/// The three folders are named by descriptors: paths could hold commas and colons, which mean something in mount
/// options, and be longer than the page that these must fit in.
fn mount_overlay(folders: [&Path; 3], place: &Path, user_namespace: bool) -> io::Result<()> {
    let open = |folder: &Path| {
        rustix::fs::open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    };
    let [lower, upper, work] = [open(folders[0])?, open(folders[1])?, open(folders[2])?];
    let by_number = |folder: &OwnedFd| format!("/proc/self/fd/{}", folder.as_raw_fd());
    let mut options =
        format!("lowerdir={},upperdir={},workdir={}", by_number(&lower), by_number(&upper), by_number(&work));
    if user_namespace {
        // The attributes that overlays normally use are for the machine's root alone.
        options.push_str(",userxattr");
    }
    // What lies in a scratch folder need not survive a power cut. Kernels before 5.10 do not know the word.
    let volatile = CString::new(format!("{options},volatile"))?;
    let plain = CString::new(options)?;
    match mount("overlay", place, "overlay", MountFlags::empty(), volatile.as_c_str()) {
        Err(rustix::io::Errno::INVAL) => {
            Ok(mount("overlay", place, "overlay", MountFlags::empty(), plain.as_c_str())?)
        }
        mounted => Ok(mounted?),
    }
}

/// Shows `source` at `target`.
pub(super) fn bind(facts: &Facts, source: &Path, target: &Path, read_only: bool) -> io::Result<()> {
    if !target.exists() {
        create_target(&facts.scratch, source, target)?;
    }
    mount_bind_recursive(source, target)?;
    if read_only {
        // In a user namespace the flags that are there already may not be taken away.
        let there = rustix::fs::statvfs(target)?.f_flag;
        mount_remount(target, MountFlags::BIND | MountFlags::RDONLY | kept_flags(there), "")?;
    }
    Ok(())
}

fn kept_flags(there: StatVfsMountFlags) -> MountFlags {
    [
        (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
        (StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
        (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ]
    .into_iter()
    .filter(|(flag, _)| there.contains(*flag))
    .fold(MountFlags::empty(), |flags, (_, flag)| flags | flag)
}

fn create_target(scratch: &Path, source: &Path, target: &Path) -> io::Result<()> {
    if !target.starts_with(scratch) {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "it does not exist, and is only created in the scratch folder",
        ));
    }
    if fs::metadata(source)?.is_dir() {
        return fs::create_dir_all(target);
    }
    target.parent().map_or(Ok(()), fs::create_dir_all)?;
    File::create(target).map(drop)
}

"""Linux namespaces, by the kernel's own calls: a small world for a process, out of which it sees and reaches nothing.

Without root a user namespace gives the power to build it; with root the world is left for another user at the end. In
both cases the code that is not trusted runs without any capability, and cannot get one.
"""

import contextlib
import ctypes
import errno
import os
import resource
import tempfile
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
CHILD_SPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 24, 36, 38
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
LAST_CAPABILITY = 40

DEVICES = ("null", "zero", "full", "random", "urandom")
STRANGERS = 60_000
"""With root, the first of the user numbers under which players run."""


class NoNamespacesError(OSError):
    """The system does not let us make namespaces."""


@dataclass(frozen=True)
class Limits:
    """What a player may use.

    Attributes
    ----------
    wall_seconds : float
        From its start to its end.
    cpu_seconds : int
        Of processor time, for each of its processes.
    memory_bytes : int
        Of address space, for each of its processes.
    file_bytes : int
        Of one file, and of all files in its folder together.
    processes : int
        At one time, itself included.
    open_files : int
        At one time.
    """

    wall_seconds: float = 60.0
    cpu_seconds: int = 60
    memory_bytes: int = 2 * 2**30
    file_bytes: int = 64 * 2**20
    processes: int = 4
    open_files: int = 64


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise NoNamespacesError(number, f"{what}: {os.strerror(number)}")


def unshare(spaces: int) -> None:
    """Leave the namespaces named by flags for new ones; NoNamespacesError where the system refuses."""
    _checked(_libc().unshare(ctypes.c_int(spaces)), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Call mount(2); NoNamespacesError where the system refuses."""
    arguments = [None if part is None else part.encode() for part in (source, target, kind)]
    _checked(_libc().mount(*arguments, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def enter_own_user_namespace() -> None:
    """Without root: become the root of a user namespace in which only this user exists."""
    user, group = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def build_root(staging: Path, shown: dict[str, str], hidden: list[str]) -> None:
    """Make a root folder of read-only views, and go there: nothing else of the system stays reachable.

    Parameters
    ----------
    staging : Path
        An empty folder, over which the new root is mounted.
    shown : dict
        Paths inside and the paths outside that they show.
    hidden : list
        Paths inside that are covered by an empty folder, if they exist.
    """
    root = str(staging)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    for inside, outside in sorted(shown.items()):
        target = Path(root + inside)
        if Path(outside).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        _show(outside, str(target))
    for inside in hidden:
        if Path(root + inside).is_dir():
            mount("tmpfs", root + inside, "tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY, "size=4k,mode=555")
    for name in DEVICES:
        target = Path(root, "dev", name)
        target.parent.mkdir(exist_ok=True)
        target.touch()
        mount(f"/dev/{name}", str(target), None, MS_BIND)
    for name in ("tmp", "old"):
        Path(root, name).mkdir(exist_ok=True)
    for link in ("lib", "lib64", "bin"):
        if os.path.islink(f"/{link}") and not os.path.lexists(f"{root}/{link}"):
            os.symlink(os.readlink(f"/{link}"), f"{root}/{link}")
    mount("tmpfs", f"{root}/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")  # noqa: S108 - a new one
    os.chdir(root)
    number = SYS_PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise NoNamespacesError(errno.ENOSYS, f"no pivot_root for {os.uname().machine}")
    _checked(_libc().syscall(ctypes.c_long(number), root.encode(), f"{root}/old".encode()), "pivot_root")
    os.chdir("/")
    _checked(_libc().umount2(b"/old", MNT_DETACH), "umount")
    os.rmdir("/old")
    mount("none", "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def _show(outside: str, target: str) -> None:
    mount(outside, target, None, MS_BIND | MS_REC)
    # In a user namespace the flags that the original carries may not be taken away.
    kept = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("none", target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | kept)


def own_folder(limits: Limits, owner: int) -> None:
    """Mount an empty folder of limited size over /tmp, which only this namespace sees, and go there."""
    options = f"size={limits.file_bytes},nr_inodes=4096,mode=700,uid={owner},gid={owner}"
    try:
        mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options)  # noqa: S108 - it is a new, private one
    except NoNamespacesError:
        options = f"size={limits.file_bytes},nr_inodes=4096,mode=777"
        mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options)  # noqa: S108
    os.chdir("/tmp")  # noqa: S108


def apply_limits(limits: Limits) -> None:
    """Set the limits that hold for each process, for good."""
    for what, amount in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(what)
        least = amount if most == resource.RLIM_INFINITY else min(amount, most)
        resource.setrlimit(what, (least, least))


def give_up_all_power(stranger: int | None) -> None:
    """Become a stranger (with root), drop every capability, and give up the way to get one.

    Parameters
    ----------
    stranger : int or None
        The user number to become; None to stay.
    """
    libc = _libc()
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # beyond the kernel's last one it fails, rightly
    if stranger is not None:
        os.setgroups([])
        os.setresgid(stranger, stranger, stranger)
        os.setresuid(stranger, stranger, stranger)
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    version3, nothing = 0x20080522, (ctypes.c_uint32 * 6)()
    head = (ctypes.c_uint32 * 2)(version3, 0)
    _checked(libc.capset(ctypes.byref(head), ctypes.byref(nothing)), "capset")


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends."""
    _libc().prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)


def become_subreaper() -> None:
    """Ask the kernel to hand orphaned descendants to this process, so that none gets lost."""
    _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> None:
    """Kill whatever this process's descendants left running, until there is nothing left.

    Only for a system without namespaces: there the kernel does this by itself.
    """
    for _ in range(1000):
        children = [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
        if not children:
            return
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, 9)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def temporary_folder() -> str:
    """Make an empty folder for a player where there is no namespace to hide it in."""
    return tempfile.mkdtemp(prefix="gradproof-player-")

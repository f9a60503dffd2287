"""MySQL from Debian's archive in a private folder: nothing is installed, no root is needed.

Debian's stable suites carry MariaDB only, `sid` carries MySQL. What comes from there is newer than the
machine's libraries, so mysqld runs with the loader and the libraries that came along with it.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / ".local" / "mysql"

PACKAGES = ("mysql-server-core", "mysql-client-core")

APT_CONFIGURATION = """\
Dir::State "{work}/state";
Dir::State::Lists "{work}/lists";
Dir::State::status "{work}/status";
Dir::Cache "{work}/cache";
Dir::Etc::SourceList "{work}/sources.list";
Dir::Etc::SourceParts "/dev/null";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
APT_SOURCE = (
    "deb [signed-by={keyring} arch={architecture} targets=Packages check-valid-until=no] {mirror} sid main\n"
)


class WayClosedError(Exception):
    """One way to a MySQL server is closed on this machine; the message is a sentence that says why."""


def packaged_mysqld(home: Path = HOME) -> list[str]:
    """The command that runs the package's mysqld; the package is fetched first if it is not there yet."""
    root = _root(home)
    with locked(home):
        if not _is_complete(root):
            _fetch(root)
    loader = _loaders(root)[0]
    return [
        f"{loader}",
        "--library-path",
        f"{loader.parent}",
        f"{root}/usr/sbin/mysqld",
        "--no-defaults",
        f"--basedir={root}/usr",
        f"--lc-messages-dir={root}/usr/share/mysql",
        f"--plugin-dir={root}/usr/lib/mysql/plugin",
    ]


def _root(home: Path) -> Path:
    """Where MySQL is unpacked; a tree shared between machines keeps one per architecture."""
    missing = [tool for tool in ("apt-get", "dpkg") if not shutil.which(tool)]
    if missing:
        raise WayClosedError(f"this machine has no {missing[0]}.")
    return home / f"debian-{run('dpkg', '--print-architecture').strip()}"


def _is_complete(root: Path) -> bool:
    return (root / "usr/sbin/mysqld").exists() and bool(_loaders(root))


def _loaders(root: Path) -> list[Path]:
    """The dynamic loader, ld-linux-x86-64.so.2 on one architecture and ld64.so.2 on another."""
    return sorted(root.glob("usr/lib/*-linux-*/ld*.so.*"))


def _fetch(root: Path) -> None:
    """Unpack beside the place and rename: the place holds all of MySQL or nothing, whenever we are killed."""
    shutil.rmtree(root, ignore_errors=True)
    with workshop(root.parent) as work:
        for deb in _download(work):
            if "perl" not in deb.name:  # wanted by mysqld's scripts, not by mysqld
                run("dpkg", "-x", f"{deb}", f"{work}/root")
        if not _is_complete(work / "root"):
            raise WayClosedError("Debian's packages hold no mysqld with a loader where we look for them.")
        (work / "root").rename(root)


def _download(work: Path) -> list[Path]:
    """The .deb files from the first of the machine's mirrors that has them; apt checks their signatures."""
    reasons = ["apt's configuration names no package archive."]
    for mirror in mirrors():
        try:
            return _download_from(mirror, work)
        except WayClosedError as reason:
            reasons.append(str(reason))
    raise WayClosedError(reasons[-1])


def mirrors() -> list[str]:
    """The archives of the machine's own apt configuration, in its order, without the security ones."""
    printed = run("apt-get", "update", "--print-uris")
    uris = re.findall(r"^'(.+?)/dists/.+/InRelease'", printed, re.MULTILINE)
    return list(dict.fromkeys(uri for uri in uris if "security" not in uri))


def _download_from(mirror: str, work: Path) -> list[Path]:
    keyrings = sorted(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"))
    if not keyrings:
        raise WayClosedError("the package debian-archive-keyring is not installed.")
    architecture = run("dpkg", "--print-architecture").strip()
    source = APT_SOURCE.format(keyring=keyrings[0], architecture=architecture, mirror=mirror)
    (work / "sources.list").write_text(source)
    (work / "apt.conf").write_text(APT_CONFIGURATION.format(work=work))
    (work / "status").touch()
    for folder in ("state", "lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    apt = ("apt-get", f"--config-file={work}/apt.conf", "--quiet", "--assume-yes")
    run(*apt, "update", "--error-on=any")
    run(*apt, "install", "--download-only", "--no-install-recommends", *PACKAGES)
    return sorted(work.glob("cache/archives/*.deb"))


@contextmanager
def workshop(home: Path) -> Iterator[Path]:
    """A folder to work in, beside what it is for. Hold `locked(home)`: what a killed one left goes first."""
    for left in home.glob("unfinished-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=home, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # apt downloads as a user of its own
        yield Path(folder)


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the folder against other processes; BlockingIOError if it is held and we do not wait."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def run(*command: str, timeout_seconds: float = 600) -> str:
    """What the command printed; when it fails, the way is closed with its last words."""
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=timeout_seconds,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
    )
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip() or "it said nothing").splitlines()
        raise WayClosedError(f"{Path(command[0]).name} failed with {result.returncode}: {said[-1].strip()}")
    return result.stdout

"""MySQL from Debian's archive in a private folder.

Debian's stable suites carry MariaDB only, `sid` carries MySQL. What comes from there is newer than the
machine's libraries, so mysqld runs with the loader and the libraries that came along with it.
"""

import re
import shutil
from pathlib import Path

from tools.debian_archive import architecture, private_apt, unpack
from tools.folders import LOCAL, locked, workshop
from tools.ways import WayClosedError, run

HOME = LOCAL / "mysql"

PACKAGES = ("mysql-server-core", "mysql-client-core")

APT_SOURCE = (
    "deb [signed-by={keyring} arch={architecture} targets=Packages check-valid-until=no] {mirror} sid main\n"
)
_WANTED_BY_ITS_SCRIPTS = r".*perl.*"


def packaged_mysqld(home: Path = HOME) -> list[str]:
    """The command that runs the package's mysqld; the package is fetched first if it is not there yet."""
    root = home / f"debian-{architecture()}"
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


def _is_complete(root: Path) -> bool:
    return (root / "usr/sbin/mysqld").exists() and bool(_loaders(root))


def _loaders(root: Path) -> list[Path]:
    """The dynamic loader, ld-linux-x86-64.so.2 on one architecture and ld64.so.2 on another."""
    return sorted(root.glob("usr/lib/*-linux-*/ld*.so.*"))


def _fetch(root: Path) -> None:
    """Unpack beside the place and rename: the place holds all of MySQL or nothing, whenever we are killed."""
    shutil.rmtree(root, ignore_errors=True)
    with workshop(root.parent) as work:
        fresh = _unpacked(work)
        if not _is_complete(fresh):
            raise WayClosedError("Debian's packages hold no mysqld with a loader where we look for them.")
        fresh.rename(root)


def _unpacked(work: Path) -> Path:
    """From the first of the machine's mirrors that has it."""
    reasons = ["apt's configuration names no package archive."]
    for mirror in mirrors():
        try:
            return _unpacked_from(mirror, work)
        except WayClosedError as reason:
            reasons.append(str(reason))
    raise WayClosedError(reasons[-1])


def mirrors() -> list[str]:
    """The archives of the machine's own apt configuration, in its order, without the security ones."""
    printed = run("apt-get", "update", "--print-uris")
    uris = re.findall(r"^'(.+?)/dists/.+/InRelease'", printed, re.MULTILINE)
    return list(dict.fromkeys(uri for uri in uris if "security" not in uri))


def _unpacked_from(mirror: str, work: Path) -> Path:
    keyrings = sorted(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"))
    if not keyrings:
        raise WayClosedError("the package debian-archive-keyring is not installed.")
    source = APT_SOURCE.format(keyring=keyrings[0], architecture=architecture(), mirror=mirror)
    apt = private_apt(work, source)
    run(*apt, "update", "--error-on=any")
    return unpack(PACKAGES, work, apt, without=_WANTED_BY_ITS_SCRIPTS)

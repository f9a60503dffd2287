"""How Swift is set up for one machine: one copy of everything, and S3's API in front.

There is no memcached: Swift says so in its log, and goes on.
"""

import os
import pwd
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.ways import WayClosedError, run

ACCOUNT, USER = "test", "tester"
REGION = "us-east-1"

_SWIFT = """\
[swift-hash]
swift_hash_path_prefix = pixy
swift_hash_path_suffix = pixy
[storage-policy:0]
name = gold
default = yes
"""
_PART = """\
[DEFAULT]
devices = {folder}/devices
mount_check = false
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/etc
recon_cache_path = {folder}/cache
fallocate_reserve = 0
log_level = ERROR
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
log_requests = false
"""
_FILTERS = (
    "catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo symlink"
)
_PROXY = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/etc
log_level = ERROR
[pipeline:main]
pipeline = {filters} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""
# Which part keeps what where.
_RINGS = """
import sys
from swift.common.ring import RingBuilder
for name, port in zip(sys.argv[2::2], sys.argv[3::2]):
    builder = RingBuilder(4, 1, 1)
    place = dict(region=1, zone=1, weight=1.0, ip="127.0.0.1", port=int(port), device="disk")
    builder.add_dev({**place, "replication_ip": "127.0.0.1", "replication_port": int(port), "meta": ""})
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{name}.ring.gz")
"""


@dataclass(frozen=True, slots=True)
class Front:
    """What the server in front is told."""

    secret: str
    listed_at_once: int

    @property
    def options(self) -> Mapping[str, tuple[str, ...]]:
        return {
            "cache": ("use = egg:swift#memcache", "memcache_servers = 127.0.0.1:1"),
            "s3api": (
                "use = egg:swift#s3api",
                f"location = {REGION}",
                f"max_bucket_listing = {self.listed_at_once}",
            ),
            "tempauth": ("use = egg:swift#tempauth", f"user_{ACCOUNT}_{USER} = {self.secret} .admin"),
        }


def configure(folder: Path, python: Path, ports: Mapping[str, int], front: Front) -> None:
    """Writes `etc/` into the folder, for servers at these ports."""
    check_attributes(folder)
    for each in ("etc", "cache", "devices/disk"):
        (folder / each).mkdir(parents=True)
    user = name_of_this_user()
    (folder / "etc" / "swift.conf").write_text(_SWIFT)
    parts = {name: port for name, port in ports.items() if name != "proxy"}
    for name, port in parts.items():
        text = _PART.format(folder=folder, port=port, user=user, name=name)
        (folder / "etc" / f"{name}-server.conf").write_text(text)
    (folder / "etc" / "proxy-server.conf").write_text(_proxy(folder, user, ports["proxy"], front))
    named = [f"{each}" for part in parts.items() for each in part]
    run(f"{python}", "-c", _RINGS, f"{folder}/etc", *named)


def _proxy(folder: Path, user: str, port: int, front: Front) -> str:
    text = _PROXY.format(folder=folder, user=user, port=port, filters=_FILTERS)
    for name in _FILTERS.split():
        text += "\n".join((f"[filter:{name}]", *front.options.get(name, (f"use = egg:swift#{name}",)), ""))
    return text


def name_of_this_user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise WayClosedError(f"the user with the number {os.geteuid()} has no name.") from None


def check_attributes(folder: Path) -> None:
    """Swift keeps what it knows of an object in the attributes of its file."""
    probe = folder / f"probe-{secrets.token_hex(4)}"
    probe.touch()
    try:
        os.setxattr(probe, "user.pixyproxy", bytes(400))
    except OSError as error:
        raise WayClosedError(
            f"files in {folder} take no extended attributes ({error.strerror}), which Swift needs; "
            "set TMPDIR to a folder on ext4, xfs or btrfs."
        ) from error
    finally:
        probe.unlink()

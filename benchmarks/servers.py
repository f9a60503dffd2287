"""What is measured, and beside what: the service, its provider, the bare route, nginx, MySQL."""

import asyncio
import json
import os
import sys
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bare import ANSWER_VARIABLE
from benchmarks.processes import Server, running
from benchmarks.programs import find_program
from pixyproxy.data.init import create_database_and_user, open_database
from tests.upstream import RunningUpstream, running_upstream
from tools.mysql_process import free_port
from tools.mysql_server import NoMySQLError, running_mysql

ADMIN_KEY = "bench-administrator"
PROVIDER_KEY = "sk-bench"
LARGE_BYTES, MIDDLING_BYTES, SMALL_BYTES = 1_500_000, 50_000, 20_000
# A million rows and their indexes fit; durability is as MySQL comes: every commit flushed, binary log on.
MYSQL_OPTIONS = ("--innodb-buffer-pool-size=2G",)
_BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Service:
    """The real server with one worker, and where its data lie."""

    server: Server
    data_dir: Path
    database_url: str

    @property
    def images_url(self) -> str:
        return f"{self.server.url}/image"

    @property
    def images_dir(self) -> Path:
        return self.data_dir / "images"

    @property
    def worker_pid(self) -> int:
        """The server starts nothing else."""
        _, worker = self.server.pids()
        return worker


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key as the service gives out."""

    owner: str
    text: str


def start_service(
    stack: ExitStack, folder: Path, *, database_url: str | None = None, provider: str | None = None
) -> Service:
    """On a data directory of its own; with a provider's base URL its generator is that of OpenAI."""
    data_dir, port = folder / "data", free_port()
    url = database_url or f"sqlite:///{data_dir}/pixyproxy.db"
    environment = {
        "PIXYPROXY_DATA_DIR": str(data_dir),
        "PIXYPROXY_DATABASE_URL": url,
        "PIXYPROXY_PORT": str(port),
        "PIXYPROXY_ADMIN_KEY": ADMIN_KEY,
    }
    if provider is not None:
        environment |= {"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": provider}
    folder.mkdir(parents=True, exist_ok=True)
    command = (_BIN / "pixyproxy", "serve")
    server = stack.enter_context(running(command, port, folder / "service.log", environment))
    return Service(server, data_dir, url)


def start_ready_service(
    stack: ExitStack, folder: Path, *, database_url: str | None = None, provider: str | None = None
) -> Service:
    service = start_service(stack, folder, database_url=database_url, provider=provider)
    service.server.seconds_until_ok("/health/ready")
    return service


def start_provider(stack: ExitStack, picture_bytes: int, delay_seconds: float = 0.0) -> RunningUpstream:
    """The stand-in for OpenAI: answers after the delay, always with the same picture."""
    return stack.enter_context(running_upstream(picture_bytes=picture_bytes, delay_seconds=delay_seconds))


def start_mysql(stack: ExitStack) -> str:
    """A MySQL server; the URL of an empty database."""
    return make_mysql_database(start_mysql_server(stack), "pixyproxy")


def start_mysql_server(stack: ExitStack) -> str:
    """The URL of its administrator."""
    return stack.enter_context(running_mysql(MYSQL_OPTIONS)).url


def make_mysql_database(admin_url: str, name: str) -> str:
    """The URL of an empty database made by the project's own scripts."""
    url = mysql_database_url(admin_url, f"{name}_bench_{os.getpid()}")
    asyncio.run(create_database_and_user(url, admin_url))
    return url


def mysql_database_url(admin_url: str, database: str) -> str:
    """On the same server, as the account that the service runs as there."""
    return f"mysql://{database[:32]}:bench@{admin_url.partition('@')[2].rstrip('/')}/{database}"


def mysql_version() -> str:
    """Of the server that the rows get."""
    try:
        with running_mysql() as server:
            return asyncio.run(_version_of(server.url))
    except NoMySQLError as reason:
        return f"missing: {str(reason).splitlines()[0]}"


async def _version_of(url: str) -> str:
    database = open_database(url)
    try:
        row = await database.fetch_one("SELECT VERSION() AS version", {})
        return str(row["version"]) if row else "unknown"
    finally:
        await database.close()


def start_bare_route(stack: ExitStack, folder: Path, answer: bytes) -> Server:
    """FastAPI alone, on the same server with the same options."""
    body, port = folder / "bare.json", free_port()
    body.write_bytes(answer)
    options = f"--interface asgi --workers 1 --no-ws --log-level warning --factory --port {port}".split()
    command = (str(_BIN / "granian"), *options, "benchmarks.bare:app_from_environment")
    environment = {ANSWER_VARIABLE: str(body), "PYTHONPATH": str(Path(__file__).parents[1])}
    server = stack.enter_context(running(command, port, folder / "bare.log", environment))
    server.seconds_until_ok("/bytes/x")
    return server


def start_nginx(stack: ExitStack, folder: Path, files: dict[str, bytes]) -> Server:
    """One worker, sendfile, its usual access log; serves the files."""
    root, port = folder / "nginx", free_port()
    (root / "files").mkdir(parents=True)
    for name, content in files.items():
        (root / "files" / name).write_bytes(content)
    configuration = root / "nginx.conf"
    configuration.write_text(_NGINX.format(root=root, port=port, user="user root;" if _is_root() else ""))
    command: tuple[str | Path, ...] = (find_program("nginx"), "-e", root / "error.log", "-c", configuration)
    server = stack.enter_context(running(command, port, root / "nginx.log"))
    server.seconds_until_ok(f"/{next(iter(files))}")
    return server


def make_image(service: Service, key: str) -> dict[str, Any]:
    """Its details."""
    body = json.dumps({"prompt": "a lighthouse at sunset, watercolour, wide and quiet"}).encode()
    details: dict[str, Any] = json.loads(ask(service.images_url, key, body))
    return details


def make_key(service: Service) -> MadeKey:
    made = json.loads(ask(f"{service.server.url}/key", ADMIN_KEY, b'{"name": "shop team"}'))
    return MadeKey(owner=made["id"], text=made["key"])


def ask(url: str, key: str, body: bytes | None = None) -> bytes:
    """The body of the answer to one request, a POST of JSON when there is something to say."""
    return look_at(url, key, body).body


def look_at(url: str, key: str | None, body: bytes | None = None) -> Answer:
    """As `ask`, and what is said of the body; the key may be missing."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - our own loopback
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=30) as answer:
        return Answer(answer.headers.get_content_type(), answer.read())


def _is_root() -> bool:
    return os.geteuid() == 0


_NGINX = """
daemon off;
{user}
worker_processes 1;
pid {root}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log {root}/access.log;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    default_type image/png;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    server {{ listen 127.0.0.1:{port}; root {root}/files; }}
}}
"""

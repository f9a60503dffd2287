"""The rows: what is measured beside what, how, and what is aimed at."""

from functools import partial

from benchmarks import flight, gateway, lanes, variants
from benchmarks.clients import CLIENT, LATE, MIDDLE, RATE, SIZE, SLOWEST, THROUGHPUT
from benchmarks.flight import (
    ADDED_MIDDLE,
    ADDED_SLOWEST,
    AT_ONCE,
    REFERENCES,
    WORKER_CPU,
    WORKER_PSS,
    WORKER_RSS,
)
from benchmarks.gateway import CPU, LITELLM, PEAK_PSS, PEAK_RSS
from benchmarks.kept import Open, mysql_library, sqlite_library
from benchmarks.lanes import (
    BARE,
    BARE_BYTES,
    IDLE_OPENAI,
    IDLE_SKETCH,
    LIVE,
    MILLION,
    MYSQL,
    NGINX,
    PIXYPROXY,
    PROVIDER,
    READY,
    SERVER,
    SQLITE,
    SUM,
    SUM_PSS,
    WITH_OPENAI,
    WITH_SKETCH,
    WORKER,
)
from benchmarks.results import EVERY, Aim, Scenario
from benchmarks.search_lanes import MIDDLES, REQUESTS, SLOW, search_lanes
from benchmarks.servers import LARGE_BYTES, SMALL_BYTES
from benchmarks.variants import THUMBOR, THUMBORS

_OF_GETS = (RATE, MIDDLE, SLOWEST)
_OF_FLIGHTS = (
    RATE,
    MIDDLE,
    SLOWEST,
    ADDED_MIDDLE,
    ADDED_SLOWEST,
    AT_ONCE,
    WORKER_RSS,
    WORKER_PSS,
    WORKER_CPU,
    CLIENT,
)
_BESIDE_THUMBOR = (
    "**Not the same work:** thumbor reads the files of the same store (file loader) and keeps its copies in "
    "files; its URLs are unsigned, it asks nobody whose picture it is, and it logs no request. It makes "
    "copies with Pillow, in the process that answers; so it is measured with one, as it comes, and with one "
    "for each core (`--processes`). PixyProxy has one worker, which is given a key; it makes copies with "
    "libvips, in up to two processes beside the worker that let all others go first (`nice`), and compares "
    "the hash of a picture before."
)


def _flight(way: flight.CrowdFor, title: str, method: str, seconds: float) -> Scenario:
    return Scenario(
        name=f"flight-{way.__name__}",
        title=title,
        method=method,
        metrics=_OF_FLIGHTS,
        aims=tuple(
            Aim(metric, lane, bound, at_least=False)
            for lane in REFERENCES
            for metric, bound in ((ADDED_MIDDLE, 50), (WORKER_RSS, 400), (WORKER_PSS, 400))
        ),
        prepare=partial(flight.flight_lanes, way),
        seconds=seconds,
        quick_seconds=flight.LEAST_SECONDS,
        in_quick=False,
        rounds=3,
        added={ADDED_MIDDLE: MIDDLE, ADDED_SLOWEST: SLOWEST},
        references=REFERENCES,
    )


def _search(database: str, open_library: Open, slowest_ms: float) -> Scenario:
    return Scenario(
        name=f"search-{database.lower()}",
        title=f"Searching a million, on {database}: `GET /image?prompt=…`",
        method=f"One connection, {REQUESTS} searches for each cell, all for other words of their kind, pages "
        "of 50. The library of the row above. *All*: as administrator; *own*: as one who owns half of it "
        "and sees the public rest. *Deep*: after half of the library. Counting stops at 10,000.",
        metrics=(*MIDDLES, *SLOW),
        aims=tuple(Aim(metric, EVERY, slowest_ms, at_least=False) for metric in SLOW),
        prepare=partial(search_lanes, open_library, MILLION),
        seconds=6,
        in_quick=False,
        rounds=1,
    )


SCENARIOS = (
    Scenario(
        name="post",
        title="Making images: `POST /image`",
        method="8 callers at once, each asking again when it is answered: 201, when the picture of 1.5 MB "
        "and its row are on the disk. The provider alone, by the same client: 2 MB of base64 each.",
        metrics=(RATE, MIDDLE, SLOWEST, CLIENT),
        aims=(
            Aim(RATE, SQLITE, 80),
            Aim(RATE, MYSQL, 80),
            Aim(RATE, SQLITE, None, PROVIDER),
            Aim(RATE, MYSQL, None, PROVIDER),
        ),
        prepare=lanes.post_lanes,
        seconds=5,
    ),
    Scenario(
        name="gateway",
        title="A gateway beside another: `POST /v1/images/generations`",
        method="8 connections, each asking again when it is answered; one worker each; the same provider, "
        "2 MB of base64 an answer, one call a request. **Not the same work:** before it answers, PixyProxy "
        "has the picture of 1.5 MB and its row on the disk, flushed, and it logs each request; "
        f"{LITELLM} stores nothing and passes the answer on. "
        "It has an environment of its own and runs its proxy as it comes, "
        "with `--num_workers 1 --telemetry False`, a master key, no database, no callbacks, no retries, "
        "`LITELLM_LOG=ERROR` (no log of requests), `LITELLM_MODE=PRODUCTION` and "
        "`LITELLM_LOCAL_MODEL_COST_MAP=True`. Memory and CPU are those of the gateway's processes; MySQL's "
        "are not among them.",
        metrics=(RATE, MIDDLE, SLOWEST, PEAK_RSS, PEAK_PSS, CPU, CLIENT),
        aims=(
            Aim(RATE, SQLITE, 5, LITELLM),
            Aim(RATE, MYSQL, 5, LITELLM),
            Aim(RATE, SQLITE, None, PROVIDER),
            Aim(RATE, MYSQL, None, PROVIDER),
            Aim(RATE, LITELLM, None, PROVIDER),
        ),
        prepare=gateway.gateway_lanes,
        seconds=5,
    ),
    Scenario(
        name="details",
        title="Looking at one: `GET /image/{guid}`",
        method="8 connections. Both bare routes run on granian with the service's options, check no key, "
        "ask no database and log nothing; the first returns a dict with the same members, the second the "
        "finished bytes.",
        metrics=_OF_GETS,
        aims=(
            *(Aim(RATE, lane, 0.5, BARE) for lane in (SQLITE, f"{SQLITE}, administrator", MYSQL)),
            Aim(RATE, SQLITE, None, BARE_BYTES),
        ),
        prepare=lanes.details_lanes,
    ),
    Scenario(
        name="list",
        title="Paging through a million: `GET /image?limit=50`",
        method="8 connections. 1,048,575 images, half of them the caller's own, three in ten public; the "
        "deep page comes after 1,000,000 newer ones. The administrator sees all; a caller what is own or "
        "public.",
        metrics=_OF_GETS,
        aims=tuple(
            Aim(MIDDLE, f"{database}, {who}, deep", 2, f"{database}, {who}, first", at_least=False)
            for database in (SQLITE, MYSQL)
            for who in ("administrator", "own and public")
        ),
        prepare=lanes.list_lanes,
        seconds=2,
        in_quick=False,
    ),
    _search(SQLITE, sqlite_library, 15),
    _search(MYSQL, mysql_library, 50),
    Scenario(
        name="content-large",
        title="Serving a picture of 1.5 MB: `GET /image/{guid}/content`",
        method="8 connections, with the administrator's key. nginx: one worker, sendfile, access log, the "
        "same file.",
        metrics=(*_OF_GETS, THROUGHPUT),
        aims=(Aim(RATE, PIXYPROXY, 0.8, NGINX),),
        prepare=partial(lanes.content_lanes, LARGE_BYTES),
    ),
    Scenario(
        name="content-small",
        title="Serving a picture of 20 KB: `GET /image/{guid}/content`",
        method="As above.",
        metrics=(*_OF_GETS, THROUGHPUT),
        aims=(Aim(RATE, PIXYPROXY, 0.25, NGINX),),
        prepare=partial(lanes.content_lanes, SMALL_BYTES),
    ),
    Scenario(
        name="variants-cold",
        title="Small copies, each made for the first time: `GET /image/{guid}/content?width=…&format=webp`",
        method="4 connections. PNGs of 1.5 MB, 1024 pixels wide and high; of each a WebP of quality 80, 256 "
        f"pixels wide, and one of 512. No copy is asked for twice. {_BESIDE_THUMBOR}",
        metrics=(RATE, MIDDLE, LATE, variants.CPU, SIZE, PEAK_PSS, CLIENT),
        aims=tuple(Aim(RATE, PIXYPROXY, 1, peer) for peer in (THUMBOR, THUMBORS)),
        prepare=variants.cold_lanes,
        seconds=4,
    ),
    Scenario(
        name="variants-warm",
        title="The same copies again",
        method=f"8 connections, which ask in turn for copies of {variants.FEW} pictures in both sizes; all "
        "were made before. Else as above.",
        metrics=(*_OF_GETS, THROUGHPUT),
        aims=tuple(Aim(RATE, PIXYPROXY, 1, peer) for peer in (THUMBOR, THUMBORS)),
        prepare=variants.warm_lanes,
    ),
    Scenario(
        name="start",
        title="Starting",
        method="From the start of the process, on an empty data directory, to the first 200 of "
        "`/health/live` and of `/health/ready`; compiled modules and the page cache are warm.",
        metrics=(LIVE, READY),
        aims=tuple(
            Aim(metric, lane, 2, at_least=False)
            for lane in (WITH_SKETCH, WITH_OPENAI)
            for metric in (LIVE, READY)
        ),
        prepare=lanes.start_lanes,
    ),
    Scenario(
        name="memory",
        title="Memory",
        method="RSS counts what the two processes share twice, PSS once. Idle: 1.5 s after it was ready. At "
        "its most: the peak of each process while 8 callers made images for 4 s; PSS after it.",
        metrics=(SERVER, WORKER, SUM, SUM_PSS),
        aims=tuple(
            Aim(metric, lane, 120, at_least=False)
            for lane in (IDLE_SKETCH, IDLE_OPENAI)
            for metric in (SUM, SUM_PSS)
        ),
        prepare=lanes.memory_lanes,
    ),
    _flight(
        flight.burst,
        "A thousand images at once",
        "1,000 callers, one worker, a provider that takes 2 s. Each asks once, all at the same moment; "
        "latencies count from that moment, the rate until all are there.",
        flight.LEAST_SECONDS,
    ),
    _flight(
        flight.loop,
        "A thousand callers who ask again and again",
        "1,000 callers, one worker, a provider that takes 2 s: were nothing added, 500 images a second. Each "
        "asks twice, again when it is answered; the first requests are spread over 2 s, and only the middle "
        "half of the answers counts. What cannot be carried waits: the added latency is that of a queue.",
        flight.LEAST_SECONDS,
    ),
    _flight(
        flight.paced,
        "A pace that one worker can carry: 50 images a second",
        "One worker, a provider that takes 2 s, so that about 100 images are in flight. Requests come at "
        "random, 50 a second on average, whether or not earlier ones are answered.",
        8,
    ),
)

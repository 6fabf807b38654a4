"""Fifty readers who each change a slider every second, against a lab served by gunicorn.

Their requests are those of the Cell page, over connections that stay open, on
loopback only. A client of a hundred lines on asyncio does it: a load tester
such as locust would bring a web server of its own, and gevent, which changes
how everything in the process waits.
"""

import asyncio
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from .lab import served
from .server import callback_body
from .table import Row

READERS = 50
SECONDS = 60.0
WARMING = 15.0  # seconds until each worker has answered often; memory is compared from then on
CORES = 2
STEPS = 50
PATIENCE = 10.0  # seconds after which an answer is a failure
LATEST = 250  # milliseconds that 95 of 100 answers may take
GROWTH = 4  # MB that all workers together may grow, once warm

# As the README says it, on two cores; the port is known in the environment only.
SERVE = f"""
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{CORES}])
from gunicorn.app.wsgiapp import run
sys.argv = ["gunicorn", "app:server", "--workers", "{CORES}", "--threads", "4",
    "--keep-alive", "5", "--log-level", "error", "--bind", "127.0.0.1:" + os.environ["PORT"]]
run()
"""


@dataclass
class Tally:
    """What the readers met."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def measure() -> Iterator[Row]:
    """Give how long answers took, how many failed, and how the workers' memory went."""
    with served("-c", SERVE) as address:
        tally, before, after = asyncio.run(_load(urlsplit(address).port or 80))
    for failure in sorted(set(tally.failures))[:5]:
        print(f"failure: {failure}", file=sys.stderr)
    hundredths = quantiles(tally.seconds, n=100)
    name = f"{READERS} readers, {CORES} cores, {len(tally.seconds)} changes: "
    yield Row(name + "median", hundredths[49] * 1e3, "ms")
    yield Row(name + "p95", hundredths[94] * 1e3, "ms", LATEST)
    yield Row(name + "p99", hundredths[98] * 1e3, "ms")
    yield Row(name + "failures", len(tally.failures), "answers", 0)
    yield Row(name + "memory, warm", before, "MB")
    yield Row(name + "growth of memory until the end", after - before, "MB", GROWTH)


async def _load(port: int) -> tuple[Tally, float, float]:
    tally = Tally()
    end = time.monotonic() + SECONDS
    async with asyncio.TaskGroup() as group:
        for reader in range(READERS):
            group.create_task(_read(reader, port, end, tally))
        await asyncio.sleep(WARMING)
        before = _memory()
    return tally, before, _memory()


async def _read(reader: int, port: int, end: float, tally: Tally) -> None:
    """Change a slider every second; a reader's second begins anywhere in the others'."""
    draw = random.Random(reader)
    connection = Connection(port)
    due = time.monotonic() + draw.random()
    n = 0
    while due < end:
        await asyncio.sleep(max(due - time.monotonic(), 0))
        n += 1
        start = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                problem = _wrong(await connection.send(callback_body(n, STEPS)), n)
        except (OSError, EOFError, ValueError, LookupError) as error:
            problem = repr(error)
            connection.close()
        tally.seconds.append(time.monotonic() - start)
        if problem:
            tally.failures.append(problem)
        due += 1
    connection.close()


def _wrong(answer: tuple[int, bytes], n: int) -> str:
    """Say what is wrong with an answer: it must be to this change, without a complaint."""
    status, content = answer
    if status != 200:
        return f"HTTP {status}"
    ((_, part),) = json.loads(content)["response"].items()
    data: dict[str, Any] = part["data"]
    if data["n"] != n or data["error"] or data["numbers"]["W_f"] != round(n * 0.05, 2):
        return f"an answer that was not asked for: {content[:80]!r}"
    return ""


class Connection:
    """One connection of a browser, opened anew where the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def close(self) -> None:
        """Forget the connection."""
        if self._streams:
            self._streams[1].close()
        self._streams = None

    async def send(self, body: dict[str, Any]) -> tuple[int, bytes]:
        """Send a callback's body, and give the status and the content of the answer."""
        if self._streams and self._streams[0].at_eof():
            self.close()
        self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        content = json.dumps(body).encode()
        head = (
            f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            "Content-Type: application/json\r\nAccept-Encoding: gzip\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        writer.write(head.encode() + content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
        }
        answer = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        if headers.get("content-encoding") == "gzip":
            answer = gzip.decompress(answer)
        return int(lines[0].split()[1]), answer


def _memory() -> float:
    """Give the MB that the server's processes have for themselves, with their share of the rest."""
    total = 0
    for process in _below(os.getpid()):
        rolled = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
        total += int(rolled.partition("Pss:")[2].split()[0])
    return total / 1e3


def _below(parent: int) -> list[int]:
    """Find the processes that a process has started, and theirs (on Linux)."""
    children = [
        int(child)
        for task in Path(f"/proc/{parent}/task").iterdir()
        for child in (task / "children").read_text("utf-8").split()
    ]
    return children + [one for child in children for one in _below(child)]

"""The lab from the command line."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from components import serve

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port that another program listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("port", ["abc", "70000", "0", "65536", "-1", "80.5", "", " 80", "1e3"])
def test_a_port_that_is_none_is_explained(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", port)
    assert serve.main(Flask("nothing")) == 2
    said = capsys.readouterr()
    assert said.err == f"PORT is '{port}'. Use a number from 1 to 65535, like 8050.\n"
    assert said.out == ""


def test_a_port_that_is_in_use_is_explained(taken: int) -> None:
    # In a process of its own, since waitress leaves its sockets open when it cannot listen.
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"HOST": "127.0.0.1", "PORT": str(taken)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1:{taken}: ")
    assert "in use" in done.stderr
    assert "like PORT=8060" in done.stderr
    assert "Traceback" not in done.stderr


# Names that no resolver needs to be asked for.
@pytest.mark.parametrize("host", ["a..b", "x" * 64], ids=["empty label", "long label"])
def test_a_host_that_is_none_is_explained(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", str(free_port()))
    assert serve.main(Flask("nothing")) == 2
    assert "HOST" in capsys.readouterr().err


def answer_of(address: str, patience: float = 30) -> str:
    """Ask until the server is up."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                text: str = response.read().decode()
                return text
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="an interrupt is sent in another way")
def test_the_lab_prints_its_address_serves_and_stops_when_interrupted() -> None:
    port = free_port()
    served = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"HOST": "127.0.0.1", "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert answer_of(f"http://127.0.0.1:{port}/health") == "OK"
        assert "LSTM Lab" in answer_of(f"http://127.0.0.1:{port}/")
    finally:
        served.send_signal(signal.SIGINT)
        out, err = served.communicate(timeout=30)
    assert out == f"LSTM Lab is at http://127.0.0.1:{port}/ (stop it with Ctrl+C)\n"
    assert err == ""
    assert served.returncode == 0

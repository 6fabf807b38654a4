"""Serve the lab from the command line: ``python app.py`` or ``lstm-lab``."""

import os
import sys

from .processor import blas_settings, cpuinfo

# Before NumPy is imported, which loads BLAS.
os.environ.update(blas_settings(os.environ, cpuinfo()))

from dash import Dash
from flask import Flask
from waitress import serve

from lstm import LabError

from .forgery import LARGEST_BODY
from .lab import create_app
from .map_matrix import LARGEST as LARGEST_MATRIX
from .queue import REDIS
from .workforce import MOST, working

# What gunicorn takes for an application that will never load; with another status it would
# start the same worker again and again.
NO_APPLICATION = 4


def application() -> Dash:
    """Make the lab for a WSGI server, as in ``gunicorn "lstm_lab.serve:application()"``.

    Where a setting in the environment cannot be used, the process ends with
    what is wrong with it, rather than with a traceback.
    """
    try:
        return create_app()
    except LabError as error:
        print(error, file=sys.stderr)
        sys.exit(NO_APPLICATION)


def main(server: Flask | None = None) -> int:
    """Serve on HOST (127.0.0.1) and PORT (8050), until interrupted.

    Beside it LSTM_LAB_JOBS (1) workers train what the pages ask for and one makes maps, unless the
    queue is in Redis: then workers are started by hand (:mod:`.worker`).

    Returns
    -------
    int
        The exit status: 2 where HOST, PORT or another setting cannot be used.
    """
    host = os.environ.get("HOST", "127.0.0.1")
    port = os.environ.get("PORT", "8050")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        print(f"PORT is '{port}'. Use a number from 1 to 65535, like 8050.", file=sys.stderr)
        return 2
    jobs = os.environ.get("LSTM_LAB_JOBS", "1")
    if not jobs.isdecimal() or int(jobs) > MOST:
        print(f"LSTM_LAB_JOBS is '{jobs}'. Use a number from 0 to {MOST}.", file=sys.stderr)
        return 2
    try:
        server = server or create_app().server
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    shown = f"[{host}]" if ":" in host else host
    print(f"LSTM Lab is at http://{shown}:{port}/ (stop it with Ctrl+C)", flush=True)
    try:
        with working(0 if os.environ.get(REDIS) else int(jobs)):
            serve(
                server,
                host=host,
                port=int(port),
                threads=8,
                ident=None,
                # Flask refuses what is over its own limits with a clear answer; this only
                # keeps a client that lies about the length from filling the disk.
                max_request_body_size=LARGEST_MATRIX + LARGEST_BODY,
            )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        print(
            f"Cannot listen on {shown}:{port}: {why}. Is the port in use, or the name wrong? "
            "Choose another, like PORT=8060 or HOST=127.0.0.1.",
            file=sys.stderr,
        )
        return 2
    return 0

"""The whole lab in a process of its own, below a path: ``gunicorn alone:server``."""

from lstm_lab import create_app

server = create_app(url_base_pathname="/alone/").server

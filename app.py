"""The lab itself: ``python app.py`` serves it; ``app:server`` is its WSGI server."""

import sys

from components import serve  # first: it limits the BLAS threads before NumPy is imported
from components.lab import create_app

app = create_app()
server = app.server

if __name__ == "__main__":
    sys.exit(serve.main(server))

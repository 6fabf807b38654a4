"""The lab itself: ``python app.py`` serves it; ``app:server`` is its WSGI server."""

import sys

from components import serve  # first: it limits the BLAS threads before NumPy is imported

if __name__ == "__main__":
    sys.exit(serve.main())

app = serve.application()
server = app.server

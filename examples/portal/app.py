"""A portal with the lab in it: ``gunicorn app:application``, with ``lstm-lab`` installed.

It has an ``app.py`` and a ``components`` package of its own, as the lab has: the
lab's are installed as ``lstm_lab``, so they do not meet.
"""

from components.page import layout, register
from dash import Dash
from flask import Flask
from lstm_lab import create_app, register_callbacks
from werkzeug.middleware.dispatcher import DispatcherMiddleware

server = Flask("portal")
portal = Dash("portal", server=server, title="Sensor portal")
portal.index_string = portal.index_string.replace("<html>", '<html lang="en">')
portal.layout = layout
register(portal)

# The lab's views in the portal's own layout: see components/page.py.
register_callbacks(portal)

# The whole lab, on the portal's own Flask server.
create_app(server=server, url_base_pathname="/shared/")

# The whole lab with a server of its own (its own security headers, too), behind WSGI dispatch.
# The frame on the portal's page shows this one.
lab = create_app(requests_pathname_prefix="/dispatched/", routes_pathname_prefix="/")
application = DispatcherMiddleware(server, {"/dispatched": lab.server})

# Dash sets an app up at its first request, and a worker's second may come in the midst of that.
for page in ("/", "/shared/"):
    server.test_client().get(page)

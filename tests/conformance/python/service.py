"""A Flask service for a tracer to trace. Asked for anything, it answers with what the tracer made of the request.

Usage: `service.py READER`, a module of `readers`. It listens on a free port of 127.0.0.1, says so on its first line of
standard output, and ends when its standard input closes.
"""

import importlib
import json
import os
import sys
import threading

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

reader = importlib.import_module(f"readers.{sys.argv[1]}")
app = Flask(__name__)


@app.get("/continued")
def continued():
    return jsonify(reader.continued({name.lower(): value for name, value in request.headers.items()}))


def end_with_standard_input():
    sys.stdin.buffer.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=end_with_standard_input, daemon=True).start()
print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}"}), flush=True)
server.serve_forever()

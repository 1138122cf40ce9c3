"""A Flask service for `ddtrace-run`: Datadog's Python tracer with its default settings continues what a phone sends.

It listens on a free port of 127.0.0.1, says so on its first line of standard output, and ends when its standard input
closes: whoever started it cannot leave it behind, not even by being killed.
"""

import json
import os
import sys
import threading

from flask import Flask, jsonify, redirect, request
from werkzeug.serving import make_server

app = Flask(__name__)


@app.get("/hello")
def hello():
    return jsonify(hello="from Python", service=os.environ.get("DD_SERVICE"))


@app.get("/redirect")
def redirect_to():
    target = request.args.get("to")
    if not target:
        return jsonify(error="which way? add ?to=URL"), 400
    return redirect(target, code=302)


@app.get("/fail")
def fail():
    return jsonify(error="as asked"), 500


def end_with_standard_input():
    sys.stdin.buffer.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=end_with_standard_input, daemon=True).start()
print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}"}), flush=True)
server.serve_forever()

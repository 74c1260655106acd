"""Runs the real command line with stand-ins for `holdfast api` and `holdfast worker`, which need models and seconds.

Temporal, Chroma, the database, the supervisor and the signals are real.
"""

import http.server
import os
import sys
from pathlib import Path


def serve(name: str) -> None:
    """Answer every request with 200 on the port that the environment gives this part."""
    port = os.environ["HOLDFAST_PORT" if name == "api" else "HOLDFAST_WORKER_PORT"]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    if sys.argv[1] in ("api", "worker"):
        serve(sys.argv[1])
    else:
        import cli
        from commands import services

        services.HOLDFAST = (sys.executable, str(Path(__file__)))
        cli.main()

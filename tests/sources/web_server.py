"""A web server of this machine with pages that a test sets, and a list of what was asked."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """What the server answers: fixed pages with an ETag, or whatever ``answer`` says first."""

    url: str = ""
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Asked], Answer | None] = lambda asked: None
    asked: list[Asked] = field(default_factory=list)

    def page(self, path: str, text: str, media_type: str = "text/html") -> None:
        self.pages[path] = (media_type, text.encode())

    def reply(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if said := self.answer(asked):
            return said
        if place := self.redirects.get(asked.path):
            return 302, {"Location": place}, b""
        if asked.path not in self.pages:
            return 404, {}, b"not here"
        media_type, body = self.pages[asked.path]
        tag = f'"{sha256(body).hexdigest()[:12]}"'
        if asked.headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"Content-Type": media_type, "ETag": tag}, body

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def serve_site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said, body = site.reply(Asked(self.command, self.path, headers, self.rfile.read(length)))
            self.send_response(status)
            for name, value in {**said, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

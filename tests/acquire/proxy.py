"""A proxy before the emulator that makes the faults which the emulator cannot."""

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Proxy:
    """Passes requests on, counts them, and makes the faults that were asked for, each once."""

    def __init__(self, target):
        self.target = urlsplit(target)
        self.requests = []  # (method, path with query)
        self.faults = deque()
        self.lock = threading.Lock()
        self.reset()

    def fail(self, fault, times=1, on="read"):
        """Make `fault` the next `times` that something is asked: a read, list, blocks or head."""
        self.faults.extend([(on, fault)] * times)

    def count(self, kind):
        return sum(_kind(*request) == kind for request in self.requests)

    def reset(self):
        self.requests.clear()
        self.faults.clear()
        self.__dict__.pop("next_fault", None)  # what a test put in its stead
        self.sent = 0  # bytes of bodies
        self.delay = 0.0  # seconds before each answer
        self.on_read = lambda count: None

    def next_fault(self, kind, path):
        with self.lock:
            for place, (on, fault) in enumerate(self.faults):
                if on in (kind, "any"):
                    del self.faults[place]
                    return fault
        return None


@contextlib.contextmanager
def proxy(target):
    """Run a proxy and yield it; `proxy.url` is the emulator's URL through it."""
    it = Proxy(target)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.proxy = it
    it.url = f"http://127.0.0.1:{server.server_port}{it.target.path}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()


def answer(status, **headers):
    """Response with a status in the service's stead."""

    def fault(handler, _status, _headers, _body):
        handler.reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, b"")

    return fault


def raw(text):
    """Response with these very bytes."""

    def fault(handler, _status, _headers, _body):
        handler.wfile.write(text)
        handler.close_connection = True

    return fault


def reset(handler, _status, _headers, _body):
    """Tear the connection down without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def cut(handler, status, headers, body):
    """Announce the whole body, send half of it."""
    handler.reply(status, headers, body, sent=len(body) // 2)
    handler.close_connection = True


def in_pieces(handler, status, headers, body, sent=None):
    """Send the body in pieces that tell their own length, as Azure sends its lists."""
    handler.send_response_only(status)
    handler.send_header("Content-Type", headers["content-type"])
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    pieces = [body[i : i + 100] for i in range(0, len(body), 100)]
    wire = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    handler.wfile.write(wire[:sent])
    handler.close_connection = True


def cut_in_pieces(handler, status, headers, body):
    """Break off in the midst of such a body."""
    in_pieces(handler, status, headers, body, sent=len(body) // 2)


def drip(handler, status, headers, body):
    """Send the body in single bytes, ten a second."""
    handler.reply(status, headers, body, sent=0)
    with contextlib.suppress(OSError):
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.1)


def flip(handler, status, headers, body):
    """Turn one bit of the body."""
    middle = len(body) // 2
    handler.reply(status, headers, body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :])


def edited(edit, status=None, **headers):
    """Answer as the service does, but with the body edited, and with these headers."""

    def fault(handler, was, there, body):
        named = {key.replace("_", "-").lower(): value for key, value in headers.items()}
        handler.reply(status or was, {k.lower(): v for k, v in there.items()} | named, edit(body))

    return fault


def first(action):
    """Do something at the service, then answer as it does."""

    def fault(handler, *_answer):
        action()
        handler.reply(*handler.ask())

    return fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that go away are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service = None  # the connection to the emulator

    def do_GET(self):
        proxy = self.server.proxy
        proxy.requests.append((self.command, self.path))
        time.sleep(proxy.delay)
        proxy.on_read(proxy.count("read"))
        fault = proxy.next_fault(_kind(self.command, self.path), self.path)
        if fault is None:
            self.reply(*self.ask())
        else:
            fault(self, *self.ask())

    do_HEAD = do_GET

    def ask(self):
        target = self.server.proxy.target
        if self.service is None:
            self.service = http.client.HTTPConnection(target.hostname, target.port)
        self.service.request(self.command, self.path, headers=dict(self.headers))
        response = self.service.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    def finish(self):
        super().finish()
        if self.service is not None:
            self.service.close()

    def reply(self, status, headers, body, sent=None):
        self.send_response_only(status)
        unwanted = {"connection", "keep-alive", "transfer-encoding", "content-length"}
        for name, value in headers.items():
            if name.lower() not in unwanted:
                self.send_header(name, value)
        size = headers.get("content-length", 0) if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(body[:sent])
        self.server.proxy.sent += len(body[:sent])

    def log_message(self, *_):
        pass


def _kind(method, path):
    if method == "HEAD":
        return "head"
    query = urlsplit(path).query
    kinds = {"comp=blocklist": "blocks", "comp=list": "list"}
    return next((kind for part, kind in kinds.items() if part in query), "read")

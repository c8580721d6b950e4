"""An upstream that records what reaches it."""

from __future__ import annotations

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event


class RecordingServer(ThreadingHTTPServer):
    """Answers with the body it got; /stream sends one event and then nothing, and /gone hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: SimpleQueue[dict[str, str]] = SimpleQueue()
        self.closing = Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS; the handshake happens in the connection's own thread."""
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent when a client breaks off, for example because it does not accept our certificate."""

    def recorded(self) -> list[dict[str, str]]:
        """Return the headers of the requests since the last call, names in lower case, with method and path."""
        return [self.requests.get_nowait() for _ in range(self.requests.qsize())]


class _Handler(BaseHTTPRequestHandler):
    server: RecordingServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.put({**headers, "method": self.command, "path": self.path})
        match self.path:
            case "/gone":
                self.close_connection = True
            case "/stream":
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                self.wfile.write(b"data: first\n\n")
                self.server.closing.wait()
                self.close_connection = True
            case _:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent: what matters is recorded."""

"""A service beyond the house, on this machine: it takes messages by HTTP as providers of SMS do, and says what it took."""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 90  # seconds: ten in which a message may be taken back, five until the next round, and a busy machine


class Outside:
    """Answers every message that comes with the right key as taken, and others as refused."""

    KEY = "s3cret"

    def __init__(self) -> None:
        self.taken: queue.Queue[dict[str, Any]] = queue.Queue()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                known = self.headers.get("X-Key") == service.KEY
                if known:
                    service.taken.put(json.loads(body))
                answer = json.dumps({"code": 0} if known else {"code": 401, "msg": "密钥不对"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_given: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_port}"

    def next(self) -> dict[str, Any]:
        """The next message that arrives. Raises queue.Empty where none does."""
        return self.taken.get(timeout=PATIENCE)

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()

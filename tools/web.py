"""Serve a built site as GitHub Pages does: compressed, with 404.html for what is not there."""

import contextlib
import functools
import gzip
import http.server
import threading
from pathlib import Path

COMPRESSED = ("text/", "application/javascript", "application/json", "application/xml", "image/svg")


@functools.lru_cache(maxsize=64)
def compress(content):
    """Return bytes as GitHub Pages sends them."""
    return gzip.compress(content, 6)


class Pages(http.server.SimpleHTTPRequestHandler):
    """A server of files that does not log."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args, site, **kwargs):
        """Serve the folder `site` under its own name; nothing else is at the host's root."""
        self.site = site
        super().__init__(*args, directory=str(site.parent), **kwargs)

    def do_GET(self):
        """Send a file, or 404.html."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        here = path.is_file() and path.is_relative_to(self.site)
        if not here:
            path = self.site / "404.html"
        content = path.read_bytes() if path.is_file() else b"404"
        kind = self.guess_type(path)
        self.send_response(200 if here else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if "text" in kind else kind)
        self.send_header("Cache-Control", "max-age=600")
        if kind.startswith(COMPRESSED) and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a browser may hang up in mid-transfer
            self.wfile.write(content)

    def log_message(self, *args):
        """Say nothing."""


@contextlib.contextmanager
def served(site):
    """Serve a folder at ``http://127.0.0.1:PORT/<its name>/``, which is what the context gives."""
    handler = functools.partial(Pages, site=Path(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{Path(site).name}/"
    finally:
        server.shutdown()
        server.server_close()

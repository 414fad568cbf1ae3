"""A proxy before the object store that counts what is read, since versitygw's own log tells requests but no bytes, and that
answers as late as a store that is not on this machine."""

import http.client
import http.server
import threading
import time
import urllib.parse


class CountingProxy:
    def __init__(self, endpoint, first_byte_s=0):
        self._reads, self._lock = {}, threading.Lock()
        target, proxy = urllib.parse.urlsplit(endpoint).netloc, self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                began = time.monotonic()
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                store = http.client.HTTPConnection(target)
                # As they came, the host above all: they are signed.
                store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    store.putheader(name, value)
                store.endheaders(body or None)
                answer = store.getresponse()
                sound = answer.read()
                time.sleep(max(0, began + first_byte_s - time.monotonic()))
                if self.command == "GET":
                    proxy.count(urllib.parse.unquote(self.path.partition("?")[0]), len(sound))
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                length = answer.getheader("Content-Length") if self.command == "HEAD" else len(sound)
                if length is not None and answer.status != 204:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(sound)
                store.close()

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = forward

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def count(self, path, size):
        with self._lock:
            requests, total = self._reads.get(path, (0, 0))
            self._reads[path] = (requests + 1, total + size)

    def reads(self, bucket, key):
        """(GETs of the object since the last call, their bytes)"""
        with self._lock:
            return self._reads.pop(f"/{bucket}/{key}", (0, 0))

    def close(self):
        self._server.shutdown()
        self._server.server_close()

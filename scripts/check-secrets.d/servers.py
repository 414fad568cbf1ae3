"""Servers that services talk to and that do what a test wants."""

import http.server
import json
import os
import threading


class Server(http.server.ThreadingHTTPServer):
    """Answers by a function of the request's handler, and keeps what it was sent."""

    daemon_threads = True

    def __init__(self, answer):
        self.answer, self.heads, self.bodies = answer, [], []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.heads.append(f"{self.path}\n{self.headers}")
        self.server.bodies.append(body)
        status, headers, text = self.server.answer(self)
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(text))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


def error(code, message):
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()


def told_back(handler):
    """A store whose refusals repeat the whole request, URL, signature and all."""
    said = f"{handler.path} {dict(handler.headers)}".replace("&", "&amp;").replace("<", "&lt;")
    return 403, {"Content-Type": "application/xml"}, error("SignatureDoesNotMatch", said)


def elsewhere(handler):
    """A store that sends its clients on, with all that they sent."""
    return 307, {"Location": f"http://127.0.0.2:1{handler.path}"}, error("TemporaryRedirect", handler.path.split("?")[0])


def receiver(_):
    """A receiver of traces."""
    return 200, {"Content-Type": "application/json"}, b"{}"


def agent(handler):
    """An agent of a container that does not know its token, and repeats it."""
    return 403, {}, json.dumps({"code": "AccessDenied", "message": handler.headers.get("authorization", "")}).encode()


def session(token):
    """An agent that hands out credentials of nobody, with a session."""
    def answer(_):
        return 200, {}, json.dumps({
            "AccessKeyId": "nobody", "SecretAccessKey": os.environ["CUTROOM_SECRET_OF_SESSION"], "Token": token,
            "Expiration": "2099-01-01T00:00:00Z"}).encode()
    return answer

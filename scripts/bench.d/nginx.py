"""An nginx between clients and answers: as a cache before a gateway, and with an answer written into its configuration."""

import http.client
import os
import shutil
import subprocess
import tempfile
import time

import clips
from ports import free_port
from services import Failed

# Debian installs it where only root's path looks.
PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
# nginx writes these itself.
OWN = {"date", "server", "content-type", "content-length", "connection", "x-request-id"}

BEGINNING = """\
{user}worker_processes {workers};
daemon off;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
"""

# What is private to a client may be kept here: all of them are one.
CACHE = """\
    proxy_cache_path {folder}/cache levels=1:2 keys_zone=clips:32m inactive=1h max_size=1g;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {origin};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_cache clips;
            proxy_cache_lock on;
            proxy_cache_key $request_uri;
            proxy_cache_valid 200 1h;
            proxy_ignore_headers Cache-Control Expires Vary;
        }}
    }}
}}
"""

RETURN = """\
    server {{
        listen 127.0.0.1:{port};
        location / {{
{fields}
            add_header X-Request-Id $request_id;
            return 200 {body};
        }}
    }}
}}
"""


class Nginx:
    def __init__(self, rest, log, workers, **words):
        self.folder, self.port = tempfile.mkdtemp(prefix="bench-nginx-"), free_port()
        user = "user root;\n" if os.getuid() == 0 else ""
        text = (BEGINNING + rest).format(folder=self.folder, port=self.port, workers=workers, user=user, **words)
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", PROGRAM, "-p", self.folder, "-e", "stderr", "-c", path],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self._wait(log)

    @classmethod
    def caching(cls, origin, log, workers):
        return cls(CACHE, log, workers, origin=origin)

    @classmethod
    def returning(cls, answer, log, workers):
        """`answer`: (header fields, body), all of which but the request's id is sent as it is."""
        fields, body = answer
        lines = "\n".join(f"            add_header {name} {quoted(value)};" for name, value in fields if name.lower() not in OWN)
        return cls(RETURN, log, workers, fields=lines, body=quoted(body))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self):
        """Those that answer. Beside them one looks after the cache, and another, which read it at the start, ends after a minute."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            children = [int(pid) for pid in file.read().split()]
        return [pid for pid in children if "worker process" in title(pid)]

    def _wait(self, log, limit_s=10):
        began = time.monotonic()
        while time.monotonic() - began < limit_s:
            if self.process.poll() is not None:
                raise Failed(f"nginx ended with {self.process.returncode}; see {log}")
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.connect()
                return
            except OSError:
                time.sleep(0.02)
            finally:
                connection.close()
        raise Failed(f"nginx did not listen after {limit_s} s; see {log}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def title(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def quoted(text):
    """As nginx reads it; a variable would begin with a dollar, which it can't escape."""
    if "$" in text:
        raise Failed(f"nginx can't say {text!r}")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def answer(url, path):
    """(header fields, body) of one answer."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        if response.status != 200:
            raise clips.WrongAnswer(f"{response.status} for {path}: {body[:300]}")
        return response.getheaders(), body
    finally:
        connection.close()

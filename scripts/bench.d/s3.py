"""The stack's object store, asked by curl and by URLs signed here: not by the code that is measured."""

import datetime
import hashlib
import hmac
import os
import re
import subprocess
import urllib.parse

from services import Failed


class Bucket:
    def __init__(self, name):
        self.name = name
        self.endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
        self.region = os.environ["AWS_REGION"]
        self.key, self.secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

    def _curl(self, *words):
        return subprocess.run(
            ["curl", "--silent", "--fail", "--aws-sigv4", f"aws:amz:{self.region}:s3", "--user", f"{self.key}:{self.secret}",
             *words], capture_output=True, text=True)

    def _url(self, key):
        return f"{self.endpoint}/{self.name}/{urllib.parse.quote(key)}"

    def has(self, key):
        return self._curl("--head", self._url(key)).returncode == 0

    def delete_all(self, prefix):
        """At most 1,000 objects."""
        listing = self._curl(f"{self.endpoint}/{self.name}?list-type=2&prefix={urllib.parse.quote(prefix, safe='')}")
        for key in re.findall(r"<Key>([^<]+)</Key>", listing.stdout):
            self._curl("--request", "DELETE", self._url(key))

    def put(self, path, key):
        done = self._curl("--upload-file", path, self._url(key))
        if done.returncode != 0:
            raise Failed(f"storing {key}: curl ended with {done.returncode} {done.stderr[-200:]}")

    def signed(self, key, seconds=3600):
        """Source: Amazon S3, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        host = urllib.parse.urlsplit(self.endpoint).netloc
        path = f"/{self.name}/{urllib.parse.quote(key)}"
        query = urllib.parse.urlencode({
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.key}/{scope}", "X-Amz-Date": now,
            "X-Amz-Expires": seconds, "X-Amz-SignedHeaders": "host"})
        request = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self.secret}".encode()
        for word in scope.split("/"):
            key = hmac.new(key, word.encode(), "sha256").digest()
        return f"{self.endpoint}{path}?{query}&X-Amz-Signature={hmac.new(key, text.encode(), 'sha256').hexdigest()}"


class AccessLog:
    """What the store says that it was asked for. It names no bytes."""

    def __init__(self):
        self.path = os.environ["CUTROOM_TEST_S3_ACCESS_LOG"]
        self.place = os.path.getsize(self.path)

    def reads(self, bucket, key):
        """GETs of the object since the last call."""
        with open(self.path, "rb") as file:
            file.seek(self.place)
            new = file.read()
        end = new.rfind(b"\n") + 1
        self.place += end
        words = [line.split(" ") for line in new[:end].decode(errors="replace").splitlines()]
        return sum(len(of) > 8 and of[1] == bucket and of[7] == "s3_GetObject" and of[8] == key for of in words)

"""A store with lifecycle rules: moto's server on the port that is given, with two buckets. Each line on standard input is a number
of days after which the clips bucket's rule takes clips away; each is answered by a line. Run by the Python of the deploy checks."""

import logging
import os
import sys

# Before boto3 looks for any: these count nowhere, and no file of the user's is read.
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
                  AWS_CONFIG_FILE="/nonexistent", AWS_SHARED_CREDENTIALS_FILE="/nonexistent", AWS_EC2_METADATA_DISABLED="true")
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL_S3", None)

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

logging.getLogger("werkzeug").setLevel(logging.ERROR)
port = int(sys.argv[1])
server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
server.start()
s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}")
for name in ("sources", "clips"):
    s3.create_bucket(Bucket=name)
print("ready", flush=True)
for line in sys.stdin:
    s3.put_bucket_lifecycle_configuration(Bucket="clips", LifecycleConfiguration={"Rules": [
        {"ID": "clips", "Status": "Enabled", "Filter": {"Prefix": "audio_clips/"}, "Expiration": {"Days": int(line)}},
        {"ID": "layouts", "Status": "Enabled", "Filter": {"Prefix": "layouts/"}, "Expiration": {"Days": 1}}]})
    print("done", flush=True)
server.stop()

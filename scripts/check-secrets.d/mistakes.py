"""Settings that are wrong, with a secret in each."""


def mistakes(known):
    """(service or "cutroom", settings, exit status)"""
    def secret(what):
        return known.new(f"in a wrong setting: {what}")

    def properties(**given):
        return {f"KAFKA_PROPERTY_{name}": value for name, value in given.items()}

    for service in ("gateway", "resolver", "cutter"):
        yield service, {"OTEL_EXPORTER_OTLP_HEADERS": secret("no pair")}, 78
        yield service, {"OTEL_EXPORTER_OTLP_HEADERS": f"a b={secret('no header')}"}, 78
        yield service, {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://user:{secret('endpoint of traces')}@127.0.0.1:1"}, 78
        yield service, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:1/?token={secret('a query')}"}, 78
        yield service, properties(SECURITY_PROTOCOL=secret("a choice of librdkafka's")), 78
        yield service, properties(NO_SUCH=secret("a property that is none")), 78
        yield service, properties(SASL_MECHANISM="PLAIN", SECURITY_PROTOCOL="SASL_SSL", SSL_KEY_PEM=secret("a key that is none")), 78
    yield "gateway", {"GATEWAY_KEYS": f"tester {secret('a key in place of its hash')}"}, 78
    yield "gateway", {"GATEWAY_KEYS": secret("no line of keys")}, 78
    yield "gateway", {"GATEWAY_KEYS_FILE": "/nonexistent", "GATEWAY_KEYS": secret("keys given twice")}, 78
    yield "gateway", {"GATEWAY_URL_SECRET": secret("a short one")[:20]}, 78
    yield "gateway", {"CLIPS_CDN_BASE_URL": "https://c.example", "CLIPS_CDN_KEY_ID": "K1",
                      "CLIPS_CDN_PRIVATE_KEY": secret("no PEM")}, 78
    yield "gateway", {"CLIPS_CDN_BASE_URL": f"https://user:{secret('the base of a CDN')}@c.example"}, 78
    for service in ("gateway", "cutter"):
        yield service, {"AWS_ENDPOINT_URL_S3": f"http://user:{secret('endpoint of S3')}@127.0.0.1:1"}, 78
        yield service, {"AWS_ENDPOINT_URL_STS": f"http://{secret('endpoint of STS')}:x@127.0.0.1:1"}, 78
        yield service, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": secret("a key without its name")}, 78
        yield service, {"AWS_SECRET_ACCESS_KEY": secret("given twice"), "AWS_SECRET_ACCESS_KEY_FILE": "/nonexistent"}, 78
        yield service, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://203.0.113.1/",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN": secret("a token for a stranger")}, 78
    for uri in ("http://user:{}@127.0.0.1/", "mongodb://user:{}@/", "mongodb://user:{}@127.0.0.1:port/",
                "mongodb://127.0.0.1/?authMechanism={}", "{}"):
        yield "resolver", {"MONGODB_URI": uri.format(secret("MONGODB_URI").rstrip("/+"))}, 78
    yield "cutroom", properties(SSL_KEY_PASSWORD=secret("a command's"), SECURITY_PROTOCOL="nonsense"), 78

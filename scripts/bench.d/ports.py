"""Ports for servers that are started as processes."""

import socket

# Sockets that keep ports for the services, until this process ends.
kept = []


def free_port():
    """A port that nobody has, and that nobody else is given: a socket stays bound to it. A service binds it all the same, since
    both say SO_REUSEADDR and only the service listens (socket(7))."""
    keeper = socket.socket()
    keeper.bind(("127.0.0.1", 0))
    # Only once it is bound: before, another keeper would be let in too.
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.append(keeper)
    return keeper.getsockname()[1]

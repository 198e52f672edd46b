"""Where the web server listens, and whether it answers."""

import http.client
import socket

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
PORTS_TRIED = 50


def free_port(wanted: int) -> int:
    """Return `wanted`, or the next port above it that nobody listens on.

    Raises OSError when none of the next fifty is free.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 2**16)):
        with socket.socket() as probe:
            # As gunicorn does: a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {wanted} on: name another with PORT=")


def answers(port: int, path: str = "/") -> bool:
    """Return whether the server gives a real answer: any but a server error."""
    line = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        line.request("GET", path, headers={"Host": f"localhost:{port}"})
        return line.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()

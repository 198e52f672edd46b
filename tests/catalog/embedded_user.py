"""A program that uses the embedded servers: started, and killed, by test_embedded.

    python -m tests.catalog.embedded_user VAR

Prints the number of the PostgreSQL it is connected to, then stays until stdin ends.
"""

import sys
from pathlib import Path

import psycopg

from catalog import embedded


def main() -> None:
    """Enter, say the server's number, wait, leave."""
    var = Path(sys.argv[1])
    with embedded.services(var, {}):
        sys.stdout.write(f"{server_number(var)}\n")
        sys.stdout.flush()
        sys.stdin.read()


def server_number(var: Path) -> int:
    """Return the pid of the postmaster that serves a connection to the database."""
    url = embedded.database_url(var)
    with psycopg.connect(url) as connection:
        # The postmaster writes its number into the first line of its lock file.
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    return int(str(row[0]).split("\n", 1)[0]) if row else 0


if __name__ == "__main__":
    main()

"""What we say of a row to a program: the command line's and the API's documents."""

from typing import Any

Document = dict[str, Any]

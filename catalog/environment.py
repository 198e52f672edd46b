"""Read the environment: every name the settings know, with its safe default."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BASE = Path(__file__).resolve().parent.parent


def flag(name: str) -> bool:
    """True when the variable is set to 1, true, yes or on."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def choice(name: str, known: tuple[str, ...], *, default: str) -> str:
    """Return the variable's word. Raises ValueError when it is none of those known."""
    word = os.environ.get(name, "").strip().lower() or default
    if word not in known:
        raise ValueError(f"{name} is {word!r}; it must be one of {', '.join(known)}")
    return word


def folder(name: str, default: Path) -> Path:
    """Return the folder named by a variable, as an absolute path."""
    return Path(os.environ.get(name) or default).expanduser().absolute()


def folders(name: str) -> list[Path]:
    """Return the folders listed in a variable, separated as in PATH."""
    parts = os.environ.get(name, "").split(os.pathsep)
    return [Path(part).expanduser().resolve() for part in parts if part.strip()]


def words(name: str, default: str = "") -> list[str]:
    """Return the words of a comma-separated variable."""
    return [
        word.strip()
        for word in os.environ.get(name, default).split(",")
        if word.strip()
    ]


def database(url: str, name: str | None = None) -> dict[str, object]:
    """Turn postgresql://user:password@host:port/name?host=/socket into a Django entry.

    Raises ValueError when the scheme is not postgresql.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name or unquote(parts.path.lstrip("/")) or "kuleshov",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
    }


def secret_key(kept_in: Path, *, production: bool) -> str:
    """Return the signing key: from the environment, else one kept beside the data.

    Raises ValueError in production when KULESHOV_SECRET_KEY is not set.
    """
    given = os.environ.get("KULESHOV_SECRET_KEY", "")
    if given:
        return given
    if production:
        raise ValueError("Set KULESHOV_SECRET_KEY: production never makes up a key.")
    if not kept_in.exists():
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept_in.with_name(f"{kept_in.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        # Link, not rename: of two first starts at once, the earlier key stays.
        with suppress(FileExistsError):
            os.link(fresh, kept_in)
        fresh.unlink()
    return kept_in.read_text()

"""Who may talk to the routes beside Streamlit's own: Streamlit checks hosts and origins for its routes only."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from streamlit import config


def is_welcome(connection: HTTPConnection) -> bool:
    """Whether Host and Origin of a request are allowed, by the same settings as for Streamlit's own socket.

    A page of this host is, one of the origins in `server.corsAllowedOrigins`, and one of the host that is set as
    `browser.serverAddress`; any, where `server.enableCORS` is off. Programs send no Origin; without a token they steer
    nothing.
    """
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    try:
        if not _is_host_allowed(host):
            return False
        is_ours = origin is None or urlsplit(origin).netloc == host
    except ValueError:
        # No address at all.
        return False
    if is_ours or not config.get_option("server.enableCORS"):
        return True
    if origin in {allowed.strip() for allowed in config.get_option("server.corsAllowedOrigins")}:
        return True
    named = config.get_option("browser.serverAddress") if config.is_manually_set("browser.serverAddress") else None
    return named is not None and urlsplit(origin).hostname == named


def _is_host_allowed(host: str) -> bool:
    allowed = [pattern.strip().lower().rstrip(".") for pattern in config.get_option("server.allowedHosts")]
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    return not allowed or any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:])) for pattern in allowed
    )

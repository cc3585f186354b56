"""Calls over HTTP that cannot be turned against the house: known hosts, public addresses, nothing taken on trust.

A drawing or a setting of a person may name an address. Only ``https`` to a host that the installation allows is called;
the name is resolved here, every address it has must be public (unless the allowed host is marked as inside), and the
connection goes to the very address that was looked at. Redirects are followed only to addresses that pass the same.
Rules: OWASP, Server-Side Request Forgery Prevention Cheat Sheet.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from engine.connectors.connector import ConnectorFailure, one_line

TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for each answer."""
MOST_REDIRECTS = 3
MOST_BYTES = 1_000_000
Resolve = Callable[[str, int], list[str]]


class AllowedHosts:
    """Hosts that may be called: ``api.example.com``, ``*.example.com``; ``inside:10.0.0.7`` may be a private address.

    ``inside:`` entries may also be spoken to over plain HTTP and on any port named (``inside:crm.local:8080``).
    """

    def __init__(self, entries: Iterable[str]):
        names = [entry.strip().lower() for entry in entries if entry.strip()]
        self._inside = {entry.removeprefix("inside:") for entry in names if entry.startswith("inside:")}
        self._outside = {entry for entry in names if not entry.startswith("inside:")}

    def inside(self, host: str, port: int | None) -> bool:
        """Whether ``host`` is one of the house's own."""
        return host in self._inside or f"{host}:{port}" in self._inside

    def allows(self, host: str, port: int | None) -> bool:
        """Whether ``host`` may be called at all."""
        return (self.inside(host, port) or host in self._outside
                or any(entry.startswith("*.") and host.endswith(entry[1:]) for entry in self._outside))


def check_url(url: str, allowed: AllowedHosts) -> tuple[str, int]:
    """The host and port of an address that may be called. Raises :class:`ConnectorFailure` for any other."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise ConnectorFailure("input_wrong", retryable=False, name="url", value=one_line(url, 100)) from None
    inside = allowed.inside(host, port)
    schemes = ("http", "https") if inside else ("https",)
    if parts.scheme not in schemes or not host or parts.username or parts.password:
        raise ConnectorFailure("input_wrong", retryable=False, name="url", value=one_line(url, 100))
    if not allowed.allows(host, port) or (not inside and port not in (None, 443)):
        raise ConnectorFailure("host_not_allowed", retryable=False, what=host)
    return host, port or (443 if parts.scheme == "https" else 80)


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectorFailure("unreachable", retryable=True, what=host, why=one_line(error, 200)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public(address: str) -> bool:
    """Whether an address belongs to the public internet; one private address within another form is private too."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if within is not None:
            return public(str(within))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


class Outbound:
    """Calls allowed hosts. ``resolve`` may be given by tests; ``verify`` is a file of certificates to trust."""

    def __init__(self, allowed: AllowedHosts, *, resolve: Resolve = resolved, verify: str | bool = True):
        self.allowed, self._resolve, self._verify = allowed, resolve, verify

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """One call; the answer is read up to a megabyte. Raises :class:`ConnectorFailure`."""
        check_url(url, self.allowed)
        session = requests.Session()
        session.trust_env, session.max_redirects = False, MOST_REDIRECTS
        adapter = _Checked(self.allowed, self._resolve)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        try:
            answer = session.request(method, url, timeout=TIMEOUT, stream=True, verify=self._verify, **options)
            body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        except requests.TooManyRedirects as error:
            raise ConnectorFailure("redirected", retryable=False, what=one_line(url, 100)) from error
        except requests.exceptions.SSLError as error:
            raise ConnectorFailure("tls", retryable=False, what=_host(url), why=one_line(error, 200)) from error
        except (requests.RequestException, OSError) as error:
            cause = _refusal(error)
            if cause is not None:
                raise cause from None
            raise ConnectorFailure("unreachable", retryable=True, what=_host(url), why=one_line(error, 200)) from error
        finally:
            session.close()
        if len(body) > MOST_BYTES:
            raise ConnectorFailure("answer_too_long", retryable=False, what=_host(url))
        answer._content = body
        return answer


def _host(url: str) -> str:
    return urlsplit(url).hostname or one_line(url, 100)


def _refusal(error: BaseException | None) -> ConnectorFailure | None:
    """The refusal that the library has wrapped."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ConnectorFailure):
            return error
        reason = getattr(error, "reason", None)
        first = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = first or (reason if isinstance(reason, BaseException) else None) or error.__cause__ or error.__context__
    return None


class _Checked(HTTPAdapter):
    """Looks at every address that is called, those of redirects as well, and connects to what it has looked at."""

    def __init__(self, allowed: AllowedHosts, resolve: Resolve):
        self._allowed, self._resolve = allowed, resolve
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        manager = PoolManager(*args, **options)
        manager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self._address),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self._address)}
        self.poolmanager = manager

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        check_url(request.url or "", self._allowed)
        return super().send(request, *args, **options)

    def _address(self, host: str, port: int) -> str:
        """The address to connect to; all addresses of a name must be fit to be called."""
        found = self._resolve(host, port)
        if not found or (not self._allowed.inside(host, port) and not all(public(address) for address in found)):
            raise ConnectorFailure("private_address", retryable=False, what=host)
        return found[0]


def _pool(pool: type, connection: type, address: Callable[[str, int], str]) -> type:
    """A pool whose connections go to the address that was looked at; certificates are still those of the name."""

    class Pinned(connection):  # type: ignore[misc,valid-type]
        def _new_conn(self) -> socket.socket:
            return socket.create_connection((address(self.host.lower().rstrip("."), self.port), self.port),
                                            timeout=self.timeout)

    return type("Checked" + pool.__name__, (pool,), {"ConnectionCls": Pinned})

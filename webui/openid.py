"""OpenID Connect as a client: the address to send a browser to, and the verified identity behind the code it brings.

Authorization code flow with PKCE (S256), ``state`` and ``nonce``; OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from engine import BihuanError

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Algorithms of an identity that the provider alone can sign: neither ``none`` nor a shared secret."""
MORE = ("email", "email_verified", "name", "preferred_username")
TIMEOUT = 10.0
LEEWAY = 60
"""Seconds the provider's clock may differ from ours."""
KEPT = timedelta(hours=1)
"""How long the provider's description and keys are kept; an unknown key is asked for at once."""


class ProviderRefused(BihuanError):
    """Signing in at the provider did not come to a verified identity."""

    code, http_status = "provider_refused", 401
    zh = "统一登录没有成功，请再试一次。仍不成功时请联系管理员。"
    en = "Single sign-on did not succeed; please try again. If it still fails, ask the administrator."


class ProviderAway(BihuanError):
    """The provider does not answer."""

    code, http_status = "provider_away", 503
    zh = "统一登录暂时没有回应，请稍后再试，或用账号和密码登录。"
    en = "Single sign-on does not answer now; try later, or sign in with account and password."


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """Who somebody is at the provider, as its signature vouches."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    login: str


class Provider:
    """The provider of the settings; one object for all requests."""

    def __init__(self, settings: Any):
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, Any]] = {}

    def address(self, answer_at: str, state: str, nonce: str, verifier: str, now: datetime, anew: bool = False) -> str:
        """Where the browser signs in; ``anew``: though the provider knows who was there. Raises ProviderAway,
        ProviderRefused."""
        more = {"prompt": "login"} if anew else {}
        client = self._client(answer_at)
        try:
            url, _state = client.create_authorization_url(
                self._described(now)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier,
                **more)
        except (AuthlibBaseError, KeyError) as error:
            raise ProviderRefused(why=repr(error)) from None
        return url

    def identity(self, answer_at: str, code: str, nonce: str, verifier: str, now: datetime) -> VerifiedIdentity:
        """The identity behind a code, checked: signature, issuer, audience, times, nonce. Raises ProviderRefused."""
        try:
            described, client = self._described(now), self._client(answer_at)
            token = client.fetch_token(described["token_endpoint"], code=code, code_verifier=verifier, timeout=TIMEOUT)
            claims = self._claims(token, nonce, now)
            if "email" not in claims and described.get("userinfo_endpoint"):
                claims |= self._more(client, described["userinfo_endpoint"], claims["sub"])
        except requests.RequestException as error:
            raise ProviderAway(why=repr(error)) from None
        except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
            raise ProviderRefused(why=repr(error)) from None
        verified = claims.get("email_verified") in (True, "true")
        return VerifiedIdentity(self._settings.oidc_issuer, str(claims["sub"])[:255], str(claims.get("email") or ""),
                                verified, str(claims.get("name") or ""), str(claims.get("preferred_username") or ""))

    def check_issuer(self, told: str | None, now: datetime) -> None:
        """Refuse an answer that another provider gave (RFC 9207); one that promises to name itself must."""
        promised = self._described(now).get("authorization_response_iss_parameter_supported")
        if told != self._settings.oidc_issuer if told is not None else promised:
            raise ProviderRefused(why="iss")

    def leaving(self, back: str, now: datetime) -> str | None:
        """Where one signs out at the provider and comes back to ``back``; None where it offers no such place.

        OpenID Connect RP-Initiated Logout 1.0, section 2; no token is kept for it, the client's name says who asks.
        Raises ProviderAway, ProviderRefused.
        """
        there = self._described(now).get("end_session_endpoint")
        if not isinstance(there, str) or urlsplit(there).scheme not in ("https", "http"):
            return None
        return add_params_to_uri(there, {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})

    def _claims(self, token: Any, nonce: str, now: datetime) -> dict[str, Any]:
        text = token["id_token"]
        try:
            read = jwt.decode(text, self._keys(now), algorithms=SIGNED_WITH)
        except (InvalidKeyIdError, ValueError):  # the provider has changed its keys
            read = jwt.decode(text, self._keys(now, anew=True), algorithms=SIGNED_WITH)
        client_id = self._settings.oidc_client_id
        claims = CodeIDToken(
            read.claims, read.header,
            {"iss": {"essential": True, "value": self._settings.oidc_issuer},
             "aud": {"essential": True, "value": client_id}},
            {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")})
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return dict(claims)

    def _more(self, client: OAuth2Session, address: str, subject: str) -> dict[str, Any]:
        """What the provider tells besides, if it speaks of the same person."""
        answer = client.get(address, timeout=TIMEOUT)
        answer.raise_for_status()
        found = answer.json()
        if found.get("sub") != subject:
            raise ValueError("sub")
        return {name: found[name] for name in MORE if name in found}

    def _client(self, answer_at: str) -> OAuth2Session:
        settings = self._settings
        return OAuth2Session(settings.oidc_client_id, settings.oidc_client_secret or None, scope=settings.oidc_scope,
                             redirect_uri=answer_at, code_challenge_method="S256")

    def _described(self, now: datetime) -> dict[str, Any]:
        issuer = self._settings.oidc_issuer
        found = self._get(issuer.rstrip("/") + "/.well-known/openid-configuration", now)
        if found.get("issuer") != issuer:
            raise ProviderRefused(why=f"issuer {found.get('issuer')!r}")
        return found

    def _keys(self, now: datetime, anew: bool = False) -> KeySet:
        return KeySet.import_key_set(self._get(self._described(now)["jwks_uri"], now, anew))

    def _get(self, address: str, now: datetime, anew: bool = False) -> Any:
        with self._lock:
            kept = self._kept.get(address)
        if kept is not None and not anew and now - kept[0] < KEPT:
            return kept[1]
        try:
            answer = requests.get(address, timeout=TIMEOUT, headers={"Accept": "application/json"})
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway(why=repr(error)) from None
        with self._lock:
            self._kept[address] = (now, found)
        return found

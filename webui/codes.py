"""Addresses as QR codes, drawn into the page: nothing is fetched and nothing is kept."""

from __future__ import annotations

import segno
from flask import Flask, url_for
from markupsafe import Markup

from webui.show import engine


def code(address: str, words: str) -> Markup:
    """A QR code of ``address`` as a drawing that is read aloud as ``words``; its size is the page's business."""
    drawn = segno.make(address, micro=False, error="m").svg_inline(
        svgclass="qr", lineclass=None, omitsize=True, border=2, title=words)
    return Markup(drawn)  # noqa: S704 - segno escapes the title; the rest are its own paths


def address_of(case: str) -> str:
    """The address of a case's page, as staff open it from paper."""
    return str(engine().settings.public_url.rstrip("/") + url_for("cases.page", case=case))


def install(app: Flask) -> None:
    """Give templates ``qr`` and ``case_address``."""
    app.jinja_env.globals.update(qr=code, case_address=address_of)

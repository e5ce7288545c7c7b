"""Abbreviations that a document defines, by Schwartz and Hearst (2003): `long form (SHORT)`."""

from __future__ import annotations

import re

_PARENTHESIS = re.compile(r"\(([^()]{2,40})\)")


def abbreviations(text: str) -> dict[str, str]:
    """Short form -> long form, both as written. The first definition in the document wins."""
    found: dict[str, str] = {}
    for match in _PARENTHESIS.finditer(text):
        short = re.split(r"[;,]", match[1])[0].strip()
        if short in found or not _is_short_form(short):
            continue
        before = text[: match.start()].rstrip()
        words = list(re.finditer(r"\S+", before[-400:]))
        if not words:
            continue
        most = min(len(short) + 5, len(short) * 2)
        window = before[-400:][words[-min(most, len(words))].start() :]
        long = _long_form(short, window)
        if long:
            found[short] = long
    return found


def _is_short_form(short: str) -> bool:
    return 2 <= len(short) <= 10 and len(short.split()) <= 2 and short[0].isalnum() and any(c.isalpha() for c in short)


def _long_form(short: str, window: str) -> str | None:
    """The shortest end of `window` whose letters hold the short form's, its first at a word's beginning."""
    at = len(window) - 1
    for index in range(len(short) - 1, -1, -1):
        letter = short[index].lower()
        if not letter.isalnum():
            continue
        while at >= 0 and (window[at].lower() != letter or (index == 0 and at > 0 and window[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    start = window.rfind(" ", 0, at + 1) + 1
    long = window[start:].strip().lstrip("([{\"'").rstrip(",;:")
    if len(long) <= len(short) or len(long.split()) > min(len(short) + 5, len(short) * 2):
        return None
    if f" {short} " in f" {long} " or long.count("(") != long.count(")"):
        return None
    return long

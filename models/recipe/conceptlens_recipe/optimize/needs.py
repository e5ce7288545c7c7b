"""Which packages the search needs, and which of them are missing. Standard library only."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

#: Status of a process whose packages are missing; `conceptlens optimize` knows it.
MISSING_STATUS = 3

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
EXTRA = "optimize"


def wanted(project: Path = PROJECT) -> dict[str, str]:
    """Name and pinned version of every package of the extra."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))
    lines = table["project"]["optional-dependencies"][EXTRA]
    return dict(re.fullmatch(r"([\w.-]+)==([\w.]+)", line).groups() for line in lines)


def found(name: str) -> str | None:
    """The installed version of a package, None when it is missing."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def missing(project: Path = PROJECT) -> list[str]:
    """Packages that are not installed at all. Other versions than the pinned ones are allowed, and named in the report."""
    return [name for name in wanted(project) if found(name) is None]

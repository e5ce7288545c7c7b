"""What the figures hold for: the machine, its processor class, and the versions. Standard library only."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from .needs import found, wanted

#: Flags of /proc/cpuinfo, best first, and what they mean for int8 products.
CLASSES = (
    ("amx_int8", "AMX int8"),
    ("avx512_vnni", "AVX-512 VNNI"),
    ("avx_vnni", "AVX VNNI"),
    ("avx512bw", "AVX-512, no VNNI"),
    ("avx2", "AVX2, no VNNI"),
    ("asimddp", "Arm dot product"),
)


def processor_class(flags: frozenset[str]) -> str:
    """How the processor multiplies int8, told from its flags."""
    return next((name for flag, name in CLASSES if flag in flags), "not known")


def cpuinfo(text: str) -> tuple[str, frozenset[str]]:
    """Name and flags of the first processor of `/proc/cpuinfo`."""
    name, flags = "", frozenset[str]()
    for line in text.splitlines():
        key, _, value = line.partition(":")
        key = key.strip().lower()
        if key == "model name" and not name:
            name = value.strip()
        elif key in ("flags", "features") and not flags:
            flags = frozenset(value.split())
    return name, flags


def description() -> dict[str, object]:
    """Machine, processor class, load and versions."""
    path = Path("/proc/cpuinfo")
    name, flags = cpuinfo(path.read_text(encoding="utf-8")) if path.exists() else (platform.processor(), frozenset[str]())
    packages = {name: version for name in wanted() if (version := found(name))}
    return {
        "processor": name or platform.machine(),
        "processorClass": processor_class(flags),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": packages,
    }

"""Which versions compute here, and whether a result comes from others: the same code may give other numbers there."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
from collections.abc import Mapping

#: The packages whose numerics go into results.
PACKAGES = ("torch", "torchvision", "scikit-learn", "numpy")
UNKNOWN = "unknown"


@functools.cache
def versions_here() -> Mapping[str, str]:
    """The versions of Python and of the PACKAGES, by name, found without importing any of them."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def differences(recorded: Mapping[str, str], here: Mapping[str, str]) -> tuple[str, ...]:
    """What a result was computed with that is not here: "torch 2.10.0 (here 2.15.0)"; empty when nothing is.

    What its record does not say counts as another version, and is called unknown.
    """
    old = {name: recorded.get(name, UNKNOWN) for name in here}
    return tuple(f"{name} {old[name]} (here {here[name]})" for name in here if old[name] != here[name])

"""Fingerprint: one hash over all parameters and all rates, so that a changed model is never mistaken."""

from __future__ import annotations

import hashlib
from importlib import resources

from hscape.parameters import Parameters

#: Folders whose source is the model: what is true of blood, and how it unfolds.
MODEL_FOLDERS = ("hscape.biology", "hscape.biology.influences", "hscape.dynamics")


def model_fingerprint(parameters: Parameters | None = None) -> str:
    """SHA-256 over every parameter value in force and the source of every rate and kernel."""
    digest = hashlib.sha256((parameters or Parameters()).fingerprint().encode())
    for folder in MODEL_FOLDERS:
        for entry in sorted(resources.files(folder).iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".py"):
                text = entry.read_bytes().replace(b"\r\n", b"\n")
                digest.update(entry.name.encode() + hashlib.sha256(text).digest())
    return digest.hexdigest()

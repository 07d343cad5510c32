"""Shared pieces of the tests. HSCAPE_TEST_SEED re-seeds everything that draws."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def seed() -> int:
    return int(os.environ.get("HSCAPE_TEST_SEED", "20261122"))


@pytest.fixture(scope="session")
def project_folder() -> Path:
    return ROOT

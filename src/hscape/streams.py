"""One seed, named streams: how a key for random draws is made.

A draw is addressed by (seed, patient, clone, calendar cell, purpose); see `draws`. This file turns the
first two into a 64-bit key, and lists the purposes, so that no two uses of chance share numbers.
"""

from __future__ import annotations

import hashlib
import secrets
from enum import IntEnum

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from hscape.errors import InputError


class Purpose(IntEnum):
    """What a draw is for; part of its address, so that one use never shifts the draws of another."""

    TRANSITION = 1
    MUTATION = 2
    DESCENT = 3
    EVENT_BY_EVENT = 4
    JUMP = 5
    INFLUX = 6
    OBSERVATION = 7


def check_seed(seed: object, where: str = "seed") -> int:
    """Return the seed as an integer from 0 to 2**63 - 1.

    Raises:
        InputError: it is not a whole number in that range.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        try:
            number = int(str(seed), 10)
        except ValueError:
            raise InputError(
                f"{where}: '{seed}' is not a whole number; give an integer from 0 to {2**63 - 1}."
            ) from None
    else:
        number = int(seed)
    if not 0 <= number < 2**63:
        raise InputError(f"{where}: {number} is out of range; give an integer from 0 to {2**63 - 1}.")
    return number


def fresh_seed() -> int:
    """A seed from the operating system, to be stored with the result."""
    return secrets.randbits(53)


def stream_key(seed: int, *names: str | int) -> np.uint64:
    """The 64-bit key of a named stream; the same seed and names give the same key everywhere.

    Args:
        seed: the user's seed.
        names: what the stream belongs to, for example ``"patient", 17``.
    """
    text = "/".join([str(int(seed)), *map(str, names)])
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


class _Key(ISeedSequence):
    """A key handed to Philox as it is; given as ``key=``, entropy of the operating system is fetched and dropped."""

    __slots__ = ("key",)

    def __init__(self, key: np.uint64) -> None:
        self.key = key

    def generate_state(self, n_words: int, dtype: object = np.uint64) -> np.ndarray:
        """The two words that Philox asks for."""
        return np.array((self.key, 0), dtype=np.uint64)


class Rekeyed:
    """One library generator, keyed anew for each named stream: the draws of `generator` at half its cost.

    What `of` returns is good until the next call; a caller that holds two streams at a time takes `generator`.
    """

    def __init__(self) -> None:
        self._philox = np.random.Philox(_Key(np.uint64(0)))  # type: ignore[arg-type]  # the stubs know only SeedSequence
        self._generator = np.random.Generator(self._philox)

    def of(self, seed: int, *names: str | int) -> np.random.Generator:
        """The generator at the beginning of a named stream."""
        key = np.array((stream_key(seed, *names), 0), dtype=np.uint64)
        self._philox.state = {
            "bit_generator": "Philox", "state": {"counter": _START, "key": key}, "buffer": _START, "buffer_pos": 4,
            "has_uint32": 0, "uinteger": 0,
        }  # fmt: skip
        return self._generator


_START = np.zeros(4, dtype=np.uint64)


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A library generator (Philox) for work outside the kernels, keyed in the same way."""
    return np.random.Generator(np.random.Philox(_Key(stream_key(seed, *names))))  # type: ignore[arg-type]  # the stubs know only SeedSequence

"""The counter-based generator against its published vectors, the samplers against scipy."""

import numpy as np
import pytest
from scipy import stats

from hscape import draws
from hscape.streams import stream_key

# Known answers of Philox 4x32-10 (Random123, kat_vectors): key, counter, output.
VECTORS = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
N = 200_000
# Each test has one p value; below this an unchanged program fails less than once in a million seeds.
SMALLEST_P = 1e-6


@pytest.mark.parametrize(("key", "counter", "expected"), VECTORS)
def test_published_vectors(key, counter, expected):
    block = draws.philox_block(np.array(key, dtype=np.uint64), np.array(counter, dtype=np.uint64))
    assert tuple(int(word) for word in block) == expected


def opened(seed, name):
    source = np.zeros(draws.SOURCE_WORDS, dtype=np.uint64)
    draws.open_source(source, stream_key(seed, "test", name), 7, np.uint64(99), 1)
    return source


@pytest.mark.parametrize(
    ("name", "kind", "a", "b", "law"),
    [
        ("uniform", 0, 0.0, 0.0, stats.uniform()),
        ("normal", 1, 0.0, 0.0, stats.norm()),
        ("gamma below one", 2, 0.3, 0.0, stats.gamma(0.3)),
        ("gamma", 2, 7.5, 0.0, stats.gamma(7.5)),
    ],
)
def test_continuous_laws(seed, name, kind, a, b, law):
    sample = draws.many(opened(seed, name), kind, N, a, b)
    assert stats.kstest(sample, law.cdf).pvalue > SMALLEST_P


@pytest.mark.parametrize(
    ("name", "kind", "a", "b", "law"),
    [
        ("poisson small", 3, 0.7, 0.0, stats.poisson(0.7)),
        ("poisson edge", 3, 9.99, 0.0, stats.poisson(9.99)),
        ("poisson edge above", 3, 10.01, 0.0, stats.poisson(10.01)),
        ("poisson large", 3, 4321.0, 0.0, stats.poisson(4321.0)),
        ("binomial small", 4, 7.0, 0.3, stats.binom(7, 0.3)),
        ("binomial high", 4, 40.0, 0.93, stats.binom(40, 0.93)),
        ("binomial edge", 4, 100.0, 0.101, stats.binom(100, 0.101)),
        ("binomial large", 4, 100_000.0, 0.4, stats.binom(100_000, 0.4)),
        ("negative binomial one", 5, 1.0, 0.2, stats.nbinom(1, 0.2)),
        ("negative binomial three", 5, 3.0, 0.6, stats.nbinom(3, 0.6)),
        ("negative binomial large", 5, 5000.0, 0.8, stats.nbinom(5000, 0.8)),
    ],
)
def test_discrete_laws(seed, name, kind, a, b, law):
    sample = draws.many(opened(seed, name), kind, N, a, b).astype(int)
    edges = np.unique(law.ppf(np.linspace(0.0, 1.0, 61)[1:-1]).astype(int))
    expected = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])) * N
    found = np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)
    keep = expected > 5
    statistic = ((found[keep] - expected[keep]) ** 2 / expected[keep]).sum()
    assert stats.chi2(keep.sum() - 1).sf(statistic) > SMALLEST_P
    assert found[~keep].sum() < 100


def test_an_address_always_gives_the_same_draws_and_another_gives_others():
    first, again, other = (np.zeros(draws.SOURCE_WORDS, dtype=np.uint64) for _ in range(3))
    draws.open_source(first, np.uint64(1), 2, np.uint64(3), 4)
    draws.open_source(again, np.uint64(1), 2, np.uint64(3), 4)
    draws.open_source(other, np.uint64(1), 2, np.uint64(3), 5)
    a, b, c = (draws.many(source, 0, 1000, 0.0, 0.0) for source in (first, again, other))
    assert np.array_equal(a, b)
    assert abs(np.corrcoef(a, c)[0, 1]) < 0.2


@pytest.mark.parametrize(
    ("trials", "probability", "expected"), [(0, 0.5, 0), (10, 0.0, 0), (10, 1.0, 10), (10, -0.1, 0)]
)
def test_binomial_at_its_ends(trials, probability, expected):
    assert draws.binomial(opened(1, "ends"), trials, probability) == expected

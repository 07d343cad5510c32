"""Random draws with an address: a counter-based generator and the distributions that kernels need.

A library generator cannot be opened at an address inside compiled code in nanoseconds, so this is one
of the few wheels made here: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011), checked against its
published test vectors, and textbook samplers, checked against scipy's distributions:
binomial by inversion or BTRS and Poisson by inversion or PTRS (Hormann 1993), gamma by squeeze
(Marsaglia and Tsang 2000), normal by Box and Muller.

A `source` is an array of eleven unsigned 64-bit words: key (2), counter (4), block of draws (4), and how
many 64-bit halves of the block are used (1). The counter is: block number, calendar tick, clone address
(56 bits) with the purpose (8 bits).
"""

from __future__ import annotations

import math

import numpy as np

from hscape.compiled import compiled, inlined

SOURCE_WORDS = 11
_LOW32 = np.uint64(0xFFFFFFFF)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_TWO = np.uint64(2)
_SHIFT_32 = np.uint64(32)
_ADDRESS_HIGH = np.uint64(0xFFFFFF)
_PURPOSE_SHIFT = np.uint64(24)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53
_INVERSION_LIMIT = 10.0  # mean below which inversion is the faster and simpler sampler


@compiled
def fill_block(source):
    """Encrypt the counter with the key into the four draw words (ten Philox rounds)."""
    k0, k1 = source[0], source[1]
    x0, x1, x2, x3 = source[2], source[3], source[4], source[5]
    for _ in range(10):
        p0 = _MULTIPLIER_0 * x0
        p1 = _MULTIPLIER_1 * x2
        x0, x1, x2, x3 = (
            (p1 >> _SHIFT_32) ^ x1 ^ k0,
            p1 & _LOW32,
            (p0 >> _SHIFT_32) ^ x3 ^ k1,
            p0 & _LOW32,
        )
        k0 = (k0 + _WEYL_0) & _LOW32
        k1 = (k1 + _WEYL_1) & _LOW32
    source[6], source[7], source[8], source[9] = x0, x1, x2, x3


@compiled
def open_source(source, key, tick, address, purpose):
    """Point a source at the draws of one (key, calendar tick, clone address, purpose)."""
    source[0] = key & _LOW32
    source[1] = key >> _SHIFT_32
    source[2] = _ZERO
    source[3] = np.uint64(tick) & _LOW32
    source[4] = address & _LOW32
    source[5] = ((address >> _SHIFT_32) & _ADDRESS_HIGH) | (np.uint64(purpose) << _PURPOSE_SHIFT)
    source[10] = _TWO


@inlined
def word64(source):
    """The next 64 random bits: half a block."""
    used = source[10]
    if used >= _TWO:
        fill_block(source)
        source[2] = (source[2] + _ONE) & _LOW32
        used = _ZERO
    source[10] = used + _ONE
    if used == _ZERO:
        return (source[6] << _SHIFT_32) | source[7]
    return (source[8] << _SHIFT_32) | source[9]


@inlined
def uniform(source):
    """Uniform on the open interval (0, 1), 53 bits."""
    return (np.float64(word64(source) >> np.uint64(11)) + 0.5) * _TO_UNIT


@compiled
def exponential(source):
    """Exponential with mean one."""
    return -math.log(uniform(source))


@compiled
def normal(source):
    """Standard normal."""
    radius = math.sqrt(-2.0 * math.log(uniform(source)))
    return radius * math.cos(2.0 * math.pi * uniform(source))


@compiled
def gamma(source, shape):
    """Gamma with the given shape and scale one."""
    if shape < 1.0:
        return gamma_at_least_one(source, shape + 1.0) * uniform(source) ** (1.0 / shape)
    return gamma_at_least_one(source, shape)


@compiled
def gamma_at_least_one(source, shape):
    """Gamma with shape at least one and scale one."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(source)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = uniform(source)
        if u < 1.0 - 0.0331 * x * x * x * x or math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            return d * v


@compiled
def poisson_from(first_uniform, mean):
    """Poisson count by inversion of one given uniform; for small means."""
    probability = math.exp(-mean)
    remaining = first_uniform
    count = 0
    while remaining > probability and count < 1000:
        remaining -= probability
        count += 1
        probability *= mean / count
    return count


@compiled
def poisson(source, mean):
    """Poisson count."""
    if mean <= 0.0:
        return 0
    if mean < _INVERSION_LIMIT:
        return poisson_from(uniform(source), mean)
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    log_inverse_alpha = math.log(1.1239 + 1.1328 / (b - 3.4))
    accept = 0.9277 - 3.6224 / (b - 2.0)
    log_mean = math.log(mean)
    while True:
        u = uniform(source) - 0.5
        v = uniform(source)
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= accept:
            return int(k)
        if k < 0.0 or (us < 0.013 and v > us):
            continue
        left = math.log(v) + log_inverse_alpha - math.log(a / (us * us) + b)
        if left <= -mean + k * log_mean - math.lgamma(k + 1.0):
            return int(k)


@compiled
def binomial(source, trials, probability):
    """Binomial count of successes."""
    if trials <= 0 or probability <= 0.0:
        return 0
    if probability >= 1.0:
        return trials
    if probability > 0.5:
        return trials - binomial_low(source, trials, 1.0 - probability)
    return binomial_low(source, trials, probability)


@compiled
def binomial_low(source, n, p):
    """Binomial with probability at most one half."""
    q = 1.0 - p
    if n * p < _INVERSION_LIMIT:
        ratio = p / q
        mass = math.exp(n * math.log1p(-p))
        remaining = uniform(source)
        count = 0
        while remaining > mass and count < n:
            remaining -= mass
            count += 1
            mass *= ratio * (n - count + 1) / count
            if count > 200:
                break
        return count
    spread = math.sqrt(n * p * q)
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    alpha = (2.83 + 5.1 / b) * spread
    accept = 0.92 - 4.2 / b
    mode = math.floor((n + 1) * p)
    log_odds = math.log(p / q)
    log_mode = math.lgamma(mode + 1.0) + math.lgamma(n - mode + 1.0)
    while True:
        u = uniform(source) - 0.5
        v = uniform(source)
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + c)
        if us >= 0.07 and v <= accept:
            return int(k)
        if k < 0.0 or k > n:
            continue
        left = math.log(v * alpha / (a / (us * us) + b))
        if left <= log_mode - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0) + (k - mode) * log_odds:
            return int(k)


@compiled
def negative_binomial(source, successes, probability):
    """Failures before the given number of successes, each of the given probability."""
    if successes <= 0 or probability >= 1.0:
        return 0
    if successes <= 3:
        scale = 1.0 / math.log1p(-probability)
        total = 0
        for _ in range(successes):
            total += int(math.log(uniform(source)) * scale)
        return total
    return poisson(source, gamma_at_least_one(source, float(successes)) * (1.0 - probability) / probability)


@compiled
def philox_block(key, counter):
    """One block of draws for a given key (2 words) and counter (4 words), for checks by test vectors."""
    source = np.zeros(SOURCE_WORDS, dtype=np.uint64)
    source[0], source[1] = key[0], key[1]
    for i in range(4):
        source[2 + i] = counter[i]
    fill_block(source)
    return source[6:10].copy()


@compiled
def many(source, kind, n, a, b):
    """Draw n numbers of one kind (0 uniform, 1 normal, 2 gamma, 3 Poisson, 4 binomial, 5 negative binomial)."""
    out = np.empty(n)
    for i in range(n):
        if kind == 0:
            out[i] = uniform(source)
        elif kind == 1:
            out[i] = normal(source)
        elif kind == 2:
            out[i] = gamma(source, a)
        elif kind == 3:
            out[i] = poisson(source, a)
        elif kind == 4:
            out[i] = binomial(source, int(a), b)
        else:
            out[i] = negative_binomial(source, int(a), b)
    return out

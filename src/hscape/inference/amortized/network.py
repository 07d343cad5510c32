"""The network, written once for both numpy (use) and JAX (training): each function takes the array module `xp`.

A set encoder (every token alone, then with what all tokens say together, then pooled by mean, maximum and attention)
gives a summary of the chart; a conditional normalizing flow of coupling layers turns standard normal numbers into
coordinates (rational-quadratic splines, Durkan and others 2019, arXiv 1906.04032, next to the data; affine layers,
Dinh and others 2017, arXiv 1605.08803, behind them). Coordinates of clones that a chart does not have pass unchanged.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from hscape.inference.amortized.features import N_CONTEXT, N_FEATURES
from hscape.inference.amortized.persons import N_COORDINATES

WIDTH, HEADS, SUMMARY, HIDDEN = 80, 8, 96, 112
BINS, BOUND = 8, 4.5
#: Coupling layers from the data to the standard normal numbers.
LAYERS = ("spline", "spline", "affine", "affine", "affine", "affine")
LEAST_WIDTH, LEAST_SLOPE, LARGEST_LOG_SCALE = 1.0e-3, 1.0e-3, 2.0
_PARAMETERS = {"spline": 3 * BINS - 1, "affine": 2}
Weights = dict[str, Any]


class Chart(NamedTuple):
    """Charts as the network reads them."""

    tokens: Any  # (n, n_tokens, n_features)
    mask: Any  # (n, n_tokens), 1 where there is a token
    context: Any  # (n, n_context)
    used: Any  # (n, n_coordinates), 1 where the chart has the coordinate


def moved(layer: int) -> np.ndarray:
    """Coordinates that a layer moves; the others tell it how."""
    at = np.arange(N_COORDINATES)
    halves = (at % 2, (at // 2) % 2, (at // 4) % 2)[(layer // 2) % 3]
    return np.flatnonzero(halves == layer % 2)


def first_weights(random: np.random.Generator) -> Weights:
    """Untrained weights; the flow is then the prior itself."""

    def matrix(rows: int, columns: int, scale: float = 1.0) -> np.ndarray:
        return (random.standard_normal((rows, columns)) * scale / math.sqrt(rows)).astype(np.float32)

    pooled = 4 * WIDTH + N_CONTEXT + 1
    found = {
        "token": matrix(N_FEATURES, WIDTH), "token_context": matrix(N_CONTEXT, WIDTH),
        "token_second": matrix(WIDTH, WIDTH), "all": matrix(2 * WIDTH, WIDTH),
        "again": matrix(WIDTH, WIDTH), "again_all": matrix(WIDTH, WIDTH),
        "attention": matrix(WIDTH, HEADS), "value": matrix(WIDTH, WIDTH), "pooled": matrix(pooled, 2 * SUMMARY),
        "summary": matrix(2 * SUMMARY, SUMMARY),
    }  # fmt: skip
    for layer, kind in enumerate(LAYERS):
        n = len(moved(layer))
        found[f"flow{layer}_z"] = matrix(N_COORDINATES - n, HIDDEN)
        found[f"flow{layer}_summary"] = matrix(SUMMARY, HIDDEN)
        found[f"flow{layer}_used"] = matrix(N_COORDINATES, HIDDEN)
        found[f"flow{layer}_second"] = matrix(HIDDEN, HIDDEN)
        found[f"flow{layer}_out"] = matrix(HIDDEN, n * _PARAMETERS[kind], 0.01)
    widths = {name: value.shape[1] for name, value in found.items() if not name.endswith(("_context", "_z", "_used"))}
    return found | {f"{name}_bias": np.zeros(width, dtype=np.float32) for name, width in widths.items()}


def _silu(x: Any, xp: Any) -> Any:
    return 0.5 * x * (1.0 + xp.tanh(0.5 * x))


def _dense(w: Weights, name: str, x: Any) -> Any:
    return x @ w[name] + w[f"{name}_bias"]


def encode(w: Weights, chart: Chart, xp: Any = np) -> Any:
    """Summary of charts, shape (n, SUMMARY)."""
    mask = chart.mask[:, :, None]
    count = mask.sum(axis=1)
    x = _silu(_dense(w, "token", chart.tokens) + (chart.context @ w["token_context"])[:, None, :], xp)
    x = _silu(_dense(w, "token_second", x), xp)
    together = xp.concatenate([(x * mask).sum(axis=1) / count, xp.max(x - 1.0e6 * (1.0 - mask), axis=1)], axis=1)
    together = _silu(_dense(w, "all", together), xp)
    x = x + _silu(_dense(w, "again", x) + _dense(w, "again_all", together)[:, None, :], xp)
    strength = _dense(w, "attention", x) - 1.0e6 * (1.0 - mask)
    strength = xp.exp(strength - strength.max(axis=1, keepdims=True))
    strength = strength / strength.sum(axis=1, keepdims=True)
    n, t = x.shape[0], x.shape[1]
    value = _dense(w, "value", x).reshape(n, t, HEADS, WIDTH // HEADS)
    attended = (value * strength[:, :, :, None]).sum(axis=1).reshape(n, WIDTH)
    total = (x * mask).sum(axis=1)
    pooled = [attended, total / count, 0.05 * total, xp.max(x - 1.0e6 * (1.0 - mask), axis=1), chart.context,
              xp.log(count) - 3.0]  # fmt: skip
    return _dense(w, "summary", _silu(_dense(w, "pooled", xp.concatenate(pooled, axis=1)), xp))


def _conditions(w: Weights, layer: int, still: Any, summary: Any, used: Any, xp: Any) -> Any:
    """What a layer does to the coordinates that it moves, shape (n, n_moved, n_parameters)."""
    x = still @ w[f"flow{layer}_z"] + used @ w[f"flow{layer}_used"]
    x = _silu(x + _dense(w, f"flow{layer}_summary", _silu(summary, xp)), xp)
    x = _silu(_dense(w, f"flow{layer}_second", x), xp)
    return _dense(w, f"flow{layer}_out", x).reshape(x.shape[0], len(moved(layer)), _PARAMETERS[LAYERS[layer]])


def _knots(raw: Any, xp: Any) -> Any:
    """Edges of the bins, from -BOUND to BOUND, shape (..., BINS + 1)."""
    raw = xp.exp(raw - raw.max(axis=-1, keepdims=True))
    share = LEAST_WIDTH + (1.0 - LEAST_WIDTH * BINS) * raw / raw.sum(axis=-1, keepdims=True)
    edges = 2.0 * BOUND * xp.cumsum(share, axis=-1) - BOUND
    first = xp.zeros_like(edges[..., :1]) - BOUND
    return xp.concatenate([first, edges[..., :-1], first + 2.0 * BOUND], axis=-1)


def _spline(x: Any, raw: Any, backward: bool, xp: Any) -> tuple[Any, Any]:
    """Monotone rational-quadratic spline and the logarithm of its slope; the identity outside of the bound."""
    ins, outs = _knots(raw[..., :BINS], xp), _knots(raw[..., BINS : 2 * BINS], xp)
    # a raw value of zero gives a slope of one, so that untrained weights give the identity
    inner = LEAST_SLOPE + xp.logaddexp(raw[..., 2 * BINS :] + math.log(math.expm1(1.0 - LEAST_SLOPE)), 0.0)
    one = xp.ones_like(inner[..., :1])
    slopes = xp.concatenate([one, inner, one], axis=-1)
    edges = outs if backward else ins
    inside = xp.clip(x, -BOUND, BOUND)[..., None]
    passed = (inside >= edges[..., 1:-1]).astype(x.dtype)
    above = xp.concatenate([xp.ones_like(one), passed, xp.zeros_like(one)], axis=-1)
    here = above[..., :-1] - above[..., 1:]

    def at(values: Any) -> Any:
        return (here * values).sum(axis=-1)

    low, width = at(ins[..., :-1]), at(ins[..., 1:] - ins[..., :-1])
    floor, height = at(outs[..., :-1]), at(outs[..., 1:] - outs[..., :-1])
    left, right = at(slopes[..., :-1]), at(slopes[..., 1:])
    mean = height / width
    inside = inside[..., 0]
    if backward:
        rise = inside - floor
        bend = rise * (left + right - 2.0 * mean)
        a, b, c = height * (mean - left) + bend, height * left - bend, -mean * rise
        share = 2.0 * c / (-b - xp.sqrt(xp.maximum(b * b - 4.0 * a * c, 0.0)))
        found = low + share * width
    else:
        share = (inside - low) / width
    even = share * (1.0 - share)
    bottom = mean + (left + right - 2.0 * mean) * even
    if not backward:
        found = floor + height * (mean * share * share + left * even) / bottom
    slope = mean * mean * (right * share * share + 2.0 * mean * even + left * (1.0 - share) ** 2) / (bottom * bottom)
    is_inside = xp.abs(x) < BOUND
    log_slope = xp.where(is_inside, xp.log(slope), 0.0)
    return xp.where(is_inside, found, x), (-log_slope if backward else log_slope)


def _affine(x: Any, raw: Any, backward: bool, xp: Any) -> tuple[Any, Any]:
    log_scale = LARGEST_LOG_SCALE * xp.tanh(raw[..., 0] / LARGEST_LOG_SCALE)
    if backward:
        return (x - raw[..., 1]) * xp.exp(-log_scale), -log_scale
    return x * xp.exp(log_scale) + raw[..., 1], log_scale


def _layer(w: Weights, layer: int, z: Any, summary: Any, used: Any, backward: bool, xp: Any) -> tuple[Any, Any]:
    index = moved(layer)
    rest = np.setdiff1d(np.arange(N_COORDINATES), index)
    raw = _conditions(w, layer, (z * used)[:, rest], summary, used, xp)
    move = _spline if LAYERS[layer] == "spline" else _affine
    changed, log_slope = move(z[:, index], raw, backward, xp)
    is_used = used[:, index]
    changed = xp.where(is_used > 0.0, changed, z[:, index])
    order = np.argsort(np.concatenate([rest, index]))
    return xp.concatenate([z[:, rest], changed], axis=1)[:, order], (is_used * log_slope).sum(axis=1)


def log_density(w: Weights, z: Any, summary: Any, used: Any, xp: Any = np, spread: float = 1.0) -> Any:
    """Log density of coordinates, over those that are used.

    Args:
        w: weights.
        z: shape (n, N_COORDINATES).
        summary: shape (n, SUMMARY).
        used: shape (n, N_COORDINATES).
        xp: array module.
        spread: standard deviation of the numbers that the flow begins with; one as it was trained.

    Returns:
        shape (n,).
    """
    total = 0.0
    for layer in range(len(LAYERS)):
        z, log_slope = _layer(w, layer, z, summary, used, False, xp)
        total = total + log_slope
    size = 0.5 * math.log(2.0 * math.pi) + math.log(spread)
    return total - (used * (0.5 * z * z / (spread * spread) + size)).sum(axis=1)


def draw(w: Weights, normal: Any, summary: Any, used: Any, xp: Any = np) -> Any:
    """Coordinates from standard normal numbers, shape (n, N_COORDINATES)."""
    z = normal
    for layer in reversed(range(len(LAYERS))):
        z, _ = _layer(w, layer, z, summary, used, True, xp)
    return z

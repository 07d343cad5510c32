"""The network: one text for numpy and JAX, a proper density, no order among tokens, and weights that know their numbers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hscape.inference.amortized import weights as weights_file
from hscape.inference.amortized.features import N_CONTEXT, N_FEATURES
from hscape.inference.amortized.network import LAYERS, Chart, _layer, draw, encode, first_weights, log_density
from hscape.inference.amortized.persons import N_COORDINATES
from hscape.inference.amortized.start import NetworkAndPrior
from hscape.inference.prior import analysis_prior
from hscape.inference.sampler import Effort, sample

VECTORS = Path(__file__).parents[1] / "data" / "amortized_vectors.npz"


def rough_weights() -> dict[str, np.ndarray]:
    """Weights far from the identity, in double precision."""
    found = {name: value.astype(float) for name, value in first_weights(np.random.default_rng(1)).items()}
    return {name: value * (50.0 if name.endswith("_out") else 1.0) for name, value in found.items()}


def rough_chart(n: int, used: int = N_COORDINATES) -> Chart:
    random = np.random.default_rng(2)
    mask = (np.arange(9)[None] < np.array([9, 5, 1])[np.arange(n) % 3, None]).astype(float)
    own = np.tile((np.arange(N_COORDINATES) < used).astype(float), (n, 1))
    return Chart(random.standard_normal((n, 9, N_FEATURES)), mask, random.standard_normal((n, N_CONTEXT)), own)


def test_drawing_and_reading_back_is_the_identity() -> None:
    w, chart = rough_weights(), rough_chart(60)
    normal = np.random.default_rng(3).standard_normal((60, N_COORDINATES))
    summary = encode(w, chart)
    z = draw(w, normal, summary, chart.used)
    assert np.abs(z - normal).max() > 0.5  # it does something
    for layer in range(len(LAYERS)):
        z, _ = _layer(w, layer, z, summary, chart.used, False, np)
    # rounding of double precision through twelve layers
    np.testing.assert_allclose(z, normal, atol=1e-9)


def test_density_is_that_of_the_numerical_derivative() -> None:
    w, chart = rough_weights(), rough_chart(1, 24)
    summary, used = encode(w, chart), chart.used

    def back(z: np.ndarray) -> np.ndarray:
        z = z[None]
        for layer in range(len(LAYERS)):
            z, _ = _layer(w, layer, z, summary, used, False, np)
        return z[0]

    z = draw(w, np.random.default_rng(4).standard_normal((1, N_COORDINATES)) * used, summary, used)[0]
    slopes = np.array([(back(z + 1e-6 * e) - back(z - 1e-6 * e)) / 2e-6 for e in np.eye(N_COORDINATES)])[:24, :24]
    normal = back(z)[:24]
    expected = np.linalg.slogdet(slopes)[1] - 0.5 * (normal**2 + np.log(2.0 * np.pi)).sum()
    # central differences of 1e-6 leave errors of about 1e-8 a coordinate
    assert log_density(w, z[None], summary, used)[0] == pytest.approx(expected, abs=1e-5)


def test_density_of_wider_draws_is_that_of_wider_numbers() -> None:
    """Against the plain density: the same slopes, and a normal distribution of another width before the flow."""
    w, chart, spread = rough_weights(), rough_chart(40), 1.3
    normal = np.random.default_rng(5).standard_normal((40, N_COORDINATES))
    summary = encode(w, chart)
    z = draw(w, spread * normal, summary, chart.used)
    change = (0.5 * (spread**2 - 1.0) * normal**2 - np.log(spread)).sum(axis=1)
    found = log_density(w, z, summary, chart.used, spread=spread)
    # rounding through twelve layers there and back, as above
    np.testing.assert_allclose(found, log_density(w, z, summary, chart.used) + change, atol=1e-8)


def test_untrained_network_is_the_prior() -> None:
    w = {
        name: value * (0.0 if "_out" in name else 1.0)
        for name, value in first_weights(np.random.default_rng(1)).items()
    }
    chart = rough_chart(6)
    z = np.random.default_rng(5).standard_normal((6, N_COORDINATES))
    prior = -0.5 * (z**2 + np.log(2.0 * np.pi)).sum(axis=1)
    np.testing.assert_allclose(log_density(w, z, encode(w, chart), chart.used), prior, atol=1e-5)


def test_order_of_tokens_has_no_meaning() -> None:
    w, chart = rough_weights(), rough_chart(3)
    order = np.random.default_rng(6).permutation(9)
    other = chart._replace(tokens=chart.tokens[:, order], mask=chart.mask[:, order])
    np.testing.assert_allclose(encode(w, other), encode(w, chart), atol=1e-10)


def test_unknown_clones_stay_standard_normal() -> None:
    w, chart = rough_weights(), rough_chart(5, 18)
    normal = np.random.default_rng(7).standard_normal((5, N_COORDINATES))
    z = draw(w, normal, encode(w, chart), chart.used)
    np.testing.assert_array_equal(z[:, 18:], normal[:, 18:])


def test_numpy_agrees_with_stored_vectors_of_jax() -> None:
    """Written by ``python -m hscape.inference.amortized.vectors`` with JAX in double precision."""
    w, why = weights_file.read(Path(weights_file.__file__).with_name(weights_file.FILE), analysis_prior())
    assert w is not None, f"the shipped weights are refused, and every preview falls back: {why}"
    w = {name: value.astype(float) for name, value in w.items()}
    with np.load(VECTORS) as file:
        chart = Chart(*(file[name] for name in Chart._fields))
        z, summary, density, drawn = file["z"], file["jax_summary"], file["jax_log_density"], file["jax_draw"]
    np.testing.assert_allclose(encode(w, chart), summary, atol=1e-5)
    np.testing.assert_allclose(log_density(w, z, summary, chart.used), density, atol=1e-5)
    np.testing.assert_allclose(draw(w, z, summary, chart.used), drawn, atol=1e-5)


def test_weights_of_other_numbers_are_refused(tmp_path: Path) -> None:
    path, p = tmp_path / "network.npz", analysis_prior()
    weights_file.save(path, first_weights(np.random.default_rng(1)), p)
    found, why = weights_file.read(path, p)
    assert found is not None
    assert why == ""
    other = p.with_values({"attack_killing_per_day": 1.01 * p["attack_killing_per_day"]})
    assert weights_file.read(path, other) == (None, weights_file.REFUSED)


def test_weights_of_another_course_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, p = tmp_path / "network.npz", analysis_prior()
    weights_file.save(path, first_weights(np.random.default_rng(1)), p)
    monkeypatch.setattr(weights_file, "model_fingerprint", lambda parameters: "other source")
    assert weights_file.read(path, p)[0] is not None  # only the text of the source differs
    golden = weights_file.golden_run(p)
    golden[3:5, 2] += 0.06  # two persons, a little more than the coarse course may be off
    monkeypatch.setattr(weights_file, "golden_run", lambda parameters: golden)
    assert weights_file.read(path, p) == (None, weights_file.REFUSED)


class _Shifted:
    """Normal start with another center and spread."""

    count = 2

    def draw(self, n: int, random: np.random.Generator) -> np.ndarray:
        return 1.0 + 0.8 * random.standard_normal((n, 2))

    def log_density(self, z: np.ndarray) -> np.ndarray:
        return -0.5 * (((z - 1.0) / 0.8) ** 2).sum(axis=1) - np.log(2.0 * np.pi * 0.64)


@pytest.mark.parametrize("start", [None, _Shifted(), NetworkAndPrior(_Shifted(), 0.1)])  # type: ignore[arg-type]
def test_sampler_reaches_the_posterior_in_closed_form_from_any_start(start: object) -> None:
    """Normal prior, one normal finding (value 2, spread 0.5) of the first coordinate: posterior mean 1.6, variance 0.2."""

    def log_likelihood(z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = -0.5 * ((2.0 - z[:, 0]) / 0.5) ** 2 - np.log(0.5 * np.sqrt(2.0 * np.pi))
        return found, found[:, None]

    problem = SimpleNamespace(coordinates=SimpleNamespace(size=2), n_noise=1, n_active=1, log_likelihood=log_likelihood)
    found = sample(problem, seed=5, effort=Effort(particles=250, rounds=8, draws=2000), start=start)  # type: ignore[arg-type]
    # four standard errors of 2,000 draws: mean 0.04, variance 0.025; evidence of 2,000 particles within 0.1
    assert found.z[:, 0].mean() == pytest.approx(1.6, abs=0.04)
    assert found.z[:, 0].var() == pytest.approx(0.2, abs=0.025)
    assert found.z[:, 1].mean() == pytest.approx(0.0, abs=0.09)
    assert found.z[:, 1].var() == pytest.approx(1.0, abs=0.13)
    evidence = -0.5 * 4.0 / 1.25 - 0.5 * np.log(2.0 * np.pi * 1.25)
    assert found.log_evidence == pytest.approx(evidence, abs=0.1)

"""The attack, its suppression and the niche against closed forms of their equations."""

import math

import numpy as np
import pytest

from hscape.biology.channels import Channel
from hscape.biology.failure import ImmuneAttack, NicheLoss
from hscape.biology.influence import Change, Influence
from hscape.biology.state import POOLS
from hscape.biology.treatment import AntithymocyteGlobulin, Cyclosporine
from hscape.dynamics.acting import channels_over_time
from hscape.dynamics.simulate import simulate
from hscape.parameters import Parameters
from hscape.patient import Founder, Patient

OWN = POOLS["own"].start
P = Parameters()


class Killing(Influence):
    """Contact killing at a constant rate."""

    def __init__(self, rate):
        self.rate = rate

    def changes(self, context):
        return [Change(channel=Channel.CONTACT_KILLING_PER_DAY, start_day=0, addition=self.rate)]


def course(*influences, days=100.0, every=1.0, **patient):
    return simulate(
        Patient(influences=influences, **patient), days=days, seed=1, kernel="mean", output_every_days=every
    )


def small_attack_growth_per_day(tolerated, exposure=0.0, sensitivity=1.0):
    """d ln T / dt of a small attack in a healthy marrow, from the equation on the immune-attack page."""
    p, k, d = (P[f"attack_{n}"] for n in ("expansion_per_day", "antigen_half_fraction", "contraction_per_day"))
    g = p * tolerated / (tolerated + k) - d
    return p / (1.0 + k) / (1.0 + sensitivity * exposure) - g - d


@pytest.mark.parametrize("tolerated", [0.05, 0.13, 0.5])
def test_a_small_attack_grows_at_the_rate_of_the_equation(tolerated):
    seed = 1e-6  # so few that neither crowding nor regulation nor the antigen changes within the test
    history = course(ImmuneAttack(seed_fold=seed, tolerated_antigen_fraction=tolerated), days=60)
    attack = history.states[:, OWN]
    measured = math.log(attack[50] / attack[10]) / 40
    # T / (H + T) moves by 1e-4 here, and the antigen by as little.
    assert measured == pytest.approx(small_attack_growth_per_day(tolerated), rel=2e-3)


def test_antigen_below_the_tolerated_fraction_ends_a_small_attack():
    history = course(ImmuneAttack(seed_fold=1e-6, tolerated_antigen_fraction=0.95), days=60)
    attack = history.states[:, OWN]
    assert attack[50] == pytest.approx(attack[10] * math.exp(40 * small_attack_growth_per_day(0.95)), rel=2e-3)


@pytest.mark.parametrize("sensitivity", [0.5, 3.0])
def test_cyclosporine_divides_expansion(sensitivity):
    attack = ImmuneAttack(seed_fold=1e-6, tolerated_antigen_fraction=0.13, cyclosporine_sensitivity_fold=sensitivity)
    history = course(attack, Cyclosporine(day=0.0, full_days=1000), days=60)
    cells = history.states[:, OWN]
    expected = small_attack_growth_per_day(0.13, 1.0, sensitivity)
    assert math.log(cells[50] / cells[10]) / 40 == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("source", ["horse", "rabbit"])
def test_globulin_removes_what_its_record_says_and_lymphocytes_apart_from_it(source):
    log_kill = 1.7
    attack = ImmuneAttack(seed_fold=1e-6)
    plain = course(attack, days=60)
    treated = course(attack, AntithymocyteGlobulin(day=20, source=source, log_kill_fold=log_kill), days=60)
    ratio = treated.states[40, OWN] / plain.states[40, OWN]
    assert ratio == pytest.approx(math.exp(-log_kill), rel=1e-3)
    assert treated.counts["lymphocytes_1e9_per_l"].iloc[27] < 0.5 * plain.counts["lymphocytes_1e9_per_l"].iloc[27]


def test_rabbit_globulin_keeps_lymphocytes_low_for_longer():
    days = {}
    for source in ("horse", "rabbit"):
        counts = course(AntithymocyteGlobulin(day=10, source=source), days=400).counts
        low = counts["lymphocytes_1e9_per_l"] < 1.0
        days[source] = int(low.sum())
    longer = P["rabbit_atg_lymphocyte_depletion_days"] - P["horse_atg_lymphocyte_depletion_days"]
    assert days["rabbit"] > days["horse"] + longer


def test_interferon_follows_the_attack_and_is_gone_within_weeks():
    window = P["interferon_turnover_days"]
    attack = ImmuneAttack(seed_fold=0.5, end_day=0.0, end_per_day=50.0, suppression_fold=1.0)
    interferon = course(attack, days=100).states[:, OWN + 1]
    assert interferon[60] / interferon[20] == pytest.approx(math.exp(-40 / window), rel=1e-3)


def test_a_clone_that_the_attack_cannot_see_grows_where_others_die():
    history = simulate(
        Patient(
            influences=(Killing(0.05),),
            clones=(Founder(name="escaped", stem_cells=5000, vulnerability_fraction=0.0),),
        ),
        days=400, seed=1, kernel="mean", clones_every_days=100,
    )  # fmt: skip
    clones = history.clones
    last = clones[clones["day"] == 400].set_index("clone")["stem_cells_count"]
    first = clones[clones["day"] == 0].set_index("clone")["stem_cells_count"]
    assert last["escaped"] > 5 * first["escaped"]
    assert last["ordinary"] < 1e-4 * first["ordinary"]


@pytest.mark.parametrize("vulnerability", [0.2, 0.7])
def test_shares_part_at_the_rate_of_killing_times_what_is_spared(vulnerability):
    rate, days = 0.01, 200
    history = simulate(
        Patient(
            influences=(Killing(rate),),
            clones=(Founder(name="half", stem_cells=1000, vulnerability_fraction=vulnerability),),
        ),
        days=days, seed=1, kernel="mean", clones_every_days=days,
    )  # fmt: skip
    table = history.clones.pivot(index="day", columns="clone", values="stem_cells_count")
    odds = np.log(table["half"] / table["ordinary"])
    # Division does not depend on the clone, so the log odds move by the spared killing alone: exactly.
    assert odds.loc[days] - odds.loc[0] == pytest.approx(rate * (1 - vulnerability) * days, rel=1e-4)


def test_killing_saturates_in_the_number_of_attacking_cells():
    numbers = P.with_values({"attack_killing_half_fold": 0.25})
    history = course(ImmuneAttack(seed_fold=0.01, killing_per_day=0.03), days=300, parameters=numbers)
    attack = history.states[:, OWN]
    assert attack.min() < 0.05
    assert attack.max() > 0.3
    hazard = channels_over_time(history)[:, Channel.CONTACT_KILLING_PER_DAY]
    assert hazard == pytest.approx(0.03 * attack * 1.25 / (0.25 + attack), rel=1e-12)


def test_an_empty_niche_is_lost_and_comes_back_by_the_closed_form():
    loss, recovery = P["niche_loss_per_day"], P["niche_recovery_per_day"]
    history = course(NicheLoss(), Killing(5.0), days=400)
    lost = history.states[:, OWN]
    start = 30  # no stem cell is left by then
    limit = loss / (loss + recovery)
    expected = limit + (lost[start] - limit) * math.exp(-(loss + recovery) * (400 - start))
    assert lost[400] == pytest.approx(expected, rel=1e-3)


def test_a_niche_in_use_is_not_lost():
    assert abs(course(NicheLoss(), days=700, every=7).states[-1, OWN]) < 0.01


def test_reserve_falls_early_and_counts_fall_late():
    history = course(ImmuneAttack(), NicheLoss(), days=1500, every=7)
    stem_cells = history.stem_cells / history.stem_cells[0]
    counts = history.counts
    half = counts["day"][np.argmax(stem_cells < 0.5)]
    anemia = counts["day"][np.argmax(counts["hemoglobin_g_per_dl"] < 8)]
    assert 0 < half < anemia - 60
    at_anemia = stem_cells[np.argmax(counts["hemoglobin_g_per_dl"] < 8)]
    assert at_anemia < 0.1

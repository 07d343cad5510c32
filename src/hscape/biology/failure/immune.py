"""The immune attack of aplastic anemia: killing by contact, suppression by cytokines.

Attacking cells T (relative to the most that can live), antigen A (killable stem cells and early progenitors
relative to health), interferon F (relative to a full attack), exposure C to cyclosporine:

    dT/dt = p T A / (A + K) (1 - T) / (1 + s C)  -  g T H / (H + T)  -  d T  -  x T
    dF/dt = (T m / (1 + s C) - F) / w
    contact killing of a stem cell of vulnerability v:  v k T (1 + h) / (h + T) / (1 + s C)
    F divides output, stem-cell division and thrombopoietin signaling by 1 + b F

k killing at T = 1, h attackers at which killing is half of its largest, p expansion, K half antigen, d slow
contraction, g regulation, H where regulation is overwhelmed, x killing of attacking cells (antithymocyte globulin,
or the attack's own end), s sensitivity to cyclosporine, m suppression.
g = p a / (a + K) - d, so that a small attack grows only while the antigen exceeds the tolerated fraction a.
Derivation and what follows from it: docs/explanation/immune-attack.md.
Leaves out: naive precursors, several clones of attacking cells, homing, chance among few attacking cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.channels import Channel
from hscape.biology.influence import Change, Context, Effect, Influence, Jump, Term

ATTACKING, INTERFERON = "attacking_cells", "interferon"


def regulation_per_day(tolerated: float, expansion_per_day: float, half: float, contraction_per_day: float) -> float:
    """Regulation g by which a small attack grows only while the antigen exceeds the tolerated fraction."""
    return expansion_per_day * tolerated / (tolerated + half) - contraction_per_day


def killing_coefficient_per_day(killing_per_day: float, half: float) -> float:
    """Killing per attacking cell when they are few, so that at unit attacking cells it is the recorded hazard."""
    return killing_per_day * (1.0 + 1.0 / half)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmuneAttack(Influence):
    """An attack that begins on a day; None takes the recorded value.

    Args:
        day: first day.
        seed_fold: attacking cells on that day.
        killing_per_day: hazard of a fully vulnerable stem cell at unit attacking cells.
        tolerated_antigen_fraction: antigen up to which a small attack is held.
        suppression_fold: interferon kept up by unit attacking cells.
        cyclosporine_sensitivity_fold: what full exposure to cyclosporine takes from the attack (divides by 1 + it).
        flare_day: day on which a trigger (an infection, a drug) multiplies the attacking cells; None for no flare.
        flare_fold: by how much.
        end_day: day from which the attack ends by itself; None if it does not.
        end_per_day: how fast it then ends.
    """

    day: float = 0.0
    seed_fold: float | None = None
    killing_per_day: float | None = None
    tolerated_antigen_fraction: float | None = None
    suppression_fold: float | None = None
    cyclosporine_sensitivity_fold: float | None = None
    flare_day: float | None = None
    flare_fold: float | None = None
    end_day: float | None = None
    end_per_day: float | None = None

    def _value(self, name: str, context: Context) -> float:
        given = getattr(self, name.removeprefix("attack_"))
        return context.parameters[name] if given is None else float(given)

    def own_states(self) -> dict[str, float]:
        """Attacking cells and interferon, none at first."""
        return {ATTACKING: 0.0, INTERFERON: 0.0}

    def jumps(self, context: Context) -> Iterable[Jump]:
        """The first attacking cells, and a flare."""
        found = [Jump(day=self.day, target=ATTACKING, amount=self._value("attack_seed_fold", context))]
        if self.flare_day is not None:
            fold = self._value("attack_flare_fold", context)
            found.append(Jump(day=self.flare_day, target=ATTACKING, factor=fold))
        return found

    def terms(self, context: Context) -> Iterable[Term]:
        """Expansion, regulation, contraction and killing of attacking cells; interferon follows them."""
        p = context.parameters
        expansion, half = p["attack_expansion_per_day"], p["attack_antigen_half_fraction"]
        tolerated = self._value("attack_tolerated_antigen_fraction", context)
        contraction = p["attack_contraction_per_day"]
        regulation = regulation_per_day(tolerated, expansion, half, contraction)
        block = self._value("cyclosporine_sensitivity_fold", context)
        per_day = 1.0 / p["interferon_turnover_days"]
        made = per_day * self._value("attack_suppression_fold", context)
        drug = Channel.CYCLOSPORINE_EXPOSURE.name
        return [
            Term(
                state=ATTACKING, coefficient_per_day=expansion, times=ATTACKING, saturating_in="presented_antigen",
                half=half, blocked_by=drug, block_fold=block,
            ),
            Term(
                state=ATTACKING, coefficient_per_day=-expansion, times=ATTACKING, and_times=ATTACKING,
                saturating_in="presented_antigen", half=half, blocked_by=drug, block_fold=block,
            ),
            Term(
                state=ATTACKING, coefficient_per_day=-regulation, times=ATTACKING, saturating_in=ATTACKING,
                half=p["attack_regulation_half_fold"], falling=True,
            ),
            Term(state=ATTACKING, coefficient_per_day=-contraction, times=ATTACKING),
            Term(
                state=ATTACKING, coefficient_per_day=-1.0, times=ATTACKING,
                and_times=Channel.EFFECTOR_KILLING_PER_DAY.name,
            ),
            Term(state=INTERFERON, coefficient_per_day=made, times=ATTACKING, blocked_by=drug, block_fold=block),
            Term(state=INTERFERON, coefficient_per_day=-per_day, times=INTERFERON),
        ]  # fmt: skip

    def effects(self, context: Context) -> Iterable[Effect]:
        """Contact killing, and what interferon holds down."""
        p = context.parameters
        killing = self._value("attack_killing_per_day", context)
        half = p["attack_killing_half_fold"]
        block = self._value("cyclosporine_sensitivity_fold", context)
        drug = Channel.CYCLOSPORINE_EXPOSURE.name
        return [
            Effect(
                channel=Channel.CONTACT_KILLING_PER_DAY, variable=ATTACKING,
                coefficient=killing_coefficient_per_day(killing, half), half=half,
            ),
            Effect(channel=Channel.CONTACT_KILLING_PER_DAY, variable=drug, coefficient=block, mode="reduce"),
            Effect(channel=Channel.INTERFERON_FOLD, variable=INTERFERON, coefficient=1.0),
            Effect(
                channel=Channel.PROGENITOR_OUTPUT, variable=INTERFERON,
                coefficient=p["interferon_output_block_fold"], mode="reduce",
            ),
            Effect(
                channel=Channel.NEUTROPHIL_OUTPUT, variable=INTERFERON,
                coefficient=p["interferon_neutrophil_block_fold"], mode="reduce",
            ),
            Effect(
                channel=Channel.STEM_CELL_DIVISION, variable=INTERFERON,
                coefficient=p["interferon_renewal_block_fold"], mode="reduce",
            ),
            Effect(
                channel=Channel.THROMBOPOIETIN_SIGNALING, variable=INTERFERON,
                coefficient=p["interferon_thrombopoietin_block_fold"], mode="reduce",
            ),
        ]  # fmt: skip

    def changes(self, context: Context) -> Iterable[Change]:
        """The attack's own end."""
        if self.end_day is None:
            return []
        rate = context.parameters["attack_own_end_per_day"] if self.end_per_day is None else self.end_per_day
        return [Change(channel=Channel.EFFECTOR_KILLING_PER_DAY, start_day=self.end_day, addition=rate)]

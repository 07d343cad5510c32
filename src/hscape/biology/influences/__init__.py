"""Influences on a healthy marrow, one file each; each becomes numbers before the loop."""

from hscape.biology.influences.aging import Aging
from hscape.biology.influences.bleeding import Bleeding
from hscape.biology.influences.cytotoxic_pulse import CytotoxicPulse
from hscape.biology.influences.infection import Infection
from hscape.biology.influences.platelet_destruction import PlateletDestruction
from hscape.biology.influences.red_cell_aplasia import RedCellAplasia

__all__ = ["Aging", "Bleeding", "CytotoxicPulse", "Infection", "PlateletDestruction", "RedCellAplasia"]

"""Causes of marrow failure, one file each; every cause is an influence."""

from hscape.biology.failure.cytotoxic import Cytotoxic
from hscape.biology.failure.immune import ImmuneAttack
from hscape.biology.failure.niche_loss import NicheLoss
from hscape.biology.failure.samd9 import GrowthRestraint
from hscape.biology.failure.telomere import ShortTelomeres
from hscape.biology.failure.viral import ViralSuppression

__all__ = ["Cytotoxic", "GrowthRestraint", "ImmuneAttack", "NicheLoss", "ShortTelomeres", "ViralSuppression"]

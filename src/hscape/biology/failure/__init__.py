"""Causes of marrow failure, one file each; every cause is an influence."""

from hscape.biology.failure.immune import ImmuneAttack
from hscape.biology.failure.niche_loss import NicheLoss

__all__ = ["ImmuneAttack", "NicheLoss"]

"""Treatments of marrow failure, one file each; every treatment is an influence with a course for the chart."""

from hscape.biology.treatment.antithymocyte_globulin import AntithymocyteGlobulin
from hscape.biology.treatment.course import Course
from hscape.biology.treatment.cyclosporine import Cyclosporine
from hscape.biology.treatment.eltrombopag import Eltrombopag
from hscape.biology.treatment.g_csf import GCSF

__all__ = ["GCSF", "AntithymocyteGlobulin", "Course", "Cyclosporine", "Eltrombopag"]

"""What is made of an explanation: words, pictures with their tables, and one self-contained page."""

from hscape.report.explained.result import ExplainedChart, explain
from hscape.report.explained.words import answer_sentences

__all__ = ["ExplainedChart", "answer_sentences", "explain"]

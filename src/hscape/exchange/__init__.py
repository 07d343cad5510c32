"""Other people's formats in, and ours out."""

from hscape.exchange.answers import default_answers_path, write_answers
from hscape.exchange.issues import Issue
from hscape.exchange.read import ReadResult, read_charts

__all__ = ["Issue", "ReadResult", "default_answers_path", "read_charts", "write_answers"]

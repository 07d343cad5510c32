"""Other people's formats in, and ours out."""

from hscape.exchange.answers import default_answers_path, write_answers
from hscape.exchange.issues import Issue
from hscape.exchange.read import ReadResult, read_charts
from hscape.exchange.template import write_template
from hscape.exchange.write import write_charts, write_rows

__all__ = [
    "Issue",
    "ReadResult",
    "default_answers_path",
    "read_charts",
    "write_answers",
    "write_charts",
    "write_rows",
    "write_template",
]

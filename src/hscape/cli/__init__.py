"""The command line: each command reads its options, calls one public function and prints the result.

Exit codes: 0 done; 1 a valid run with misses; 2 bad input; 3 an answer is needed; 4 withheld.
"""

from __future__ import annotations

import gc

import typer

from hscape.cli import calibrate, clinic, clones, cohort, counterfactual, explain, simulator, verify
from hscape.cli.common import BAD_INPUT, DONE, INTERRUPTED, MISSES, say
from hscape.errors import InputError, NumericsError

app = typer.Typer(
    name="hscape",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="How a bone marrow fails and how it comes back. Research use only.",
    rich_markup_mode=None,
)
app.add_typer(clinic.app)
app.add_typer(cohort.app)
app.add_typer(clones.app)
app.add_typer(calibrate.app)
app.add_typer(counterfactual.app)
app.add_typer(explain.app)
app.add_typer(simulator.app)
simulator.verify_app.command("sbc")(verify.verify_sbc)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; errors of input are one sentence and exit code 2, never a traceback."""
    # what is imported and drawn lives to the end: looking through it again and again takes a quarter second
    gc.set_threshold(100_000, 50, 100)
    raise SystemExit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run and return the exit code."""
    try:
        code = app(args=arguments, standalone_mode=False)
        return int(code or DONE)
    except InputError as error:
        say(f"hscape: {error}")
        return BAD_INPUT
    except NumericsError as error:
        say(f"hscape: {error}")
        return MISSES
    except (KeyboardInterrupt, typer.Abort):
        say("hscape: stopped; nothing was written.")
        return INTERRUPTED
    except typer.Exit as stop:
        return int(stop.exit_code)
    except BrokenPipeError:
        return DONE
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        say(f"hscape: {str(message()).rstrip('.')}; see 'hscape --help'.")
        return BAD_INPUT

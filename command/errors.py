"""How errors end the command: wrong input 2, a failed run 1, interrupted 130."""

import sys
import traceback

INTERRUPTED = 130


class KeptError(Exception):
    """Interrupted by the user; the text says what is kept and how to go on."""


def guarded(app):
    """Run a Typer app and return its exit code. Wrong input is told in its own words, without a traceback."""
    import typer

    # Typer carries its own copy of Click in newer versions: the base of usage errors is found through a public name.
    usage = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
    try:
        code = app(standalone_mode=False) or 0
    except typer.Exit as ending:
        code = ending.exit_code
    except typer.Abort:
        return _interrupted()
    except usage as error:
        error.show()
        return 2
    except KeyboardInterrupt:
        return _interrupted()
    except KeptError as ending:
        return _interrupted(ending)
    except BrokenPipeError:
        return 0
    except Exception as error:
        if _is_input(error):
            sys.stderr.write(f"{error}\n")
            return 2
        traceback.print_exc()
        sys.stderr.write("The run failed. This is a fault of the program; the lines above say where.\n")
        return 1
    return _interrupted() if code == INTERRUPTED else code


def _is_input(error):
    from results.store import StoreError
    from scenarios import ScenarioError
    from sim.columns import TableError

    return isinstance(error, ScenarioError | StoreError | TableError | ValueError | FileNotFoundError)


def _interrupted(ending=None):
    sys.stderr.write(f"{ending or 'Interrupted. No run folder was written.'}\n")
    return INTERRUPTED

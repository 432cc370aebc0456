"""A misspelt command gets its near miss."""

import difflib

from typer.core import TyperGroup


def nearest(word, names):
    """` Did you mean 'x'?`, or the list of what there is."""
    near = difflib.get_close_matches(word, list(names), 1)
    return f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(names)}."


# In the order in which one comes to need them; others follow in the order in which they were made.
FIRST = ("compare", "run", "scenarios", "dashboard", "report", "follow", "mechanisms")


class NearMiss(TyperGroup):
    """Command group that lists what one begins with first, and offers the nearest name for an unknown one."""

    def list_commands(self, ctx):
        """Names of the commands, those of FIRST before the others."""
        names = super().list_commands(ctx)
        return [name for name in FIRST if name in names] + [name for name in names if name not in FIRST]

    def resolve_command(self, ctx, args):
        """Find the command; on an unknown name fail with the nearest one."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            ctx.fail(f"No command '{args[0]}'.{nearest(args[0], names)}")
        return super().resolve_command(ctx, args)

"""A misspelt command gets its near miss."""

import difflib

from typer.core import TyperGroup


class NearMiss(TyperGroup):
    """Command group that offers the nearest name for an unknown one."""

    def resolve_command(self, ctx, args):
        """Find the command; on an unknown name fail with the nearest one."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], names, 1)
            hint = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(names)}."
            ctx.fail(f"No command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

"""The command line: Typer and rich, thin over the Python functions of the same names."""

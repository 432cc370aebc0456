"""Many runs from one plan: checked, laid out as tasks, carried out by any engine, kept in one folder."""

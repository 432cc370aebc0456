"""Interventions: one file per kind; the file name is the kind in a scenario."""

"""The world: residents, places, services, interventions, and the runs of it."""

"""Lines that plans of several tests share; braces are doubled, since the plans are formatted."""

TWO_CAPACITIES = """
[set]
"population.residents" = 300
"population.places" = ["Kouvola"]
"time.years" = 1
[vary]
"interventions.youth_groups.capacity" = {{ low = 0.5, high = 5.0 }}
"interventions.elder_groups.capacity" = {{ low = 0.5, high = 5.0 }}
"""

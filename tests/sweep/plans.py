"""Lines that plans of several tests share."""


def two_capacities(years=1, most=5.0):
    """A small world in which the places of two programmes are varied from 0.5 to `most`."""
    varied = "".join(f'"interventions.{who}_groups.capacity" = {{ low = 0.5, high = {most} }}\n' for who in ("youth", "elder"))
    return f'\n[set]\n"population.residents" = 300\n"population.places" = ["Kouvola"]\n"time.years" = {years}\n[vary]\n{varied}'


TWO_CAPACITIES = two_capacities().replace("{", "{{").replace("}", "}}")  # for plans that are formatted

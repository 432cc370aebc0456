"""The answers: what the tables of a run say about wellbeing, inequality, money and certainty."""

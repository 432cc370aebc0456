"""The fit: numbers of the model from published statistics and surveys."""

"""What happens to one person in a month; plain numbers only."""

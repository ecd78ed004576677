"""Policies: instruments write this month's levers; a budget books the money."""

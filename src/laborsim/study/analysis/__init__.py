"""What many runs say: sensitivity, scenario discovery, the best mix under a budget, how many runs are enough."""

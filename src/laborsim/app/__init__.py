"""The interactive page: move a scenario's levers, simulate a small share of the people, look at the charts."""

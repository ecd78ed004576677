"""Declared parameters: one TOML file per room of the model, read once.

Each entry of `matching.toml` under `[applications]` is the parameter `matching.applications`.
"""

from laborsim.scenario.parameters.registry import Parameter, Parameters, declared

__all__ = ["Parameter", "Parameters", "declared"]

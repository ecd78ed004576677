"""The commands of `laborsim`, one module each; `laborsim.cli` imports a module only when its command is called.

A module exposes either `command`, a function with typer annotations, or `app`, a `typer.Typer` with
subcommands. Heavy imports belong inside the functions. Options every command takes are in `options`.
"""

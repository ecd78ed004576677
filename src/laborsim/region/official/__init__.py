"""Official statistics as published: one reader per file format, the list of them, and the way to the builder.

`files` opens, `table` turns rows into a checked frame, one module per publisher's format reads, `registry` lists
the readers and finds them for a folder, `convert` writes the tables `sources.Data` reads, `addresses` and
`download` fetch.
"""

from laborsim.region.official.registry import ADAPTERS, Adapter, collect, find

__all__ = ["ADAPTERS", "Adapter", "collect", "find"]

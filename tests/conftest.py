"""Settings for all tests: the first call of a kernel compiles it, so no deadline; few, repeatable examples."""

from hypothesis import settings

settings.register_profile("laborsim", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("laborsim")

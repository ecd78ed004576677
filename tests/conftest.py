"""Settings for all tests: the first call of a kernel compiles it, so no deadline; few, repeatable examples."""

import signal

from hypothesis import settings

# A shell's background jobs ignore Ctrl-C and hand that down; what tests start must be able to be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("laborsim", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("laborsim")

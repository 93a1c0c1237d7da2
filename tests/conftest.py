"""What every test stands on."""

from __future__ import annotations

import signal

# A shell that starts the tests in the background has them ignore SIGINT, and their children inherit that:
# tests of interruption would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

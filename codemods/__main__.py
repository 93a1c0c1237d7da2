"""``python -m legacy_shim.codemods``."""

from __future__ import annotations

from .commands.cli import main

if __name__ == "__main__":
    main()

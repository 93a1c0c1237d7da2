"""``python -m legacy_shim.codemods``."""

from __future__ import annotations

if __name__ == "__main__":
    from legacy_shim.start import leave_out_working_folder

    leave_out_working_folder()
    from .commands.cli import main

    main()

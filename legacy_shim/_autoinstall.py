"""What the file written by ``python -m legacy_shim enable`` runs at the start of every Python of the environment."""

import os

if os.environ.get("LEGACY_SHIM_INSTALL", "1").strip().lower() not in ("0", "false", "no", "off"):
    from legacy_shim.import_hook import install

    install()

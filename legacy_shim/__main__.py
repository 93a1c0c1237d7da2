"""``python -m legacy_shim enable``: serve the old spellings in every process of this environment, with no change of code.

It writes one line into the environment's site-packages, which Python reads when it starts. ``disable`` removes it. With
``LEGACY_SHIM_INSTALL=0`` in its environment a process goes without.
"""

import argparse
import sys
import sysconfig
from pathlib import Path

_FILE_NAME = "legacy_shim_install.pth"
# One line, since Python executes lines; quiet where the package was uninstalled and the file was left behind.
_LINE = 'import sys; exec("try:\\n    import legacy_shim._autoinstall\\nexcept ImportError:\\n    pass")\n'


def main(arguments: list[str] | None = None) -> int:
    """Run the command line. Returns 0; 1 if the file cannot be written (or, for `status`, if there is none)."""
    parser = argparse.ArgumentParser(prog="python -m legacy_shim", description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("enable", help="serve the old spellings in every process of this environment")
    commands.add_parser("disable", help="undo enable")
    commands.add_parser("status", help="tell whether it is enabled; exit code 1 if not")
    command = parser.parse_args(arguments).command
    path = Path(sysconfig.get_path("purelib")) / _FILE_NAME
    try:
        return {"enable": _enable, "disable": _disable, "status": _status}[command](path)
    except OSError as error:
        print(f"{path} cannot be changed: {error.strerror}.", file=sys.stderr)
        return 1


def _enable(path: Path) -> int:
    path.write_text(_LINE, encoding="utf-8")
    print(f"Enabled by {path}: from the next start on, dagster_dbt serves the legacy names from legacy_shim.")
    return 0


def _disable(path: Path) -> int:
    path.unlink(missing_ok=True)
    print(f"Disabled: {path} is not there.")
    return 0


def _status(path: Path) -> int:
    enabled = path.exists()
    print(f"{'Enabled by' if enabled else 'Not enabled: no'} {path}.")
    return 0 if enabled else 1


if __name__ == "__main__":
    sys.exit(main())

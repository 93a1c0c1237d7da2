"""``legacy-shim enable``: keep the legacy imports working in every process of this environment, without changing code.

It writes one line into the environment's site-packages, which Python reads when it starts. ``disable`` removes it. With
``LEGACY_SHIM_INSTALL=0`` in its environment a process goes without.
"""

import argparse
import sys
import sysconfig
from pathlib import Path

_FILE_NAME = "legacy_shim_install.pth"
_LINE = """\
import sys; exec("try:\\n import os\\n if any(name.startswith('legacy_shim-') and name.endswith('.dist-info') \
for name in os.listdir({folder})):\\n  import legacy_shim._autoinstall\\nexcept (ImportError, OSError, NameError):\\n pass")
"""
"""One line, since Python executes lines. It does nothing once the package is uninstalled, whatever else is then found under
its name: it looks for what an installer wrote, and removes."""
_SAME_FOLDER = "sitedir"
"""What Python calls the folder of the file while it executes the line, so that an environment may be moved."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line. Returns 0; 1 if the file cannot be written (or, for `status`, if there is none)."""
    parser = argparse.ArgumentParser(prog="python -m legacy_shim", description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, help) in COMMANDS.items():
        commands.add_parser(name, help=help)
    command = parser.parse_args(arguments).command
    path = Path(sysconfig.get_path("purelib")) / _FILE_NAME
    try:
        return COMMANDS[command][0](path)
    except OSError as error:
        print(f"{path} cannot be changed: {error.strerror}.", file=sys.stderr)
        return 1


def _enable(path: Path) -> int:
    folder = _folder_of_installation()
    if folder is None:
        print(
            f"legacy-shim is not installed in this environment: it runs from {Path(__file__).parent.parent}. "
            "Install it with pip, then enable it.",
            file=sys.stderr,
        )
        return 1
    same = folder == path.parent.resolve()
    path.write_text(_LINE.format(folder=_SAME_FOLDER if same else _literal(folder)), encoding="utf-8")
    print(f"Enabled by {path}: after a restart, dagster_dbt serves the legacy names from legacy_shim.")
    return 0


def _folder_of_installation() -> Path | None:
    """Where an installer wrote what it installed."""
    from importlib.metadata import distributions

    for distribution in distributions(name="legacy-shim"):
        folder = Path(str(distribution.locate_file(""))).resolve()
        if any(folder.glob("legacy_shim-*.dist-info")):
            return folder
    return None


def _literal(folder: Path) -> str:
    """The path as it is written inside the text of the line."""
    return ascii(str(folder)).replace("\\", "\\\\").replace('"', '\\"')


def _disable(path: Path) -> int:
    path.unlink(missing_ok=True)
    print(f"Disabled: {path} is not there.")
    return 0


def _status(path: Path) -> int:
    enabled = path.exists()
    print(f"{'Enabled by' if enabled else 'Not enabled: no'} {path}.")
    return 0 if enabled else 1


COMMANDS = {
    "enable": (_enable, "keep the legacy imports working in every process of this environment"),
    "disable": (_disable, "undo enable"),
    "status": (_status, "show whether it is enabled; exit code 1 if not"),
}

"""What ``python -m`` does first, before it imports anything else."""

import os
import sys


def leave_out_working_folder() -> None:
    """Import nothing from the folder that the command is called in: it may be a checkout that others made.

    ``python -m`` puts it in front of all that is installed. A ``yaml.py`` there would run in place of the real one.
    """
    if not getattr(sys.flags, "safe_path", False) and sys.path[:1] in ([""], [os.getcwd()]):  # noqa: PTH109  # pathlib may be theirs
        del sys.path[0]

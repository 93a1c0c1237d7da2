"""The matrix migrates programs as the tests of the codemod do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "codemods"))

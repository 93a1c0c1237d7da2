"""The documents make a site in which every link and anchor leads somewhere, with no text of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from documents import TOP

FOLDER = TOP / "docs"


def test_the_site_is_built_without_a_warning_and_asks_no_other_server(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(build, cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    guide = (tmp_path / "MIGRATION" / "index.html").read_text()
    assert 'id="ldc204-' in guide
    for page in tmp_path.rglob("*.html"):
        text = page.read_text()
        assert 'src="http' not in text
        assert 'rel="stylesheet" href="http' not in text


def test_the_folder_holds_links_alone_and_one_to_each_document() -> None:
    files = [path for path in FOLDER.rglob("*") if not path.is_dir()]
    assert all(path.is_symlink() and path.resolve().is_file() for path in files)
    assert {path.name for path in FOLDER.glob("*.md")} == {path.name for path in TOP.glob("*.md")}

"""Files are read without loss and written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_shim.codemods.errors import SourceError
from legacy_shim.codemods.files import encoding
from legacy_shim.codemods.files.sources import (
    Change,
    Source,
    decode,
    encode,
    read_raw,
    read_source,
)
from legacy_shim.codemods.files.transaction import write_groups


def write_atomically(source: Source, new_text: str) -> None:
    """Write one file. Raises SourceError."""
    written = write_groups([[Change(source, new_text)]])
    for problem in written.problems:
        raise SourceError(problem)


LOSSLESS = {
    "utf-8": "é = '日本'\n".encode(),
    "utf-8 without last newline": b"x = 1",
    "empty": b"",
    "crlf": b"import os\r\nx = 1\r\n",
    "mixed line ends": b"a = 1\r\nb = 2\nc = 3\r",
    "bom": b"\xef\xbb\xbfx = 'caf\xc3\xa9'\n",
    "bom and coding comment": b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
    "latin-1": b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n",
    "cp1252 on the second line": b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
    "form feed and odd spaces": b"x = 1\x0c\n\ty = '\xe2\x80\xa8'\n",
}


@pytest.mark.parametrize("data", LOSSLESS.values(), ids=LOSSLESS.keys())
def test_what_is_read_encodes_to_the_same_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.py"
    path.write_bytes(data)
    source = read_source(path)
    assert encode(source, source.text) == data
    assert not source.text.startswith("\ufeff")


@pytest.mark.parametrize("data", LOSSLESS.values(), ids=LOSSLESS.keys())
def test_an_edit_changes_only_its_span(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.py"
    path.write_bytes(data)
    source = read_source(path)
    write_atomically(source, source.text + "z = 2")
    assert path.read_bytes() == data + b"z = 2"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\ufeff")), st.booleans())
def test_any_utf8_text_survives(text: str, bom: bool) -> None:
    data = encoding.encode(text, "utf-8", bom=bom)
    try:
        decoded = encoding.decode(data)
    except encoding.EncodingError:
        assert "coding" in text  # a coding comment by chance
    else:
        assert (encoding.encode(decoded[0], decoded[1], bom=decoded[2])) == data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"# coding: utf-8\nx = '\xe9'\n", "utf-8"),
        (b"\n\n\nx = '\xe9'\n", "byte 0xe9 at offset 8"),
        (b"# coding: klingon\n", "klingon"),
        (b"# coding: rot13\nk = 1\n", "rot13"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "utf-8"),
        (b"# coding: utf-7\nx = '+AGE-'\n", "cannot be written back"),
    ],
    ids=["not utf-8", "far down", "unknown", "not a text encoding", "bom against comment", "not reversible"],
)
def test_a_wrong_encoding_is_a_finding(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "m.py"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_source(path)
    assert caught.value.finding.code == "LDC503"
    assert caught.value.finding.place.path == path
    assert says in caught.value.finding.message


def test_newline_is_what_most_lines_end_with(tmp_path: Path) -> None:
    found = []
    for data in (b"", b"a\n", b"a\r\nb\r\nc\n", b"a\nb\nc\r\n", b"a\rb\r"):
        path = tmp_path / "m.py"
        path.write_bytes(data)
        found.append(read_source(path).newline)
    assert found == ["\n", "\n", "\r\n", "\n", "\r"]


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_raw(tmp_path / "gone.py")
    assert caught.value.finding.code == "LDC501"
    assert "No such file" in caught.value.finding.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(SourceError) as caught:
        read_raw(tmp_path / "pipe.py")
    assert caught.value.finding.code == "LDC501"


def test_mode_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.py"
    path.write_text("#!/usr/bin/env python\n")
    path.chmod(0o751)
    source = read_source(path)
    write_atomically(source, source.text + "x = 1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o751


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_owner_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("x = 1\n")
    os.chown(path, 1234, 2345)
    write_atomically(read_source(path), "x = 2\n")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "real" / "m.py"
    target.parent.mkdir()
    target.write_text("x = 1\n")
    link = tmp_path / "link.py"
    link.symlink_to(target)
    write_atomically(read_source(link), "x = 2\n")
    assert link.is_symlink()
    assert target.read_text() == "x = 2\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "real"]


def _refusal(path: Path, new_text: str = "x = 2\n", *, before: object = None) -> str:
    source = decode(read_raw(path))
    if callable(before):
        before()
    with pytest.raises(SourceError) as caught:
        write_atomically(source, new_text)
    assert caught.value.finding.code == "LDC504"
    return caught.value.finding.message


def test_a_file_that_changed_since_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("x = 1\n")
    message = _refusal(path, before=lambda: path.write_text("x = 7\n"))
    assert "changed by someone else" in message
    assert path.read_text() == "x = 7\n"


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("x = 1\n")
    _refusal(path, before=path.unlink)
    assert list(tmp_path.iterdir()) == []


def test_a_write_protected_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("x = 1\n")
    path.chmod(0o444)
    assert "write-protected" in _refusal(path)
    assert path.read_text() == "x = 1\n"


def test_text_that_does_not_fit_the_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_bytes(b"# coding: latin-1\n")
    for new in ("x = r'日'\n", "日 = 1\n", "x = b'\\xff'  # 日\nx = r'日'\n"):
        assert "does not fit" in _refusal(path, "# coding: latin-1\n" + new)
    assert path.read_bytes() == b"# coding: latin-1\n"


def test_a_string_that_does_not_fit_the_encoding_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_bytes(b"# coding: latin-1\n")
    write_atomically(decode(read_raw(path)), "# coding: latin-1\nx = 'é \\\\日 \\n 🎈'\n")
    assert path.read_bytes() == b"# coding: latin-1\nx = '\xe9 \\\\\\u65e5 \\n \\U0001f388'\n"


def test_nothing_is_left_beside_the_file_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.py"
    path.write_text("x = 1\n")

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    assert "No space left" in _refusal(path)
    assert [each.name for each in tmp_path.iterdir()] == ["m.py"]
    assert path.read_text() == "x = 1\n"

"""Received texts as UTF-8: the same bytes whatever the number of processes, nothing lost."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from sharing_pipeline.isolation.child import Child
from sharing_pipeline.logs import transcode
from sharing_pipeline.logs.transcode import file_to_utf8, stream_to_utf8

# A four-byte character, a stray lead byte before a line feed, and one that is cut off at the end.
PIECES = (
    b"id,name\r\n", "上饶市,大数据局\n".encode("gb18030"), "𠮷\n".encode("gb18030"),
    b"\x81\n", b"\x81\x30\n", b"plain\n", b"\n", "饶".encode("gb18030")[:1],
    b'"quoted\nlines"\n', b'"',
)  # fmt: skip


def written(path: Path, encoding: str, processes: int) -> list[str]:
    """The texts of the files that a received file becomes."""
    files = file_to_utf8(path, encoding, path.parent / "plain", processes)
    assert {path, *files} == set(path.parent.iterdir())
    return [file.read_bytes().decode() for file in files]


@pytest.fixture
def splits_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcode, "_WORTH_A_PROCESS_BYTES", 1)


@pytest.mark.usefixtures("splits_anything")
@pytest.mark.parametrize("seed", range(6))
def test_parts_give_the_same_text_as_the_whole(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    content = b"".join(draw.choice(PIECES) for _ in range(draw.randrange(200)))
    for processes in (1, 2, 3):
        log = tmp_path / f"{processes}" / "log.csv"
        log.parent.mkdir()
        log.write_bytes(content)
        files = written(log, "gb18030", processes)
        assert "".join(files) == content.decode("gb18030", "replace")
        assert all(file.endswith("\n") for file in files[:-1])


@pytest.mark.usefixtures("splits_anything")
def test_no_file_begins_within_quotes(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(b'"a"\n' * 50 + b'"begins\n' + b"goes on\n" * 50 + b'ends"\n')
    assert written(log, "gb18030", 2) == [log.read_text()]
    log.write_bytes(b'"a"\n' * 50 + b'"be\ngins and ends"\n' + b"b\n" * 50)
    assert len(written(log, "gb18030", 2)) == 2


@pytest.mark.usefixtures("splits_anything")
@pytest.mark.parametrize("content", ["", "one line without an end", "\n\n\n", "a" * 5000])
def test_what_has_few_lines_is_whole(tmp_path: Path, content: str) -> None:
    (tmp_path / "log.csv").write_text(content)
    assert "".join(written(tmp_path / "log.csv", "gb18030", 3)) == content


@pytest.mark.usefixtures("splits_anything")
def test_a_text_in_which_any_byte_may_be_part_of_a_character_is_not_split(tmp_path: Path) -> None:
    text = "上饶\u0a0a\n" * 50  # U+0A0A is two line feeds in UTF-16
    (tmp_path / "log.csv").write_bytes(text.encode("utf-16"))
    assert written(tmp_path / "log.csv", "utf-16", 3) == [text]


@pytest.mark.usefixtures("splits_anything")
def test_what_a_helper_could_not_do_is_done_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Child, "ask", lambda self, *_: self.kill())
    text = "上饶市\n" * 100
    (tmp_path / "log.csv").write_bytes(text.encode("gb18030"))
    assert "".join(written(tmp_path / "log.csv", "gb18030", 2)) == text


def test_a_stream_is_decoded_to_its_end(tmp_path: Path) -> None:
    stream_to_utf8(io.BytesIO("上饶市".encode("gb18030")[:-1]), "gb18030", tmp_path / "plain")
    assert (tmp_path / "plain").read_text("utf-8") == "上饶\ufffd"

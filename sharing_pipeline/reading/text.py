"""Decodes bytes: by a byte order mark, or in the encoding that makes them read like Chinese."""

from __future__ import annotations

import codecs
import re
from collections import Counter

from sharing_pipeline.errors import UnreadableFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16
_COMMON = {"gb18030": ("gb2312", 0xD7), "big5": ("big5", 0xC6), "cp950": ("big5", 0xC6)}
"""For each national encoding the standard character set behind it, and the lead byte of the last
common character: GB 2312 and Big5 both put the characters of daily use first."""
_LEAST_SHARE, _ENOUGH = 0.5, 20
"""Among at least 20 characters that aren't ASCII, half must be common ones, or the encoding counts
as wrong. Too high, and a list of rare names is refused; too low, and Big5 is read as GB18030,
which gives other characters than were written."""
_SEPARATOR = re.compile(r"[\r\n\t,;|{\[]")
_NO_FIT = (
    "既不是表格工作簿，也认不出文字编码（不是 UTF-8、UTF-16、GB18030 或 Big5）。"
    "文件可能没有传完整，或被加密软件加密。请用表格软件打开核对、解密，另存为 xlsx 后重报。"
)


def decode(data: bytes, *, whole: bool = True) -> tuple[str, str]:
    """The text and the name of its encoding; UnreadableFile when no encoding fits.

    With `whole=False` the bytes are the beginning of a file and may end inside a character.
    """
    for encoding in _candidates(data):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
        except UnicodeDecodeError as error:
            if encoding == "utf-8":
                _refuse_if_nearly_utf8(data, error.start)
            continue
        if "\x00" in text:
            raise UnreadableFile("文件里有空字节，不是文本。请另存为 UTF-8 编码的 csv 后重报。")
        return text, encoding
    raise UnreadableFile(_NO_FIT)


def _candidates(data: bytes) -> list[str]:
    """The encodings to try, the most likely first."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return [name]
    wide = _utf16_without_mark(data)
    if wide:
        return [wide]
    # Strict UTF-8 practically never accepts GB18030 text of any length; the reverse happens.
    return ["utf-8", *_national(data[:_SAMPLE])]


def _utf16_without_mark(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, or None. It shows by its zero bytes: separators,
    digits and line ends all have one on the same side."""
    head = data[:_SAMPLE]
    first, second = head[::2].count(0), head[1::2].count(0)
    if first + second < max(2, len(head) // 100):
        return None
    encoding = "utf-16-le" if second > first else "utf-16-be"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return encoding if _SEPARATOR.search(text) else None


def _national(sample: bytes) -> list[str]:
    """Those of GB18030 and Big5 that decode the sample to common Chinese, the best first.

    Most Big5 text also decodes as GB18030, but to characters that nobody uses.
    """
    shares: dict[str, float] = {}
    for encoding in _COMMON:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        shares[encoding] = _share_of_common(text, encoding)
    likely = [encoding for encoding, share in shares.items() if share >= _LEAST_SHARE]
    return sorted(likely, key=lambda encoding: -shares[encoding])


def _share_of_common(text: str, encoding: str) -> float:
    """The share of common characters among those that aren't ASCII; just enough of them where
    there are too few characters to tell."""
    standard, last_lead = _COMMON[encoding]
    counts = Counter(character for character in text if not character.isascii())
    total = counts.total()
    common = 0
    for character, count in counts.items():
        try:
            common += count * (character.encode(standard)[0] <= last_lead)
        except UnicodeEncodeError:
            continue
    return common / total if total >= _ENOUGH or common == total > 0 else _LEAST_SHARE


def _refuse_if_nearly_utf8(data: bytes, place: int) -> None:
    """Raises UnreadableFile for UTF-8 with a few broken characters, at most a tenth of those that
    aren't ASCII. Read in another encoding, it would give other characters than were written."""
    text = data.decode("utf-8", "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    broken = text.count("\ufffd")
    if broken * 10 > foreign:
        return
    line = data.count(b"\n", 0, place) + 1
    raise UnreadableFile(
        f"文字编码是 UTF-8，但第 {line} 行有不完整的字符，文件可能被截断或混用了几种编码。"
        "请重新导出后重报。"
    )

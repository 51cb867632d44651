"""Bytes to text by evidence: a byte order mark, else what decodes and reads like Chinese."""

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
"""Each national encoding's own standard, and the lead byte of its last common character: GB 2312
and Big5 both put the characters of daily use first."""
_LEAST_SHARE, _ENOUGH = 0.5, 20
"""With at least so many characters, fewer common ones than this share are no Chinese text."""
_SEPARATOR = re.compile(r"[\r\n\t,;|{\[]")
_NO_FIT = (
    "既不是表格工作簿，也认不出文字编码（不是 UTF-8、UTF-16、GB18030 或 Big5）。"
    "文件可能没有传完整，或被加密软件加密。请用表格软件打开核对、解密，另存为 xlsx 后重报。"
)


def decode(data: bytes, *, whole: bool = True) -> tuple[str, str]:
    """The text and the name of its encoding; UnreadableFile when none fits.

    `whole=False`: the bytes are the beginning of a file and may end inside a character.
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
    """UTF-16 by its zero bytes: separators, digits and line ends have one, on the same side."""
    head = data[:_SAMPLE]
    first, second = head[::2].count(0), head[1::2].count(0)
    if first + second < max(2, len(head) // 100):
        return None
    encoding = "utf-16-le" if second > first else "utf-16-be"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return encoding if _SEPARATOR.search(text) else None


def _national(sample: bytes) -> list[str]:
    """GB18030 and Big5, as far as they decode to common Chinese, the better first.

    Most Big5 text also decodes as GB18030, to characters that nobody uses.
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
    """The share of common characters among those that aren't ASCII; 1 for too few to tell."""
    standard, last_lead = _COMMON[encoding]
    counts = {one: count for one, count in Counter(text).items() if not one.isascii()}
    total = sum(counts.values())
    common = 0
    for character, count in counts.items():
        try:
            common += count * (character.encode(standard)[0] <= last_lead)
        except UnicodeEncodeError:
            continue
    return common / total if total >= _ENOUGH or common == total > 0 else _LEAST_SHARE


def _refuse_if_nearly_utf8(data: bytes, place: int) -> None:
    """UnreadableFile for UTF-8 with a few broken bytes: in another encoding it would be read as
    other characters than were written."""
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

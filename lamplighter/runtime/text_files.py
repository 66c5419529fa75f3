"""Text files as people's programs write them."""

import codecs
from pathlib import Path
from typing import Final

from lamplighter.contract.errors import SettingsError

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path) -> str:
    """UTF-16 by its byte-order mark, else UTF-8 (with or without mark) where the bytes are that, else GB18030.

    Raises SettingsError for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        with path.open(encoding="utf-8") as text:
            for _ in iter(lambda: text.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return "gb18030"
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    return "utf-8-sig"

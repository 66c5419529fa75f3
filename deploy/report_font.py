"""Makes the reports' font from Debian's fonts-wqy-microhei: `python deploy/report_font.py` (needs fonttools)."""

import sys
from pathlib import Path
from typing import Final

SOURCE: Final = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
FONT: Final = Path(__file__).parents[1] / "compliance" / "reports" / "fonts" / "lamplighter-hei.ttf"
FAMILY: Final = "Lamplighter Hei"
_MORE: Final = "≥≤±×÷−–—…·“”‘’„‰℃℉Ω²³µμ①②③④⑤⑥⑦⑧⑨⑩√✓✗■□●○▲△→←↑↓"


def characters() -> set[int]:
    """GB 2312 (what everyday Chinese is written with), Latin-1 and the signs that figures need."""
    found = {ord(char) for char in _MORE} | set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0xFF01, 0xFF5F))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            found |= {ord(char) for char in bytes((high, low)).decode("gb2312", "ignore")}
    return found


def make(source: Path = SOURCE, font: Path = FONT) -> int:
    """Write the subset under a name of its own; how many glyphs it has."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTCollection

    whole = TTCollection(source).fonts[0]
    options = Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True)
    options.drop_tables += ["FFTM", "GPOS", "GSUB", "GDEF", "gasp"]
    subset = Subsetter(options)
    subset.populate(unicodes=characters())
    subset.subset(whole)
    for record in whole["name"].names:
        if record.nameID in {1, 3, 4, 6}:
            record.string = FAMILY if record.nameID != 6 else FAMILY.replace(" ", "")
    whole.save(font)
    return len(whole.getGlyphOrder())


if __name__ == "__main__":
    sys.stdout.write(f"{FONT.name}: {make()} glyphs\n")

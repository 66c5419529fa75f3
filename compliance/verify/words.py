"""The report in words."""

from typing import Final

from compliance.verify.check import Report

_SOUND: Final = ("完整：未发现改动", "sound: nothing was changed")
_FAULTS: Final = ("发现 {count} 处问题：", "{count} faults:")
_CHAIN: Final = (
    "{chain}：{entries} 条记录，外部链头证明至 #{seq}（{day}）",
    "{chain}: {entries} entries, heads from outside vouch up to #{seq} ({day})",
)


def told(report: Report, language: str) -> str:
    """Lines for a person; `language` is zh or en."""
    place = int(language != "zh")
    lines = [_SOUND[place]] if report.sound else [_FAULTS[place].format(count=len(report.faults))]
    lines += [f"  {fault.words(language)}" for fault in report.faults]
    lines += [_CHAIN[place].format(**one._asdict()) for one in report.witnessed]
    return "\n".join(lines) + "\n"

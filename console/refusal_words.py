"""Why ingest refused a message or a value, in Chinese; ingest says it in English."""

import re
from typing import Final

from lamplighter.contract.points import POINTS

_SENTENCES: Final = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"(\d+) bytes is more than the lane (\w+) carries \((\d+)\)", "消息长 {0} 字节，超过 {1} 通道的上限 {2}"),
        (r"does not decode: (.*)", "无法解码：{0}"),
        (r"boot, seq, low and high must be positive and below 2\^62", "boot、seq、low、high 应为正数且小于 2^62"),
        (r"seq (\d+) does not lie within low (\d+)\.\.high (\d+)", "序号 {0} 不在 {1} 至 {2} 之内"),
        (r"boot_id must have 1 to 64 characters", "boot_id 应为 1 至 64 个字符"),
        (r"sent_at_ms and clock_ahead_ms must be below 2\^62", "sent_at_ms 与 clock_ahead_ms 应小于 2^62"),
        (r"a text holds the character U\+0000", "文字中含有字符 U+0000"),
        (r"at_ms or since_ms of (\S+) lies outside the years 1970 to 2100", "时间 {0} 不在 1970 至 2100 年之间"),
        (r"unknown condition kind (.*)", "未知的告警类别 {0}"),
        (r"unknown point (.*)", "未知的测点 {0}"),
        (r"id, name or space of the condition is too long \(.*\)", "告警的代号、名称或场所过长（255、128、48 个字符）"),
        (r"a span given up from (\S+) to (\S+) cannot be", "放弃的序号段 {0} 至 {1} 不成立"),
        (r"boot_id of a span given up must have 1 to 64 characters", "放弃的序号段的 boot_id 应为 1 至 64 个字符"),
        (r"gateway (\S+) is in no site file", "网关 {0} 不在任何场所文件中"),
        (r"(.+) is not in the site file of (\S+)", "{0} 不在 {1} 的场所文件中"),
        (r"(.+) belongs to gateway (\S+), not (\S+)", "{0} 属于网关 {1}，不属于 {2}"),
        (r"a reading of good quality must carry a value", "质量为“良好”的读数须有数值"),
        (r"(\w+) is not a finite number", "{0}不是有限数"),
        (r"(\w+) = (\S+) lies outside (\S+)\.\.(\S+)(.*)", "{0} {1}{4} 超出范围 {2} 至 {3}{4}"),
        (r"dated (\S+) s ahead of the centre's clock", "时间比中心时钟早到 {0} 秒"),
        (r"dated (\S+) ms, before 2020", "时间 {0} ms 在 2020 年之前"),
        (r"(.+) or the one of its original is not a sha256 of 64 small hexadecimal digits", "{0} 或其原件的 sha256 无效"),
        (r"bytes and times of clip (\S+) must not be negative, and below 2\^53", "片段 {0} 的字节数和时间应不为负且小于 2^53"),
        (r"lane (.+) is not one of (.*)", "通道 {0} 不在 {1} 之列"),
        (r"topic (.+) is not (\S+)", "主题 {0} 不符合 {1}"),
        (r"name (.+) in topic does not match (\S+)", "主题中的名称 {0} 不符合 {1}"),
    )
)


def refusal_in_chinese(reason: str) -> str:
    """The reason in Chinese, its values untouched and points by their names; as it stands where it is not known here."""
    for pattern, zh in _SENTENCES:
        found = pattern.fullmatch(reason)
        if found is not None:
            return zh.format(*(POINTS[group].zh if group in POINTS else group for group in found.groups()))
    return reason

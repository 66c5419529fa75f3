"""Every word of the inspector's pages, in Chinese and English, beside those of `console.words`."""

from typing import Final

from console.words import Language, Word

TEXTS: Final[dict[str, Word]] = {
    # frame
    "inspection": Word("督查", "Inspection"),
    "city": Word("全市", "City"),
    "district": Word("区", "District"),
    "school": Word("学校", "School"),
    "console": Word("实时页面", "Live page"),
    "completeness": Word("数据完整性", "Completeness"),
    "language": Word("语言", "Language"),
    # scores
    "mandatory": Word("强制性要求", "Mandatory requirements"),
    "recommended": Word("推荐性要求", "Recommended requirements"),
    "internal": Word("内部目标（不是标准）", "Internal targets (no standard)"),
    "rank": Word("名次", "Rank"),
    "place": Word("地点", "Place"),
    "score": Word("得分", "Score"),
    "coverage": Word("覆盖率", "Coverage"),
    "passed": Word("合格", "Pass"),
    "failed": Word("不合格", "Fail"),
    "critical": Word("严重不合格", "Critical failures"),
    "likely": Word("可能偏低", "Likely low"),
    "lacking": Word("证据不足", "No evidence"),
    "marginal": Word("临界", "Marginal"),
    "no_score": Word("覆盖不足，不评分", "too little judged: no score"),
    "score_note": Word(
        "得分 = 合格 ÷（合格 + 不合格）；覆盖率 = 已评定 ÷ 适用。覆盖率低于 80 % 不给分、不排名；有严重不合格的排在没有的之后。",
        "Score = pass / (pass + fail); coverage = judged / applicable. Under 80 % coverage there is no score and no rank; "
        "whoever has a critical failure comes after all who have none.",
    ),
    "as_of": Word("数据日期", "as of"),
    "nothing_scored": Word("近 40 天没有已评定的日子。", "No day of the last 40 was scored."),
    # gaps
    "gaps": Word("校际差距", "Gaps between schools"),
    "gap_urban": Word("城镇（含镇区）", "Urban, towns included"),
    "gap_rural": Word("乡村", "Rural"),
    "gap_points": Word("城镇减乡村（百分点）", "Urban less rural (points)"),
    "variation": Word("差异系数", "Coefficient of variation"),
    "gini": Word("基尼系数", "Gini coefficient"),
    "compared": Word("参与比较的学校", "Schools compared"),
    "schools_lacking": Word("证据不足的学校", "Schools lacking evidence"),
    # worst
    "worst": Word("差距最大的房间", "Rooms that miss by most"),
    "shortfall": Word("差距", "Misses by"),
    "none_fails": Word("没有不合格的房间。", "No room fails."),
    # calendar
    "calendar": Word("结论日历", "Verdict calendar"),
    "month": Word("月", "Month"),
    "term": Word("学期", "Term"),
    "earlier": Word("更早", "Earlier"),
    "later": Word("更晚", "Later"),
    "all_rules": Word("全部条款（取最差）", "all rules, the worst counts"),
    "show": Word("显示", "Show"),
    "rule": Word("条款", "Rule"),
    "weight": Word("性质", "Weight"),
    "no_verdicts": Word("这段时间没有结论。", "There is no verdict in this time."),
    "not_judged": Word("未评定", "not judged"),
    # verdict
    "failing": Word("不合格与可能偏低", "What fails or is likely low"),
    "subject": Word("对象", "Subject"),
    "value": Word("数值", "Value"),
    "limit": Word("限值", "Limit"),
    "margin": Word("余量", "Margin"),
    "samples": Word("样本", "Samples"),
    "method_survey": Word("网格实测", "grid survey"),
    "method_monitor": Word("传感器监测", "sensors"),
    "method_certificate": Word("产品证书", "certificate"),
    "method_document": Word("文件记录", "document"),
    "method_test": Word("试验", "test"),
    "method_none": Word("无", "none"),
    "derivation": Word("推导过程", "Derivation"),
    "severity": Word("严重程度", "Severity"),
    "severity_critical": Word("严重", "critical"),
    "severity_major": Word("较重", "major"),
    "severity_minor": Word("一般", "minor"),
    "severity_informational": Word("提示", "informational"),
    "old_rule": Word("规则包中已无此版本", "our packs no longer have this version"),
    "critical_now": Word("现有严重不合格", "Critical failures now"),
    "not_found": Word("没有这条结论", "There is no such verdict"),
    "by_hand": Word("在命令行重做", "Do it again on the command line"),
    "not_kept": Word(
        "该日未写入历史链，或历史未启用：此处没有输入清单。",
        "This day is not in the history, or none is kept: no list of inputs here.",
    ),
}


def texts(language: Language) -> dict[str, str]:
    """All of them in one language."""
    return {key: getattr(word, language) for key, word in TEXTS.items()}

"""The fixed words of a report, in Chinese and English."""

from typing import Final

LABELS: Final[dict[str, tuple[str, str]]] = {
    "report": ("合规报告", "Compliance report"),
    "period": ("期间", "Period"),
    "summary": ("摘要", "Summary"),
    "state": ("以期末日为准", "as of the last day of the period"),
    "schools": ("学校", "Schools"),
    "subjects": ("受评对象", "Subjects judged"),
    "days": ("评定天数", "Days judged"),
    "failures": ("不合格项", "Not met"),
    "likely": ("可能偏低", "Likely below"),
    "scores": ("得分与覆盖率", "Scores and coverage"),
    "covered": (
        "覆盖率低于 {needed} 时不给分；强制、推荐、内部目标分开计。",
        "Under {needed} coverage no score is given; mandatory, recommended and internal are counted apart.",
    ),
    "school": ("学校", "School"),
    "weight": ("性质", "Weight"),
    "passed": ("合格", "Pass"),
    "failed": ("不合格", "Fail"),
    "likely_low": ("可能偏低", "Likely low"),
    "no_evidence": ("证据不足", "No evidence"),
    "coverage": ("覆盖率", "Coverage"),
    "score": ("得分", "Score"),
    "critical": ("严重", "Critical"),
    "findings": ("不合格与可能偏低的项目", "What fails or likely fails"),
    "none": ("没有不合格项。", "Nothing fails."),
    "subject": ("对象", "Subject"),
    "requirement": ("要求", "Requirement"),
    "clause": ("条款", "Clause"),
    "value": ("数值", "Value"),
    "limit": ("限值", "Limit"),
    "margin": ("余量", "Margin"),
    "evidence": ("依据", "Evidence"),
    "days_so": ("天数", "Days"),
    "marginal": ("临界", "marginal"),
    "rules": ("评定所依据的规则", "Rules judged"),
    "rule": ("规则", "Rule"),
    "certainty": ("原文把握程度", "How sure of the text"),
    "chain": ("链头", "Chain heads"),
    "kept": (
        "请保存这些链头：凭链头可以证明本报告之前的记录未被改动（lamplighter compliance verify --head）。",
        "Keep these heads: with one of them anybody can show that no record before this report was changed "
        "(lamplighter compliance verify --head).",
    ),
    "no_chain": ("本报告由文件直接得出，没有链头。", "This report comes straight from files; there is no chain head."),
    "page": ("第", "Page"),
    "verdict": ("结论", "Verdict"),
    "verdict_id": ("结论代号", "Verdict id"),
    "weight_id": ("性质代号", "Weight id"),
    "severity": ("严重程度", "Severity"),
    "version": ("版本", "Version"),
    "title": ("名称", "Title"),
    "id": ("代号", "Id"),
    "unit": ("单位", "Unit"),
}


def labels(language: str) -> dict[str, str]:
    """All of them in one language."""
    return {key: words[language != "zh"] for key, words in LABELS.items()}

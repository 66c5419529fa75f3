"""The figures of each county and stage as data and as lines to read, three decimals."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from compliance.equity.figures import bounds_of, figures_of
from compliance.equity.rows import EquityRow, groups_of

_WORDS: Final = {
    "schools": ("参与计算的学校数", "schools counted"),
    "mean": ("生均值", "mean per pupil"),
    "variation": ("差异系数（按学生数加权）", "coefficient of variation, enrolment-weighted"),
    "variation_unweighted": ("差异系数（不加权）", "coefficient of variation, unweighted"),
    "gini": ("基尼系数（按学生数加权）", "Gini coefficient, enrolment-weighted"),
    "gini_unweighted": ("基尼系数（不加权）", "Gini coefficient, unweighted"),
    "decile_ratio": ("最好与最差十分之一学校之比", "best tenth of schools over worst tenth"),
    "urban_rural_ratio": ("城乡生均之比", "urban over rural, per pupil"),
    "pair_gap": ("结对学校平均差距（占生均值）", "mean gap within pairs, over the mean"),
    "weak_pupils_share": ("低于均值学校的学生占比", "pupils in schools below the mean"),
    "weak_funds_share": ("低于均值学校的项目资金占比", "programme's funds for schools below the mean"),
}


def reports_of(rows: Sequence[EquityRow], passing_value: float | None = None) -> Iterator[dict[str, Any]]:
    """One a county and stage, ready for JSON; schools lacking evidence are named, with the figures at their best and worst."""
    for group in groups_of(rows):
        found, bounds = figures_of(group.schools), bounds_of(group, passing_value)
        report: dict[str, Any] = {"county": group.county, "stage": group.stage}
        report |= found.rounded() if found else dict.fromkeys(_WORDS)
        report |= {"excluded": dict(group.excluded), "lacking": group.lacking}
        if bounds is not None:
            report["lacking_pass_at"] = round(bounds.passing_value, 3)
            report["all_passing"] = bounds.all_passing.rounded()
            report["all_failing"] = bounds.all_failing.rounded()
        yield report


def lines_of(report: dict[str, Any]) -> list[str]:
    """The report to read, Chinese and English."""
    lines = [" ".join(part for part in (report["county"], report["stage"]) if part) or "all schools / 全部学校"]
    for name, (zh, en) in _WORDS.items():
        if report[name] is not None:
            shown = f"{report[name]:.3f}" if isinstance(report[name], float) else str(report[name])
            lines.append(f"  {zh} / {en}: {shown}")
    if report["excluded"]:
        lines.append("  不计入 / left out: " + ", ".join(f"{name} ({kind})" for name, kind in report["excluded"].items()))
    if report["lacking"]:
        lines.append("  缺数据 / lacking evidence: " + ", ".join(report["lacking"]))
    for key, words in (("all_passing", "全部达标时 / all of them passing"), ("all_failing", "全部不达标时 / all of them failing")):
        if key in report:
            figures = report[key]
            lines.append(f"  {words}: CV {_shown(figures['variation'])}, Gini {_shown(figures['gini'])}")
    return lines


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"

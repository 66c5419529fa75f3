"""How evenly a resource lies over schools (balanced development)."""

from compliance.equity.figures import Figures, figures_of
from compliance.equity.rows import EquityRow, Group, School, groups_of, read_equity

__all__ = ["EquityRow", "Figures", "Group", "School", "figures_of", "groups_of", "read_equity"]

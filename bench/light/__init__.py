"""How well electric light is told from daylight, and how often a forecast's interval holds, on simulated rooms."""

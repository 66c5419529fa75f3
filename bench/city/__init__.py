"""A drawn city of schools with planted faults, scored by the product's own command and compared with what was planted.

It shares no code with what it judges: limits, calendar, light and air are written down here once more, from the standards.
"""

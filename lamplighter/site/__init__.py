"""Districts, schools, spaces, devices and the school calendar: pure data."""

"""The Chinese font that reports embed, with its licence."""

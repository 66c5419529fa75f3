"""Checks an exported history against a key and heads from outside it; imports nothing else of ours."""

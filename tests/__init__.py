"""Tests mirror the packages; `arch`, `docs` and `cases` are folders of their own."""

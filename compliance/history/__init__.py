"""The history of verdicts, conditions and the ledger as hash chains that nobody can quietly edit."""

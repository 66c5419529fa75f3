"""What an inspector sees and does: scores and verdicts from city to room, work, ledger, surveys, visits."""

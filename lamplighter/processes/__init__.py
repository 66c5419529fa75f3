"""What each long-running command runs: the packages put together, and nothing else."""

"""What `lamplighter init` prepares for a deployment: secrets, the broker's files, settings of each process."""

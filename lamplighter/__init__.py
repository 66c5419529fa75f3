"""What every stage of Lamplighter shares: the contract, the runtime, the site model, the stores, the command line."""

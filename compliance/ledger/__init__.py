"""The city's construction ledger as sheets: workbooks and CSV in and out, and every state of every row with its times."""

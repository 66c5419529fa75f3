"""How a grid survey is planned, written down on paper, and read from a meter's file."""

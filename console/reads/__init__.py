"""What the console asks of the stores: each file reads one part of the overview and changes nothing."""

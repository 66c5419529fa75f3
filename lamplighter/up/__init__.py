"""`lamplighter up`: a supervisor that writes each child's settings file and starts the ordinary commands."""

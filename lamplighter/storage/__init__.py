"""Where things are kept: time series (DuckDB or InfluxDB), SQL state (SQLite or PostgreSQL), evidence files by sha256."""

"""The rig of the delivery benchmarks: gateways, broker, ingest and store as processes, and a judge that knows what was said."""

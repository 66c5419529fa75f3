"""The gateway agent: drivers, cameras, detectors, rules, evidence, outbox, uplink."""

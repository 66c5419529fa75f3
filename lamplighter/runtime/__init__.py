"""What every process needs: settings, clock, logs, the MQTT connection, backoff, supervision."""

"""Reference pages written from the code itself: settings, commands, the MQTT contract."""

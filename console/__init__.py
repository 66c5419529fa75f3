"""The web console and its HTTP API: what is wrong now, what every room, lamp and camera does, in Chinese and English."""

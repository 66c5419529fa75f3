"""What readings say of a room's electric light: daylight apart, calibration, ageing, evenness, energy."""

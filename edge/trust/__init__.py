"""Whether a sensor's readings may be believed: silent, stuck, drifting, out of range, noisy, misdated, out of calibration."""

"""Where pictures come from: file, RTSP, webcam, simulated; each in a thread of its own."""

"""Asking cameras and recorders by ONVIF and RTSP: a few requests, blocking, on the standard library."""

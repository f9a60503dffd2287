"""What every answer made of server-sent events has in common."""

# A proxy that buffers would hold them back.
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
STILL_HERE = b": still here\n\n"
